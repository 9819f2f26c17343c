//! The model calls that a watched client made within a span, by which the processor decides whether they cover it.

use tracing_genai_semconv::OperationName;
use tracing_genai_usage::Usage;

/// Maximum number of calls noted for a span.
const MAX_CALLS: usize = 64;

/// Longer names and ids are not noted.
const MAX_TEXT_BYTES: usize = 256;

/// A model call within a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InnerCall {
    pub(crate) is_embedding: bool,
    pub(crate) provider: Box<str>,
    pub(crate) server_address: Option<Box<str>>,
    pub(crate) request_model: Option<Box<str>>,
    pub(crate) response_model: Option<Box<str>>,
    pub(crate) response_id: Option<Box<str>>,
    pub(crate) usage: Usage,
    pub(crate) has_failed: bool,
    /// Whether the response states its cost.
    pub(crate) has_cost: bool,
}

impl InnerCall {
    /// A call whose response is not known yet.
    pub fn new(operation: OperationName, provider: &str, request_model: Option<&str>) -> Self {
        Self {
            is_embedding: operation == OperationName::Embeddings,
            provider: noted_text(provider).unwrap_or_default(),
            server_address: None,
            request_model: request_model.and_then(noted_text),
            response_model: None,
            response_id: None,
            usage: Usage::new(),
            has_failed: false,
            has_cost: false,
        }
    }

    /// Sets the requested model.
    pub fn set_request_model(&mut self, model: &str) {
        self.request_model = noted_text(model);
    }

    /// Sets the response's model.
    pub fn response_model(&mut self, model: &str) {
        self.response_model = noted_text(model);
    }

    /// Sets the response's id.
    pub fn response_id(&mut self, id: &str) {
        self.response_id = noted_text(id);
    }

    /// Sets the counts that `usage` has.
    pub fn usage(&mut self, usage: &Usage) {
        usage.iter().for_each(|(unit, count)| self.usage.set(unit, count));
    }

    /// Sets the host that the request went to.
    pub fn server_address(&mut self, address: &str) {
        self.server_address = noted_text(address);
    }

    /// The response states its cost.
    pub fn cost(&mut self) {
        self.has_cost = true;
    }

    /// The call failed.
    pub fn failed(&mut self) {
        self.has_failed = true;
    }
}

fn noted_text(text: &str) -> Option<Box<str>> {
    let is_noted = !text.is_empty() && text.len() <= MAX_TEXT_BYTES;
    is_noted.then(|| text.into())
}

/// The model calls within a span, 64 at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InnerCalls {
    calls: Vec<InnerCall>,
    is_incomplete: bool,
}

impl InnerCalls {
    /// Notes a call and returns its place; a place returned earlier replaces what is noted there. `None` if there is no
    /// room.
    pub fn note(&mut self, place: Option<usize>, call: InnerCall) -> Option<usize> {
        if let Some(noted) = place.and_then(|place| self.calls.get_mut(place)) {
            *noted = call;
            return place;
        }
        if self.calls.len() == MAX_CALLS {
            self.is_incomplete = true;
            return None;
        }
        self.calls.push(call);
        Some(self.calls.len() - 1)
    }

    /// Whether no call was noted.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &InnerCall> {
        self.calls.iter()
    }

    /// Whether further calls were made than are noted.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.is_incomplete
    }

    /// How many bytes are allocated at most.
    pub(crate) fn size(&self) -> usize {
        size_of_val(self.calls.as_slice()) + self.calls.len() * 5 * MAX_TEXT_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_noted_up_to_a_limit_and_replaced_in_their_place() {
        let mut calls = InnerCalls::default();
        let call = |model: &str| InnerCall::new(OperationName::Chat, "openai", Some(model));
        let places = (0..100).map(|number| calls.note(None, call(&number.to_string())));
        assert_eq!(places.flatten().collect::<Vec<_>>(), (0..64).collect::<Vec<_>>());
        assert!(calls.is_incomplete());
        assert_eq!(calls.note(Some(3), call("other")), Some(3));
        let models: Vec<_> = calls.iter().filter_map(|call| call.request_model.as_deref()).collect();
        assert_eq!((models.len(), models[3], models[63]), (64, "other", "63"));
    }

    #[test]
    fn long_names_are_not_noted() {
        let mut call = InnerCall::new(OperationName::Chat, "openai", Some(&"m".repeat(257)));
        call.response_id(&"i".repeat(256));
        assert_eq!(call.request_model, None);
        assert_eq!(call.response_id.map(|id| id.len()), Some(256));
    }
}
