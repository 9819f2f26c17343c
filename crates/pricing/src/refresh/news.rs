//! What a refresh reports to the host.

use crate::price_file::PriceFileError;

/// What is called after each attempt that was not in vain: with a failure, or with warnings of what was taken into use.
pub(super) type Hook = Box<dyn Fn(&Refreshed<'_>) + Send>;

/// What an attempt to refresh the prices came to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refreshed<'a> {
    /// A newer table or user's file is in use, of this version, with what had to be left out of it.
    Updated {
        /// The version of the catalogue now in use.
        version: &'a str,
        /// What was left out.
        warnings: &'a [String],
    },
    /// It was refused, or could not be had; the prices in use stay.
    Failed(&'a PriceFileError),
}
