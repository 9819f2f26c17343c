//! The data read from a response, and the error for unreadable responses.

use crate::field::Count;
use crate::figures::Figures;
use crate::provider_error::ProviderError;
use crate::unit::Unit;
use crate::usage::Usage;

/// The maximum of paths reported per response.
const MAX_UNREAD: usize = 16;

/// The data of a provider's response about its call. Missing data is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// The usage; empty if the response reports none or if [`invalid`](Self::invalid) is set.
    pub usage: Usage,
    /// The provider's id of the response.
    pub response_id: Option<String>,
    /// The model of the response, in the provider's spelling.
    pub model: Option<String>,
    /// Why each choice ended, in the order of the choices, in the provider's terms.
    pub finish_reasons: Vec<String>,
    /// The service tier of the response, such as `default`, `flex` or `priority`.
    pub service_tier: Option<String>,
    /// The speed of the response, such as `fast` (Anthropic).
    pub speed: Option<String>,
    /// The cost in USD reported by the provider or gateway: its exact decimal text.
    pub reported_cost: Option<String>,
    /// The upstream cost of a call with the user's own key behind a gateway, in addition to the gateway's
    /// [`reported_cost`](Self::reported_cost): in USD, its exact decimal text.
    pub upstream_cost: Option<String>,
    /// The processing mode, if reported: `batch` for a line of a batch's output.
    pub processing: Option<String>,
    /// The kind of search, if it has a separate price: `preview` (`OpenAI`).
    pub search_type: Option<String>,
    /// The location of the model in the provider's terms, if the price depends on it: Anthropic's `inference_geo`.
    pub inference_geo: Option<String>,
    /// The paths of unread usage numbers that are not known to be irrelevant, at most sixteen: a computed cost may
    /// exclude them.
    pub unread: Vec<String>,
    /// The error in the body, possibly with a status of 200 and after the start of a stream.
    pub error: Option<ProviderError>,
    /// The first count field with an invalid value; all counts of the response are then discarded.
    pub invalid: Option<&'static str>,
    /// The number of skipped events of a stream: too long, or not the API's JSON.
    pub skipped_events: u32,
}

/// Why a body was unreadable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The body is not JSON in the API's format.
    #[error("the body is not a response of this API: {problem}; check that the API matches the request's path")]
    Malformed {
        /// The parse error and its position.
        problem: String,
    },
}

impl Reading {
    /// Overwrites fields that `later` has: for the chunks of a stream, read one by one.
    pub fn update_from(&mut self, later: &Self) {
        for (unit, count) in later.usage.iter() {
            self.usage.set(unit, count);
        }
        let texts = [
            (&mut self.response_id, &later.response_id),
            (&mut self.model, &later.model),
            (&mut self.service_tier, &later.service_tier),
            (&mut self.speed, &later.speed),
            (&mut self.reported_cost, &later.reported_cost),
            (&mut self.upstream_cost, &later.upstream_cost),
            (&mut self.processing, &later.processing),
            (&mut self.inference_geo, &later.inference_geo),
            (&mut self.search_type, &later.search_type),
        ];
        for (earlier, later) in texts {
            if later.is_some() {
                earlier.clone_from(later);
            }
        }
        if !later.finish_reasons.is_empty() {
            self.finish_reasons.clone_from(&later.finish_reasons);
        }
        for path in &later.unread {
            self.add_unread(path);
        }
        if later.error.is_some() {
            self.error.clone_from(&later.error);
        }
        self.invalid = later.invalid.or(self.invalid);
        self.skipped_events = self.skipped_events.saturating_add(later.skipped_events);
    }

    /// Whether it has a finish reason and output: no more was expected.
    pub fn is_complete(&self) -> bool {
        !self.finish_reasons.is_empty() && self.usage.get(Unit::OutputTokens).is_some()
    }

    /// Whether it is empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.usage.is_empty() && self.finish_reasons.is_empty() && self.invalid.is_none()
    }

    /// Records the unrequested numbers of a usage object, except the irrelevant ones in `known`.
    pub(crate) fn add_unread_numbers(&mut self, figures: &Figures<'_>, known: &[(&str, &str)]) {
        for path in figures.unread(known) {
            self.add_unread(&path);
        }
    }

    /// Records a total larger than the sum of its parts: it includes an unknown count. `beside` is the part besides
    /// input and output.
    pub(crate) fn check_total(&mut self, path: &str, total: Count, other: Count) {
        let of = |unit| self.usage.get(unit).unwrap_or(0);
        let parts = of(Unit::InputTokens).saturating_add(of(Unit::OutputTokens));
        let other = match other {
            Count::Given(other) => other,
            Count::Absent | Count::Invalid => 0,
        };
        if matches!(total, Count::Given(total) if total > parts && total != parts.saturating_add(other)) {
            self.add_unread(path);
        }
    }

    /// Records a possibly charged item without a count.
    pub(crate) fn add_unread(&mut self, path: &str) {
        if self.unread.len() < MAX_UNREAD && self.unread.iter().all(|known| known != path) {
            self.unread.push(path.to_owned());
        }
    }

    /// Adds a count to the usage, or marks it as invalid.
    pub(crate) fn take(&mut self, unit: Unit, field: &'static str, count: Count) {
        match count {
            Count::Absent => {}
            Count::Given(count) => self.usage.set(unit, count),
            Count::Invalid => self.reject(field),
        }
    }

    /// Adds a count above zero: zeros of units that a provider never counts are ignored.
    pub(crate) fn take_used(&mut self, unit: Unit, field: &'static str, count: Count) {
        if count != Count::Given(0) {
            self.take(unit, field, count);
        }
    }

    /// Records the first invalid field.
    pub(crate) fn reject(&mut self, field: &'static str) {
        self.invalid.get_or_insert(field);
    }

    /// The final reading: one invalid count discards all of them.
    pub(crate) fn finished(mut self) -> Self {
        if self.invalid.is_some() {
            self.usage = Usage::new();
        }
        self
    }
}

/// Sets a response's name unless it has one: the first events have it, and `Azure` begins with an empty one.
pub(crate) fn name(known: &mut Option<String>, now: Option<String>) {
    if known.is_none() {
        *known = now.filter(|name| !name.is_empty());
    }
}

/// Keeps `earlier` unless there is a new value.
pub(crate) fn update(earlier: &mut Option<String>, now: Option<String>) {
    if now.is_some() {
        *earlier = now;
    }
}
