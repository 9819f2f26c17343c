//! One GenAI operation as the stages share it: its span, and the position of each known attribute.

use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_pricing::{Cost, Counts};
use tracing_genai_semconv::dialect::Dialect;
use tracing_genai_semconv::{Attribute, OTHER, OperationName};
use tracing_genai_usage::Usage;

use crate::gaps::Gaps;
use crate::unread::{UnreadUsage, UnreadValues};

const ABSENT: u32 = u32::MAX;

/// Whether the span has usable counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UsageState {
    /// The span has no count.
    Missing,
    /// Each count is a whole number within limits.
    Valid,
    /// A count is negative, not a whole number, or too large.
    Invalid,
}

/// Findings of the normaliser. Later stages only read them.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate finding")]
pub(crate) struct Found {
    /// Whether a dialect names a kind of span outside the conventions' operations.
    pub(crate) has_unknown_kind: bool,
    /// Whether it is an OpenInference span: its generic names may be a service's own on other spans.
    pub(crate) is_openinference: bool,
    /// Whether an attribute of a dialect stays: unread, or kept as an original.
    pub(crate) has_leftovers: bool,
    /// Whether a dialect named the requested model, which may then be the response's.
    pub(crate) request_model_is_foreign: bool,
    /// The dialect of the span's tracer, if it has unprefixed names.
    pub(crate) tracer: Option<&'static Dialect>,
    /// Whether the agent's name is only the agent around the call.
    pub(crate) is_within_agent: bool,
    /// Whether the span has counts under this project's own names.
    pub(crate) has_own_counts: bool,
    /// Whether an attribute of unknown name counts usage.
    pub(crate) has_unknown_counts: bool,
    /// Whether the span has a token total.
    pub(crate) has_total: bool,
    /// Token totals found in JSON, with their names.
    pub(crate) totals: Vec<(String, i64)>,
}

/// The type that all stages share: later stages only read what earlier ones wrote.
pub(crate) struct Operation<'span> {
    pub(crate) span: &'span mut SpanData,
    positions: [u32; Attribute::COUNT],
    pub(crate) name: Option<OperationName>,
    pub(crate) found: Found,
    pub(crate) usage_state: UsageState,
    /// The usage as counted; empty unless `usage_state` is valid.
    pub(crate) usage: Usage,
    /// What the input of `usage` includes.
    pub(crate) counts: Counts,
    /// The usage with complete input and output; `None` if `usage` is complete.
    pub(crate) whole_usage: Option<Box<Usage>>,
    pub(crate) cost: Option<Cost>,
    pub(crate) unread: UnreadValues,
    pub(crate) unread_usage: UnreadUsage,
    /// Whether a call within this one carries the cost.
    pub(crate) is_covered: bool,
    /// Whether it is covered by calls that did not fail, but failed itself.
    pub(crate) has_failed_alone: bool,
    /// The gaps between its stream's chunks.
    pub(crate) gaps: Option<Box<Gaps>>,
}

impl<'span> Operation<'span> {
    pub(crate) fn new(span: &'span mut SpanData) -> Self {
        Self {
            span,
            positions: [ABSENT; Attribute::COUNT],
            name: None,
            found: Found::default(),
            usage_state: UsageState::Missing,
            usage: Usage::new(),
            counts: Counts::Auto,
            whole_usage: None,
            cost: None,
            unread: UnreadValues::default(),
            unread_usage: UnreadUsage::default(),
            is_covered: false,
            has_failed_alone: false,
            gaps: None,
        }
    }

    /// Whether this is a model call; only model calls cost money.
    ///
    /// Without `gen_ai.operation.name` the other attributes decide.
    pub(crate) fn is_model_call(&self) -> bool {
        match (self.name, self.text(Attribute::OperationName)) {
            (Some(name), _) => name.is_model_call(),
            (None, Some(_)) => false,
            (None, None) => !self.found.has_unknown_kind && self.looks_like_a_model_call(),
        }
    }

    /// Whether this looks like a model call under an unknown operation name: it may have cost money, or repeat the cost
    /// of others.
    pub(crate) fn is_unknown_call(&self) -> bool {
        self.name.is_none() && self.has(Attribute::OperationName) && self.looks_like_a_model_call()
    }

    /// Whether the span has a model and usage, but no agent, workflow or tool.
    fn looks_like_a_model_call(&self) -> bool {
        (self.has(Attribute::RequestModel) || self.has(Attribute::ResponseModel))
            && Attribute::ALL
                .iter()
                .any(|attribute| attribute.is_usage() && self.has(*attribute))
            && !self.has(Attribute::WorkflowName)
            && !self.has(Attribute::ToolName)
            && (self.found.is_within_agent || !self.has(Attribute::AgentName))
    }

    /// The usage with complete input and output; `None` unless valid.
    pub(crate) fn whole_usage(&self) -> Option<&Usage> {
        (self.usage_state == UsageState::Valid).then(|| self.whole_usage.as_deref().unwrap_or(&self.usage))
    }

    /// The operation's name on metrics, which require one.
    pub(crate) fn metric_name(&self) -> &str {
        self.text(Attribute::OperationName).unwrap_or(OTHER)
    }

    pub(crate) fn position(&self, attribute: Attribute) -> Option<usize> {
        match self.positions.get(attribute as usize) {
            None | Some(&ABSENT) => None,
            Some(&position) => usize::try_from(position).ok(),
        }
    }

    /// The positions of known attributes below 64, one bit each.
    pub(crate) fn known_positions(&self) -> u64 {
        let bit = |position: &u32| 1_u64.checked_shl(*position).unwrap_or_default();
        self.positions.iter().fold(0, |known, position| known | bit(position))
    }

    /// Sets the position of `attribute`.
    pub(crate) fn set_position(&mut self, attribute: Attribute, position: usize) {
        if let Some(stored) = self.positions.get_mut(attribute as usize) {
            *stored = u32::try_from(position).unwrap_or(ABSENT);
        }
    }

    /// Sets the positions of all attributes.
    pub(crate) fn index_attributes(&mut self) {
        self.positions = [ABSENT; Attribute::COUNT];
        for position in 0..self.span.attributes.len() {
            let name = self.span.attributes.get(position).map(|found| found.key.as_str());
            let spelling = name.and_then(Attribute::from_name);
            if let Some(spelling) = spelling.filter(|spelling| spelling.is_current()) {
                self.set_position(spelling.attribute, position);
            }
        }
    }

    pub(crate) fn has(&self, attribute: Attribute) -> bool {
        self.position(attribute).is_some()
    }

    /// Whether the span has an attribute `name`, known or not.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        let mut attributes = self.span.attributes.iter();
        attributes.any(|attribute| attribute.key.as_str() == name)
    }

    pub(crate) fn value(&self, attribute: Attribute) -> Option<&Value> {
        let position = self.position(attribute)?;
        self.span.attributes.get(position).map(|found| &found.value)
    }

    pub(crate) fn text(&self, attribute: Attribute) -> Option<&str> {
        match self.value(attribute)? {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    pub(crate) fn integer(&self, attribute: Attribute) -> Option<i64> {
        match self.value(attribute)? {
            Value::I64(integer) => Some(*integer),
            _ => None,
        }
    }

    /// Sets an attribute, replacing its value.
    pub(crate) fn set(&mut self, attribute: Attribute, value: impl Into<Value>) {
        let value = value.into();
        if let Some(found) = self
            .position(attribute)
            .and_then(|position| self.span.attributes.get_mut(position))
        {
            found.value = value;
            return;
        }
        self.set_position(attribute, self.span.attributes.len());
        self.write(attribute.name(), value);
    }

    /// Removes an attribute.
    pub(crate) fn remove(&mut self, attribute: Attribute) {
        let Some(position) = self.position(attribute) else {
            return;
        };
        self.set_position(attribute, usize::MAX);
        self.remove_at(position);
    }

    /// Removes the attribute at `position`; its own position must not be set.
    fn remove_at(&mut self, position: usize) -> Option<KeyValue> {
        if position >= self.span.attributes.len() {
            return None;
        }
        let removed = self.span.attributes.remove(position);
        for stored in &mut self.positions {
            if *stored != ABSENT && usize::try_from(*stored).is_ok_and(|stored| stored > position) {
                *stored -= 1;
            }
        }
        Some(removed)
    }

    /// Reserves capacity for exactly `more` attributes.
    ///
    /// By hand, since glibc's `realloc` takes the arena's lock, which the export thread often holds while it frees
    /// spans: growing in place cost a fifth of a span. What is freed here serves the next span.
    pub(crate) fn reserve(&mut self, more: usize) {
        let attributes = &mut self.span.attributes;
        if attributes.capacity() - attributes.len() < more {
            let mut grown = Vec::with_capacity(attributes.len() + more);
            grown.append(attributes);
            *attributes = grown;
        }
    }

    /// The text of an attribute of this project's own; `None` unless the span has such counts.
    pub(crate) fn own_text(&self, name: &str) -> Option<&str> {
        if !self.found.has_own_counts {
            return None;
        }
        let mut attributes = self.span.attributes.iter();
        match &attributes.find(|attribute| attribute.key.as_str() == name)?.value {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// Removes an attribute of this project's own, which stands on the span once.
    pub(crate) fn take_own(&mut self, name: &str) -> Option<KeyValue> {
        let mut attributes = self.span.attributes.iter();
        let position = attributes.position(|attribute| attribute.key.as_str() == name)?;
        self.remove_at(position)
    }

    /// Adds an attribute of this project's own that no earlier stage wrote.
    pub(crate) fn write(&mut self, name: &'static str, value: impl Into<Value>) {
        self.span
            .attributes
            .push(KeyValue::new(Key::from_static_str(name), value));
    }
}
