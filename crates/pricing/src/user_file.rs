//! The user's prices: a TOML or JSON file applied over every table.
//!
//! Its format is described in `docs/prices.md`.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use crate::document::{Fields, Flaw, Node, clipped, json, toml};
use crate::factor::Factor;
use crate::feed::model_line::ModelLine;
use crate::feed::{Refusal, alternatives, provider_header};
use crate::hash::hash_of;
use crate::price_file::{PriceFileError, name_of, read};

/// The parsed user's file.
///
/// ```
/// use tracing_genai_pricing::{Catalogue, UserFile};
///
/// let file = UserFile::parse(
///     r#"
///     [[models]]
///     provider = "openai"
///     id = "ft:gpt-4o:acme"
///     match = { starts_with = "ft:gpt-4o-2024-08-06:acme" }
///     prices = { input_mtok = 3.75, output_mtok = 15 }
///
///     [[aliases]]
///     provider = "azure.ai.openai"
///     name = "prod-chat"
///     model = "azure/gpt-4o"
///
///     [[multipliers]]
///     provider = "anthropic"
///     factor = 0.85
///     "#,
///     "prices.toml",
/// )?;
/// let catalogue = Catalogue::layered(None, Some(&file))?;
/// assert_eq!(catalogue.version(), "genai-prices 0.2.3 + prices.toml");
/// # Ok::<(), tracing_genai_pricing::PriceFileError>(())
/// ```
#[derive(Clone, Debug)]
pub struct UserFile {
    pub(crate) name: Arc<str>,
    pub(crate) providers: Vec<OwnProvider>,
    pub(crate) models: Vec<OwnModel>,
    pub(crate) fixed: Vec<OwnFix>,
    pub(crate) aliases: Vec<OwnAlias>,
    pub(crate) factors: Vec<OwnFactor>,
    hash: String,
    warnings: Vec<String>,
}

/// A provider missing from the catalogue.
#[derive(Clone, Debug)]
pub(crate) struct OwnProvider {
    pub(crate) line: usize,
    pub(crate) id: String,
    /// The provider as a catalogue line.
    pub(crate) header: String,
}

/// A model of the user's.
#[derive(Clone, Debug)]
pub(crate) struct OwnModel {
    pub(crate) line: usize,
    pub(crate) provider: String,
    id: String,
    /// The model as a catalogue line.
    pub(crate) text: String,
}

/// Prices of a model of the catalogue that override the catalogue's.
#[derive(Clone, Debug)]
pub(crate) struct OwnFix {
    pub(crate) line: usize,
    pub(crate) provider: String,
    pub(crate) model: String,
    /// As words of a catalogue; `free` if the model is free.
    pub(crate) prices: String,
}

/// An alias of a model.
#[derive(Clone, Debug)]
pub(crate) struct OwnAlias {
    pub(crate) line: usize,
    pub(crate) provider: Option<String>,
    pub(crate) name: String,
    pub(crate) rule: String,
    /// Provider and model.
    pub(crate) target: (String, String),
}

/// A price multiplier.
#[derive(Clone, Debug)]
pub(crate) struct OwnFactor {
    pub(crate) line: usize,
    pub(crate) provider: String,
    pub(crate) model: Option<String>,
    pub(crate) factor: Factor,
    pub(crate) text: String,
}

impl UserFile {
    /// Reads the file, of at most 32 MiB.
    ///
    /// # Errors
    ///
    /// [`PriceFileError`] with file, line and reason, if it is unreadable or invalid.
    pub fn read(path: &Path) -> Result<Self, PriceFileError> {
        Self::parse(&read(path)?, &name_of(path))
    }

    /// Parses `text`: JSON if it begins with a brace, else TOML. Errors and the catalogue's version use `name`.
    ///
    /// # Errors
    ///
    /// [`PriceFileError::Flawed`] with line and reason, if it is invalid.
    pub fn parse(text: &str, name: &str) -> Result<Self, PriceFileError> {
        let text = text.trim_start_matches('\u{feff}');
        let mut file = Self {
            name: name.into(),
            providers: Vec::new(),
            models: Vec::new(),
            fixed: Vec::new(),
            aliases: Vec::new(),
            factors: Vec::new(),
            hash: hash_of(&[text.as_bytes()]),
            warnings: Vec::new(),
        };
        if text.trim().is_empty() {
            let problem = "the file is empty, perhaps being written; for a file without prices, add a comment";
            return Err(file.flawed(Flaw::new(1, problem)));
        }
        let parse = if text.trim_start().starts_with('{') { json } else { toml };
        let outcome = parse(text).and_then(|root| file.take(&root));
        outcome.map_err(|flaw| file.flawed(flaw))?;
        Ok(file)
    }

    /// The name in errors and the catalogue's version.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The omissions: models with unsupported rules.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// SHA-256 of this file applied to a table.
    pub(crate) fn hash_over(&self, table: &str) -> String {
        hash_of(&[table.as_bytes(), self.hash.as_bytes()])
    }

    pub(crate) fn flawed(&self, flaw: Flaw) -> PriceFileError {
        PriceFileError::Flawed {
            file: Arc::clone(&self.name),
            flaw,
        }
    }

    fn take(&mut self, root: &Node<'_>) -> Result<(), Flaw> {
        let mut fields = root.fields()?;
        for node in entries(&mut fields, "providers")? {
            let header = self.header(node)?;
            self.providers.push(header);
        }
        for node in entries(&mut fields, "models")? {
            let model = self.model(node)?;
            self.models.extend(model);
        }
        let ids = self
            .models
            .iter()
            .map(|own| (own.line, own.provider.to_lowercase(), &*own.id));
        reject_duplicates(ids, "duplicate model of the same provider; keep one")?;
        for node in entries(&mut fields, "fixed")? {
            self.fixed.push(fix(node)?);
        }
        let ids = self
            .fixed
            .iter()
            .map(|own| (own.line, own.provider.to_lowercase(), &*own.model));
        reject_duplicates(ids, "duplicate fixed prices of a model; keep one")?;
        for node in entries(&mut fields, "aliases")? {
            let alias = self.alias(node)?;
            self.aliases.extend(alias);
        }
        let names = self.aliases.iter().map(|own| {
            let provider = own.provider.as_deref().unwrap_or_default().to_lowercase();
            (own.line, provider, &*own.rule)
        });
        reject_duplicates(names, "duplicate alias for the same calls; keep one")?;
        for node in entries(&mut fields, "multipliers")? {
            self.factors.push(factor(node)?);
        }
        fields.reject_unknown()
    }

    fn header(&mut self, node: &Node<'_>) -> Result<OwnProvider, Flaw> {
        let mut fields = node.fields()?;
        let id = text(&mut fields, "id")?.to_lowercase();
        for known in [
            "provider_match",
            "model_match",
            "api_pattern",
            "fallback_model_providers",
        ] {
            fields.optional(known);
        }
        fields.reject_unknown()?;
        let (name, warnings) = (&self.name, &mut self.warnings);
        let header = provider_header(&id, node, |problem| {
            warnings.push(format!("{name}:{}: {problem}", node.line));
        })?;
        Ok(OwnProvider {
            line: node.line,
            id,
            header,
        })
    }

    /// A model; `None`, with a warning, if its rule has an invalid pattern.
    fn model(&mut self, node: &Node<'_>) -> Result<Option<OwnModel>, Flaw> {
        let mut fields = node.fields()?;
        let provider = text(&mut fields, "provider")?.to_owned();
        let id = text(&mut fields, "id")?;
        let is_free = flag(&mut fields, "free")?;
        for known in ["match", "price_variants", "context_window", "deprecated"] {
            fields.optional(known);
        }
        match (fields.optional("prices"), is_free) {
            (Some(prices), true) => return Err(prices.flaw("`prices` and `free` contradict each other; keep one")),
            (None, false) => {
                return Err(node.flaw("`prices` is missing; for a free model, set `free = true`"));
            }
            _ => {}
        }
        fields.reject_unknown()?;
        match ModelLine::of(id, node) {
            Ok(line) => Ok(Some(OwnModel {
                line: node.line,
                provider,
                id: id.to_owned(),
                text: known_keys(line)?,
            })),
            Err(Refusal::Table(flaw)) => Err(flaw),
            Err(Refusal::Part(reason)) => {
                self.warn(node, &format!("{provider}/{id} is left out: {reason}"));
                Ok(None)
            }
        }
    }

    fn alias(&mut self, node: &Node<'_>) -> Result<Option<OwnAlias>, Flaw> {
        let mut fields = node.fields()?;
        let provider = fields.optional("provider").map(Node::text).transpose()?;
        let target = fields.required("model")?;
        let (name, matches) = (fields.optional("name"), fields.optional("match"));
        fields.reject_unknown()?;
        let target = target
            .text()?
            .split_once('/')
            .ok_or_else(|| target.flaw("the model is not `provider/model`, such as `openai/gpt-4o`"))?;
        let (name, rule) = match (name, matches) {
            (Some(name), None) => {
                let name = name.text()?;
                (
                    name.to_owned(),
                    Ok(["=", &crate::word::escape(&name.to_lowercase())].concat()),
                )
            }
            (None, Some(matches)) => (format!("line {}", matches.line), alternatives::text(matches, "")),
            _ => return Err(node.flaw("an alias needs either `name` or `match`")),
        };
        match rule {
            Ok(rule) => Ok(Some(OwnAlias {
                line: node.line,
                provider: provider.map(str::to_owned),
                name,
                rule,
                target: (target.0.to_owned(), target.1.to_owned()),
            })),
            Err(Refusal::Table(flaw)) => Err(flaw),
            Err(Refusal::Part(reason)) => {
                self.warn(node, &format!("the alias is left out: {reason}"));
                Ok(None)
            }
        }
    }

    fn warn(&mut self, node: &Node<'_>, problem: &str) {
        self.warnings.push(format!("{}:{}: {problem}", self.name, node.line));
    }
}

fn fix(node: &Node<'_>) -> Result<OwnFix, Flaw> {
    let mut fields = node.fields()?;
    let provider = text(&mut fields, "provider")?.to_owned();
    let model = text(&mut fields, "model")?.to_owned();
    let is_free = flag(&mut fields, "free")?;
    let prices = fields.optional("prices");
    fields.reject_unknown()?;
    let prices = match (prices, is_free) {
        (Some(prices), false) => match ModelLine::words(prices) {
            Ok(line) => known_keys(line)?,
            Err(Refusal::Table(flaw)) => return Err(flaw),
            Err(Refusal::Part(reason)) => return Err(prices.flaw(reason)),
        },
        (None, true) => "free".to_owned(),
        _ => return Err(node.flaw("fixed prices need either `prices` or `free = true`")),
    };
    Ok(OwnFix {
        line: node.line,
        provider,
        model,
        prices,
    })
}

/// The line's text, or an error if it has a key that only a table may have.
fn known_keys(line: ModelLine<'_>) -> Result<String, Flaw> {
    if let Some(unknown) = line.unknown {
        return Err(unknown);
    }
    match line.unknown_keys.first() {
        Some((key, at)) => Err(Flaw::new(
            *at,
            format!(
                "unknown price key `{}`; use, for example, `input_mtok` or `output_mtok`",
                clipped(key)
            ),
        )),
        None => Ok(line.text),
    }
}

fn factor(node: &Node<'_>) -> Result<OwnFactor, Flaw> {
    let mut fields = node.fields()?;
    let provider = text(&mut fields, "provider")?.to_owned();
    let model = fields.optional("model").map(Node::text).transpose()?.map(str::to_owned);
    let factor = fields.required("factor")?;
    fields.reject_unknown()?;
    let text = factor.number().or_else(|_| factor.text())?;
    let read = Factor::parse(text).ok_or_else(|| {
        factor.flaw(format!(
            "`{text}` is not a factor: use a decimal above 0, at most 1000, with at most 9 decimal places, or `free` under \
             `[[fixed]]` for free models"
        ))
    })?;
    Ok(OwnFactor {
        line: node.line,
        provider,
        model,
        factor: read,
        text: text.to_owned(),
    })
}

/// Rejects duplicates by provider and name.
fn reject_duplicates<'a>(all: impl Iterator<Item = (usize, String, &'a str)>, problem: &str) -> Result<(), Flaw> {
    let mut seen = HashSet::new();
    for (line, provider, name) in all {
        if !seen.insert((provider, name)) {
            return Err(Flaw::new(line, problem));
        }
    }
    Ok(())
}

/// The tables of a list; empty if it is missing.
fn entries<'n, 'a>(fields: &mut Fields<'n, 'a>, key: &'static str) -> Result<&'n [Node<'a>], Flaw> {
    fields.optional(key).map_or(Ok(&[]), Node::list)
}

fn text<'n>(fields: &mut Fields<'n, '_>, key: &'static str) -> Result<&'n str, Flaw> {
    let node = fields.required(key)?;
    match node.text()?.trim() {
        "" => Err(node.flaw(format!("`{key}` is empty"))),
        text => Ok(text),
    }
}

fn flag(fields: &mut Fields<'_, '_>, key: &'static str) -> Result<bool, Flaw> {
    Ok(fields.optional(key).map(Node::bool).transpose()?.unwrap_or(false))
}
