//! Attributes taken off a span to be rewritten; a panic meanwhile does not lose them.

use std::cell::Cell;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::thread;

use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;

thread_local! {
    static RESCUED: Cell<Vec<KeyValue>> = const { Cell::new(Vec::new()) };
}

/// The attributes of a span, which has none until they are [put back](Self::into_attributes).
pub(crate) struct TakenAttributes(Vec<KeyValue>);

impl TakenAttributes {
    pub(crate) fn of(span: &mut SpanData) -> Self {
        Self(mem::take(&mut span.attributes))
    }

    pub(crate) fn into_attributes(mut self) -> Vec<KeyValue> {
        mem::take(&mut self.0)
    }
}

impl Deref for TakenAttributes {
    type Target = Vec<KeyValue>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for TakenAttributes {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Drop for TakenAttributes {
    fn drop(&mut self) {
        if !self.0.is_empty() && thread::panicking() {
            let attributes = mem::take(&mut self.0);
            let _ = RESCUED.try_with(|rescued| rescued.set(attributes));
        }
    }
}

/// Puts back what a stage had taken off `span` when it panicked on this thread.
pub(crate) fn put_back_rescued(span: &mut SpanData) {
    let mut rescued = RESCUED.try_with(Cell::take).unwrap_or_default();
    // A struck attribute has no name.
    rescued.retain(|attribute| !attribute.key.as_str().is_empty());
    span.attributes.append(&mut rescued);
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use opentelemetry::InstrumentationScope;
    use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status};
    use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};

    use super::*;

    fn span() -> SpanData {
        SpanData {
            span_context: SpanContext::NONE,
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: "s".into(),
            start_time: std::time::UNIX_EPOCH,
            end_time: std::time::UNIX_EPOCH,
            attributes: vec![KeyValue::new("a", 1), KeyValue::new("b", 2)],
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        }
    }

    #[test]
    fn a_panic_loses_no_attribute_that_was_taken() {
        let mut data = span();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let mut taken = TakenAttributes::of(&mut data);
            taken.push(KeyValue::new("c", 3));
            panic!("on purpose");
        }));
        assert!(panicked.is_err());
        put_back_rescued(&mut data);
        let names: Vec<_> = data.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn attributes_that_were_put_back_are_not_rescued_as_well() {
        let mut data = span();
        let attributes = TakenAttributes::of(&mut data).into_attributes();
        data.attributes = attributes;
        put_back_rescued(&mut data);
        assert_eq!(data.attributes.len(), 2);
    }
}
