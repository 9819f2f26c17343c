//! Makes the embedded price catalogue: the facts of a genai-prices table, one model a line, in a text that can be diffed.
//!
//! The form is described in `crates/pricing/data/README.md`.

mod source;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use source::{Conditional, Constraint, Model, Provider, Rule, Table, Tiered};

/// Prices with more digits than this are float noise, such as 0.18000000000000002.
const SIGNIFICANT_DIGITS: usize = 12;

/// Its arguments.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The genai-prices table: JSON with `units` and `providers`.
    #[arg(long)]
    prices: PathBuf,
    /// The table's version; by default the one in a file name such as `genai-prices-0.2.3.slim.json`.
    #[arg(long)]
    source_version: Option<String>,
    /// Where the catalogue goes.
    #[arg(long, default_value = "crates/pricing/data/catalogue.txt")]
    out: PathBuf,
}

/// Runs the chore.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let json = std::fs::read_to_string(&arguments.prices)
        .with_context(|| format!("{} cannot be read", arguments.prices.display()))?;
    let version = match &arguments.source_version {
        Some(version) => version.clone(),
        None => version_in_name(&arguments.prices).context("the file name tells no version: add --source-version")?,
    };
    let made = make(&json, &version)?;
    for line in &made.snapped {
        eprintln!("snapped to {SIGNIFICANT_DIGITS} digits: {line}");
    }
    std::fs::write(&arguments.out, &made.text)
        .with_context(|| format!("{} cannot be written", arguments.out.display()))?;
    println!(
        "{}: {} bytes, {} prices",
        arguments.out.display(),
        made.text.len(),
        made.prices
    );
    Ok(())
}

fn version_in_name(path: &std::path::Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.strip_prefix("genai-prices-")?;
    let version = name
        .split('.')
        .take_while(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    Some(version.collect::<Vec<_>>().join(".")).filter(|version| !version.is_empty())
}

/// A catalogue and what was noticed on the way.
struct Made {
    text: String,
    snapped: Vec<String>,
    prices: usize,
}

fn make(json: &str, version: &str) -> anyhow::Result<Made> {
    let table: Table = serde_json::from_str(json).context("not a genai-prices table")?;
    let mut writer = Writer {
        units: table
            .units
            .into_iter()
            .map(|(name, row)| (row.price_key, name))
            .collect(),
        snapped: Vec::new(),
        prices: 0,
    };
    let mut body = String::new();
    let models: usize = table.providers.iter().map(|provider| provider.models.len()).sum();
    for provider in &table.providers {
        writer
            .provider(&mut body, provider)
            .with_context(|| format!("provider {}", provider.id))?;
    }
    let hash = Sha256::digest(json.as_bytes())
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let text = format!(
        "tracing-genai catalogue 1\nsource\tgenai-prices {version}\nsha256\t{hash}\nproviders\t{}\nmodels\t{models}\nprices\t{}\n{body}",
        table.providers.len(),
        writer.prices,
    );
    Ok(Made {
        text,
        snapped: writer.snapped,
        prices: writer.prices,
    })
}

struct Writer {
    /// From price key to unit name.
    units: BTreeMap<String, String>,
    snapped: Vec<String>,
    prices: usize,
}

impl Writer {
    fn provider(&mut self, out: &mut String, provider: &Provider) -> anyhow::Result<()> {
        write!(out, "[{}]", word(&provider.id)?)?;
        if let Some(pattern) = &provider.api_pattern {
            write!(out, "\tapi {}", word(pattern)?)?;
        }
        if let Some(rule) = &provider.names {
            write!(out, "\tprovider {}", alternatives(rule, "")?)?;
        }
        if let Some(rule) = &provider.model_names {
            write!(out, "\tmodel {}", alternatives(rule, "")?)?;
        }
        if !provider.fallback.is_empty() {
            write!(out, "\tfallback {}", provider.fallback.join(" "))?;
        }
        out.push('\n');
        for model in &provider.models {
            let line = self.model(model).with_context(|| format!("model {}", model.id))?;
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn model(&mut self, model: &Model) -> anyhow::Result<String> {
        ensure!(
            !model.id.starts_with(['[', '#']),
            "an id that begins so would be no model's line"
        );
        let mut line = format!("{}\t{}", word(&model.id)?, alternatives(&model.rule, &model.id)?);
        let sets = if model.prices.get().starts_with('[') {
            serde_json::from_str::<Vec<Conditional>>(model.prices.get())?
        } else {
            vec![Conditional {
                constraint: None,
                prices: serde_json::from_str(model.prices.get())?,
            }]
        };
        for set in &sets {
            line.push('\t');
            if let Some(constraint) = &set.constraint {
                write!(line, "@{} ", constraint.text())?;
            }
            line.push_str(&self.prices(&model.id, &set.prices)?);
        }
        for variant in &model.variants {
            line.push_str("\t?");
            let when: Vec<String> = variant
                .when
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            line.push_str(word(&when.join("&"))?);
            if let Some(constraint) = &variant.constraint {
                write!(line, " @{}", constraint.text())?;
            }
            let prices = self.prices(&model.id, &variant.prices)?;
            write!(line, " {prices}")?;
        }
        if let Some(tokens) = model.context_window {
            write!(line, "\t#{tokens}")?;
        }
        if model.deprecated {
            line.push_str("\t#deprecated");
        }
        Ok(line.trim_end_matches(' ').to_owned())
    }

    /// `input=3>200000:6 output=15`; `-` when there is no price at all.
    fn prices(&mut self, model: &str, prices: &BTreeMap<String, Box<RawValue>>) -> anyhow::Result<String> {
        let mut words = Vec::new();
        for (key, price) in prices {
            let unit = self
                .units
                .get(key)
                .with_context(|| format!("no unit has the price key {key}"))?;
            let unit = unit.strip_suffix("_tokens").unwrap_or(unit).to_owned();
            self.prices += 1;
            let mut word = format!("{unit}=");
            if price.get().starts_with('{') {
                let tiered: Tiered = serde_json::from_str(price.get())?;
                word.push_str(&self.decimal(model, tiered.base.get())?);
                let mut tiers = tiered.tiers;
                tiers.sort_by_key(|tier| tier.start);
                for tier in tiers {
                    write!(word, ">{}:{}", tier.start, self.decimal(model, tier.price.get())?)?;
                }
            } else {
                word.push_str(&self.decimal(model, price.get())?);
            }
            words.push(word);
        }
        Ok(if words.is_empty() {
            "-".to_owned()
        } else {
            words.join(" ")
        })
    }

    /// The exact text of a price, float noise beyond [`SIGNIFICANT_DIGITS`] rounded half to even.
    fn decimal(&mut self, model: &str, json: &str) -> anyhow::Result<String> {
        let text = json.trim_matches('"');
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}");
        ensure!(
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
            "{json} is not a plain decimal"
        );
        let significant = digits.trim_start_matches('0');
        let mut mantissa: u128 = if significant.is_empty() {
            0
        } else {
            significant.parse()?
        };
        let mut scale = fraction.len();
        let excess = significant.len().saturating_sub(SIGNIFICANT_DIGITS).min(scale);
        if excess > 0 {
            let unit = 10_u128.pow(u32::try_from(excess)?);
            let (quotient, rest) = (mantissa / unit, mantissa % unit);
            mantissa = quotient + u128::from(rest * 2 > unit || (rest * 2 == unit && quotient % 2 == 1));
            scale -= excess;
        }
        while scale > 0 && mantissa.is_multiple_of(10) {
            mantissa /= 10;
            scale -= 1;
        }
        let padded = format!("{mantissa:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        let price = if fraction.is_empty() {
            whole.to_owned()
        } else {
            format!("{whole}.{fraction}")
        };
        if excess > 0 {
            self.snapped.push(format!("{model}: {text} is {price}"));
        }
        Ok(price)
    }
}

impl Constraint {
    fn text(&self) -> String {
        match self {
            Self::Date { start_date } => start_date.clone(),
            Self::Daily { start_time, end_time } => format!("{start_time}-{end_time}"),
        }
    }
}

/// A rule as alternatives, each a conjunction: `=name | ^prefix !/pattern/`. Only `=` is short for the model's own id.
fn alternatives(rule: &Rule, id: &str) -> anyhow::Result<String> {
    let rules = match rule {
        Rule::Or(rules) => rules.as_slice(),
        rule => std::slice::from_ref(rule),
    };
    let mut texts = Vec::new();
    for rule in rules {
        let terms = match rule {
            Rule::And(terms) => terms.as_slice(),
            rule => std::slice::from_ref(rule),
        };
        let mut words = Vec::new();
        for term in terms {
            words.extend(term_words(term, id)?);
        }
        texts.push(words.join(" "));
    }
    Ok(texts.join(" | "))
}

fn term_words(rule: &Rule, id: &str) -> anyhow::Result<Vec<String>> {
    let lower = |text: &str| word(text).map(str::to_lowercase);
    Ok(vec![match rule {
        Rule::Equals(text) if text == id => "=".to_owned(),
        Rule::Equals(text) => format!("={}", lower(text)?),
        Rule::StartsWith(text) => format!("^{}", lower(text)?),
        Rule::EndsWith(text) => format!("${}", lower(text)?),
        Rule::Contains(text) => format!("~{}", lower(text)?),
        Rule::Regex(pattern) => return regex_words(word(pattern)?),
        Rule::Or(_) | Rule::And(_) => bail!("a rule nests deeper than alternatives of conjunctions"),
    }])
}

/// A pattern, a leading negative look-ahead made a term of its own: the regular expressions of Rust have none.
fn regex_words(pattern: &str) -> anyhow::Result<Vec<String>> {
    let Some(rest) = pattern.strip_prefix("^(?!") else {
        ensure!(
            !pattern.contains("(?!") && !pattern.contains("(?="),
            "{pattern} looks ahead in its middle"
        );
        return Ok(vec![format!("/{pattern}/")]);
    };
    let mut depth = 1_usize;
    let end = rest
        .bytes()
        .position(|byte| {
            depth = match byte {
                b'(' => depth + 1,
                b')' => depth - 1,
                _ => depth,
            };
            depth == 0
        })
        .with_context(|| format!("{pattern} has no closing parenthesis"))?;
    let (forbidden, required) = (&rest[..end], &rest[end + 1..]);
    let mut words = vec![format!("!/^(?:{forbidden})/")];
    if !required.is_empty() {
        words.push(format!("/^{required}/"));
    }
    Ok(words)
}

/// Refuses what would break the form of a line.
fn word(text: &str) -> anyhow::Result<&str> {
    ensure!(
        !text.is_empty() && !text.contains(|sign: char| sign.is_whitespace()),
        "{text:?} holds white space"
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snap(price: &str) -> String {
        let mut writer = Writer {
            units: BTreeMap::new(),
            snapped: Vec::new(),
            prices: 0,
        };
        writer.decimal("m", price).unwrap()
    }

    #[test]
    fn float_noise_is_snapped_and_exact_prices_are_kept() {
        assert_eq!(snap("0.18000000000000002"), "0.18");
        assert_eq!(snap("1.0399999999999998"), "1.04");
        assert_eq!(snap("0.08333333333333334"), "0.0833333333333");
        assert_eq!(snap("0.003625"), "0.003625");
        assert_eq!(snap("30"), "30");
        assert_eq!(snap("0"), "0");
        assert_eq!(snap("2.50"), "2.5");
    }

    #[test]
    fn a_leading_look_ahead_becomes_a_term_of_its_own() {
        assert_eq!(regex_words("^(?!.*-tts(?:$|-))").unwrap(), ["!/^(?:.*-tts(?:$|-))/"]);
        assert_eq!(
            regex_words("^(?![^/]+/)(?:a|b)").unwrap(),
            ["!/^(?:[^/]+/)/", "/^(?:a|b)/"]
        );
        assert!(regex_words("a(?!b)").is_err());
    }

    #[test]
    fn the_committed_catalogue_is_what_the_table_makes() {
        let Some(path) = std::env::var_os("TRACING_GENAI_PRICES") else {
            assert!(
                std::env::var_os("CI").is_none(),
                "TRACING_GENAI_PRICES must be set in CI"
            );
            eprintln!("left out: TRACING_GENAI_PRICES is not set");
            return;
        };
        let path = PathBuf::from(path);
        let json = std::fs::read_to_string(&path).unwrap();
        let made = make(&json, &version_in_name(&path).unwrap()).unwrap();
        let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../pricing/data/catalogue.txt"));
        assert!(
            made.text == committed.unwrap(),
            "run `cargo xtask catalogue` and commit what it writes"
        );
    }
}
