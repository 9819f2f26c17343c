//! The outcome of a refresh, as reported to the host.

use crate::price_file::PriceFileError;

/// Called after each attempt with a failure or an update.
pub(super) type Hook = Box<dyn Fn(&Refreshed<'_>) + Send>;

/// The outcome of a price refresh.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refreshed<'a> {
    /// A newer table or user's file is in use.
    Updated {
        /// The version of the catalogue now in use.
        version: &'a str,
        /// The omissions of the table or file.
        warnings: &'a [String],
    },
    /// The table or file was unreadable or rejected; the prices in use stay.
    Failed(&'a PriceFileError),
}
