//! What a call cost, and how that is known.

use std::fmt;
use std::sync::Arc;

use crate::reason::{Reason, Reasons};
use crate::usd::Usd;

/// How a cost came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Computed from the catalogue and everything the call used.
    Priced,
    /// Computed, with an assumption or without a part; the reasons say which.
    Estimated,
    /// Told by the provider or gateway.
    Reported,
    /// Nothing, because the catalogue says so.
    Free,
    /// Not known. Never zero: an unknown cost must not silence an alert.
    Unpriced,
    /// Not computable, because the usage contradicts itself.
    Inconsistent,
}

impl Status {
    /// The name written to telemetry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Priced => "priced",
            Self::Estimated => "estimated",
            Self::Reported => "reported",
            Self::Free => "free",
            Self::Unpriced => "unpriced",
            Self::Inconsistent => "inconsistent",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The cost of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// How the cost came about.
    pub status: Status,
    /// The whole cost; `None` when it is not known.
    pub total: Option<Usd>,
    /// The parts of the total.
    pub parts: Parts,
    /// What to know about the cost.
    pub reasons: Reasons,
    /// The line of the catalogue that priced it.
    pub matched: Option<Arc<Matched>>,
    /// The name that the user's file gave the model, when it was found by it.
    pub alias: Option<Arc<str>>,
    /// What the user's file multiplies the price by, as it is written there.
    pub multiplier: Option<Arc<str>>,
    /// The catalogue, where no line of it matched.
    pub(crate) unmatched: Option<Arc<Edition>>,
}

/// Which catalogue it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edition {
    /// Where the prices come from, such as `genai-prices 0.2.3`, by layer: `genai-prices 0.2.3 + prices.toml`.
    pub version: Arc<str>,
    /// SHA-256 of what the catalogue was made from, in hexadecimal.
    pub hash: Arc<str>,
}

/// Where a price comes from. Later layers go before earlier ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// The catalogue that comes with this crate.
    #[default]
    Embedded,
    /// The overlay that comes with this crate: what a second source knows and the catalogue lacks.
    Overlay,
    /// A newer table that was read while the program ran.
    Refreshed,
    /// The user's own file.
    User,
}

impl Layer {
    /// The name to show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Overlay => "overlay",
            Self::Refreshed => "refreshed",
            Self::User => "user",
        }
    }
}

/// The parts of a cost, which sum exactly to its total. A part is `None` when nothing was counted for it or when it has
/// no price of its own: cached tokens of a model without a cache price are in `input`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parts {
    /// Input that was neither read from a cache nor written to one.
    pub input: Option<Usd>,
    /// Input read from the provider's cache.
    pub cache_read: Option<Usd>,
    /// Input written to the provider's cache.
    pub cache_write: Option<Usd>,
    /// Output, reasoning included.
    pub output: Option<Usd>,
    /// What is neither input nor output: searches, requests, hours.
    pub other: Option<Usd>,
}

/// The line of the catalogue that priced a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matched {
    /// The provider whose price it is. A cloud that sells another's model at that one's price matches the latter.
    pub provider: Arc<str>,
    /// The model's id in the catalogue.
    pub model: Arc<str>,
    /// Both, as `openai/gpt-4o`.
    pub label: Arc<str>,
    /// The first day of the price, as `2026-03-13`, when the catalogue has a history.
    pub effective: Option<Arc<str>>,
    /// The input above which the price of this call begins, when it is not the base price.
    pub tier_start: Option<u64>,
    /// What made the price special, as `service_tier=flex`.
    pub variant: Option<Arc<str>>,
    /// Where the price comes from; [`Layer::User`] too when the user's file fixed some of the model's prices.
    pub layer: Layer,
    /// The catalogue it is a line of.
    pub edition: Arc<Edition>,
}

impl Cost {
    /// The cost that the provider itself reports.
    pub fn reported(amount: Usd) -> Self {
        Self {
            status: Status::Reported,
            total: Some(amount),
            ..Self::without_amount(Status::Reported)
        }
    }

    /// A cost that is not known.
    pub fn unpriced(reason: Reason) -> Self {
        Self {
            reasons: Reasons::of(reason),
            ..Self::without_amount(Status::Unpriced)
        }
    }

    /// A cost that cannot be computed, because the usage contradicts itself.
    pub fn inconsistent(reason: Reason) -> Self {
        Self {
            reasons: Reasons::of(reason),
            ..Self::without_amount(Status::Inconsistent)
        }
    }

    /// Adds something that makes the cost uncertain: one that was `priced` is `estimated` from then on, and one that
    /// was `free` is `unpriced`: nothing is not what a call cost of which a part is not known. What is reported or
    /// inconsistent stays so.
    ///
    /// ```
    /// use tracing_genai_pricing::{Cost, Reason, Status};
    ///
    /// let mut cost = Cost::unpriced(Reason::NoUsage);
    /// cost.doubt(Reason::UnreadUsage);
    /// assert_eq!(cost.status, Status::Unpriced);
    /// assert!(cost.reasons.contains(Reason::UnreadUsage));
    /// ```
    pub fn doubt(&mut self, reason: Reason) {
        match self.status {
            Status::Priced | Status::Estimated => {
                self.status = Status::Estimated;
                self.reasons.insert(reason);
            }
            Status::Unpriced => self.reasons.insert(reason),
            Status::Free => {
                self.status = Status::Unpriced;
                self.total = None;
                self.parts = Parts::default();
                self.reasons.insert(reason);
            }
            Status::Reported | Status::Inconsistent => {}
        }
    }

    /// The catalogue that was asked; `None` for a cost that the provider reported.
    pub fn edition(&self) -> Option<&Edition> {
        match &self.matched {
            Some(matched) => Some(&matched.edition),
            None => self.unmatched.as_deref(),
        }
    }

    fn without_amount(status: Status) -> Self {
        Self {
            status,
            total: None,
            parts: Parts::default(),
            reasons: Reasons::NONE,
            matched: None,
            alias: None,
            multiplier: None,
            unmatched: None,
        }
    }
}
