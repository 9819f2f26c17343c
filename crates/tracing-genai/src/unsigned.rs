//! Records which fields were unsigned integers, since the bridge exports them as text.
//!
//! tracing-opentelemetry has no visitor for `u64`, `u128` and `i128` and exports their `Debug` form
//! (tokio-rs/tracing-opentelemetry#267). Their type is known only here, where the field is recorded.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing_genai_semconv::Attribute;

/// Maximum number of names per span: more would be generated field names.
const MAX_FIELDS: usize = 32;

/// The names of fields with an unsigned or 128-bit integer, except the conventions' own, whose types the processor
/// knows.
#[derive(Debug, Default)]
pub(crate) struct UnsignedFields(Vec<&'static str>);

impl UnsignedFields {
    pub(crate) fn into_names(self) -> Vec<&'static str> {
        self.0
    }

    fn add(&mut self, name: &'static str) {
        if self.0.len() < MAX_FIELDS && Attribute::from_name(name).is_none() && !self.0.contains(&name) {
            self.0.push(name);
        }
    }
}

impl Visit for UnsignedFields {
    fn record_u64(&mut self, field: &Field, _value: u64) {
        self.add(field.name());
    }

    fn record_u128(&mut self, field: &Field, _value: u128) {
        self.add(field.name());
    }

    fn record_i128(&mut self, field: &Field, _value: i128) {
        self.add(field.name());
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}

/// Whether any field is unsigned or of 128 bits, read before the span is looked up.
#[derive(Debug, Default)]
pub(crate) struct HasUnsigned(pub(crate) bool);

impl Visit for HasUnsigned {
    fn record_u64(&mut self, _field: &Field, _value: u64) {
        self.0 = true;
    }

    fn record_u128(&mut self, _field: &Field, _value: u128) {
        self.0 = true;
    }

    fn record_i128(&mut self, _field: &Field, _value: i128) {
        self.0 = true;
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}
