//! Forwards ended spans to several processors.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

/// Forwards spans to several processors, each of which but the last gets a clone.
///
/// Wrap it in one [`GenAiProcessor`](crate::GenAiProcessor), so that a span is processed once. A flush and a shutdown call
/// the processors side by side; the first failure is returned, and a panic is a failure. A panic at the end of a span
/// does not keep it from the other processors.
///
/// ```
/// use opentelemetry_sdk::trace::{InMemorySpanExporter, SimpleSpanProcessor};
/// use tracing_genai_processor::{FanOut, GenAiProcessor};
///
/// let exporting = || Box::new(SimpleSpanProcessor::new(InMemorySpanExporter::default())) as _;
/// let processor = GenAiProcessor::builder(FanOut::new(vec![exporting(), exporting()])).build();
/// ```
#[derive(Debug)]
pub struct FanOut(Vec<Box<dyn SpanProcessor>>);

impl FanOut {
    /// Forwards to `processors`, in their order.
    pub fn new(processors: Vec<Box<dyn SpanProcessor>>) -> Self {
        Self(processors)
    }

    /// Calls each processor concurrently, so that one that blocks does not use the others' time. Returns the first
    /// failure; a panic is a failure.
    fn all(&self, call: impl Fn(&dyn SpanProcessor) -> OTelSdkResult + Sync) -> OTelSdkResult {
        let Some((last, others)) = self.0.split_last() else {
            return Ok(());
        };
        let call = |processor: &dyn SpanProcessor| {
            catch_unwind(AssertUnwindSafe(|| call(processor))).unwrap_or_else(|_| Err(panicked()))
        };
        thread::scope(|scope| {
            let calls: Vec<_> = others
                .iter()
                .map(|processor| {
                    let thread = thread::Builder::new().name("tracing-genai-fan-out".to_owned());
                    (processor, thread.spawn_scoped(scope, || call(processor.as_ref())))
                })
                .collect();
            let mut result = call(last.as_ref());
            for (processor, calls) in calls {
                let answer = match calls {
                    Ok(thread) => thread.join().unwrap_or_else(|_| Err(panicked())),
                    // No thread could be started: call it here.
                    Err(_) => call(processor.as_ref()),
                };
                result = result.and(answer);
            }
            result
        })
    }
}

fn panicked() -> OTelSdkError {
    OTelSdkError::InternalFailure("a span processor panicked".to_owned())
}

#[deny(clippy::missing_trait_methods)]
impl SpanProcessor for FanOut {
    fn on_start(&self, span: &mut Span, parent: &Context) {
        for processor in &self.0 {
            processor.on_start(span, parent);
        }
    }

    fn on_end(&self, span: SpanData) {
        let Some((last, others)) = self.0.split_last() else {
            return;
        };
        let mut panic = None;
        for processor in others {
            let ended = catch_unwind(AssertUnwindSafe(|| processor.on_end(span.clone())));
            panic = panic.or(ended.err());
        }
        last.on_end(span);
        // The others have the span; the caller counts the panic.
        if let Some(panic) = panic {
            resume_unwind(panic);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Counts its calls, and panics if `panics`.
    #[derive(Debug, Default)]
    struct CallCounter {
        times: Arc<AtomicU32>,
        panics: bool,
    }

    impl CallCounter {
        fn count(&self) {
            self.times.fetch_add(1, Ordering::Relaxed);
            assert!(!self.panics, "on purpose");
        }
    }

    impl SpanProcessor for CallCounter {
        fn on_start(&self, _span: &mut Span, _parent: &Context) {}

        fn on_end(&self, _span: SpanData) {}

        fn force_flush(&self) -> OTelSdkResult {
            self.count();
            Ok(())
        }

        fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
            self.count();
            Ok(())
        }
    }

    #[test]
    fn a_panic_in_one_processor_is_a_failure_and_the_others_are_called() {
        for panicking in 0..3 {
            let times: [Arc<AtomicU32>; 3] = Default::default();
            let processors = times.iter().enumerate().map(|(number, times)| {
                let times = Arc::clone(times);
                let panics = number == panicking;
                Box::new(CallCounter { times, panics }) as Box<dyn SpanProcessor>
            });
            let fan_out = FanOut::new(processors.collect());
            for result in [
                fan_out.force_flush(),
                fan_out.shutdown_with_timeout(Duration::from_secs(5)),
                fan_out.shutdown(),
            ] {
                assert!(matches!(result, Err(OTelSdkError::InternalFailure(_))), "{result:?}");
            }
            assert_eq!(times.map(|times| times.load(Ordering::Relaxed)), [3, 3, 3]);
        }
    }

    #[test]
    fn success_of_all_processors_is_a_success() {
        let processors = (0..3).map(|_| Box::new(CallCounter::default()) as Box<dyn SpanProcessor>);
        assert!(FanOut::new(processors.collect()).force_flush().is_ok());
        assert!(FanOut::new(Vec::new()).force_flush().is_ok());
    }
}
