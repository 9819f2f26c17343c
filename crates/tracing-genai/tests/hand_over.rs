//! All spans handed over to the processor's thread are exported as without hand-over.

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData, SpanExporter};
use tracing_genai::GenAiProcessor;
use tracing_genai::usage::{Unit, Usage};
use tracing_subscriber::layer::SubscriberExt;

fn provider(spans: &InMemorySpanExporter) -> SdkTracerProvider {
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone()))
        .hand_over()
        .build();
    SdkTracerProvider::builder().with_span_processor(processor).build()
}

fn dispatch(provider: &SdkTracerProvider) -> tracing::Dispatch {
    tracing_subscriber::registry()
        .with(tracing_genai::layer(provider.tracer("service")))
        .into()
}

fn call() {
    let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
    call.usage(&Usage::new().with(Unit::InputTokens, 1000).with(Unit::OutputTokens, 100));
}

#[test]
fn a_flush_waits_for_every_span_that_ended_before_it() {
    // More than the queue holds, from several threads: if it is full, the ending thread processes spans.
    const THREADS: usize = 4;
    const CALLS: usize = 2_000;
    let spans = InMemorySpanExporter::default();
    let provider = provider(&spans);
    let dispatch = dispatch(&provider);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| tracing::dispatcher::with_default(&dispatch, || (0..CALLS).for_each(|_| call())));
        }
    });
    provider.force_flush().unwrap();
    let finished = spans.get_finished_spans().unwrap();
    assert_eq!(finished.len(), THREADS * CALLS);
    for span in finished {
        let has = |name: &str| span.attributes.iter().any(|attribute| attribute.key.as_str() == name);
        assert!(has("gen_ai.usage.cost") && has("tracing_genai.cost.status"));
        assert_eq!(span.name, "chat gpt-4o-mini");
    }
}

#[derive(Debug, Default, Clone)]
struct Counting(std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl SpanExporter for Counting {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.fetch_add(batch.len(), std::sync::atomic::Ordering::SeqCst);
        Ok(())
    }
}

#[test]
fn a_shutdown_waits_for_every_span() {
    let exported = Counting::default();
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(exported.clone()))
        .hand_over()
        .build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    tracing::dispatcher::with_default(&dispatch(&provider), || (0..10).for_each(|_| call()));
    provider.shutdown().unwrap();
    assert_eq!(exported.0.load(std::sync::atomic::Ordering::SeqCst), 10);
}

#[test]
fn spans_are_forwarded_without_a_flush() {
    let spans = InMemorySpanExporter::default();
    let provider = provider(&spans);
    let dispatch = dispatch(&provider);
    // Twice, with a pause in which the thread parks: it must be woken.
    for round in 1..=2 {
        tracing::dispatcher::with_default(&dispatch, call);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while spans.get_finished_spans().unwrap().len() < round {
            assert!(
                std::time::Instant::now() < deadline,
                "the span of round {round} never went on"
            );
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
}
