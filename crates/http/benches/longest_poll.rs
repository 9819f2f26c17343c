//! The longest poll of a call with a large body, watched and unwatched. Each poll does the same work in every round, and
//! counts with its best, since other work on the machine interrupts some.
//!
//! `cargo xtask bench` runs it. The limit is 1 ms more than unwatched, for bodies made to be slow.

#[path = "../../usage/benches/bodies/mod.rs"]
mod bodies;

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{BatchSpanProcessor, InMemorySpanExporter, SdkTracerProvider};
use tower::{Layer, Service, service_fn};
use tracing_genai::GenAiProcessor;
use tracing_genai_http::{RequestBody, Watch, WatchLayer};
use tracing_subscriber::layer::SubscriberExt;

const ROUNDS: u32 = 5;
const BYTES: usize = 33 << 20;
const MAX_ADDED: Duration = Duration::from_millis(1);
/// More polls than a body has slices.
const POLLS: u32 = 4_000;

fn main() {
    let is_check = std::env::args().any(|argument| argument == "--check");
    let batch = BatchSpanProcessor::builder(InMemorySpanExporter::default()).build();
    let processor = GenAiProcessor::builder(batch).hand_over().build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let subscriber = tracing_subscriber::registry().with(tracing_genai::layer(provider.tracer("bench")));
    let _subscriber = tracing::subscriber::set_default(subscriber);

    let mut missed = false;
    for (of, body) in bodies::hostile(BYTES) {
        let body = Bytes::from(body);
        let best = |url: &str| {
            let rounds = (0..ROUNDS).map(|_| polls(url, &body));
            let best =
                rounds.reduce(|best, round| best.into_iter().zip(round).map(|(one, other)| one.min(other)).collect());
            best.unwrap_or_default().into_iter().max().unwrap_or_default()
        };
        let unwatched = best("https://example.com/v1/chat/completions");
        let watched = best("https://api.openai.com/v1/chat/completions");
        println!(
            "{of:<24} {:>9} bytes: unwatched {unwatched:>8.1?}, watched {watched:>8.1?}",
            body.len()
        );
        missed |= watched > unwatched + MAX_ADDED;
    }
    if is_check && missed {
        eprintln!("watching makes a poll longer by more than {MAX_ADDED:?}");
        std::process::exit(1);
    }
}

/// The times of a call, whose response comes after [`POLLS`]: of its start, and of each poll.
fn polls(url: &str, body: &Bytes) -> Vec<Duration> {
    let provider = service_fn(|request: Request<RequestBody<Full<Bytes>>>| async move {
        let _ = request.into_body().collect().await;
        let mut polls = 0;
        std::future::poll_fn(|_| {
            polls += 1;
            if polls < POLLS { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("{}")))
    });
    let mut service = WatchLayer::new(Watch::new()).layer(provider);
    let request = Request::post(url).body(Full::from(body.clone())).unwrap_or_default();
    let started = Instant::now();
    let mut call = pin!(service.call(request));
    let mut times = vec![started.elapsed()];
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let started = Instant::now();
        let is_over = call.as_mut().poll(&mut context).is_ready();
        times.push(started.elapsed());
        if is_over {
            return times;
        }
    }
}
