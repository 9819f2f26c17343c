//! Why a part of a table is left out, or all of it refused.

use crate::document::Flaw;

/// Why something was not written.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The table is broken.
    Table(Flaw),
    /// This model, or this field of a provider, says what we do not understand.
    Part(String),
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        Self::Table(flaw)
    }
}
