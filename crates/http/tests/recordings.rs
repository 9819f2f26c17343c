//! Recorded exchanges of many providers pass through the middleware unchanged, and their usage is on the span.

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
#[path = "../../xtask/src/shared_data.rs"]
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

/// Responds with a recording, in chunks, in place of the network.
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

/// The host watched for `provider`.
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

/// Plays one exchange; panics if the response differs from the recording.
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

/// Why the span of an exchange is wrong.
fn fault(exchange: &Exchange, span: &SpanData) -> Option<String> {
    let endpoint = Endpoint::of_path(&exchange.provider, &exchange.path).unwrap();
    let used = (
        integer(span, "gen_ai.usage.input_tokens"),
        integer(span, "gen_ai.usage.output_tokens"),
    );
    let refused = exchange.status >= 400;
    if refused {
        let error_type = text(span, "error.type");
        let is_right = error_type == Some(exchange.status.to_string()) && used == (None, None);
        return (!is_right).then(|| format!("an HTTP error with error.type {error_type:?} and usage {used:?}"));
    }
    let objects = objects(&exchange.body);
    let (input, output) = input_and_output(endpoint.api, &objects);
    let signed = |count: Option<u64>| count.map(u64::cast_signed);
    if used != (signed(input), signed(output)) {
        return Some(format!("usage is {used:?}, expected {:?}", (input, output)));
    }
    if text(span, "gen_ai.provider.name").as_deref() != Some(&exchange.provider) {
        return Some("another provider".to_owned());
    }
    if attribute(span, "tracing_genai.response.unread").is_some() {
        return Some("marked unread".to_owned());
    }
    let asked: Option<Value> = serde_json::from_slice(&exchange.request).ok();
    let asked = asked.as_ref().and_then(|asked| asked["model"].as_str());
    let model = text(span, "gen_ai.request.model");
    (asked.is_some() && model.as_deref() != asked).then(|| format!("requested model {asked:?}, recorded {model:?}"))
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

/// The name of a scenario without the word for streamed or plain.
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

/// The request without its streaming options.
fn request(exchange: &Exchange) -> Option<Value> {
    let mut request: Value = serde_json::from_slice(&exchange.request).ok()?;
    let object = request.as_object_mut()?;
    object.remove("stream");
    object.remove("stream_options");
    Some(request)
}

/// The attributes that must agree between a streamed and a plain recording: not the output, whose length differs, and
/// the input only with the `same_input`.
fn comparable(span: &SpanData, same_input: bool) -> BTreeMap<&str, String> {
    let names = [
        "gen_ai.provider.name",
        "gen_ai.operation.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "error.type",
    ];
    let mut comparable: BTreeMap<_, _> = names
        .into_iter()
        .filter_map(|name| Some((name, attribute(span, name)?.to_string())))
        .collect();
    // The provider's own tools add to the input, depending on the output.
    let input = "gen_ai.usage.input_tokens";
    let is_comparable = same_input && attribute(span, "tracing_genai.usage.input_tool_tokens").is_none();
    comparable.extend(
        integer(span, input)
            .filter(|_| is_comparable)
            .map(|count| (input, count.to_string())),
    );
    let counts = span.attributes.iter().map(|attribute| attribute.key.as_str());
    for name in counts.filter(|name| name.contains(".usage.") && *name != input) {
        comparable.insert(name, "counted".to_owned());
    }
    comparable
}

#[tokio::test]
async fn streamed_and_plain_recordings_agree() {
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
                let is_pair = one.file != other.file
                    && one.status == other.status
                    && request(one).is_some()
                    && request(one) == request(other);
                if !is_pair {
                    continue;
                }
                play(one).await;
                play(other).await;
                let [first, second] = &spans.take()[..] else { continue };
                compared += 1;
                // Redacted messages may have differed.
                let same_input = !String::from_utf8_lossy(&one.request).contains("REDACTED");
                let (first, second) = (comparable(first, same_input), comparable(second, same_input));
                if first != second {
                    wrong.push(format!("{}: {first:?}\n  {second:?}", one.file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 0, "no pair was compared");
    eprintln!("{compared} pairs compared");
}
