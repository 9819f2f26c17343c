//! Why a part of a table is omitted, or the whole table rejected.

use crate::document::Flaw;

/// Why a conversion failed.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The table is invalid.
    Table(Flaw),
    /// This model, or this field of a provider, is unsupported.
    Part(String),
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        Self::Table(flaw)
    }
}
