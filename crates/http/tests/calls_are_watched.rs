//! Which requests are watched, how many spans they create, and which headers they send.

#![cfg(feature = "tower")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic, its helpers too")]

mod provider;
mod spans;

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use provider::{Provider, post, read};
use spans::{Spans, attribute, double, integer, text};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tracing::Instrument;
use tracing_genai_http::{AttemptLayer, RequestBody, Watch, WatchLayer};

const ANSWER: &str = r#"{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":9,"completion_tokens":2}}"#;
const CHAT: &str = "https://api.openai.com/v1/chat/completions";

#[tokio::test]
async fn other_hosts_and_paths_are_not_watched() {
    let spans = Spans::collect();
    for url in [
        "https://example.com/v1/chat/completions",
        "https://api.openai.com/v1/models",
    ] {
        let provider = Provider::answering([ANSWER]);
        let (bytes, _) = read(
            provider
                .send(Watch::new().propagate_to("example.com"), post(url, "{}"))
                .await,
        )
        .await;
        assert_eq!(bytes, ANSWER.as_bytes());
        let (headers, body) = provider.received.lock().unwrap().take().unwrap();
        assert!(!headers.contains_key("traceparent") && body == "{}", "{url}");
    }
    assert!(spans.take().is_empty());
}

#[tokio::test]
async fn request_parameters_are_recorded_and_the_body_is_unchanged() {
    let spans = Spans::collect();
    let asked = r#"{"model":"gpt-4o","temperature":0.5,"max_completion_tokens":64,"n":2,"stop":["END"],"seed":-7}"#;
    let provider = Provider::answering([ANSWER]);
    read(provider.send(Watch::new(), post(CHAT, asked)).await).await;
    let (_, body) = provider.received.lock().unwrap().take().unwrap();
    assert_eq!(body, asked);
    let span = spans.take().remove(0);
    assert_eq!(double(&span, "gen_ai.request.temperature"), Some(0.5));
    assert_eq!(integer(&span, "gen_ai.request.max_tokens"), Some(64));
    assert_eq!(integer(&span, "gen_ai.request.choice.count"), Some(2));
    assert_eq!(integer(&span, "gen_ai.request.seed"), Some(-7));
    assert_eq!(
        text(&span, "gen_ai.request.stop_sequences").as_deref(),
        Some("[\"END\"]")
    );
}

#[tokio::test]
async fn the_model_of_a_transcription_is_read_from_its_form() {
    let spans = Spans::collect();
    let form = "--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n\0\0\0\r\n--b\r\n\
        content-disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b--\r\n";
    let request = Request::post("https://api.openai.com/v1/audio/transcriptions")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Full::from(form))
        .unwrap();
    let provider = Provider::answering([r#"{"text":"Hi","usage":{"type":"duration","seconds":27}}"#]);
    read(provider.send(Watch::new(), request).await).await;
    let span = spans.take().remove(0);
    assert_eq!(text(&span, "gen_ai.request.model").as_deref(), Some("whisper-1"));
    assert_eq!(integer(&span, "tracing_genai.usage.audio_seconds"), Some(27));
}

/// A deployment in the URL decides, whatever the body asks for: it is what runs.
#[tokio::test]
async fn the_model_of_the_url_wins_over_the_body() {
    let long = format!(r#"{{"messages":[{}1],"#, "[],".repeat(100_000));
    for (url, model) in [
        (
            "https://x.openai.azure.com/openai/deployments/gpt-4o/chat/completions",
            "gpt-4o",
        ),
        ("https://api.openai.com/v1/chat/completions", "gpt-4o-mini"),
    ] {
        for start in [r#"{"temperature":0.5,"#, &long] {
            let body = format!(r#"{start}"model":"gpt-4o-mini"}}"#);
            let spans = Spans::collect();
            // It answers when the body was read.
            let service = service_fn(|request: Request<RequestBody<Full<Bytes>>>| async {
                request.into_body().collect().await.unwrap();
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                Ok::<_, Infallible>(Response::new(Full::from(ANSWER)))
            });
            let mut service = ServiceBuilder::new()
                .layer(WatchLayer::new(Watch::new()))
                .service(service);
            let request = Request::post(url).body(Full::from(body.clone())).unwrap();
            drop(service.ready().await.unwrap().call(request).await);
            let of_tower = spans.take().remove(0);
            assert_eq!(
                text(&of_tower, "gen_ai.request.model").as_deref(),
                Some(model),
                "{url} by tower"
            );
            #[cfg(feature = "reqwest-middleware")]
            {
                let mut service = WatchLayer::new(Watch::new()).layer(service_fn(|_: reqwest::Request| async {
                    for _ in 0..100 {
                        tokio::task::yield_now().await;
                    }
                    Ok::<_, Infallible>(reqwest::Response::from(Response::new(ANSWER)))
                }));
                let request = spans::reqwest_client().post(url).body(body).build().unwrap();
                drop(service.call(request).await);
                let of_reqwest = spans.take().remove(0);
                assert_eq!(of_reqwest.name, of_tower.name, "{url} by reqwest");
                assert_eq!(
                    text(&of_reqwest, "gen_ai.request.model").as_deref(),
                    Some(model),
                    "{url} by reqwest"
                );
            }
        }
    }
}

#[tokio::test]
async fn retries_are_one_span() {
    let spans = Spans::collect();
    let mut refusals = 2;
    let provider = service_fn(move |request: Request<RequestBody<Full<Bytes>>>| {
        let status = if refusals > 0 { 503 } else { 200 };
        refusals -= 1;
        async move {
            request.into_body().collect().await.unwrap();
            let answer = Response::builder().status(status).body(Full::from(ANSWER)).unwrap();
            Ok::<_, Infallible>(answer)
        }
    });
    // The retrying service stands between the two layers.
    let mut attempts = ServiceBuilder::new().layer(AttemptLayer::new()).service(provider);
    let retrying = service_fn(move |request: Request<RequestBody<Full<Bytes>>>| {
        let calls: Vec<_> = (0..3)
            .map(|_| attempts.call(Request::post(CHAT).body(RequestBody::default()).unwrap()))
            .collect();
        async move {
            request.into_body().collect().await.unwrap();
            let mut answer = None;
            for call in calls {
                let response = call.await?;
                if response.status() == 200 {
                    answer = Some(response);
                }
            }
            Ok::<_, Infallible>(answer.unwrap())
        }
    });
    let mut service = ServiceBuilder::new()
        .layer(WatchLayer::new(Watch::new()))
        .service(retrying);
    let response = service
        .ready()
        .await
        .unwrap()
        .call(post(CHAT, "{\"model\":\"gpt-4o\"}"))
        .await
        .unwrap();
    response.into_body().collect().await.unwrap();
    let found = spans.take();
    assert_eq!(found.len(), 1);
    assert_eq!(integer(&found[0], "tracing_genai.retry.count"), Some(2));
    assert_eq!(integer(&found[0], "gen_ai.usage.input_tokens"), Some(9));
}

#[tokio::test]
async fn the_trace_context_is_sent_only_to_hosts_of_propagate_to() {
    let spans = Spans::collect();
    let watch = Watch::new()
        .host("llm.internal:8080", "openai")
        .propagate_to("llm.internal");
    let sent = async |url| {
        let provider = Provider::answering([ANSWER]);
        read(provider.send(watch.clone(), post(url, "{}")).await).await;
        let (headers, _) = provider.received.lock().unwrap().take().unwrap();
        let sent = headers
            .get("traceparent")
            .map(|value| value.to_str().unwrap().to_owned());
        (sent, spans.take().remove(0))
    };
    let (unsent, _) = sent(CHAT).await;
    assert_eq!(unsent, None);
    let (sent, span) = sent("http://llm.internal:8080/v1/chat/completions").await;
    let context = span.span_context;
    let carried = std::collections::HashMap::from([("traceparent".to_owned(), sent.unwrap())]);
    let carried = TraceContextPropagator::new().extract(&carried);
    let carried = opentelemetry::trace::TraceContextExt::span(&carried)
        .span_context()
        .clone();
    assert_eq!(carried.trace_id(), context.trace_id());
    assert_eq!(carried.span_id(), context.span_id());
}

#[tokio::test]
async fn baggage_is_sent_only_to_hosts_of_propagate_all_to() {
    opentelemetry::global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ]));
    let spans = Spans::collect();
    let watch = Watch::new()
        .host("gateway.internal", "openai")
        .host("llm.internal", "openai")
        .host("both.internal", "openai")
        .propagate_to("gateway.internal")
        .propagate_all_to("llm.internal")
        .propagate_all_to("both.internal")
        .propagate_to("both.internal");
    let user = KeyValue::new("user.id", "u-42");
    let _baggage = Context::current_with_baggage([user]).attach();
    for (host, has_context, baggage) in [
        ("api.openai.com", false, None),
        ("gateway.internal", true, None),
        ("llm.internal", true, Some("user.id=u-42")),
        ("both.internal", true, Some("user.id=u-42")),
    ] {
        let url = format!("https://{host}/v1/chat/completions");
        let provider = Provider::answering([ANSWER]);
        read(provider.send(watch.clone(), post(&url, "{}")).await).await;
        let (headers, _) = provider.received.lock().unwrap().take().unwrap();
        let sent = headers.get("baggage").map(|value| value.to_str().unwrap());
        assert_eq!(headers.contains_key("traceparent"), has_context, "{host}");
        assert_eq!(sent, baggage, "{host}");
    }
    assert_eq!(spans.take().len(), 4);
}

#[tokio::test]
async fn an_enclosing_framework_span_is_marked_covered() {
    let spans = Spans::collect();
    let framework = tracing::info_span!(
        "chat",
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = "openai",
        gen_ai.request.model = "gpt-4o-2024-08-06",
        gen_ai.usage.input_tokens = 9,
        gen_ai.usage.output_tokens = 2,
    );
    let around = tracing::info_span!(parent: &framework, "http request");
    async {
        read(Provider::answering([ANSWER]).send(Watch::new(), post(CHAT, "{}")).await).await;
    }
    .instrument(around)
    .await;
    drop(framework);
    let found = spans.take();
    let costs: Vec<_> = found
        .iter()
        .filter(|span| attribute(span, "gen_ai.usage.cost").is_some())
        .map(|span| attribute(span, "tracing_genai.covered").is_some())
        .collect();
    assert_eq!(
        costs,
        [false],
        "of {} spans, only the call that is not covered has a cost",
        found.len()
    );
    let covered = found
        .iter()
        .filter(|span| attribute(span, "tracing_genai.covered").is_some());
    assert_eq!(covered.count(), 1);
}

/// Neither the framework nor the answer has counts or a model, so that the requested model decides.
#[tokio::test]
async fn a_framework_span_is_covered_by_the_model_of_the_body() {
    let spans = Spans::collect();
    for (model, is_covered) in [("gpt-4o", true), ("claude-sonnet-4-5", false)] {
        let framework = tracing::info_span!(
            "chat",
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = "openai",
            gen_ai.request.model = model,
        );
        let request = post(CHAT, r#"{"model":"gpt-4o"}"#);
        async {
            read(Provider::answering(["{}"]).send(Watch::new(), request).await).await;
        }
        .instrument(framework.clone())
        .await;
        drop(framework);
        let covered = spans.take().into_iter();
        let covered = covered.filter(|span| attribute(span, "tracing_genai.covered").is_some());
        assert_eq!(covered.count() == 1, is_covered, "{model}");
    }
}

#[tokio::test]
async fn a_dropped_call_is_cancelled() {
    let spans = Spans::collect();
    let never = service_fn(|_: Request<RequestBody<Full<Bytes>>>| {
        std::future::pending::<Result<Response<Full<Bytes>>, Infallible>>()
    });
    let mut service = ServiceBuilder::new()
        .layer(WatchLayer::new(Watch::new()))
        .service(never);
    let call = service.ready().await.unwrap().call(post(CHAT, "{}"));
    assert!(
        tokio::time::timeout(std::time::Duration::from_millis(5), call)
            .await
            .is_err()
    );
    let span = spans.take().remove(0);
    assert_eq!(
        text(&span, "tracing_genai.stream.outcome").as_deref(),
        Some("cancelled")
    );
}

#[cfg(feature = "reqwest-middleware")]
#[tokio::test]
async fn a_key_in_the_url_does_not_reach_the_span() {
    use opentelemetry::trace::Status;
    use tracing_genai_http::WatchMiddleware;

    let spans = Spans::collect();
    // No server listens on this port.
    let watch = Watch::new().host("127.0.0.1", "gcp.gemini");
    let client = reqwest_middleware::ClientBuilder::new(spans::reqwest_client())
        .with(WatchMiddleware::new(watch))
        .build();
    let url = "http://127.0.0.1:9/v1beta/models/gemini-2.5-flash:generateContent?key=SECRET";
    assert!(client.post(url).body("{}").send().await.is_err());
    let span = spans.take().remove(0);
    let Status::Error { description } = &span.status else {
        panic!("{:?}", span.status)
    };
    assert!(
        description.contains("127.0.0.1") && !description.contains("SECRET"),
        "{description}"
    );
    assert_eq!(text(&span, "error.type").as_deref(), Some("connect"));
}
