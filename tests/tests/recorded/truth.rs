//! The usage of a recorded response, read from its JSON by the providers' documentation, without our crates.
//!
//! OpenAI: the prompt includes cached tokens, the completion includes reasoning. Anthropic: the input excludes cached
//! and written tokens, so the conventions' input is the sum of the three.

use serde_json::{Map, Value};
use tracing_genai_tests::recordings::Response;

/// The usage of a call, as the conventions define it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// The response model.
    pub model: String,
    pub input: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    /// The part of `cache_write` that is kept for an hour.
    pub cache_write_1h: u64,
    pub output: u64,
    pub reasoning: u64,
}

impl Used {
    /// Reads the body or the events of a response; `None` without usage, or for an error.
    pub fn of(path: &str, response: &Response) -> Option<Self> {
        let (mut model, mut usage) = (None, Map::new());
        for message in messages(response)? {
            // Events of both providers contain the response or the message.
            for part in [Some(&message), message.get("response"), message.get("message")] {
                let part = part.unwrap_or(&Value::Null);
                model = part.get("model").and_then(Value::as_str).map(str::to_owned).or(model);
                let counts = part
                    .get("usage")
                    .and_then(Value::as_object)
                    .cloned()
                    .unwrap_or_default();
                usage.extend(counts.into_iter().filter(|(_, count)| !count.is_null()));
            }
        }
        let (model, usage) = (model?, Value::Object(usage));
        match path {
            "/v1/messages" => anthropic(model, &usage),
            "/v1/responses" => openai(model, &usage, "input", "output"),
            "/v1/embeddings" => embeddings(model, &usage),
            _ => openai(model, &usage, "prompt", "completion"),
        }
    }
}

/// The body, or the data of each event.
fn messages(response: &Response) -> Option<Vec<Value>> {
    if !response.is_stream() {
        return Some(vec![response.json()?]);
    }
    let text = String::from_utf8(response.body.to_vec()).ok()?;
    let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
    let events: Vec<Value> = data.filter_map(|data| serde_json::from_str(data.trim()).ok()).collect();
    let is_error = |event: &Value| event.get("type").and_then(Value::as_str) == Some("error");
    (!events.iter().any(is_error)).then_some(events)
}

fn openai(model: String, usage: &Value, input: &str, output: &str) -> Option<Used> {
    let part = |kind: &str, name: &str| count(usage, &format!("/{kind}_tokens_details/{name}")).unwrap_or(0);
    let total = |kind: &str| count(usage, &format!("/{kind}_tokens"));
    Some(Used {
        model,
        input: total(input)?,
        cache_read: part(input, "cached_tokens"),
        output: total(output)?,
        reasoning: part(output, "reasoning_tokens"),
        ..Used::default()
    })
}

/// Embeddings have no output to count.
fn embeddings(model: String, usage: &Value) -> Option<Used> {
    Some(Used {
        model,
        input: count(usage, "/prompt_tokens")?,
        ..Used::default()
    })
}

fn anthropic(model: String, usage: &Value) -> Option<Used> {
    let of = |name: &str| count(usage, name);
    let (read, written) = (
        of("/cache_read_input_tokens").unwrap_or(0),
        of("/cache_creation_input_tokens").unwrap_or(0),
    );
    Some(Used {
        model,
        input: of("/input_tokens")? + read + written,
        cache_read: read,
        cache_write: written,
        cache_write_1h: of("/cache_creation/ephemeral_1h_input_tokens").unwrap_or(0),
        output: of("/output_tokens")?,
        reasoning: of("/output_tokens_details/thinking_tokens").unwrap_or(0),
    })
}

fn count(usage: &Value, pointer: &str) -> Option<u64> {
    usage.pointer(pointer)?.as_u64()
}
