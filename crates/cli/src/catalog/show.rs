//! `tracing-genai catalog show`: one model, and every price of it.

use std::{
    io::{self, BufWriter, Write},
    time::SystemTime,
};

use anyhow::Context;
use tracing_genai::{
    pricing::{Call, Catalogue, Cost, Counts, Entry, ModelId},
    usage::{Unit, Usage},
};

use super::entry_text;
use crate::price_source::Source;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The model, in any form in which its id occurs: `openai/gpt-4o-2024-08-06`, `azure/prod-chat` for an alias
    #[arg(value_name = "PROVIDER/MODEL")]
    model: ModelId,
    /// Writes an object with all that is known
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
            "{}: no such model; `tracing-genai catalog list --provider {provider}` shows the models of a provider, \
             `--providers` the providers",
            arguments.model
        )
    })?;
    let mut out = BufWriter::new(io::stdout().lock());
    if arguments.json {
        writeln!(out, "{:#}", entry_text::json(&entry))?;
    } else {
        text(&entry, &called(&catalogue, &arguments.model), &mut out)?;
    }
    out.flush()?;
    Ok(())
}

/// What a call that names the model so would be told of its price.
fn called(catalogue: &Catalogue, model: &ModelId) -> Cost {
    let usage = Usage::new().with(Unit::InputTokens, 1).with(Unit::OutputTokens, 1);
    catalogue.cost(&Call {
        provider: model.provider(),
        server_address: None,
        response_model: Some(model.model()),
        request_model: None,
        usage: &usage,
        started: SystemTime::now(),
        context: tracing_genai::pricing::Context::default(),
        counts: Counts::Auto,
    })
}

fn text(entry: &Entry<'_>, called: &Cost, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}/{}", entry.provider(), entry.model())?;
    let mut fact = |name: &str, value: &str| writeln!(out, "  {name:<14} {value}");
    fact("recognised by", &entry.rule())?;
    fact("layer", entry.layer().as_str())?;
    if let Some(edition) = called.edition() {
        fact("catalogue", &edition.version)?;
    }
    if let Some(alias) = &called.alias {
        fact("alias", alias)?;
    }
    if let Some(factor) = &called.multiplier {
        fact("multiplier", &format!("{factor}, on the prices below"))?;
    }
    if let Some(tokens) = entry.context_window() {
        fact("context", &format!("{tokens} tokens"))?;
    }
    if entry.is_deprecated() {
        fact("deprecated", "its provider means to take it away")?;
    }
    if entry.is_free() {
        fact("free", "it costs nothing")?;
    }
    for price in entry.prices() {
        let condition = entry_text::condition(&price);
        let (unit, amount) = (entry_text::by(&price), entry_text::amount(&price));
        let line = format!("  {unit:<38} {amount} USD  {condition}");
        writeln!(out, "{}", line.trim_end())?;
    }
    for (condition, factor) in entry.factors() {
        writeln!(out, "  {:<38} times {factor}  {condition}", "every token")?;
    }
    Ok(())
}
