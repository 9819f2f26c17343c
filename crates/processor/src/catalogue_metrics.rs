//! Says how old the prices are, and what became of the attempts to refresh them.

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;
use tracing_genai_pricing::Prices;
use tracing_genai_semconv::{metric, own};

/// Registers the metrics. They say nothing of prices that nobody refreshes: the embedded ones are as old as the program.
pub(crate) fn register(meter: &Meter, prices: &Prices) {
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
                    observer.observe(count, &[KeyValue::new(own::REFRESH_OUTCOME, outcome)]);
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
                observer.observe(age.as_secs_f64(), &[]);
            }
        })
        .build();
}
