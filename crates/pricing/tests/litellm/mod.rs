//! Reads the price table of LiteLLM, in its own words, and says what of it can be compared with ours.

pub(crate) mod differences;
mod probes;

use std::collections::BTreeMap;
use std::path::Path;

use regex_lite::Regex;
use serde_json::value::RawValue;
use tracing_genai_pricing::Usd;

pub(crate) use probes::{Probe, Special};

/// LiteLLM's names of the providers that our catalogue lists, and how a call names them. Names of one provider that begin alike, as
/// `vertex_ai-anthropic_models`, are found by their beginning.
const PROVIDERS: &[(&str, &str)] = &[
    ("openai", "openai"),
    ("text-completion-openai", "openai"),
    ("anthropic", "anthropic"),
    ("azure", "azure"),
    ("azure_ai", "azure"),
    ("azure_text", "azure"),
    ("bedrock", "aws"),
    ("bedrock_converse", "aws"),
    ("bedrock_mantle", "aws"),
    ("gemini", "google"),
    ("vertex_ai", "gcp.vertex_ai"),
    ("mistral", "mistral"),
    ("codestral", "mistral"),
    ("text-completion-codestral", "mistral"),
    ("groq", "groq"),
    ("deepseek", "deepseek"),
    ("xai", "x-ai"),
    ("cohere", "cohere"),
    ("cohere_chat", "cohere"),
    ("perplexity", "perplexity"),
    ("moonshot", "moonshotai"),
    ("together_ai", "together"),
    ("fireworks_ai", "fireworks"),
    ("novita", "novita"),
    ("voyage", "voyageai"),
    ("cerebras", "cerebras"),
    ("databricks", "databricks"),
    ("github_copilot", "github-copilot"),
    ("minimax", "minimax"),
    ("ovhcloud", "ovhcloud"),
    ("zai", "zai"),
    ("bigmodel", "zhipuai"),
    ("baseten", "baseten"),
    ("elevenlabs", "elevenlabs"),
    ("cloudflare", "cloudflare"),
    ("meta", "meta"),
    ("typesafe", "typesafe"),
];

/// What stands before a model's name in a key of LiteLLM and not in a request: how LiteLLM reaches the provider, where the
/// model is served, and which of a cloud's interfaces is called.
const ROUTES: &str = concat!(
    "^(?:text-completion-openai/|text-completion-codestral/|codestral/|openai/|azure_ai/|azure/|bedrock_mantle/|bedrock/",
    "|gemini/|vertex_ai/|mistral/|groq/|deepseek/|xai/|cohere/|perplexity/|moonshot/|together_ai/|fireworks_ai/|novita/",
    "|voyage/|cerebras/|databricks/|github_copilot/|minimax/|ovhcloud/|zai/|bigmodel/|baseten/|elevenlabs/|cloudflare/",
    "|meta/|typesafe/)?(?P<rest>.*)$"
);

/// Where a cloud serves the model, as LiteLLM writes it before the name; a request does not.
const PLACES: &str = concat!(
    "^(?:(?:invoke|converse)/)?",
    "(?:(?:us|eu|ap|ca|sa|me|af|us-gov)-[a-z]+-\\d/|(?:eu|us|us-gov|apac|global|global-standard)/)?(?P<rest>.*)$"
);

/// Keys that name no model: capacity by the month, and classes of models by their size.
const NO_MODELS: &str = "-month-commitment/|^(?:fireworks-ai|together-ai)-|^fireworks_ai/fireworks-ai-";

/// A model with its prices, by the unit.
#[derive(Debug)]
pub(crate) struct Model {
    /// The key of the table.
    pub(crate) key: String,
    /// How a call names the provider.
    pub(crate) provider: &'static str,
    /// The name that a request would have.
    pub(crate) name: String,
    fields: BTreeMap<String, Box<RawValue>>,
}

/// The models of a table that can be compared, and how many were left out for which reason.
#[derive(Debug, Default)]
pub(crate) struct Models {
    pub(crate) listed: Vec<Model>,
    pub(crate) left_out: BTreeMap<&'static str, usize>,
}

/// Reads the table; `day` is the day of the comparison, as `2026-11-20`.
pub(crate) fn read(path: &Path, day: &str) -> Models {
    let text = std::fs::read_to_string(path).unwrap();
    let table: BTreeMap<String, BTreeMap<String, Box<RawValue>>> = serde_json::from_str(&text).unwrap();
    let (routes, places) = (Regex::new(ROUTES).unwrap(), Regex::new(PLACES).unwrap());
    let no_models = Regex::new(NO_MODELS).unwrap();
    let mut models = Models::default();
    for (key, fields) in table {
        let seller = fields.get("litellm_provider").map_or("", |seller| word(seller));
        let Some(provider) = provider(seller) else { continue };
        let rest = |pattern: &Regex, name: &str| pattern.captures(name).unwrap()["rest"].to_owned();
        let mut name = rest(&routes, &key);
        if ["aws", "azure"].contains(&provider) {
            name = rest(&places, &name);
        }
        let (provider, name) = match name.strip_prefix("claude_platform/") {
            // Anthropic's own API, sold by AWS.
            Some(name) => ("anthropic", name.to_owned()),
            None => (provider, name),
        };
        let model = Model {
            key,
            provider,
            name,
            fields,
        };
        match model.why_left_out(day, &no_models) {
            Some(reason) => *models.left_out.entry(reason).or_default() += 1,
            None => models.listed.push(model),
        }
    }
    models
}

fn provider(seller: &str) -> Option<&'static str> {
    let family = |name: &str| ["vertex_ai", "fireworks_ai"].contains(&name);
    let named = PROVIDERS.iter().find(|(name, _)| {
        seller == *name || (family(name) && seller.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')))
    });
    named.map(|&(_, id)| id)
}

impl Model {
    /// A zero is no price: LiteLLM writes it where it knows none.
    pub(crate) fn price(&self, field: &str) -> Option<Usd> {
        let text = self.fields.get(field)?.get();
        let price = Usd::parse_rounded(text).ok()?;
        (price > Usd::ZERO).then_some(price)
    }

    /// The fields that state prices, in the table's words.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    pub(crate) fn mode(&self) -> &str {
        self.fields.get("mode").map_or("", |mode| word(mode))
    }

    fn why_left_out(&self, day: &str, no_models: &Regex) -> Option<&'static str> {
        let retired = self.fields.get("deprecation_date").map(|date| word(date));
        if no_models.is_match(&self.key) {
            Some("no model: capacity by the month, or a class of models by size")
        } else if Probe::of(self).is_empty() {
            Some("no positive price in a unit that we know: free, by image, by second of video, by size")
        } else if retired.is_some_and(|date| date < day) {
            Some("retired by LiteLLM's own date")
        } else if self.mode().starts_with("image") && !self.fields().any(|field| field.contains("image_token")) {
            Some("makes images, which LiteLLM prices by token as a placeholder")
        } else {
            None
        }
    }
}

/// The text of a JSON string without escapes; other values as they are written.
fn word(value: &RawValue) -> &str {
    value.get().trim_matches('"')
}
