//! Passes finished spans to several processors.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

/// The processors a span goes to; only the copies beyond the first cost a clone.
#[derive(Debug)]
pub(crate) struct FanOut(Vec<Box<dyn SpanProcessor>>);

impl FanOut {
    pub(crate) fn new(processors: Vec<Box<dyn SpanProcessor>>) -> Self {
        Self(processors)
    }

    /// Asks each, side by side: one that waits for an answer that never comes must not take the others' time. The first
    /// failure is returned; a panic is one, and does not leave.
    fn all(&self, ask: impl Fn(&dyn SpanProcessor) -> OTelSdkResult + Sync) -> OTelSdkResult {
        let Some((last, others)) = self.0.split_last() else {
            return Ok(());
        };
        let ask = |processor: &dyn SpanProcessor| {
            catch_unwind(AssertUnwindSafe(|| ask(processor))).unwrap_or_else(|_| Err(panicked()))
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
                    Ok(thread) => thread.join().unwrap_or_else(|_| Err(panicked())),
                    // A host that can have no more threads asks them one after the other.
                    Err(_) => ask(processor.as_ref()),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Counts what it is asked, and panics where it is to.
    #[derive(Debug, Default)]
    struct Asked {
        times: Arc<AtomicU32>,
        panics: bool,
    }

    impl Asked {
        fn asked(&self) {
            self.times.fetch_add(1, Ordering::Relaxed);
            assert!(!self.panics, "as the test wants it");
        }
    }

    impl SpanProcessor for Asked {
        fn on_start(&self, _span: &mut Span, _parent: &Context) {}

        fn on_end(&self, _span: SpanData) {}

        fn force_flush(&self) -> OTelSdkResult {
            self.asked();
            Ok(())
        }

        fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
            self.asked();
            Ok(())
        }
    }

    #[test]
    fn a_panic_in_any_processor_is_a_failure_and_the_others_are_asked() {
        for panicking in 0..3 {
            let times: [Arc<AtomicU32>; 3] = Default::default();
            let processors = times.iter().enumerate().map(|(number, times)| {
                let times = Arc::clone(times);
                let panics = number == panicking;
                Box::new(Asked { times, panics }) as Box<dyn SpanProcessor>
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
    fn processors_that_all_succeed_are_a_success() {
        let processors = (0..3).map(|_| Box::new(Asked::default()) as Box<dyn SpanProcessor>);
        assert!(FanOut::new(processors.collect()).force_flush().is_ok());
        assert!(FanOut::new(Vec::new()).force_flush().is_ok());
    }
}
