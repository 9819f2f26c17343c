//! What is kept with an open GenAI span, and becomes its closing note.

use std::fmt;
use std::time::{Instant, SystemTime};

use opentelemetry::trace::SpanId;
use tracing::Metadata;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Record};
use tracing_genai_processor::closing::Closing;
use tracing_genai_semconv as semconv;

use crate::unsigned::{HasUnsigned, UnsignedFields};

/// Stands in the extensions of a GenAI span from its opening to its end.
pub(crate) struct Opened {
    at: Instant,
    attempts: u32,
    unsigned: UnsignedFields,
    /// When a GenAI field was last recorded outside the span.
    last_record: Option<Instant>,
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
        }
    }

    pub(crate) fn attempt(&mut self) {
        self.attempts = self.attempts.saturating_add(1);
    }

    /// Where the types of unsigned fields are remembered.
    pub(crate) fn unsigned(&mut self) -> &mut UnsignedFields {
        &mut self.unsigned
    }

    /// A GenAI field is recorded now.
    pub(crate) fn recorded(&mut self) {
        self.last_record = Some(Instant::now());
    }

    /// The note about the span, which ends now.
    pub(crate) fn closing(self, span_id: SpanId, metadata: &Metadata<'static>) -> Closing {
        let closing = Closing::new(span_id, self.at.elapsed(), metadata.name())
            .attempts(self.attempts)
            .unsigned_fields(self.unsigned.into_names());
        if metadata.fields().field("otel.kind").is_some() {
            closing.kind_is_authors()
        } else {
            closing
        }
    }

    /// The note about the span, which closes now because the child has closed that alone kept it open.
    pub(crate) fn closing_with_child(self, span_id: SpanId, metadata: &Metadata<'static>) -> Closing {
        let last_record = self.last_record.map(|at| at.saturating_duration_since(self.at));
        self.closing(span_id, metadata)
            .kept_open(SystemTime::now(), last_record)
    }
}

/// What a record means to us, before anything looks for the span it belongs to.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    unsigned: HasUnsigned,
    /// Whether a GenAI field is among what is recorded.
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
