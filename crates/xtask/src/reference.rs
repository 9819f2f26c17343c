//! Writes the reference page of the names, `docs/conventions.md`, from the tables.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result, bail};
use tracing_genai_semconv::{
    Attribute, Requirement, SpanKind, SpanType, ValueType, collector,
    dialect::{Dialect, Place, Side, Structure, USAGE_PREFIXES, UsageKey},
    event::Event,
    metric::{Metric, Origin},
    profile::{CostKeys, MetricNames},
};

const PAGE: &str = "docs/conventions.md";

/// Arguments of `cargo xtask reference`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing, and fail where the page is not what the tables say
    #[arg(long)]
    check: bool,
}

/// Writes the page, or checks it.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check(root);
    }
    let path = root.join(PAGE);
    fs::write(&path, page()).with_context(|| format!("cannot write {}", path.display()))
}

/// Fails where the page is not what the tables say.
pub(crate) fn check(root: &Path) -> Result<()> {
    let path = root.join(PAGE);
    let written = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    if written != page() {
        bail!("{PAGE} is not what the tables say; run `cargo xtask reference`");
    }
    Ok(())
}

fn page() -> String {
    let mut page = String::from(
        "# Names\n\n\
         What telemetry is called that leaves the bridge, and what else is read. Made by `cargo xtask reference` from the tables of\n\
         `crates/semconv`, which a test compares with the registry of OpenTelemetry's GenAI conventions.\n",
    );
    spans(&mut page);
    attributes(&mut page);
    metrics(&mut page);
    events(&mut page);
    profiles(&mut page);
    dialects(&mut page);
    usage_keys(&mut page);
    differences(&mut page);
    page
}

// A String takes everything that is written to it.
macro_rules! line {
    ($page:expr, $($text:tt)*) => { let _ = writeln!($page, $($text)*); };
}

fn spans(page: &mut String) {
    line!(page, "\n## Spans\n");
    for span_type in SpanType::ALL {
        let kind = match span_type.kind {
            SpanKind::Internal => "internal",
            SpanKind::Server => "server",
            _ => "client",
        };
        line!(page, "### `{}`\n", span_type.id);
        let operations: Vec<_> = span_type
            .operations
            .iter()
            .map(|operation| format!("`{}`", operation.name()))
            .collect();
        let of = if operations.is_empty() {
            String::new()
        } else {
            format!(" Operations: {}.", operations.join(", "))
        };
        line!(page, "{} Kind: {kind}.{of}\n", span_type.about);
        wanted(page, span_type.attributes);
    }
}

fn wanted(page: &mut String, rows: &[(Requirement, &[Attribute])]) {
    for (requirement, attributes) in rows {
        let when = match requirement {
            Requirement::Required => "Required",
            Requirement::OnError => "Required on an error",
            Requirement::WithServerAddress => "Required beside `server.address`",
            Requirement::WhenKnown => "Required where it applies and is known",
            Requirement::OptIn => "Only where the user asks for it",
            _ => "Recommended",
        };
        let names: Vec<_> = attributes
            .iter()
            .map(|attribute| format!("`{}`", attribute.name()))
            .collect();
        line!(page, "- {when}: {}", names.join(", "));
    }
    page.push('\n');
}

fn attributes(page: &mut String) {
    line!(
        page,
        "## Attributes\n\n| name | type | what it says |\n| --- | --- | --- |"
    );
    for attribute in Attribute::ALL {
        let value_type = match attribute.value_type() {
            ValueType::Text => "text",
            ValueType::TextArray => "list of texts",
            ValueType::Int => "integer",
            ValueType::Double => "double",
            ValueType::Bool => "boolean",
            _ => "JSON",
        };
        let words: Vec<_> = attribute
            .known_values()
            .iter()
            .map(|word| format!("`{word}`"))
            .collect();
        let words = if words.is_empty() {
            String::new()
        } else {
            format!(" Known: {}.", words.join(", "))
        };
        line!(
            page,
            "| `{}` | {value_type} | {}{words} |",
            attribute.name(),
            attribute.about()
        );
    }
}

fn metrics(page: &mut String) {
    line!(
        page,
        "\n## Metrics\n\n| name | instrument | unit | whose name | what it measures |\n| --- | --- | --- | --- | --- |"
    );
    for metric in Metric::ALL {
        let origin = match metric.origin {
            Origin::Published => "published",
            Origin::InDevelopment => "in development",
            Origin::Own => "ours",
            _ => "the field's",
        };
        line!(
            page,
            "| `{}` | {} | `{}` | {origin} | {} |",
            metric.name,
            metric.instrument.as_str(),
            metric.unit,
            metric.about
        );
    }
}

fn events(page: &mut String) {
    line!(page, "\n## Events\n");
    for event in Event::ALL {
        line!(page, "### `{}`\n\n{}\n", event.name, event.about);
        wanted(page, event.attributes);
    }
}

fn profiles(page: &mut String) {
    line!(page, "## Choices\n");
    let metric_names: Vec<_> = MetricNames::ALL.iter().map(|(_, word)| format!("`{word}`")).collect();
    let cost_keys: Vec<_> = CostKeys::ALL.iter().map(|(_, word)| format!("`{word}`")).collect();
    line!(
        page,
        "- `TRACING_GENAI_METRIC_NAMES`: a list of {}; the first is the default.",
        metric_names.join(", ")
    );
    line!(
        page,
        "- `TRACING_GENAI_COST_KEYS`: a list of {}; the first is the default, and the first two do not go together.",
        cost_keys.join(", ")
    );
}

fn dialects(page: &mut String) {
    line!(page, "\n## What else is read\n");
    for dialect in Dialect::ALL {
        line!(
            page,
            "### {}\n\nSource: {}.\n\n| name | becomes |\n| --- | --- |",
            dialect.name,
            dialect.source
        );
        for (name, attribute) in dialect.renames {
            let unit = dialect.units.iter().find(|(of, _)| of == name);
            let unit = unit.map_or(String::new(), |(_, factor)| format!(", times {factor}"));
            line!(page, "| `{name}` | `{}`{unit} |", attribute.name());
        }
        for (name, value, operation) in dialect.operations {
            line!(
                page,
                "| `{name}` = `{value}` | `gen_ai.operation.name` = `{}` |",
                operation.name()
            );
        }
        for (name, operation) in dialect.span_names {
            line!(
                page,
                "| a span named `{name}` | `gen_ai.operation.name` = `{}` |",
                operation.name()
            );
        }
        for (name, structure) in dialect.structures {
            let becomes = match structure {
                Structure::Messages(of) => format!("`{}`", of.name()),
                Structure::Content => {
                    "content without a place in the conventions: stays where content is wanted".to_owned()
                }
                _ => "taken apart".to_owned(),
            };
            line!(page, "| `{name}` | {becomes} |");
        }
        for list in dialect.indexed {
            let fields: Vec<_> = list.fields.iter().map(|(field, _)| format!("`{field}`")).collect();
            line!(
                page,
                "| `{}N.` with {} | `{}` |",
                list.prefix,
                fields.join(", "),
                list.of.name()
            );
        }
        for (name, attribute) in dialect.unprefixed {
            let unit = dialect.units.iter().find(|(of, _)| of == name);
            let unit = unit.map_or(String::new(), |(_, factor)| format!(", times {factor}"));
            let on = scopes(dialect);
            line!(page, "| `{name}`, on {on} | `{}`{unit} |", attribute.name());
        }
        for (name, reason) in dialect.dropped {
            line!(page, "| `{name}` | dropped: {reason} |");
        }
        for (name, reason) in dialect.redundant {
            line!(page, "| `{name}` | stays: {reason} |");
        }
        for name in dialect.totals {
            line!(page, "| `{name}` | stays: the total, checked against the counts |");
        }
        page.push('\n');
    }
}

/// The spans of a dialect's tracer.
fn scopes(dialect: &Dialect) -> String {
    let scopes = dialect
        .scopes
        .iter()
        .map(|scope| format!("spans of the scope `{scope}`"));
    let names = dialect
        .span_names
        .iter()
        .map(|(name, _)| format!("spans named `{name}`"));
    scopes.chain(names).collect::<Vec<_>>().join(", ")
}

fn usage_keys(page: &mut String) {
    let structures = Dialect::ALL.iter().flat_map(|dialect| dialect.structures);
    let objects: Vec<_> = structures
        .filter(|(_, structure)| *structure == Structure::Usage)
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    line!(
        page,
        "## Counts in JSON\n\n\
         {},\nand JSON under any other name that begins with {},\nhold objects of these keys, in snake or camel case. Parts that \
         stand beside their whole are added to it,\nunless the total says that they are within. A number above zero under another \
         key, and a total that nothing adds up to,\nmake the cost `estimated: unread_usage`. A key that ends with a dot is what \
         keys begin with.\n\n| key | what it counts |\n| --- | --- |",
        objects.join(", "),
        USAGE_PREFIXES.map(|prefix| format!("`{prefix}`")).join(", ")
    );
    for (key, meaning) in UsageKey::ALL {
        line!(page, "| `{key}` | {} |", usage_key(*meaning));
    }
}

fn usage_key(key: UsageKey) -> String {
    let side = |side| match side {
        Side::Input => "input",
        Side::Output => "output",
    };
    let place = |place| match place {
        Place::Within => "within",
        Place::Beside => "beside",
    };
    match key {
        UsageKey::Whole(of) => format!("the {}", side(of)),
        UsageKey::Part(of, at, Some(attribute)) => format!("`{}`, {} the {}", attribute.name(), place(at), side(of)),
        UsageKey::Part(of, at, None) => format!("a part of the {0}, {1} the rest", side(of), place(at)),
        UsageKey::CacheWrite(at) => format!("tokens written to the cache, {} the input", place(at)),
        UsageKey::CacheWrite1h(at) => {
            format!("tokens written to the cache for an hour, {} the input", place(at))
        }
        UsageKey::Total => "the total".to_owned(),
        UsageKey::Unit(attribute) => format!("`{}`", attribute.name()),
        UsageKey::Own(name) => format!("`tracing_genai.usage.{name}`"),
        UsageKey::Redundant(why) => format!("left: {why}"),
        _ => String::new(),
    }
}

fn differences(page: &mut String) {
    line!(
        page,
        "\n## The Collector's own normaliser\n\n\
         Every attribute that the Collector's `genainormalizerprocessor` (contrib) renames becomes the same here, but for these:\n\n\
         | name | there | here | why |\n| --- | --- | --- | --- |"
    );
    for difference in collector::DIFFERENCES {
        let names: Vec<_> = difference.name.split(", ").map(|name| format!("`{name}`")).collect();
        line!(
            page,
            "| {} | {} | {} | {} |",
            names.join(", "),
            difference.theirs,
            difference.ours,
            difference.why
        );
    }
}
