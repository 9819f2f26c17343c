//! Recorded exchanges of many providers, and their usage by a plain walk over their JSON.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use tracing_genai_usage::Api;

/// A request and its response.
pub(crate) struct Exchange {
    #[allow(dead_code, reason = "for those of the tests that share this which name the file")]
    pub(crate) file: PathBuf,
    /// The provider, as `gen_ai.provider.name` names it.
    pub(crate) provider: String,
    pub(crate) path: String,
    #[allow(dead_code, reason = "for those of the tests that share this which send requests")]
    pub(crate) request: Vec<u8>,
    #[allow(
        dead_code,
        reason = "for those of the tests that share this which is_relevant refusals"
    )]
    pub(crate) status: u16,
    #[allow(dead_code, reason = "for those of the tests that share this which answer requests")]
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

#[derive(Deserialize)]
struct Recorded {
    when: When,
    then: Then,
}

#[derive(Deserialize)]
struct When {
    path: String,
    #[serde(default)]
    body: Option<String>,
}

#[derive(Deserialize)]
struct Then {
    status: u16,
    #[serde(default)]
    header: Vec<Header>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    body_encoding: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

/// The provider names of recording folders with other names.
const PROVIDERS: &[(&str, &str)] = &[
    ("azure", "azure.ai.openai"),
    ("bedrock", "aws.bedrock"),
    ("chatgpt", "openai"),
    ("copilot", "github-copilot"),
    ("gemini", "gcp.gemini"),
    ("mistral", "mistral_ai"),
    ("moonshot", "moonshot_ai"),
    ("vertexai", "gcp.vertex_ai"),
    ("xai", "x_ai"),
];

/// All exchanges in `folder`, whose subfolders are named after providers.
pub(crate) fn read(folder: &Path) -> Vec<Exchange> {
    let mut files = Vec::new();
    find(folder, &mut files);
    files.sort();
    files.iter().flat_map(|file| exchanges(folder, file)).collect()
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}

fn exchanges(folder: &Path, file: &Path) -> Vec<Exchange> {
    let text = std::fs::read_to_string(file).unwrap();
    let recorded: Vec<Recorded> =
        serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let within = file.strip_prefix(folder).unwrap();
    let named = within.iter().next().unwrap().to_str().unwrap();
    let provider = PROVIDERS
        .iter()
        .find(|(folder, _)| *folder == named)
        .map_or(named, |&(_, provider)| provider);
    recorded
        .into_iter()
        .map(|Recorded { when, then }| {
            let body = then.body.unwrap_or_default();
            Exchange {
                file: within.to_owned(),
                provider: provider.to_owned(),
                path: when.path,
                request: when.body.unwrap_or_default().into_bytes(),
                status: then.status,
                headers: then
                    .header
                    .into_iter()
                    .map(|header| (header.name, header.value))
                    .collect(),
                body: match then.body_encoding.as_deref() {
                    Some("base64") => STANDARD.decode(body).unwrap(),
                    _ => body.into_bytes(),
                },
            }
        })
        .collect()
}

/// The JSON objects of a body: itself, its lines, or the data of its events.
pub(crate) fn objects(body: &[u8]) -> Vec<Value> {
    if let Ok(object) = serde_json::from_slice::<Value>(body) {
        return vec![object];
    }
    if body.first() == Some(&0) {
        return event_stream(body);
    }
    let text = String::from_utf8_lossy(body);
    let data = |line: &str| serde_json::from_str(line.strip_prefix("data:").unwrap_or(line).trim()).ok();
    text.lines().filter_map(data).filter(Value::is_object).collect()
}

/// The payloads of AWS's messages: a message is 12 bytes of prelude, headers, payload, 4 bytes of checksum.
fn event_stream(mut body: &[u8]) -> Vec<Value> {
    let mut payloads = Vec::new();
    while body.len() > 12 {
        let number = |at: usize| u32::from_be_bytes(body[at..at + 4].try_into().unwrap()) as usize;
        let (length, headers) = (number(0), number(4));
        payloads.push(serde_json::from_slice(&body[12 + headers..length - 4]).unwrap());
        body = &body[length..];
    }
    payloads
}

#[allow(dead_code, reason = "for those of the tests that share this which compare counts")]
/// Input and output, read directly from the objects.
pub(crate) fn input_and_output(api: Api, objects: &[Value]) -> (Option<u64>, Option<u64>) {
    let last = |path: &[&str]| {
        let value = |object: &Value| {
            path.iter()
                .try_fold(object, |value, key| value.get(key))
                .and_then(Value::as_u64)
        };
        objects.iter().rev().find_map(value)
    };
    let total = |paths: &[&[&str]]| {
        paths
            .iter()
            .filter_map(|path| last(path))
            .reduce(|sum, count| sum + count)
    };
    match api {
        Api::OpenAiResponses => {
            let count = |name| last(&["response", "usage", name]).or_else(|| last(&["usage", name]));
            (count("input_tokens"), count("output_tokens"))
        }
        Api::AnthropicMessages => {
            let count = |name| last(&["usage", name]).or_else(|| last(&["message", "usage", name]));
            let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"]
                .into_iter()
                .filter_map(count);
            let input = count("input_tokens").map(|input| input + cached.sum::<u64>());
            (input, last(&["usage", "output_tokens"]))
        }
        Api::GeminiContent => {
            let of = |name| ["usageMetadata", name];
            let input = total(&[&of("promptTokenCount"), &of("toolUsePromptTokenCount")]);
            let output = total(&[&of("candidatesTokenCount"), &of("thoughtsTokenCount")]);
            let is_all = input.is_some() && last(&of("totalTokenCount")) == input;
            (input, output.or(is_all.then_some(0)))
        }
        Api::GeminiInteractions => {
            let count = |name| last(&["interaction", "usage", name]).or_else(|| last(&["usage", name]));
            let sum = |first, second| count(first).map(|sum| sum + count(second).unwrap_or(0));
            (
                sum("total_input_tokens", "total_tool_use_tokens"),
                sum("total_output_tokens", "total_thought_tokens"),
            )
        }
        Api::BedrockConverse => {
            let of = |name| ["usage", name];
            let input = total(&[
                &of("inputTokens"),
                &of("cacheReadInputTokens"),
                &of("cacheWriteInputTokens"),
            ]);
            (input, last(&of("outputTokens")))
        }
        Api::Cohere => {
            let count = |name| {
                last(&["delta", "usage", "billed_units", name])
                    .or_else(|| last(&["usage", "billed_units", name]))
                    .or_else(|| last(&["meta", "billed_units", name]))
            };
            (count("input_tokens"), count("output_tokens"))
        }
        Api::Ollama => (last(&["prompt_eval_count"]), last(&["eval_count"])),
        Api::OpenAiImages | Api::OpenAiTranscriptions => {
            (last(&["usage", "input_tokens"]), last(&["usage", "output_tokens"]))
        }
        _ => {
            let count = |name| last(&["usage", name]).or_else(|| last(&["x_groq", "usage", name]));
            (count("prompt_tokens"), count("completion_tokens"))
        }
    }
}
