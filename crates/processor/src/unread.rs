//! Why a value was not read: it stays as it was, or gave way, and is counted.

use tracing_genai_semconv::Attribute;

/// No span has more values counted than this: whoever sends more has been heard.
const MOST: usize = 64;

/// Why a value could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is not of the attribute's type, nor to be made so.
    Type,
    /// It is no JSON of the form the attribute has.
    Json,
    /// It is longer than any such value can be, and was cut.
    Length,
    /// Another spelling of the same attribute says something else, and holds.
    Disagreement,
}

impl Unread {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Json => "json",
            Self::Length => "length",
            Self::Disagreement => "disagreement",
        }
    }
}

/// The values of a span that could not be read.
#[derive(Debug, Default)]
pub(crate) struct UnreadValues(Vec<(Attribute, Unread)>);

impl UnreadValues {
    pub(crate) fn add(&mut self, attribute: Attribute, why: Unread) {
        if self.0.len() < MOST {
            self.0.push((attribute, why));
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Attribute, Unread)> + '_ {
        self.0.iter().copied()
    }
}
