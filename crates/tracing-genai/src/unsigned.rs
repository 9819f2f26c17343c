//! Notices which fields were unsigned integers, since the bridge makes text of them.
//!
//! tracing-opentelemetry has no visitor for `u64`, `u128` and `i128` and exports their `Debug` form
//! (tokio-rs/tracing-opentelemetry#267). Only here, where the field is recorded, its type is still known.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing_genai_semconv::Attribute;

/// The most names that are kept for a span: more would be a service that makes up field names.
const MOST: usize = 32;

/// The names of fields that were given an unsigned or 128-bit integer. The conventions' own are left out: the processor
/// knows their types.
#[derive(Debug, Default)]
pub(crate) struct UnsignedFields(Vec<&'static str>);

impl UnsignedFields {
    pub(crate) fn into_names(self) -> Vec<&'static str> {
        self.0
    }

    fn add(&mut self, name: &'static str) {
        if self.0.len() < MOST && Attribute::from_name(name).is_none() && !self.0.contains(&name) {
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

/// Whether there is any such field at all, before anybody looks for the span they belong to.
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
