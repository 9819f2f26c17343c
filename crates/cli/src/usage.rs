//! `tracing-genai usage`: what a provider's response says it used, and what that cost.

mod lines;

use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::PathBuf,
    process::ExitCode,
    time::SystemTime,
};

use anyhow::{Context, bail};
use flate2::bufread::GzDecoder;
use serde_json::{Map, Value, json};
use tracing_genai::{
    pricing::{Catalogue, Cost, Counts, Reason, missing_side, reported_cost},
    processor::UNIT_ATTRIBUTES,
    semconv::{Attribute, own},
    usage::{Api, Reading, ResponseReader, Usage},
};

use crate::{
    call::{ModelCall, PriceContext, doubts_of},
    moment,
    price_source::Source,
};

const AFTER_HELP: &str = "\
The response is a body or a stream as the provider sent it: JSON, server-sent events, lines of JSON, AWS's event stream;
gzipped or not. Out comes one JSON object whose keys are the OpenTelemetry attributes that the call's span would have:
counts in the meaning of the conventions (input includes cached tokens, output includes reasoning), model, finish reasons,
error.type; and gen_ai.usage.cost in USD, where it is known, with tracing_genai.cost.status and its reasons. What the
response does not say is absent, not zero. A number of the usage that is not understood is named in
tracing_genai.usage.unread, and makes the cost an estimate.

The file may be a batch's output or the events of a realtime session: then an object a line comes out for each call, and
where there are several, or a line was unreadable, last one with the sums: calls, failed_calls, unpriced_calls,
unreadable_lines, the counts, the cost as an exact decimal, and its status.

--provider is a value of gen_ai.provider.name, or the price table's id of a provider. --api is told by the response unless
given: chat, responses, embeddings, transcriptions, realtime, speech, images, messages, generate_content, interactions,
converse, invoke_model, cohere, rerank, ocr, predict, ollama, llama_cpp; or the price table's name of one.

Exit codes: 0 when the response was read, whatever it says; 1 when the file, or a line of it, is not a response; 2 when the
command line is wrong.

Examples:
  tracing-genai usage --provider anthropic response.json
  curl -s https://api.openai.com/v1/responses ... | tracing-genai usage --provider openai -";

/// Says what one response used, as the attributes of a span, and what it cost.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The provider that answered: openai, anthropic, gcp.gemini, aws.bedrock and so on
    #[arg(long, value_name = "PROVIDER")]
    provider: String,
    /// The API that it answered by
    #[arg(long, value_name = "API")]
    api: Option<String>,
    /// The model that was asked for, where the response names none
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// The host that answered, such as `us-east5-aiplatform.googleapis.com`, where the price depends on it
    #[arg(long, value_name = "HOST")]
    server_address: Option<String>,
    /// When the call started: 2026-11-20T12:00:00Z, or 2026-11-20 for the beginning of that day in UTC [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<SystemTime>,
    /// The response; `-` is standard input
    #[arg(value_name = "FILE")]
    response: PathBuf,
    #[command(flatten)]
    source: Source,
}

/// How much of a response is looked at to tell its API.
const LOOKED_AT: usize = 64 * 1024;

/// Prints what the response says.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let provider = arguments.provider.trim().to_ascii_lowercase();
    let Some(chosen) = choice(&provider, arguments.api.as_deref()) else {
        let names: Vec<_> = Api::all().map(Api::name).collect();
        eprintln!(
            "error: no API of {provider} goes by that name; there are {}",
            names.join(", ")
        );
        return Ok(ExitCode::from(2));
    };
    let catalogue = arguments.source.load()?;
    let path = &arguments.response;
    let mut bytes = open(path)?;
    let mut head = Vec::new();
    bytes.by_ref().take(LOOKED_AT as u64).read_to_end(&mut head)?;
    let pricing = Pricing {
        arguments,
        provider: &provider,
        catalogue: &catalogue,
    };
    if let Some(kind) = lines::Kind::of(&head, chosen, &provider) {
        let whole = BufReader::new(io::Cursor::new(head).chain(bytes));
        return lines::run(kind, &pricing, whole).with_context(|| format!("cannot read {}", path.display()));
    }
    // The end of a short response tells as much as its beginning; of a long one, only the beginning is at hand.
    let api = chosen.unwrap_or_else(|| Api::of_response(&provider, &head));
    let mut reader = ResponseReader::new(api);
    reader.push(&head);
    let mut buffer = vec![0; LOOKED_AT];
    loop {
        let length = bytes
            .read(&mut buffer)
            .with_context(|| format!("cannot read {}", path.display()))?;
        if length == 0 {
            break;
        }
        reader.push(buffer.get(..length).unwrap_or_default());
    }
    let (reading, problem) = reader.finish_with_problem();
    if let Some(problem) = problem {
        bail!("{}: this is no response of {provider}: {problem}", path.display());
    }
    let cost = pricing.cost(api, &reading, arguments.model.as_deref());
    let object = Value::Object(attributes(&provider, &reading, &cost));
    writeln!(io::stdout().lock(), "{object:#}")?;
    Ok(ExitCode::SUCCESS)
}

/// The API that was asked for: `Some(None)` where the response is to tell it.
#[expect(clippy::option_option, reason = "named, to be told, or unknown")]
fn choice(provider: &str, name: Option<&str>) -> Option<Option<Api>> {
    match name.map(str::to_ascii_lowercase).as_deref() {
        None | Some("default") => Some(None),
        Some(name) => Api::named(provider, name).map(Some),
    }
}

fn open(path: &std::path::Path) -> anyhow::Result<Box<dyn Read>> {
    let file: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).with_context(|| format!("cannot open {}", path.display()))?)
    };
    let mut file = BufReader::new(file);
    let is_gzip = io::BufRead::fill_buf(&mut file)?.starts_with(&[0x1F, 0x8B]);
    Ok(if is_gzip {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

/// What responses are priced by.
struct Pricing<'a> {
    arguments: &'a Arguments,
    provider: &'a str,
    catalogue: &'a Catalogue,
}

impl Pricing<'_> {
    /// The cost of a response to a request for the model `asked`.
    fn cost(&self, api: Api, reading: &Reading, asked: Option<&str>) -> Cost {
        let known = if reading.invalid.is_some() {
            Some(Cost::inconsistent(Reason::InvalidUsage))
        } else if let Some(reported) = reported_cost(reading) {
            Some(Cost::reported(reported))
        } else if reading.usage.is_empty() {
            Some(Cost::unpriced(Reason::NoUsage))
        } else {
            let model = reading.model.as_deref().or(asked);
            let embeds = matches!(api, Api::OpenAiEmbeddings | Api::VertexPredict)
                || model.is_some_and(|model| model.contains("embed"));
            missing_side(&reading.usage, !embeds).map(Cost::unpriced)
        };
        let call = ModelCall {
            provider: self.provider.to_owned(),
            server_address: self.arguments.server_address.clone(),
            response_model: reading.model.clone(),
            request_model: asked.map(str::to_owned),
            usage: reading.usage,
            started: self.arguments.at.unwrap_or_else(SystemTime::now),
            context: PriceContext::of_response(reading),
            counts: Counts::Inclusive,
            is_absurd: false,
            stated: known,
            doubts: doubts_of(&reading.unread),
        };
        call.cost(self.catalogue)
    }
}

fn attributes(provider: &str, reading: &Reading, cost: &Cost) -> Map<String, Value> {
    let mut attributes = Map::new();
    let mut set = |name: &str, value: Value| {
        attributes.insert(name.to_owned(), value);
    };
    set(Attribute::ProviderName.name(), json!(provider));
    let tier = match provider {
        "openai" | "azure" | "azure.ai.openai" => Attribute::OpenaiResponseServiceTier,
        _ => Attribute::ResponseServiceTier,
    };
    let texts = [
        (Attribute::ResponseModel.name(), &reading.model),
        (Attribute::ResponseId.name(), &reading.response_id),
        (tier.name(), &reading.service_tier),
        (Attribute::ResponseSpeed.name(), &reading.speed),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            set(name, json!(text));
        }
    }
    if !reading.finish_reasons.is_empty() {
        set(Attribute::ResponseFinishReasons.name(), json!(reading.finish_reasons));
    }
    for (name, count) in counts(&reading.usage) {
        set(&name, json!(count));
    }
    if let Some(field) = reading.invalid {
        set(own::USAGE_INVALID, json!(field));
    }
    if !reading.unread.is_empty() {
        set(own::USAGE_UNREAD, json!(reading.unread));
    }
    let own = [
        (own::USAGE_PROCESSING, &reading.processing),
        (own::USAGE_SEARCH_TYPE, &reading.search_type),
        (own::USAGE_INFERENCE_GEO, &reading.inference_geo),
    ];
    for (name, text) in own {
        if let Some(text) = text {
            set(name, json!(text));
        }
    }
    if let Some(error) = &reading.error {
        set(Attribute::ErrorType.name(), json!(error.kind));
        set("error.message", json!(error.message));
    }
    if reading.skipped_events > 0 {
        set(own::RESPONSE_UNREAD, json!("malformed"));
    }
    if let Some(total) = cost.total {
        set(Attribute::UsageCost.name(), json!(total.to_f64()));
    }
    set(own::COST_STATUS, json!(cost.status.as_str()));
    let reasons: Vec<_> = cost.reasons.iter().map(Reason::as_str).collect();
    if !reasons.is_empty() {
        set(own::COST_REASONS, json!(reasons));
    }
    if let Some(matched) = &cost.matched {
        set(own::COST_MODEL, json!(&*matched.label));
    }
    attributes
}

/// The counts by the names of their attributes.
fn counts(usage: &Usage) -> impl Iterator<Item = (String, u64)> + '_ {
    usage.iter().map(|(unit, count)| {
        let attribute = UNIT_ATTRIBUTES.iter().find(|(named, _)| *named == unit);
        let name = attribute.map_or_else(
            || [own::USAGE_PREFIX, unit.name()].concat(),
            |(_, attribute)| attribute.name().to_owned(),
        );
        (name, count)
    })
}
