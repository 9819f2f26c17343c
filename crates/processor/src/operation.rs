//! One GenAI operation on its way through the stages: its span, and where in it each known attribute stands.

use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_pricing::{Cost, Counts};
use tracing_genai_semconv::dialect::Dialect;
use tracing_genai_semconv::{Attribute, OTHER, OperationName};
use tracing_genai_usage::Usage;

use crate::gaps::Gaps;
use crate::unread::{UnreadUsage, UnreadValues};

const ABSENT: u32 = u32::MAX;

/// Whether the attributes state what was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UsageState {
    /// The span has no count.
    Missing,
    /// Every count is a whole number that a call can have.
    Valid,
    /// A count is negative, no whole number, or beyond any call.
    Invalid,
}

/// What the normaliser found on the span. Later stages only read it.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate finding")]
pub(crate) struct Found {
    /// Whether a dialect says that the span is none of the conventions' operations.
    pub(crate) is_none_of_ours: bool,
    /// Whether it is a span of OpenInference, whose names may elsewhere be a service's own.
    pub(crate) is_openinference: bool,
    /// Whether something of a dialect is left as it was: unread, or kept beside what became of it.
    pub(crate) has_leftovers: bool,
    /// Whether the model was named in a dialect, where its name may be that of the one that answered.
    pub(crate) request_model_is_foreign: bool,
    /// The dialect of the tracer that wrote the span, where it has names without a prefix.
    pub(crate) tracer: Option<&'static Dialect>,
    /// Whether the agent's name is only where the call was made.
    pub(crate) is_within_agent: bool,
    /// Whether the span has counts under our own names.
    pub(crate) has_own_counts: bool,
    /// Whether an unknown name counts usage.
    pub(crate) has_unknown_counts: bool,
    /// Whether the span has the sum of its tokens.
    pub(crate) has_total: bool,
    /// Sums of its tokens that were found elsewhere, by their names.
    pub(crate) totals: Vec<(String, i64)>,
}

/// The type all stages share: later stages only read what earlier ones wrote.
pub(crate) struct Operation<'span> {
    pub(crate) span: &'span mut SpanData,
    positions: [u32; Attribute::COUNT],
    pub(crate) name: Option<OperationName>,
    pub(crate) found: Found,
    pub(crate) usage_state: UsageState,
    /// What was used, as it was counted; empty unless `usage_state` is valid.
    pub(crate) usage: Usage,
    /// What the input of `usage` includes.
    pub(crate) counts: Counts,
    /// The usage with a whole input and output, where `usage` has them without a part.
    pub(crate) whole_usage: Option<Box<Usage>>,
    pub(crate) cost: Option<Cost>,
    pub(crate) unread: UnreadValues,
    pub(crate) unread_usage: UnreadUsage,
    /// Whether a call within this one is what costs.
    pub(crate) is_covered: bool,
    /// The gaps between the chunks of its stream.
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
            gaps: None,
        }
    }

    /// Whether this is itself a call of a model, which alone costs money.
    ///
    /// Spans older than `gen_ai.operation.name` say so by what they carry.
    pub(crate) fn is_model_call(&self) -> bool {
        match (self.name, self.text(Attribute::OperationName)) {
            (Some(name), _) => name.is_model_call(),
            (None, Some(_)) => false,
            (None, None) => !self.found.is_none_of_ours && self.looks_like_a_model_call(),
        }
    }

    /// Whether this used a model under an operation's name that no convention knows: it may have cost money, or repeat
    /// what others cost.
    pub(crate) fn is_unknown_call(&self) -> bool {
        self.name.is_none() && self.has(Attribute::OperationName) && self.looks_like_a_model_call()
    }

    /// A model and its usage, and no agent, workflow or tool.
    fn looks_like_a_model_call(&self) -> bool {
        (self.has(Attribute::RequestModel) || self.has(Attribute::ResponseModel))
            && Attribute::ALL
                .iter()
                .any(|attribute| attribute.is_usage() && self.has(*attribute))
            && !self.has(Attribute::WorkflowName)
            && !self.has(Attribute::ToolName)
            && (self.found.is_within_agent || !self.has(Attribute::AgentName))
    }

    /// The usage with a whole input and output, where it is valid.
    pub(crate) fn whole_usage(&self) -> Option<&Usage> {
        (self.usage_state == UsageState::Valid).then(|| self.whole_usage.as_deref().unwrap_or(&self.usage))
    }

    /// The operation's name as metrics carry it, where it is required.
    pub(crate) fn metric_name(&self) -> &str {
        self.text(Attribute::OperationName).unwrap_or(OTHER)
    }

    pub(crate) fn position(&self, attribute: Attribute) -> Option<usize> {
        match self.positions.get(attribute as usize) {
            None | Some(&ABSENT) => None,
            Some(&position) => usize::try_from(position).ok(),
        }
    }

    /// Notes where `attribute` stands; no span has as many attributes as there are numbers here.
    pub(crate) fn place(&mut self, attribute: Attribute, position: usize) {
        if let Some(place) = self.positions.get_mut(attribute as usize) {
            *place = u32::try_from(position).unwrap_or(ABSENT);
        }
    }

    /// Notes anew where everything stands.
    pub(crate) fn place_anew(&mut self) {
        self.positions = [ABSENT; Attribute::COUNT];
        for position in 0..self.span.attributes.len() {
            let name = self.span.attributes.get(position).map(|found| found.key.as_str());
            let spelling = name.and_then(Attribute::from_name);
            if let Some(spelling) = spelling.filter(|spelling| spelling.is_current()) {
                self.place(spelling.attribute, position);
            }
        }
    }

    pub(crate) fn has(&self, attribute: Attribute) -> bool {
        self.position(attribute).is_some()
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

    /// Writes an attribute, over the one that is there.
    pub(crate) fn set(&mut self, attribute: Attribute, value: impl Into<Value>) {
        let value = value.into();
        if let Some(found) = self
            .position(attribute)
            .and_then(|position| self.span.attributes.get_mut(position))
        {
            found.value = value;
            return;
        }
        self.place(attribute, self.span.attributes.len());
        self.write(attribute.name(), value);
    }

    /// Takes an attribute off the span.
    pub(crate) fn remove(&mut self, attribute: Attribute) {
        let Some(position) = self.position(attribute) else {
            return;
        };
        self.place(attribute, usize::MAX);
        self.remove_at(position);
    }

    /// Takes the attribute at `position` off, which is none of those whose places are noted.
    fn remove_at(&mut self, position: usize) -> Option<KeyValue> {
        if position >= self.span.attributes.len() {
            return None;
        }
        let removed = self.span.attributes.remove(position);
        for place in &mut self.positions {
            if *place != ABSENT && usize::try_from(*place).is_ok_and(|place| place > position) {
                *place -= 1;
            }
        }
        Some(removed)
    }

    /// Makes room for just so many attributes more.
    ///
    /// By hand, since glibc's `realloc` takes the arena's lock, and the export thread, which frees what this thread
    /// allocates, holds it often: growing in place cost a fifth of a span. What is freed here serves the next span.
    pub(crate) fn make_room(&mut self, more: usize) {
        let attributes = &mut self.span.attributes;
        if attributes.capacity() - attributes.len() < more {
            let mut roomy = Vec::with_capacity(attributes.len() + more);
            roomy.append(attributes);
            *attributes = roomy;
        }
    }

    /// The text under a name of ours, where the span carries any of our counts.
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

    /// Takes an attribute of ours off whose name begins so, and which has no place of its own.
    pub(crate) fn take_own(&mut self, prefix: &str) -> Option<KeyValue> {
        let mut attributes = self.span.attributes.iter();
        let position = attributes.position(|attribute| attribute.key.as_str().starts_with(prefix))?;
        self.remove_at(position)
    }

    /// Adds an attribute of ours, which no earlier stage can have written.
    pub(crate) fn write(&mut self, name: &'static str, value: impl Into<Value>) {
        self.span
            .attributes
            .push(KeyValue::new(Key::from_static_str(name), value));
    }
}
