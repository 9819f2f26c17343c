//! Delay that watching adds to the first chunk of a stream: medians over many calls, watched and unwatched in turn.
//!
//! `cargo xtask bench` runs it. The limit is 20 µs, including the start of the span.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, StreamBody};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{BatchSpanProcessor, InMemorySpanExporter, SdkTracerProvider};
use tower::{Layer, Service, service_fn};
use tracing_genai::GenAiProcessor;
use tracing_genai_http::{RequestBody, Watch, WatchLayer};
use tracing_subscriber::layer::SubscriberExt;

const CALLS: usize = 20_000;
const MAX_ADDED: Duration = Duration::from_micros(20);

const REQUEST: &str = r#"{"model":"gpt-4o","stream":true,"temperature":0.5,"messages":[{"role":"user","content":"Which is the largest lake in Sweden?"}]}"#;
const FIRST_CHUNK: &str = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}],\"usage\":null}\n\n";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let is_check = std::env::args().any(|argument| argument == "--check");
    let batch = BatchSpanProcessor::builder(InMemorySpanExporter::default()).build();
    let processor = GenAiProcessor::builder(batch).hand_over().build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let subscriber = tracing_subscriber::registry().with(tracing_genai::layer(provider.tracer("bench")));
    let _subscriber = tracing::subscriber::set_default(subscriber);

    let (mut watched, mut unwatched) = (Vec::with_capacity(CALLS), Vec::with_capacity(CALLS));
    for _ in 0..CALLS {
        unwatched.push(first_chunk("https://example.com/v1/chat/completions").await);
        watched.push(first_chunk("https://api.openai.com/v1/chat/completions").await);
    }
    let (watched, unwatched) = (median(watched), median(unwatched));
    let added = watched.saturating_sub(unwatched);
    println!("first chunk: unwatched {unwatched:>10.1?}, watched {watched:>10.1?}, added {added:.1?}");
    if is_check && added > MAX_ADDED {
        eprintln!("watching delays the first chunk by more than {MAX_ADDED:?}");
        std::process::exit(1);
    }
}

/// Time from the call to its first chunk.
async fn first_chunk(url: &str) -> Duration {
    let provider = service_fn(|request: Request<RequestBody<Full<Bytes>>>| async move {
        let _ = request.into_body().collect().await;
        let first = Ok::<_, Infallible>(http_body::Frame::data(Bytes::from_static(FIRST_CHUNK.as_bytes())));
        let body = StreamBody::new(futures_util::stream::iter([first]));
        Response::builder()
            .header("content-type", "text/event-stream")
            .body(body)
    });
    let mut service = WatchLayer::new(Watch::new()).layer(provider);
    let request = Request::post(url).body(Full::from(REQUEST)).unwrap_or_default();
    let started = Instant::now();
    if let Ok(response) = service.call(request).await {
        let _ = response.into_body().frame().await;
    }
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
