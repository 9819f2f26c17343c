//! A service's own prices apply from its first span, and their problems are warnings.

#![cfg(feature = "init")]
#![allow(clippy::unwrap_used)] // Tests and their helpers may panic.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use tracing_genai::pricing::{Counts, PriceQuery, Prices};
use tracing_genai::usage::{Unit, Usage};
use tracing_genai::{InitError, Telemetry, TelemetryBuilder};
use tracing_subscriber::Registry;

const OWN: &str = "[[models]]\nprovider = 'acme'\nid = 'm'\nprices = { input_mtok = 3, output_mtok = 0 }\n";
const BROKEN_RULE: &str =
    "[[models]]\nprovider = 'acme'\nid = 'n'\nmatch = { regex = '(' }\nprices = { input_mtok = 1 }\n";

/// A temporary file, removed on drop.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tracing-genai-{}-{name}", std::process::id()));
        fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Telemetry without exporters.
fn built(builder: TelemetryBuilder) -> Result<Telemetry, InitError> {
    let (_, telemetry) = builder.otlp_only_when_configured().build::<Registry>()?;
    Ok(telemetry)
}

fn dollars(prices: &Prices) -> Option<String> {
    let usage = Usage::new()
        .with(Unit::InputTokens, 1_000_000)
        .with(Unit::OutputTokens, 0);
    let cost = prices.cost(
        &PriceQuery::new("acme", &usage, SystemTime::now())
            .response_model("m")
            .counts(Counts::Inclusive),
    );
    cost.total.map(|total| total.to_string())
}

fn warnings(telemetry: &Telemetry) -> Vec<String> {
    telemetry.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn a_price_file_applies_at_once() {
    let file = File::new("own.toml", OWN);
    let telemetry = built(tracing_genai::builder().price_file(&file.0)).unwrap();
    assert_eq!(warnings(&telemetry), Vec::<String>::new());
    assert_eq!(dollars(telemetry.prices()).as_deref(), Some("3"));
}

#[test]
fn an_invalid_file_is_a_warning_with_its_line_and_embedded_prices_apply() {
    let file = File::new("broken.toml", &OWN.replace("= 3", "= -3"));
    let telemetry = built(tracing_genai::builder().price_file(&file.0)).unwrap();
    let warnings = warnings(&telemetry);
    assert!(
        warnings.len() == 1 && warnings[0].contains("broken.toml:4: "),
        "{warnings:?}"
    );
    assert_eq!(dollars(telemetry.prices()), None);
}

#[test]
fn an_invalid_regular_expression_is_a_warning_and_drops_only_its_model() {
    let file = File::new("rule.toml", &[OWN, BROKEN_RULE].concat());
    let telemetry = built(tracing_genai::builder().price_file(&file.0)).unwrap();
    let warnings = warnings(&telemetry);
    assert!(
        warnings.len() == 1 && warnings[0].contains("acme/n is left out"),
        "{warnings:?}"
    );
    assert_eq!(dollars(telemetry.prices()).as_deref(), Some("3"));
}

#[test]
fn strict_setup_fails_and_leaves_the_prices_unchanged() {
    let file = File::new("strict.toml", &[OWN, BROKEN_RULE].concat());
    let prices = Prices::embedded();
    let builder = tracing_genai::builder()
        .prices(prices.clone())
        .price_file(&file.0)
        .strict();
    assert!(matches!(built(builder), Err(InitError::Settings(_))));
    assert_eq!(dollars(&prices), None);
}

#[test]
fn an_unresponsive_feed_does_not_delay_the_start() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/?key=secret", listener.local_addr().unwrap());
    let begun = Instant::now();
    let telemetry = built(tracing_genai::builder().price_feed(url)).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    let warnings = warnings(&telemetry);
    // Without the feature a URL cannot be read; the warning hides what may be a key.
    assert_eq!(
        warnings.len(),
        usize::from(!cfg!(feature = "refresh-url")),
        "{warnings:?}"
    );
    assert!(
        warnings.iter().all(|warning| !warning.contains("secret")),
        "{warnings:?}"
    );
}
