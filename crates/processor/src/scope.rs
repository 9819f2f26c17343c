//! The instrumentation scope of the processor's metrics and events.

use opentelemetry::InstrumentationScope;

pub(crate) fn scope() -> InstrumentationScope {
    InstrumentationScope::builder("tracing-genai")
        .with_version(env!("CARGO_PKG_VERSION"))
        .build()
}
