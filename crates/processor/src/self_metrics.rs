//! The processor's own metrics: outcomes of spans, age of the prices, outcomes of price refreshes.
//!
//! A collection holds the SDK's lock during these callbacks, so they only read counters.

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;
use tracing_genai_pricing::Prices;
use tracing_genai_semconv::{metric, own};

use crate::export::{Delivery, DeliveryCounts};

/// The attribute that keeps the counts of several components apart, as in the SDK's own metrics.
const COMPONENT: &str = "otel.component.name";

/// Registers the metrics. Price metrics have points only for refreshed prices: embedded ones are as old as the program.
pub(crate) fn register(meter: &Meter, delivery: &Delivery, prices: &Prices) {
    register_spans(meter, delivery);
    register_prices(meter, prices);
}

fn register_spans(meter: &Meter, delivery: &Delivery) {
    let component = KeyValue::new(COMPONENT, delivery.component_name());
    for (of, count) in [
        (
            &metric::SPANS_ENDED,
            (|counts| counts.ended) as fn(&DeliveryCounts) -> u64,
        ),
        (&metric::STAGE_PANICS, |counts| counts.panicked),
    ] {
        let (delivery, component) = (delivery.clone(), component.clone());
        meter
            .u64_observable_counter(of.name)
            .with_unit(of.unit)
            .with_description(of.about)
            .with_callback(move |observer| {
                let count = count(&delivery.counts());
                if count > 0 {
                    observer.observe(count, std::slice::from_ref(&component));
                }
            })
            .build();
    }
    let delivery = delivery.clone();
    meter
        .u64_observable_counter(metric::SPANS.name)
        .with_unit(metric::SPANS.unit)
        .with_description(metric::SPANS.about)
        .with_callback(move |observer| {
            for (outcome, count) in delivery.counts().outcomes() {
                if count > 0 {
                    let outcome = KeyValue::new(own::SPAN_OUTCOME, outcome);
                    observer.observe(count, &[component.clone(), outcome]);
                }
            }
        })
        .build();
}

fn register_prices(meter: &Meter, prices: &Prices) {
    let component = KeyValue::new(COMPONENT, format!("tracing_genai_prices/{}", prices.number()));
    let dated_component = component.clone();
    let counted = prices.clone();
    meter
        .u64_observable_counter(metric::CATALOGUE_REFRESHES.name)
        .with_unit(metric::CATALOGUE_REFRESHES.unit)
        .with_description(metric::CATALOGUE_REFRESHES.about)
        .with_callback(move |observer| {
            let refreshes = counted.refreshes();
            let outcomes = [
                ("updated", refreshes.updated),
                ("unchanged", refreshes.unchanged),
                ("failed", refreshes.failed),
            ];
            for (outcome, count) in outcomes {
                if count > 0 {
                    let outcome = KeyValue::new(own::REFRESH_OUTCOME, outcome);
                    observer.observe(count, &[component.clone(), outcome]);
                }
            }
        })
        .build();
    let dated = prices.clone();
    meter
        .f64_observable_gauge(metric::CATALOGUE_AGE.name)
        .with_unit(metric::CATALOGUE_AGE.unit)
        .with_description(metric::CATALOGUE_AGE.about)
        .with_callback(move |observer| {
            let current = dated.refreshes().current;
            if let Some(age) = current.and_then(|current| current.elapsed().ok()) {
                observer.observe(age.as_secs_f64(), std::slice::from_ref(&dated_component));
            }
        })
        .build();
}
