//! Replaced or refreshed prices apply to the next span, which names their source.

#![allow(clippy::panic)] // Tests and their helpers may panic.

mod service;

use std::sync::Arc;

use opentelemetry::Value;
use service::{Service, Span};
use tracing_genai::pricing::{Catalogue, Prices, Refresh, UserFile};
use tracing_genai::usage::{Unit, Usage};

const OWN: &str = r#"
    [[aliases]]
    provider = "azure.ai.openai"
    name = "prod-chat"
    model = "azure/gpt-4o"
    [[multipliers]]
    provider = "azure"
    factor = 0.8
    "#;

fn call(service: &Service, provider: &str, model: &str) {
    service.run(|| {
        let call = tracing_genai::chat(provider, model).start();
        call.usage(
            &Usage::new()
                .with(Unit::InputTokens, 1_000_000)
                .with(Unit::OutputTokens, 100_000),
        );
    });
}

fn last(service: &Service) -> Span {
    service.spans().pop().unwrap_or_else(|| panic!("no span ended"))
}

fn layered(text: &str) -> Arc<Catalogue> {
    let file = UserFile::parse(text, "prices.toml").unwrap_or_else(|error| panic!("{error}"));
    Arc::new(Catalogue::layered(None, Some(&file)).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn the_next_span_has_the_new_price_and_its_source() {
    let prices = Prices::embedded();
    let service = Service::configured(|processor| processor.prices(prices.clone()));
    call(&service, "azure.ai.openai", "prod-chat");
    assert_eq!(last(&service).text("tracing_genai.cost.status"), Some("unpriced"));

    prices.replace(layered(OWN));
    call(&service, "azure.ai.openai", "prod-chat");
    let span = last(&service);
    // 2.5 and 1 USD, by 0.8.
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(2.8)));
    assert_eq!(span.text("tracing_genai.cost.status"), Some("priced"));
    assert_eq!(span.text("tracing_genai.cost.model"), Some("openai/gpt-4o"));
    assert_eq!(span.text("tracing_genai.cost.alias"), Some("prod-chat"));
    assert_eq!(span.text("tracing_genai.cost.multiplier"), Some("0.8"));
    assert_eq!(
        span.text("tracing_genai.cost.catalogue"),
        Some("genai-prices 0.2.3 + prices.toml")
    );
}

#[test]
fn the_tier_start_of_a_price_is_on_the_span() {
    let service = Service::start();
    call(&service, "openai", "gpt-6-sol");
    let span = last(&service);
    assert_eq!(span.value("tracing_genai.cost.tier_start"), Some(&Value::I64(272_000)));
    for absent in ["variant", "effective", "multiplier", "alias"] {
        assert_eq!(span.value(&format!("tracing_genai.cost.{absent}")), None, "{absent}");
    }
}

#[test]
fn refreshes_are_measured() {
    let file = std::env::temp_dir().join(format!("tracing-genai-prices-{}.toml", std::process::id()));
    std::fs::write(&file, OWN).unwrap_or_else(|error| panic!("{error}"));
    let prices = Prices::embedded();
    let service = Service::configured(|processor| processor.prices(prices.clone()));
    call(&service, "openai", "gpt-4o");
    assert!(service.counter("tracing_genai.catalogue.refreshes").is_empty());
    let refreshing = Refresh::of(&prices).user_file(&file).start();
    let counted = service.counter("tracing_genai.catalogue.refreshes");
    assert!(counted.iter().any(|(count, attributes)| {
        *count == 1
            && attributes.iter().any(|attribute| {
                attribute.key.as_str() == "tracing_genai.refresh.outcome" && attribute.value.as_str() == "updated"
            })
    }));
    drop(refreshing);
    let _ = std::fs::remove_file(&file);
}
