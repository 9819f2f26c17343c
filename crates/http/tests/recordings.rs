//! Recorded exchanges of many providers play through the middleware: what goes in comes out, and what the provider said is
//! on the span.

#![cfg(feature = "reqwest-middleware")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic, its helpers too"
)]

#[path = "../../usage/tests/exchanges/mod.rs"]
mod exchanges;
#[path = "../../usage/tests/shared_data/mod.rs"]
mod shared_data;
mod spans;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;
use exchanges::{Exchange, input_and_output, objects};
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use opentelemetry_sdk::trace::SpanData;
use reqwest::{Body, Request, Response, ResponseBuilderExt};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};
use serde_json::Value;
use spans::{Spans, attribute, integer, text};
use tracing_genai_http::{Watch, WatchMiddleware};
use tracing_genai_usage::Endpoint;

/// Answers with what was recorded, in chunks, where the network would be.
struct Replay(Vec<Bytes>, http::response::Parts);

#[async_trait]
impl Middleware for Replay {
    async fn handle(
        &self,
        request: Request,
        _: &mut http::Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let frames: Vec<_> = self
            .0
            .iter()
            .cloned()
            .map(|bytes| Ok::<_, std::io::Error>(Frame::data(bytes)))
            .collect();
        let mut response = http::Response::builder()
            .status(self.1.status)
            .url(request.url().clone())
            .body(Body::wrap(StreamBody::new(stream::iter(frames))))
            .unwrap();
        *response.headers_mut() = self.1.headers.clone();
        Ok(Response::from(response))
    }
}

/// The host by which `provider` is watched here.
fn host(provider: &str) -> String {
    format!("{}.example", provider.replace(['.', '_'], "-"))
}

fn client(exchange: &Exchange) -> ClientWithMiddleware {
    let mut head = http::Response::builder().status(exchange.status);
    for (name, value) in &exchange.headers {
        head = head.header(name, value);
    }
    let chunks = exchange.body.chunks(97).map(Bytes::copy_from_slice).collect();
    let replay = Replay(chunks, head.body(()).unwrap().into_parts().0);
    let watch = Watch::new().host(&host(&exchange.provider), &exchange.provider);
    ClientBuilder::new(spans::reqwest_client())
        .with(WatchMiddleware::new(watch))
        .with(replay)
        .build()
}

/// Plays one exchange; panics where anything but the recorded comes out.
async fn play(exchange: &Exchange) {
    let url = format!("https://{}{}", host(&exchange.provider), exchange.path);
    let response = client(exchange)
        .post(&url)
        .body(exchange.request.clone())
        .send()
        .await
        .unwrap();
    let file = exchange.file.display();
    assert_eq!(response.status().as_u16(), exchange.status, "{file}");
    assert_eq!(response.url().as_str(), url, "{file}");
    for (name, value) in &exchange.headers {
        assert!(
            response.headers().get_all(name).iter().any(|of| of == value),
            "{file}: {name}"
        );
    }
    assert_eq!(response.bytes().await.unwrap(), exchange.body, "{file}");
}

/// What is wrong with the span of an exchange, if anything is.
fn fault(exchange: &Exchange, span: &SpanData) -> Option<String> {
    let endpoint = Endpoint::of_path(&exchange.provider, &exchange.path).unwrap();
    let used = (
        integer(span, "gen_ai.usage.input_tokens"),
        integer(span, "gen_ai.usage.output_tokens"),
    );
    let refused = exchange.status >= 400;
    if refused {
        let error_type = text(span, "error.type");
        let is_told = error_type == Some(exchange.status.to_string()) && used == (None, None);
        return (!is_told).then(|| format!("refused, but error.type is {error_type:?} and {used:?} was used"));
    }
    let objects = objects(&exchange.body);
    let (input, output) = input_and_output(endpoint.api, &objects);
    let signed = |count: Option<u64>| count.map(u64::cast_signed);
    if used != (signed(input), signed(output)) {
        return Some(format!("{used:?} was used, not {:?}", (input, output)));
    }
    if text(span, "gen_ai.provider.name").as_deref() != Some(&exchange.provider) {
        return Some("the provider is another".to_owned());
    }
    if attribute(span, "tracing_genai.response.unread").is_some() {
        return Some("it could not be read whole".to_owned());
    }
    let asked: Option<Value> = serde_json::from_slice(&exchange.request).ok();
    let asked = asked.as_ref().and_then(|asked| asked["model"].as_str());
    let model = text(span, "gen_ai.request.model");
    (asked.is_some() && model.as_deref() != asked).then(|| format!("asked {asked:?}, not {model:?}"))
}

#[tokio::test]
async fn every_recorded_exchange_passes_unchanged_and_its_usage_is_on_its_span() {
    let Some(folder) = shared_data::path("TRACING_GENAI_RECORDINGS") else {
        return;
    };
    let spans = Spans::collect();
    let (mut calls, mut with_usage, mut others) = (0, 0, 0);
    let mut wrong = Vec::new();
    for exchange in exchanges::read(&folder) {
        play(&exchange).await;
        let found = spans.take();
        let is_call = Endpoint::of_path(&exchange.provider, &exchange.path).is_some();
        match &found[..] {
            [] if !is_call => others += 1,
            [span] if is_call => {
                calls += 1;
                with_usage += usize::from(integer(span, "gen_ai.usage.input_tokens").is_some());
                if let Some(fault) = fault(&exchange, span) {
                    wrong.push(format!("{}: {fault}", exchange.file.display()));
                }
            }
            spans => wrong.push(format!("{}: {} spans", exchange.file.display(), spans.len())),
        }
    }
    assert!(wrong.is_empty(), "{} of {calls}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(2 * with_usage > calls, "only {with_usage} of {calls} calls have usage");
    eprintln!("{calls} calls, {with_usage} with usage; {others} other requests");
}

/// What a scenario is called when it is not said whether it was streamed.
fn scenario(file: &Path) -> (String, String) {
    const WAYS: &[&str] = &[
        "streaming",
        "streamed",
        "stream",
        "nonstreaming",
        "nonstreamed",
        "blocking",
    ];
    let name = file.file_stem().unwrap().to_str().unwrap();
    let words: Vec<_> = name.split('_').filter(|word| !WAYS.contains(word)).collect();
    (file.parent().unwrap().display().to_string(), words.join("_"))
}

/// The request but for what says that it is to be streamed.
fn request(exchange: &Exchange) -> Option<Value> {
    let mut request: Value = serde_json::from_slice(&exchange.request).ok()?;
    let object = request.as_object_mut()?;
    object.remove("stream");
    object.remove("stream_options");
    Some(request)
}

/// What twins agree on: everything but how much the model happened to say, and when. Where the request `says_the_same`, that
/// includes the input.
fn told(span: &SpanData, says_the_same: bool) -> BTreeMap<&str, String> {
    let names = [
        "gen_ai.provider.name",
        "gen_ai.operation.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "error.type",
    ];
    let mut told: BTreeMap<_, _> = names
        .into_iter()
        .filter_map(|name| Some((name, attribute(span, name)?.to_string())))
        .collect();
    // What tools that the provider runs put into the prompt is the model's doing, too.
    let input = "gen_ai.usage.input_tokens";
    let is_the_prompts = says_the_same && attribute(span, "tracing_genai.usage.input_tool_tokens").is_none();
    told.extend(
        integer(span, input)
            .filter(|_| is_the_prompts)
            .map(|count| (input, count.to_string())),
    );
    let counts = span.attributes.iter().map(|attribute| attribute.key.as_str());
    for name in counts.filter(|name| name.contains(".usage.") && *name != input) {
        told.insert(name, "counted".to_owned());
    }
    told
}

#[tokio::test]
async fn the_streamed_and_the_plain_twin_of_a_scenario_agree() {
    let Some(folder) = shared_data::path("TRACING_GENAI_RECORDINGS") else {
        return;
    };
    let spans = Spans::collect();
    let mut scenarios: BTreeMap<_, Vec<Exchange>> = BTreeMap::new();
    for exchange in exchanges::read(&folder) {
        scenarios.entry(scenario(&exchange.file)).or_default().push(exchange);
    }
    let (mut compared, mut wrong) = (0, Vec::new());
    for exchanges in scenarios.values() {
        let files: BTreeSet<_> = exchanges.iter().map(|exchange| &exchange.file).collect();
        if files.len() < 2 {
            continue;
        }
        for (at, one) in exchanges.iter().enumerate() {
            for other in &exchanges[at + 1..] {
                let is_twin = one.file != other.file
                    && one.status == other.status
                    && request(one).is_some()
                    && request(one) == request(other);
                if !is_twin {
                    continue;
                }
                play(one).await;
                play(other).await;
                let [first, second] = &spans.take()[..] else { continue };
                compared += 1;
                // What the model said in earlier turns, and the recording left out, may have differed.
                let says_the_same = !String::from_utf8_lossy(&one.request).contains("REDACTED");
                let (first, second) = (told(first, says_the_same), told(second, says_the_same));
                if first != second {
                    wrong.push(format!("{}: {first:?}\n  {second:?}", one.file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 0, "there are no twins");
    eprintln!("{compared} pairs of twins");
}
