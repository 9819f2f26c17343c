//! What was read from a response, and why a response could not be read.

use crate::field::Count;
use crate::figures::Figures;
use crate::provider_error::ProviderError;
use crate::unit::Unit;
use crate::usage::Usage;

/// Paths that are named of one response.
const MAX_UNREAD: usize = 16;

/// What a provider's response says about its call. Whatever the response does not say is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// What the call used; empty when the response reports nothing or when [`invalid`](Self::invalid) is set.
    pub usage: Usage,
    /// The provider's id of the response.
    pub response_id: Option<String>,
    /// The model that answered, in the provider's spelling.
    pub model: Option<String>,
    /// Why each choice ended, in the order of the choices and in the provider's words.
    pub finish_reasons: Vec<String>,
    /// The service tier that served the call, such as `default`, `flex` or `priority`.
    pub service_tier: Option<String>,
    /// The speed that served the call, such as `fast` (Anthropic).
    pub speed: Option<String>,
    /// The cost in USD that the provider or gateway itself reports: its exact decimal text.
    pub reported_cost: Option<String>,
    /// What a call by one's own key costs at the provider behind a gateway, beside the gateway's own
    /// [`reported_cost`](Self::reported_cost): in USD, its exact decimal text.
    pub upstream_cost: Option<String>,
    /// How the call was processed, where the response says so: `batch` for a line of a batch's output.
    pub processing: Option<String>,
    /// The kind of search that the call made, where that has a price of its own: `preview` (`OpenAI`).
    pub search_type: Option<String>,
    /// Where the provider ran the model, in its words, where the price depends on it: Anthropic's `inference_geo`.
    pub inference_geo: Option<String>,
    /// The numbers of the usage that are neither read nor known to say nothing new, by their paths, at most sixteen: what the
    /// call cost may lack them.
    pub unread: Vec<String>,
    /// The error in the body, which may come with a status of 200 and after half a stream.
    pub error: Option<ProviderError>,
    /// The first field that should hold a count and holds something else; then no count of this response is believed.
    pub invalid: Option<&'static str>,
    /// How many events of a stream were skipped because they were too long or not the API's JSON.
    pub skipped_events: u32,
}

/// Why a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The body is not JSON of the API's shape.
    #[error("the body is not a response of this API: {problem}; check that the API matches the request's path")]
    Malformed {
        /// What is wrong with it, and where.
        problem: String,
    },
}

impl Reading {
    /// Takes over what `later` says, and keeps what it does not say: for the chunks of a stream, read one by one.
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
            self.leave_unread(path);
        }
        if later.error.is_some() {
            self.error.clone_from(&later.error);
        }
        self.invalid = later.invalid.or(self.invalid);
        self.skipped_events = self.skipped_events.saturating_add(later.skipped_events);
    }

    /// Whether it says why the answer ended and what was put out: then no more was to come, whether or not it was waited for.
    pub fn is_complete(&self) -> bool {
        !self.finish_reasons.is_empty() && self.usage.get(Unit::OutputTokens).is_some()
    }

    /// Whether it says nothing of an answer.
    pub(crate) fn says_nothing(&self) -> bool {
        self.usage.is_empty() && self.finish_reasons.is_empty() && self.invalid.is_none()
    }

    /// Takes note of the numbers of a usage object that its rules did not ask for; `known` are those that say nothing new.
    pub(crate) fn take_unread(&mut self, figures: &Figures<'_>, known: &[(&str, &str)]) {
        for path in figures.unread(known) {
            self.leave_unread(&path);
        }
    }

    /// Takes note of a total that is larger than what it is made of: something in it was counted nowhere else. `beside` is
    /// what it holds besides input and output.
    pub(crate) fn check_total(&mut self, path: &str, total: Count, beside: Count) {
        let of = |unit| self.usage.get(unit).unwrap_or(0);
        let parts = of(Unit::InputTokens).saturating_add(of(Unit::OutputTokens));
        let beside = match beside {
            Count::Given(beside) => beside,
            Count::Absent | Count::Invalid => 0,
        };
        if matches!(total, Count::Given(total) if total > parts && total != parts.saturating_add(beside)) {
            self.leave_unread(path);
        }
    }

    /// Takes note of something that may be charged for and that is not counted.
    pub(crate) fn leave_unread(&mut self, path: &str) {
        if self.unread.len() < MAX_UNREAD && self.unread.iter().all(|known| known != path) {
            self.unread.push(path.to_owned());
        }
    }

    /// Takes a count over into the usage, or remembers that it is invalid.
    pub(crate) fn take(&mut self, unit: Unit, field: &'static str, count: Count) {
        match count {
            Count::Absent => {}
            Count::Given(count) => self.usage.set(unit, count),
            Count::Invalid => self.refuse(field),
        }
    }

    /// Takes over a count above zero: where a provider's template writes zeros of what it never counts, nothing is said.
    pub(crate) fn take_used(&mut self, unit: Unit, field: &'static str, count: Count) {
        if count != Count::Given(0) {
            self.take(unit, field, count);
        }
    }

    /// Remembers the first invalid field.
    pub(crate) fn refuse(&mut self, field: &'static str) {
        self.invalid.get_or_insert(field);
    }

    /// The reading as it is given out: one invalid count discredits all of them.
    pub(crate) fn finished(mut self) -> Self {
        if self.invalid.is_some() {
            self.usage = Usage::new();
        }
        self
    }
}

/// Takes a name that the response gives itself, unless it has one: what names a response stands in its first events, and
/// `Azure` opens with an empty one.
pub(crate) fn name(known: &mut Option<String>, now: Option<String>) {
    if known.is_none() {
        *known = now.filter(|name| !name.is_empty());
    }
}

/// Keeps `earlier` unless the response says something now.
pub(crate) fn update(earlier: &mut Option<String>, now: Option<String>) {
    if now.is_some() {
        *earlier = now;
    }
}
