//! Converts a price table in the JSON form of [genai-prices](https://github.com/pydantic/genai-prices) to a catalogue.

pub(crate) mod alternatives;
pub(crate) mod model_line;
mod pattern;
mod refusal;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use crate::document::{Flaw, Node, Value, json};
use crate::hash::hash_of;
use crate::table::FORM;
use crate::word::escape;

use model_line::{ModelLine, shown};
use pattern::compiles;
pub(crate) use refusal::Refusal;

/// The text of a catalogue, with the notes of its conversion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Made {
    /// The text, for [`Catalogue::parse`](crate::Catalogue::parse).
    pub text: String,
    /// Prices rounded because their last digits are float noise, one line each.
    pub snapped: Vec<String>,
    /// Omissions and their reasons, one line each: models with unsupported rules, prices of unknown units.
    pub warnings: Vec<String>,
    /// The number of prices in the text.
    pub prices: usize,
}

/// Converts a genai-prices table to the text of a catalogue in the form of `data/README.md`: JSON with `units` and
/// `providers`, or only the list of providers. `source` is the source of the table, such as `genai-prices 0.2.3`.
///
/// Prices are kept exactly as written, except float noise beyond the twelfth significant digit. Content of newer tables
/// that this version does not support is omitted with a warning: prices of unknown units, and models with an
/// unsupported rule or condition. Unknown fields are omitted silently. A name matched only by an omitted model may then
/// match a later model of its provider.
/// then be recognised by a later model of its provider.
///
/// ```
/// use tracing_genai_pricing::{Catalogue, feed};
///
/// let made = feed::catalogue_text(
///     r#"[{"id": "acme", "models": [
///         {"id": "m-1", "match": {"starts_with": "m-1"}, "prices": {"input_mtok": 0.15, "output_mtok": 6e-1}}
///     ]}]"#,
///     "our own",
/// )?;
/// assert!(made.text.ends_with("[acme]\nm-1\t^m-1\tinput=0.15 output=0.6\n"));
/// assert_eq!(Catalogue::parse(&made.text)?.version(), "our own");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Flaw`] with the first line that is not JSON or not such a table: for a missing id, rule or price, a duplicate id,
/// or a negative or invalid price.
pub fn catalogue_text(json_text: &str, source: &str) -> Result<Made, Flaw> {
    let root = json(json_text)?;
    let providers = match &root.value {
        Value::List(providers) => providers,
        _ => root.fields()?.required("providers")?.list()?,
    };
    let mut writer = Writer::default();
    let mut ids = HashSet::new();
    for provider in providers {
        let id = writer.provider(provider)?;
        if !ids.insert(id) {
            return Err(provider.flaw(format!("duplicate provider `{id}`")));
        }
    }
    Ok(writer.finish(source, &hash_of(&[json_text.as_bytes()])))
}

#[derive(Default)]
struct Writer {
    body: String,
    providers: usize,
    models: usize,
    prices: usize,
    snapped: Vec<String>,
    warnings: Vec<String>,
    /// For each price key with an unknown unit: the first model with such a price, and the number of models.
    unknown_keys: BTreeMap<String, (String, usize)>,
}

impl Writer {
    /// Writes a provider and its models; returns its id.
    fn provider<'n>(&mut self, node: &'n Node<'_>) -> Result<&'n str, Flaw> {
        let mut fields = node.fields()?;
        let id = id(fields.required("id")?)?;
        let within = |flaw: Flaw| flaw.within(&format!("provider {}", shown(id)));
        let header = provider_header(id, node, |problem| self.warnings.push(problem)).map_err(within)?;
        let _ = writeln!(self.body, "[{header}"); // A String takes everything.
        self.providers += 1;

        let mut ids = HashSet::new();
        for model in fields.required("models").and_then(Node::list).map_err(within)? {
            let model_id = self.model(id, model)?;
            if !ids.insert(model_id) {
                return Err(within(model.flaw(format!("duplicate model `{model_id}`"))));
            }
        }
        Ok(id)
    }

    /// Writes a model, or a warning if it is unsupported; returns its id.
    fn model<'n>(&mut self, provider: &str, node: &'n Node<'_>) -> Result<&'n str, Flaw> {
        let id = node
            .fields()
            .and_then(|mut fields| id(fields.required("id")?))
            .map_err(|flaw| flaw.within(&format!("provider {provider}")))?;
        match ModelLine::of(id, node) {
            Ok(line) => {
                self.body.push_str(&line.text);
                self.body.push('\n');
                self.models += 1;
                self.prices += line.prices;
                self.snapped.extend(line.snapped);
                for (key, _) in line.unknown_keys {
                    let (_, models) = self
                        .unknown_keys
                        .entry(shown(key))
                        .or_insert_with(|| (format!("{provider}/{id}"), 0));
                    *models += 1;
                }
            }
            Err(Refusal::Part(reason)) => {
                let subject = format!("{}/{}", shown(provider), shown(id));
                self.warn(&subject, &format!("left out: {reason}"));
            }
            Err(Refusal::Table(flaw)) => {
                return Err(flaw.within(&format!("provider {}, model {}", shown(provider), shown(id))));
            }
        }
        Ok(id)
    }

    fn warn(&mut self, subject: &str, problem: &str) {
        self.warnings.push(format!("{subject}: {problem}"));
    }

    fn finish(mut self, source: &str, hash: &str) -> Made {
        for (key, (model, models)) in std::mem::take(&mut self.unknown_keys) {
            let others = match models {
                1 => String::new(),
                models => format!(" and {} more", models - 1),
            };
            self.warn(
                &format!("{model}{others}"),
                &format!("the price of the unknown unit `{key}` is left out"),
            );
        }
        let source: String = source
            .chars()
            .map(|sign| if sign.is_control() { ' ' } else { sign })
            .collect();
        let Self {
            body,
            providers,
            models,
            prices,
            ..
        } = self;
        Made {
            text: format!(
                "{FORM}\nsource\t{source}\nsha256\t{hash}\nproviders\t{providers}\nmodels\t{models}\nprices\t{prices}\n{body}"
            ),
            snapped: self.snapped,
            warnings: self.warnings,
            prices,
        }
    }
}

/// A provider's line without its first bracket; unsupported fields are reported to `warn`.
pub(crate) fn provider_header(id: &str, node: &Node<'_>, mut warn: impl FnMut(String)) -> Result<String, Flaw> {
    let mut fields = node.fields()?;
    let mut line = format!("{}]", escape(id));
    let mut left_out = |key: &str, reason: &str| warn(format!("{}: its {key} is left out: {reason}", shown(id)));
    if let Some(pattern) = fields.optional("api_pattern") {
        let pattern = pattern.text()?;
        if compiles(&format!("^(?:{pattern})")) {
            let _ = write!(line, "\tapi {}", escape(pattern)); // A String takes everything.
        } else {
            left_out("api_pattern", &format!("the pattern `{pattern}` is unsupported"));
        }
    }
    for (key, name) in [("provider_match", "provider"), ("model_match", "model")] {
        let Some(rule) = fields.optional(key) else { continue };
        match alternatives::text(rule, "") {
            Ok(text) => line.extend(["\t", name, " ", &text]),
            Err(Refusal::Part(reason)) => left_out(key, &reason),
            Err(Refusal::Table(flaw)) => return Err(flaw),
        }
    }
    if let Some(fallback) = fields.optional("fallback_model_providers") {
        for (place, fallback) in fallback.list()?.iter().enumerate() {
            line.push_str(if place == 0 { "\tfallback " } else { " " });
            line.push_str(&escape(self::id(fallback)?));
        }
    }
    Ok(line)
}

fn id<'n>(node: &'n Node<'_>) -> Result<&'n str, Flaw> {
    let id = node.text()?;
    if id.is_empty() {
        return Err(node.flaw("the id is empty"));
    }
    Ok(id)
}
