//! A model of the table, with the table's field names.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use regex_lite::Regex;
use serde_json::value::RawValue;
use tracing_genai_pricing::Usd;

/// LiteLLM's names of the providers in our catalogue, and their names in calls. Names of one provider with a common
/// beginning, such as `vertex_ai-anthropic_models`, match by it.
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

/// Prefixes of a model's name in LiteLLM's keys that requests lack: LiteLLM's route to the provider, the model's
/// region, and the cloud's API.
const ROUTES: &str = concat!(
    "^(?:text-completion-openai/|text-completion-codestral/|codestral/|openai/|azure_ai/|azure/|bedrock_mantle/|bedrock/",
    "|gemini/|vertex_ai/|mistral/|groq/|deepseek/|xai/|cohere/|perplexity/|moonshot/|together_ai/|fireworks_ai/|novita/",
    "|voyage/|cerebras/|databricks/|github_copilot/|minimax/|ovhcloud/|zai/|bigmodel/|baseten/|elevenlabs/|cloudflare/",
    "|meta/|typesafe/)?(?P<rest>.*)$"
);

/// The regions of a cloud before the name in LiteLLM's keys; requests lack them.
const PLACES: &str = concat!(
    "^(?:(?:invoke|converse)/)?",
    "(?P<place>(?:us|eu|ap|ca|sa|me|af|us-gov)-[a-z]+-\\d/|(?:eu|us|us-gov|apac|global|global-standard)/)?(?P<rest>.*)$"
);

/// Prices of Databricks are multiples of this, in femto-dollars for a million tokens: a thousandth of a DBU, at 0.07
/// USD.
const DBU_STEP: i128 = 70_000_000_000;

/// The fields of the factors of a regional endpoint.
const UPLIFTS: [&str; 3] = [
    "regional_endpoint_uplift_multiplier",
    "regional_processing_uplift_multiplier_us",
    "regional_processing_uplift_multiplier_eu",
];

const SECONDS_PER_HOUR: u64 = 3_600;

/// Digits beyond this one are float noise, as in the catalogue.
const SIGNIFICANT_DIGITS: u32 = 12;

/// A model with its prices per unit.
#[derive(Debug)]
pub(crate) struct Model {
    /// The key of the table.
    pub(crate) key: String,
    /// The provider's name in a call.
    pub(crate) provider: &'static str,
    /// The cloud region in the key.
    pub(crate) place: String,
    /// The name in a request.
    pub(crate) name: String,
    fields: BTreeMap<String, Box<RawValue>>,
}

/// The models of the providers in our catalogue, by their keys.
pub(crate) fn every_model(text: &str) -> anyhow::Result<Vec<Model>> {
    let (routes, places) = (Regex::new(ROUTES)?, Regex::new(PLACES)?);
    let table: BTreeMap<String, BTreeMap<String, Box<RawValue>>> =
        serde_json::from_str(text).context("not a price table of LiteLLM")?;
    let split = |pattern: &Regex, name: &str| {
        let part = |part: &str| Some(pattern.captures(name)?.name(part)?.as_str().to_owned());
        (part("place").unwrap_or_default(), part("rest").unwrap_or_default())
    };
    let model = |(key, fields): (String, BTreeMap<String, Box<RawValue>>)| {
        let seller = fields.get("litellm_provider").map_or("", |seller| word(seller));
        let provider = provider(seller)?;
        let (_, mut name) = split(&routes, &key);
        let mut place = String::new();
        if ["aws", "azure"].contains(&provider) {
            (place, name) = split(&places, &name);
        }
        let (provider, name) = match name.strip_prefix("claude_platform/") {
            // Anthropic's own API, sold by AWS.
            Some(name) => ("anthropic", name.to_owned()),
            None => (provider, name),
        };
        Some(Model {
            key,
            provider,
            place,
            name,
            fields,
        })
    };
    Ok(table.into_iter().filter_map(model).collect())
}

fn provider(seller: &str) -> Option<&'static str> {
    let family = |name: &str| ["vertex_ai", "fireworks_ai"].contains(&name);
    let named = PROVIDERS.iter().find(|(name, _)| {
        seller == *name || (family(name) && seller.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')))
    });
    named.map(|&(_, id)| id)
}

impl Model {
    /// The price of one unit, in exact dollars. A zero is no price: LiteLLM writes it for unknown prices.
    pub(crate) fn price(&self, field: &str) -> Option<Usd> {
        if self.provider == "databricks" {
            let million = self.price_of(field, 1_000_000)?;
            return Some(Usd::from_femto_usd(million.femto_usd() / 1_000_000));
        }
        let price = Usd::parse_rounded(self.text(field)?).ok()?;
        (price > Usd::ZERO).then_some(price)
    }

    /// The price of `per` units, without float noise and rounding errors.
    pub(crate) fn price_of(&self, field: &str, per: u64) -> Option<Usd> {
        let text = self.text(field)?;
        let price = snapped(Usd::parse_rounded(text).ok()?.femto_usd() * i128::from(per));
        let price = match per {
            1_000_000 if self.provider == "databricks" => without_dbu(price),
            SECONDS_PER_HOUR => of_an_hour(price, text)?,
            _ => price,
        };
        (price > 0).then_some(Usd::from_femto_usd(price))
    }

    /// A field as written.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(|value| value.get())
    }

    /// The factor of every regional endpoint, as written; `None` unless there is exactly one.
    pub(crate) fn uplift(&self) -> Option<&str> {
        let mut uplifts = UPLIFTS.iter().filter_map(|field| self.text(field));
        let first = uplifts.next()?;
        uplifts.all(|uplift| uplift == first).then_some(first)
    }

    /// The factor of inference in the United States.
    pub(crate) fn uplift_in_us(&self) -> Option<&str> {
        let factors: BTreeMap<&str, &RawValue> = serde_json::from_str(self.text("provider_specific_entry")?).ok()?;
        factors.get("us").map(|factor| factor.get())
    }

    /// The names of the price fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The inputs at which prices change, with the suffix of those prices' names: 200,000 and `_above_200k_tokens`.
    pub(crate) fn steps(&self) -> BTreeSet<(u64, String)> {
        let step = |field: &str| {
            let (thousands, _) = field.rsplit_once("_above_")?.1.split_once("k_tokens")?;
            let start = thousands.parse::<u64>().ok()? * 1_000;
            Some((start, format!("_above_{thousands}k_tokens")))
        };
        self.fields().filter_map(step).collect()
    }

    pub(crate) fn mode(&self) -> &str {
        self.word("mode").unwrap_or_default()
    }

    /// A text without escapes.
    pub(crate) fn word(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(|value| word(value))
    }
}

/// Femto-dollars, rounded to the digits that a price has.
fn snapped(femto_usd: i128) -> i128 {
    let digits = femto_usd.checked_ilog10().map_or(0, |digits| digits + 1);
    nearest(femto_usd, 10_i128.pow(digits.saturating_sub(SIGNIFICANT_DIGITS)))
}

/// Databricks' price: its list gives DBU with two or three decimals, which LiteLLM converts to 0.10003 for 0.1.
///
/// The result is the roundest of all prices with the same DBU, in femto-dollars for a million tokens.
fn without_dbu(price: i128) -> i128 {
    if price % DBU_STEP != 0 {
        return price;
    }
    roundest(
        price,
        if price % (10 * DBU_STEP) == 0 {
            5 * DBU_STEP
        } else {
            DBU_STEP / 2
        },
    )
}

/// The hourly price of LiteLLM's rounded price per second: 0.0000611 for 0.22 an hour.
fn of_an_hour(price: i128, second: &str) -> Option<i128> {
    let (number, exponent) = second.split_once(['e', 'E']).unwrap_or((second, "0"));
    let (_, decimals) = number.split_once('.').unwrap_or((number, ""));
    let digits = number.replace('.', "");
    if digits.trim_start_matches('0').len() < 3 {
        return Some(price);
    }
    let places = i32::try_from(decimals.len()).ok()? - exponent.parse::<i32>().ok()?;
    // A femto-dollar is the fifteenth place.
    let last = 10_i128.checked_pow(u32::try_from(15 - places).unwrap_or(0))?;
    Some(roundest(price, last * i128::from(SECONDS_PER_HOUR) / 2))
}

/// The amount with the fewest digits within `half`.
fn roundest(amount: i128, half: i128) -> i128 {
    let steps = (0..=18).rev().map(|digits| 10_i128.pow(digits));
    let mut rounder = steps.map(|step| nearest(amount, step));
    rounder
        .find(|rounder| (rounder - amount).abs() <= half)
        .unwrap_or(amount)
}

fn nearest(amount: i128, step: i128) -> i128 {
    (amount + step / 2) / step * step
}

/// The text of a JSON string without escapes; other values as written.
fn word(value: &RawValue) -> &str {
    value.get().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::litellm::models::read;

    fn table(key: &str, fields: &str) -> Model {
        let text = format!(r#"{{"{key}": {{{fields}}}}}"#);
        read(&text, "2026-11-12").unwrap().listed.pop().unwrap()
    }

    #[test]
    fn prices_are_exact_without_noise() {
        let model = table(
            "novita/m",
            r#""litellm_provider": "novita", "input_cost_per_token": 2.0000000000000002E-7, "output_cost_per_token": 8.142857142857142E-8"#,
        );
        let price = |field| model.price_of(field, 1_000_000).unwrap().to_string();
        assert_eq!(price("input_cost_per_token"), "0.2");
        assert_eq!(price("output_cost_per_token"), "0.081428571");
    }

    #[test]
    fn rounded_dbu_prices_give_the_original_dollars() {
        for (dollars, meant) in [
            ("1.0003e-07", "0.1"),
            ("2.0002e-08", "0.020002"),
            ("9.99999e-06", "10"),
            ("1.99997e-05", "20"),
            ("7.497e-07", "0.75"),
            ("0.0001800001", "180"),
            ("2.25e-05", "22.5"),
            ("1.05e-06", "1.05"),
        ] {
            let model = table(
                "databricks/m",
                &format!(r#""litellm_provider": "databricks", "input_cost_per_token": {dollars}"#),
            );
            let price = model.price_of("input_cost_per_token", 1_000_000).unwrap();
            assert_eq!(price.to_string(), meant, "{dollars}");
        }
    }

    #[test]
    fn prices_per_second_give_the_hourly_price() {
        for (second, hour) in [
            ("6.11e-05", "0.22"),
            ("0.0001", "0.36"),
            ("0.0002833333333333333", "1.02"),
            ("0.000125", "0.45"),
        ] {
            let model = table(
                "groq/m",
                &format!(
                    r#""litellm_provider": "groq", "mode": "audio_transcription", "input_cost_per_second": {second}"#
                ),
            );
            let price = model.price_of("input_cost_per_second", SECONDS_PER_HOUR).unwrap();
            assert_eq!(price.to_string(), hour, "{second}");
        }
    }

    #[test]
    fn route_and_region_are_removed_from_names() {
        let model = table(
            "bedrock/us-gov-west-1/anthropic.claude-v9",
            r#""litellm_provider": "bedrock", "input_cost_per_token": 1e-6"#,
        );
        assert_eq!((&*model.name, &*model.place), ("anthropic.claude-v9", "us-gov-west-1/"));
    }
}
