//! A service without telemetry so far: one line sets it up, a helper wraps the request.
//!
//! `OPENAI_BASE_URL` and `OPENAI_API_KEY` set the provider, the `OTEL_*` variables the export of traces and metrics.

use std::env;

use serde_json::{Value, json};
use tracing_genai::usage::Api;

const MODEL: &str = "gpt-4o-mini";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let _telemetry = tracing_genai::init()?;
    println!("{}", ask("Which sea lies north of Poland?").await?);
    Ok(())
}

async fn ask(question: &str) -> anyhow::Result<String> {
    let base = env::var("OPENAI_BASE_URL").unwrap_or_else(|_| "https://api.openai.com/v1".to_owned());
    let key = env::var("OPENAI_API_KEY").unwrap_or_default();
    let request = reqwest::Client::new()
        .post(format!("{base}/chat/completions"))
        .bearer_auth(key)
        .json(&json!({ "model": MODEL, "messages": [{ "role": "user", "content": question }] }));

    let call = tracing_genai::chat("openai", MODEL).start();
    let response = call.run(async {
        let response = request.send().await?;
        Ok::<_, reqwest::Error>((response.status(), response.bytes().await?))
    });
    let (status, body) = response.await.inspect_err(|error| call.fail("transport", error))?;
    // Records tokens, model, finish reason and cost, or the error.
    call.respond(Api::OpenAiChat, status.as_u16(), &body);

    anyhow::ensure!(status.is_success(), "the provider returned {status}");
    let answer: Value = serde_json::from_slice(&body)?;
    let text = answer.pointer("/choices/0/message/content").and_then(Value::as_str);
    Ok(text.unwrap_or_default().to_owned())
}
