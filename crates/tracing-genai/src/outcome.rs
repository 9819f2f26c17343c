//! How a response ended.

use crate::Call;

/// How the reading of a response ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It was read to its end.
    Completed,
    /// Whoever read it stopped before.
    Cancelled,
}

/// What became of a response: the value of `tracing_genai.stream.outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    Cancelled,
    Failed,
    NoUsage,
}

impl Outcome {
    pub(crate) fn of(call: &Call, end: End, has_failed: bool) -> Self {
        match end {
            _ if has_failed || call.has_failed() => Self::Failed,
            End::Cancelled => Self::Cancelled,
            End::Completed if !call.has_usage() => Self::NoUsage,
            End::Completed => Self::Completed,
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
