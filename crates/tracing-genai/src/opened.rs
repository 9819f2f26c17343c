//! Data kept with an open GenAI span, for its closing note.

use std::fmt;
use std::time::{Instant, SystemTime};

use opentelemetry::trace::SpanId;
use tracing::Metadata;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Record};
use tracing_genai_processor::closing::Closing;
use tracing_genai_processor::inner_calls::InnerCalls;
use tracing_genai_semconv as semconv;

use crate::unsigned::{HasUnsigned, UnsignedFields};

/// A span extension of GenAI spans from opening to end.
pub(crate) struct Opened {
    at: Instant,
    attempts: u32,
    unsigned: UnsignedFields,
    /// The time of the last record of a GenAI field outside the span.
    last_record: Option<Instant>,
    inner_calls: Option<Box<InnerCalls>>,
}

impl Opened {
    pub(crate) fn new(attributes: &Attributes<'_>) -> Self {
        let mut unsigned = UnsignedFields::default();
        attributes.record(&mut unsigned);
        Self {
            at: Instant::now(),
            attempts: 0,
            unsigned,
            last_record: None,
            inner_calls: None,
        }
    }

    pub(crate) fn attempt(&mut self) {
        self.attempts = self.attempts.saturating_add(1);
    }

    /// The unsigned fields.
    pub(crate) fn unsigned(&mut self) -> &mut UnsignedFields {
        &mut self.unsigned
    }

    /// The model calls of watched clients within the span.
    pub(crate) fn inner_calls(&mut self) -> &mut InnerCalls {
        self.inner_calls.get_or_insert_default()
    }

    /// Notes that a GenAI field is recorded now.
    pub(crate) fn recorded(&mut self) {
        self.last_record = Some(Instant::now());
    }

    /// The closing note of the span, which ends now.
    pub(crate) fn closing(self, span_id: SpanId, metadata: &Metadata<'static>) -> Closing {
        let closing = Closing::new(span_id, self.at.elapsed(), metadata.name())
            .attempts(self.attempts)
            .inner_calls(self.inner_calls)
            .unsigned_fields(self.unsigned.into_names());
        if metadata.fields().field("otel.kind").is_some() {
            closing.explicit_kind()
        } else {
            closing
        }
    }

    /// The closing note of a span that closes because its last child, which alone kept it open, has closed.
    pub(crate) fn closing_with_child(self, span_id: SpanId, metadata: &Metadata<'static>) -> Closing {
        let last_record = self.last_record.map(|at| at.saturating_duration_since(self.at));
        self.closing(span_id, metadata)
            .kept_open(SystemTime::now(), last_record)
    }
}

/// The relevant properties of a record, read before its span is looked up.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    unsigned: HasUnsigned,
    /// Whether a GenAI field is recorded.
    pub(crate) is_genai: bool,
}

impl Recorded {
    pub(crate) fn read(values: &Record<'_>) -> Self {
        let mut recorded = Self::default();
        values.record(&mut recorded);
        recorded
    }

    pub(crate) fn has_unsigned(&self) -> bool {
        self.unsigned.0
    }
}

impl Visit for Recorded {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.unsigned.record_u64(field, value);
        self.record_debug(field, &value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.unsigned.record_u128(field, value);
        self.record_debug(field, &value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.unsigned.record_i128(field, value);
        self.record_debug(field, &value);
    }

    fn record_debug(&mut self, field: &Field, _value: &dyn fmt::Debug) {
        self.is_genai = self.is_genai || semconv::is_genai(field.name());
    }
}
