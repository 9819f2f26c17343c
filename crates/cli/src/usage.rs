//! `tracing-genai usage`: reads the usage of a provider's response and prices it.

mod lines;
mod response;

use std::{
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
    process::ExitCode,
    time::SystemTime,
};

use anyhow::{Context, bail, ensure};
use flate2::bufread::GzDecoder;
use serde_json::Value;
use tracing_genai_usage::{Api, ResponseReader};

use crate::{
    input::{self, check_start, input_name, without_byte_order_mark},
    output::{message, stdout},
    price_source::Source,
    timestamp,
};
use lines::HEAD_BYTES;
use response::{Pricing, attributes};

const AFTER_HELP: &str = "\
The response is a body or a stream as the provider sent it: JSON, server-sent events, JSON lines, AWS's event stream;
gzipped or not. The output is one JSON object with the OpenTelemetry attributes of the call's span: counts as the
conventions define them (input includes cached tokens, output includes reasoning), model, finish reasons, error.type; and
gen_ai.usage.cost in USD, if known, with tracing_genai.cost.status and its reasons. What the response lacks is absent, not
zero. An unknown usage count is listed in tracing_genai.usage.unread and makes the cost an estimate.

The file may also be a batch's output or the events of a realtime session. Then the output is one object per call and line,
and for several calls or an unreadable line a last object with the sums: calls, failed_calls, unpriced_calls,
unreadable_lines, the counts, the cost as an exact decimal, and its status.

--provider is a value of gen_ai.provider.name, or the price table's id of a provider. --api is detected from the response
by default: chat, responses, embeddings, transcriptions, realtime, speech, images, messages, generate_content, interactions,
converse, invoke_model, cohere, rerank, ocr, predict, ollama, llama_cpp; or the price table's name of one.

Exit codes: 0 if the response was readable, errors included; 1 if the file, or a line of it, is not a response; 2 for a wrong
command line.

Examples:
  tracing-genai usage --provider anthropic response.json
  curl -s https://api.openai.com/v1/responses ... | tracing-genai usage --provider openai -";

/// Reads the usage of a response as span attributes, and prices it.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The provider of the response: openai, anthropic, gcp.gemini, aws.bedrock and so on
    #[arg(long, value_name = "PROVIDER")]
    provider: String,
    /// The API of the response
    #[arg(long, value_name = "API")]
    api: Option<String>,
    /// The requested model, used if the response has none
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// The host of the request, such as `us-east5-aiplatform.googleapis.com`, if the price depends on it
    #[arg(long, value_name = "HOST")]
    server_address: Option<String>,
    /// The start of the call: 2026-11-20T12:00:00Z, or 2026-11-20 for midnight in UTC [default: now]
    #[arg(long, value_name = "TIME", value_parser = timestamp::parse)]
    at: Option<SystemTime>,
    /// The response; `-` is standard input
    #[arg(value_name = "FILE")]
    response: PathBuf,
    #[command(flatten)]
    source: Source,
}

/// Prints the attributes of the response.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let provider = arguments.provider.trim().to_ascii_lowercase();
    let Some(api) = parse_api(&provider, arguments.api.as_deref()) else {
        let names: Vec<_> = Api::all().map(Api::name).collect();
        message(format_args!(
            "error: {provider} has no such API; known are {}",
            names.join(", ")
        ));
        return Ok(ExitCode::from(2));
    };
    let catalogue = arguments.source.load()?;
    let name = input_name(&arguments.response);
    let unreadable = || format!("cannot read {name}");
    let mut bytes = open(&arguments.response)?;
    let mut head = Vec::new();
    bytes
        .by_ref()
        .take(HEAD_BYTES as u64)
        .read_to_end(&mut head)
        .with_context(unreadable)?;
    check_start(&head, &name)?;
    ensure!(
        !is_telemetry(&head),
        "{name}: not a response of {provider} but OTLP JSON; use `tracing-genai compare --otlp`"
    );
    let pricing = Pricing {
        provider: &provider,
        server_address: arguments.server_address.as_deref(),
        started: arguments.at.unwrap_or_else(SystemTime::now),
        catalogue: &catalogue,
    };
    let model = arguments.model.as_deref();
    if let Some(kind) = lines::Kind::of(&head, api, &provider) {
        let whole = BufReader::new(io::Cursor::new(head).chain(bytes));
        return lines::run(kind, &pricing, model, whole, &name).with_context(unreadable);
    }
    // The head is all of a short response.
    let api = api.unwrap_or_else(|| Api::of_response(&provider, &head));
    let mut reader = ResponseReader::new(api);
    reader.push(&head);
    let mut buffer = vec![0; HEAD_BYTES];
    loop {
        let length = bytes.read(&mut buffer).with_context(unreadable)?;
        if length == 0 {
            break;
        }
        reader.push(buffer.get(..length).unwrap_or_default());
    }
    let (reading, problem) = reader.finish_with_problem();
    if let Some(problem) = problem {
        bail!("{name}: not a response of {provider}: {problem}");
    }
    let cost = pricing.cost(api, &reading, model);
    let object = Value::Object(attributes(&provider, &reading, &cost));
    let mut out = stdout();
    out.pretty_json(&object)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The API of the flag: `Some(None)` to detect it, `None` if unknown.
#[expect(clippy::option_option, reason = "named, to be detected, or unknown")]
fn parse_api(provider: &str, name: Option<&str>) -> Option<Option<Api>> {
    match name.map(str::to_ascii_lowercase).as_deref() {
        None | Some("default") => Some(None),
        Some(name) => Api::named(provider, name).map(Some),
    }
}

/// Whether the bytes begin as OTLP JSON lines, which have calls, but are no response.
fn is_telemetry(head: &[u8]) -> bool {
    let name = head.trim_ascii_start().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
    let names: [&[u8]; 3] = [b"\"resourceSpans\"", b"\"resourceMetrics\"", b"\"resourceLogs\""];
    name.is_some_and(|name| names.iter().any(|of_otlp| name.starts_with(of_otlp)))
}

/// Opens the response, decompresses gzip, and leaves out a byte order mark.
fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    let mut file = BufReader::new(input::open(path)?);
    let is_gzip = io::BufRead::fill_buf(&mut file)?.starts_with(&[0x1F, 0x8B]);
    Ok(if is_gzip {
        Box::new(without_byte_order_mark(GzDecoder::new(file))?)
    } else {
        Box::new(without_byte_order_mark(file)?)
    })
}
