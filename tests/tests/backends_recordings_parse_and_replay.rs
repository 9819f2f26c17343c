//! Every recording can be read, and the replaying provider answers with it.
#![allow(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::time::{Duration, Instant};

use serde_json::Value;
use tracing_genai_tests::{
    recordings::{self, Exchange, Recording},
    replay::{Replay, Replaying},
};

#[test]
fn each_of_our_own_recordings_is_read_whole() {
    let recordings = recordings::all_own();

    check(&recordings);
    let names: Vec<&str> = recordings.iter().map(|recording| recording.name.as_str()).collect();
    assert!(names.contains(&"openai/chat_streamed"), "{names:?}");
    assert!(names.contains(&"anthropic/messages_cached"), "{names:?}");
}

#[test]
fn each_recording_of_the_folder_that_the_environment_names_is_read_whole() {
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

    let answer = ask(&provider, &exchange).await;

    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["x-request-id"], "req_unauthorized_1");
    assert_eq!(answer.json::<Value>().await.ok(), exchange.then.json());
}

#[tokio::test]
async fn requests_are_told_apart_by_their_bodies() {
    let exchanges = recordings::own("openai/chat_cached");
    let provider = Replay::of(exchanges.clone()).serve();

    let second = ask(&provider, &exchanges[1]).await.json::<Value>().await.ok();
    let first = ask(&provider, &exchanges[0]).await.json::<Value>().await.ok();

    assert_eq!(second, exchanges[1].then.json());
    assert_eq!(first, exchanges[0].then.json());
}

#[tokio::test]
async fn a_stream_comes_in_pieces_with_time_between_them() {
    let exchange = only(recordings::own("openai/chat_streamed"));
    let provider = Replay::of(vec![exchange.clone()])
        .in_chunks(400, Duration::from_millis(20))
        .serve();

    let started = Instant::now();
    let mut answer = ask(&provider, &exchange).await;
    let (mut pieces, mut body) = (0, Vec::new());
    while let Some(piece) = answer.chunk().await.expect("a whole stream") {
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
async fn the_first_requests_can_be_refused() {
    let exchange = only(recordings::own("anthropic/messages"));
    let provider = Replay::of(vec![exchange.clone()]).refusing_first(2).serve();

    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(ask(&provider, &exchange).await.status().as_u16());
    }

    assert_eq!(statuses, [429, 429, 200]);
}

#[tokio::test]
async fn what_was_received_can_be_looked_at() {
    let exchange = only(recordings::own("anthropic/messages"));
    let provider = Replay::of(vec![exchange.clone()]).serve();

    ask(&provider, &exchange).await;
    let lost = reqwest::get(format!("{}/v1/models?limit=5", provider.url()))
        .await
        .expect("an answer");

    let received = provider.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(received[0].body, exchange.when.body);
    assert_eq!((received[1].status, lost.status().as_u16()), (501, 501));
    assert_eq!(received[1].query["limit"], "5");
}

async fn ask(provider: &Replaying, exchange: &Exchange) -> reqwest::Response {
    let mut request = reqwest::Client::new().post(format!("{}{}", provider.url(), exchange.when.path));
    for (name, value) in &exchange.when.headers {
        request = request.header(name, value);
    }
    request
        .body(exchange.when.body.clone())
        .send()
        .await
        .expect("an answer")
}

fn only(exchanges: Vec<Exchange>) -> Exchange {
    let [exchange] = <[Exchange; 1]>::try_from(exchanges).expect("a recording of one exchange");
    exchange
}

/// Each has an exchange, and each response that says it is JSON is, each event stream has events.
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
