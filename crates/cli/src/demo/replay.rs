//! Replays recorded calls over HTTP: a local server returns the recorded responses, each call is a span.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use reqwest::Url;
use tracing_genai_usage::Api;

use super::{
    call::{self, CallError},
    client::Client,
    provider,
    recordings::{RecordedCall, RecordedResponse, Recording},
};

/// Replays the calls of `files` in order, at most `limit`, and returns their number.
///
/// Recorded HTTP errors are replayed like other responses. Fails if the local server cannot be started or reached.
pub(crate) async fn play(files: &[Recording], limit: usize) -> anyhow::Result<usize> {
    let responses = files
        .iter()
        .flat_map(|file| &file.calls)
        .take(limit)
        .map(|call| call.response.clone())
        .collect();
    let client = Client::new(serve(responses).await?, None)?;
    let mut played = 0;
    for file in files {
        let calls = file.calls.iter().take(limit - played);
        if calls.len() == 0 {
            break;
        }
        let conversation = tracing_genai::invoke_workflow(&file.name).start();
        let first = played;
        played += calls.len();
        conversation
            .run(async {
                for (position, recorded) in (first..).zip(calls) {
                    play_one(&client, position, recorded).await?;
                }
                anyhow::Ok(())
            })
            .await?;
    }
    Ok(played)
}

async fn play_one(client: &Client, position: usize, recorded: &RecordedCall) -> anyhow::Result<()> {
    let call = match recorded.api {
        Api::OpenAiEmbeddings => tracing_genai::embeddings(recorded.provider, &recorded.model),
        _ => tracing_genai::chat(recorded.provider, &recorded.model),
    };
    let call = call.server(client.host(), client.port()).start();
    let path = format!("{position}/{}", recorded.path.trim_start_matches('/'));
    match call::make(call, recorded.api, client, &path, &recorded.request).await {
        Err(error @ (CallError::Unreachable(_) | CallError::Transfer(_))) => Err(error.into()),
        // A recorded HTTP error; its span has it.
        Ok(_) | Err(CallError::HttpError { .. }) => Ok(()),
    }
}

/// Serves each response below its position: `/17/v1/messages` is the response to the eighteenth call.
async fn serve(responses: Vec<RecordedResponse>) -> anyhow::Result<Url> {
    let routes = Router::new()
        .route("/{position}/{*path}", post(recorded_response))
        .with_state(Arc::new(responses));
    provider::serve(routes).await
}

async fn recorded_response(
    State(responses): State<Arc<Vec<RecordedResponse>>>,
    Path((position, _)): Path<(usize, String)>,
) -> Response {
    let Some(response) = responses.get(position).cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if response.content_type.starts_with("text/event-stream") {
        let events = response.body.split_inclusive("\n\n").map(str::to_owned).collect();
        return provider::event_stream(events, Duration::ZERO, Duration::ZERO);
    }
    (response.status, [(CONTENT_TYPE, response.content_type)], response.body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(name: &str, responses: &[(u16, &str, &str)]) -> Recording {
        let call = |&(status, content_type, body): &(u16, &str, &str)| RecordedCall {
            provider: "openai",
            api: Api::OpenAiChat,
            model: "m".to_owned(),
            path: "/v1/chat/completions".to_owned(),
            request: serde_json::json!({"model": "m"}),
            response: RecordedResponse {
                status: StatusCode::from_u16(status).unwrap(),
                content_type: content_type.to_owned(),
                body: body.to_owned(),
            },
        };
        Recording {
            name: name.to_owned(),
            calls: responses.iter().map(call).collect(),
        }
    }

    #[tokio::test]
    async fn all_kinds_of_responses_are_replayed() {
        let files = [
            recording(
                "openai/a",
                &[
                    (200, "application/json", r#"{"choices":[]}"#),
                    (200, "text/event-stream", "data: [DONE]\n\n"),
                ],
            ),
            recording(
                "openai/b",
                &[
                    (400, "application/json", r#"{"error":{"message":"no"}}"#),
                    (200, "text/html", "<html>"),
                ],
            ),
        ];

        assert_eq!(play(&files, usize::MAX).await.unwrap(), 4);
    }

    #[tokio::test]
    async fn the_limit_also_applies_within_a_file() {
        let file = || recording("openai/a", &[(200, "application/json", "{}"); 3]);

        assert_eq!(play(&[file(), file()], 4).await.unwrap(), 4);
    }

    #[tokio::test]
    async fn each_position_has_its_own_recorded_response() {
        let file = recording(
            "openai/a",
            &[(200, "application/json", "first"), (429, "text/plain", "second")],
        );
        let responses = file.calls.iter().map(|call| call.response.clone()).collect();
        let client = Client::new(serve(responses).await.unwrap(), None).unwrap();

        let response = client.post("1/v1/messages", &serde_json::Value::Null).await.unwrap();

        assert_eq!(response.status(), 429);
        assert_eq!(response.text().await.unwrap(), "second");
    }
}
