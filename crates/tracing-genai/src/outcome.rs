//! How a response ended.

use crate::Call;

/// How the reading of a response ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was read to its end.
    Completed,
    /// It was dropped before its end.
    Cancelled,
}

/// The outcome of a response: the value of `tracing_genai.stream.outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    Cancelled,
    Failed,
    NoUsage,
}

impl Outcome {
    /// The outcome of a response.
    pub(crate) fn of(call: &Call, end: End, has_failed: bool) -> Self {
        if has_failed || call.has_failed() {
            Self::Failed
        } else if end == End::Cancelled {
            Self::Cancelled
        } else if call.has_usage() {
            Self::Completed
        } else {
            Self::NoUsage
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::NoUsage => "no_usage",
        }
    }
}
