//! Passes finished spans to several processors.

use std::thread;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

/// The processors a span goes to; only the copies beyond the first cost a clone.
#[derive(Debug)]
pub(crate) struct FanOut(Vec<Box<dyn SpanProcessor>>);

impl FanOut {
    pub(crate) fn new(processors: Vec<Box<dyn SpanProcessor>>) -> Self {
        Self(processors)
    }

    /// Asks each, side by side: one that waits for an answer that never comes must not take the others' time. The first
    /// failure is what is told.
    fn all(&self, ask: impl Fn(&dyn SpanProcessor) -> OTelSdkResult + Sync) -> OTelSdkResult {
        let Some((last, others)) = self.0.split_last() else {
            return Ok(());
        };
        thread::scope(|scope| {
            let asked: Vec<_> = others
                .iter()
                .map(|processor| {
                    let thread = thread::Builder::new().name("tracing-genai-fan-out".to_owned());
                    (processor, thread.spawn_scoped(scope, || ask(processor.as_ref())))
                })
                .collect();
            let mut result = ask(last.as_ref());
            for (processor, asked) in asked {
                let answer = match asked {
                    Ok(thread) => thread.join().unwrap_or(Ok(())),
                    // A host that can have no more threads asks them one after the other.
                    Err(_) => ask(processor.as_ref()),
                };
                result = result.and(answer);
            }
            result
        })
    }
}

#[deny(clippy::missing_trait_methods)]
impl SpanProcessor for FanOut {
    fn on_start(&self, span: &mut Span, parent: &Context) {
        for processor in &self.0 {
            processor.on_start(span, parent);
        }
    }

    fn on_end(&self, span: SpanData) {
        if let Some((last, others)) = self.0.split_last() {
            for processor in others {
                processor.on_end(span.clone());
            }
            last.on_end(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.all(|processor| processor.force_flush())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.all(|processor| processor.shutdown_with_timeout(timeout))
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.all(|processor| processor.shutdown())
    }

    fn set_resource(&mut self, resource: &Resource) {
        for processor in &mut self.0 {
            processor.set_resource(resource);
        }
    }
}
