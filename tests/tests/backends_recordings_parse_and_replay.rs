//! Every recording is readable, and the replay server responds with it.
#![allow(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::time::{Duration, Instant};

use serde_json::Value;
use tracing_genai_tests::{
    recordings::{self, Exchange, Recording},
    replay::{Replay, ReplayServer},
};

#[test]
fn own_recordings_are_readable() {
    let recordings = recordings::all_own();

    check(&recordings);
    let names: Vec<&str> = recordings.iter().map(|recording| recording.name.as_str()).collect();
    assert!(names.contains(&"openai/chat_streamed"), "{names:?}");
    assert!(names.contains(&"anthropic/messages_cached"), "{names:?}");
}

#[test]
fn recordings_of_the_configured_folder_are_readable() {
    let Some(recordings) = recordings::named() else { return };
    check(&recordings);
}

#[test]
fn a_stream_is_the_raw_text_of_its_events() {
    let exchange = only(recordings::own("openai/chat_streamed"));

    let text = String::from_utf8(exchange.then.body.to_vec()).expect("UTF-8");
    assert!(exchange.then.is_stream());
    assert!(text.starts_with("data: {\"id\":"), "{text}");
    assert!(text.ends_with("\n\ndata: [DONE]\n\n"), "{text}");
}

#[tokio::test]
async fn a_request_gets_the_recorded_status_headers_and_body() {
    let exchange = only(recordings::own("openai/unauthorized"));
    let provider = Replay::of(vec![exchange.clone()]).serve();

    let response = send(&provider, &exchange).await;

    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["x-request-id"], "req_unauthorized_1");
    assert_eq!(response.json::<Value>().await.ok(), exchange.then.json());
}

#[tokio::test]
async fn requests_are_matched_by_body() {
    let exchanges = recordings::own("openai/chat_cached");
    let provider = Replay::of(exchanges.clone()).serve();

    let second = send(&provider, &exchanges[1]).await.json::<Value>().await.ok();
    let first = send(&provider, &exchanges[0]).await.json::<Value>().await.ok();

    assert_eq!(second, exchanges[1].then.json());
    assert_eq!(first, exchanges[0].then.json());
}

#[tokio::test]
async fn a_stream_is_sent_in_chunks_with_delays() {
    let exchange = only(recordings::own("openai/chat_streamed"));
    let provider = Replay::of(vec![exchange.clone()])
        .in_chunks(400, Duration::from_millis(20))
        .serve();

    let started = Instant::now();
    let mut response = send(&provider, &exchange).await;
    let (mut pieces, mut body) = (0, Vec::new());
    while let Some(piece) = response.chunk().await.expect("a whole stream") {
        pieces += 1;
        body.extend_from_slice(&piece);
    }

    let sent = u32::try_from(exchange.then.body.len().div_ceil(400)).expect("a short stream");
    assert_eq!(body, exchange.then.body);
    assert!(pieces > 1, "{pieces} pieces");
    assert!(
        started.elapsed() >= Duration::from_millis(20) * sent,
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn the_first_requests_can_be_rate_limited() {
    let exchange = only(recordings::own("anthropic/messages"));
    let provider = Replay::of(vec![exchange.clone()]).rate_limiting_first(2).serve();

    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(send(&provider, &exchange).await.status().as_u16());
    }

    assert_eq!(statuses, [429, 429, 200]);
}

#[tokio::test]
async fn received_requests_are_recorded() {
    let exchange = only(recordings::own("anthropic/messages"));
    let provider = Replay::of(vec![exchange.clone()]).serve();

    send(&provider, &exchange).await;
    let lost = reqwest::get(format!("{}/v1/models?limit=5", provider.url()))
        .await
        .expect("an response");

    let received = provider.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(received[0].body, exchange.when.body);
    assert_eq!((received[1].status, lost.status().as_u16()), (501, 501));
    assert_eq!(received[1].query["limit"], "5");
}

async fn send(provider: &ReplayServer, exchange: &Exchange) -> reqwest::Response {
    let mut request = reqwest::Client::new().post(format!("{}{}", provider.url(), exchange.when.path));
    for (name, value) in &exchange.when.headers {
        request = request.header(name, value);
    }
    request
        .body(exchange.when.body.clone())
        .send()
        .await
        .expect("an response")
}

fn only(exchanges: Vec<Exchange>) -> Exchange {
    let [exchange] = <[Exchange; 1]>::try_from(exchanges).expect("a recording of one exchange");
    exchange
}

/// Every recording has an exchange, JSON responses are JSON, and event streams have events.
fn check(recordings: &[Recording]) {
    assert!(!recordings.is_empty());
    for recording in recordings {
        assert!(!recording.exchanges.is_empty(), "{}", recording.name);
        for Exchange { when, then } in &recording.exchanges {
            let name = &recording.name;
            assert!(when.path.starts_with('/'), "{name}: {}", when.path);
            match then.media_type() {
                "application/json" if !then.body.is_empty() => assert!(then.json().is_some(), "{name}"),
                "text/event-stream" => {
                    let text = String::from_utf8_lossy(&then.body);
                    let events = text.lines().filter(|line| line.starts_with("data:")).count();
                    assert!(events > 0, "{name}");
                }
                _ => {}
            }
        }
    }
}
