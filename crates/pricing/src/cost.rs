//! The cost of a call, and how it was determined.

use std::fmt;
use std::sync::Arc;

use crate::reason::{Reason, Reasons};
use crate::usd::Usd;

/// How a cost was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Computed from the catalogue and the complete usage.
    Priced,
    /// Computed with an assumption or without a part; see the reasons.
    Estimated,
    /// Reported by the provider or gateway.
    Reported,
    /// Zero, as stated by the catalogue.
    Free,
    /// Unknown. Never zero: an unknown cost must not silence an alert.
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
    /// How the cost was determined.
    pub status: Status,
    /// The whole cost; `None` when it is unknown.
    pub total: Option<Usd>,
    /// The parts of the total.
    pub parts: Parts,
    /// The assumptions, omissions and other notes.
    pub reasons: Reasons,
    /// The catalogue line of the price.
    pub matched: Option<Arc<Matched>>,
    /// The alias in the user's file by which the model was found.
    pub alias: Option<Arc<str>>,
    /// The multiplier in the user's file, as written there.
    pub multiplier: Option<Arc<str>>,
    /// The catalogue, if no line of it matched.
    pub(crate) unmatched: Option<Arc<Edition>>,
}

/// The identity of a catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edition {
    /// The sources of the prices by layer, such as `genai-prices 0.2.3` or `genai-prices 0.2.3 + prices.toml`.
    pub version: Arc<str>,
    /// SHA-256 of the catalogue's sources, in hexadecimal.
    pub hash: Arc<str>,
}

/// The source of a price. Later layers take precedence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// The catalogue in this crate.
    #[default]
    Embedded,
    /// The overlay in this crate: prices of a second source that the catalogue lacks.
    Overlay,
    /// A newer table, read at runtime.
    Refreshed,
    /// The user's file.
    User,
}

impl Layer {
    /// The display name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Overlay => "overlay",
            Self::Refreshed => "refreshed",
            Self::User => "user",
        }
    }
}

/// The parts of a cost, which sum exactly to its total. A part is `None` if it was not counted or has no price of its
/// own: cached tokens of a model without a cache price are in `input`.
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
    /// Units that are neither input nor output: searches, requests, hours.
    pub other: Option<Usd>,
}

/// The catalogue line that priced a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matched {
    /// The provider of the price. For a cloud that resells a model at its maker's price: the maker.
    pub provider: Arc<str>,
    /// The model's id in the catalogue.
    pub model: Arc<str>,
    /// Provider and model, such as `openai/gpt-4o`.
    pub label: Arc<str>,
    /// The first day of the price, such as `2026-03-13`, for prices with a history.
    pub effective: Option<Arc<str>>,
    /// The input tokens above which the price of this call applies, if not the base price.
    pub tier_start: Option<u64>,
    /// The condition of the price, such as `service_tier=flex`.
    pub variant: Option<Arc<str>>,
    /// The source of the price; also [`Layer::User`] if the user's file fixed some of the model's prices.
    pub layer: Layer,
    /// The catalogue of the line.
    pub edition: Arc<Edition>,
}

impl Cost {
    /// A cost reported by the provider.
    pub fn reported(amount: Usd) -> Self {
        Self {
            status: Status::Reported,
            total: Some(amount),
            ..Self::without_amount(Status::Reported)
        }
    }

    /// An unknown cost.
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

    /// Adds an uncertainty: `priced` becomes `estimated` and `free` becomes `unpriced`, because an unknown part is not
    /// zero. `reported` and `inconsistent` stay.
    ///
    /// ```
    /// use tracing_genai_pricing::{Cost, Reason, Status};
    ///
    /// let mut cost = Cost::unpriced(Reason::NoUsage);
    /// cost.add_reason(Reason::UnreadUsage);
    /// assert_eq!(cost.status, Status::Unpriced);
    /// assert!(cost.reasons.contains(Reason::UnreadUsage));
    /// ```
    pub fn add_reason(&mut self, reason: Reason) {
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

    /// The catalogue used; `None` for a cost reported by the provider.
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
