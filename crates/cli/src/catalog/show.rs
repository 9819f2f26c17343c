//! `tracing-genai catalog show`: one model with all its prices.

use std::{
    io::{self, Write},
    time::SystemTime,
};

use anyhow::Context;
use tracing_genai_pricing::{Catalogue, Cost, Counts, Entry, ModelId, PriceQuery};
use tracing_genai_usage::{Unit, Usage};

use super::entry_text;
use crate::{
    output::{Output, stdout},
    price_source::Source,
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The model, by any form of its id or by an alias: `openai/gpt-4o-2024-08-06`, `azure/prod-chat`
    #[arg(value_name = "PROVIDER/MODEL")]
    model: ModelId,
    /// Writes a JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let catalogue = arguments.source.load()?;
    let entry = catalogue.entry(&arguments.model).with_context(|| {
        let provider = arguments.model.provider();
        format!(
            "{}: no such model; `tracing-genai catalog list --provider {provider}` lists the provider's models, \
             `--providers` the providers",
            arguments.model
        )
    })?;
    let mut out = stdout();
    if arguments.json {
        out.pretty_json(&entry_text::json(&entry))?;
    } else {
        text(&entry, &cost(&catalogue, &arguments.model), &mut out)?;
    }
    out.flush()?;
    Ok(())
}

/// The cost of a call with that model name, for its alias, multiplier and catalogue.
fn cost(catalogue: &Catalogue, model: &ModelId) -> Cost {
    let usage = Usage::new().with(Unit::InputTokens, 1).with(Unit::OutputTokens, 1);
    catalogue.cost(
        &PriceQuery::new(model.provider(), &usage, SystemTime::now())
            .response_model(model.model())
            .counts(Counts::Auto),
    )
}

fn text(entry: &Entry<'_>, cost: &Cost, out: &mut Output<impl Write>) -> io::Result<()> {
    out.line(format_args!("{}/{}", entry.provider(), entry.model()))?;
    let mut fact = |name: &str, value: &str| out.line(format_args!("  {name:<14} {value}"));
    fact("recognised by", &entry.rule())?;
    fact("layer", entry.layer().as_str())?;
    if let Some(edition) = cost.edition() {
        fact("catalogue", &edition.version)?;
    }
    if let Some(alias) = &cost.alias {
        fact("alias", alias)?;
    }
    if let Some(factor) = &cost.multiplier {
        fact("multiplier", &format!("{factor}, on the prices below"))?;
    }
    if let Some(tokens) = entry.context_window() {
        fact("context", &format!("{tokens} tokens"))?;
    }
    if entry.is_deprecated() {
        fact("deprecated", "the provider plans to remove it")?;
    }
    if entry.is_free() {
        fact("free", "no cost")?;
    }
    for price in entry.prices() {
        let condition = entry_text::condition(&price);
        let (unit, amount) = (entry_text::unit(&price), entry_text::amount(&price));
        let line = format!("  {unit:<38} {amount} USD  {condition}");
        out.line(format_args!("{}", line.trim_end()))?;
    }
    for (condition, factor) in entry.factors() {
        out.line(format_args!("  {:<38} times {factor}  {condition}", "every token"))?;
    }
    Ok(())
}
