//! Attributes detached from a span to be rewritten; a panic does not lose them.

use std::cell::Cell;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::thread;

use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;

thread_local! {
    static RECOVERED: Cell<Vec<KeyValue>> = const { Cell::new(Vec::new()) };
}

/// The attributes of a span, which has none until they are [restored](Self::into_attributes).
pub(crate) struct DetachedAttributes(Vec<KeyValue>);

impl DetachedAttributes {
    pub(crate) fn of(span: &mut SpanData) -> Self {
        Self(mem::take(&mut span.attributes))
    }

    pub(crate) fn into_attributes(mut self) -> Vec<KeyValue> {
        mem::take(&mut self.0)
    }
}

impl Deref for DetachedAttributes {
    type Target = Vec<KeyValue>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for DetachedAttributes {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Drop for DetachedAttributes {
    fn drop(&mut self) {
        if !self.0.is_empty() && thread::panicking() {
            let attributes = mem::take(&mut self.0);
            let _ = RECOVERED.try_with(|recovered| recovered.set(attributes));
        }
    }
}

/// Restores attributes that a stage had detached from `span` when it panicked on this thread.
pub(crate) fn restore_after_panic(span: &mut SpanData) {
    let mut recovered = RECOVERED.try_with(Cell::take).unwrap_or_default();
    // An empty name marks an attribute for removal.
    recovered.retain(|attribute| !attribute.key.as_str().is_empty());
    span.attributes.append(&mut recovered);
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
    fn a_panic_loses_no_detached_attribute() {
        let mut data = span();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let mut taken = DetachedAttributes::of(&mut data);
            taken.push(KeyValue::new("c", 3));
            panic!("on purpose");
        }));
        assert!(panicked.is_err());
        restore_after_panic(&mut data);
        let names: Vec<_> = data.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn restored_attributes_are_not_duplicated() {
        let mut data = span();
        let attributes = DetachedAttributes::of(&mut data).into_attributes();
        data.attributes = attributes;
        restore_after_panic(&mut data);
        assert_eq!(data.attributes.len(), 2);
    }
}
