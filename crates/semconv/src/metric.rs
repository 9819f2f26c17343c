//! The metrics: names, units and bucket edges.
//!
//! The edges of the conventions' two stand only in their prose (`docs/gen-ai/gen-ai-metrics.md`).

/// A histogram of the conventions, or one the field agreed on without them.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Histogram {
    /// Its name.
    pub name: &'static str,
    /// Its unit, as UCUM writes it.
    pub unit: &'static str,
    /// What it counts, in a sentence.
    pub description: &'static str,
    /// The upper edges of its buckets.
    pub boundaries: &'static [f64],
}

/// How long an operation took, as its caller saw it.
pub const OPERATION_DURATION: Histogram = Histogram {
    name: "gen_ai.client.operation.duration",
    unit: "s",
    description: "Duration of a GenAI operation as the caller saw it, retries included",
    boundaries: &[
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ],
};

/// How many tokens a call took in and gave out, by `gen_ai.token.type`.
pub const TOKEN_USAGE: Histogram = Histogram {
    name: "gen_ai.client.token.usage",
    unit: "{token}",
    description: "Input and output tokens of a model call",
    boundaries: &[
        1.0,
        4.0,
        16.0,
        64.0,
        256.0,
        1024.0,
        4096.0,
        16_384.0,
        65_536.0,
        262_144.0,
        1_048_576.0,
        4_194_304.0,
        16_777_216.0,
        67_108_864.0,
    ],
};

/// What a call cost, in US dollars. The one cost series: its sum is the money.
///
/// No convention has it yet; name and unit are those that OpenLIT writes and Grafana Cloud's dashboards read. The edges
/// are ours: a decade in three steps, from a hundredth of a cent for a small model to ten dollars for a long agent turn.
pub const COST: Histogram = Histogram {
    name: "gen_ai.usage.cost",
    unit: "USD",
    description: "Cost of a model call",
    boundaries: &[
        0.000_001, 0.000_01, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0,
        5.0, 10.0,
    ],
};

/// How many model calls have no cost, by `tracing_genai.cost.status` and its reason.
///
/// A missing price must not silence a budget's alert: unpriced calls leave no trace in [`COST`], so they are counted here.
pub const UNPRICED_CALLS: &str = "tracing_genai.unpriced.calls";

/// The unit of [`UNPRICED_CALLS`].
pub const UNPRICED_CALLS_UNIT: &str = "{call}";

/// How many spans ended and what became of them, by `tracing_genai.span.outcome`: no loss is silent.
pub const SPANS: &str = "tracing_genai.spans";

/// The unit of [`SPANS`].
pub const SPANS_UNIT: &str = "{span}";

/// The attribute of [`TOKEN_USAGE`] that tells input from output.
pub const TOKEN_TYPE: &str = "gen_ai.token.type";

/// How long ago the refreshed prices were last known to be current.
pub const CATALOGUE_AGE: &str = "tracing_genai.catalogue.age";
/// Its unit.
pub const CATALOGUE_AGE_UNIT: &str = "s";

/// How many attempts there were to refresh the prices, by [`REFRESH_OUTCOME`](crate::own::REFRESH_OUTCOME).
pub const CATALOGUE_REFRESHES: &str = "tracing_genai.catalogue.refreshes";
/// Its unit.
pub const CATALOGUE_REFRESHES_UNIT: &str = "{refresh}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_rise() {
        for histogram in [OPERATION_DURATION, TOKEN_USAGE, COST] {
            assert!(
                histogram.boundaries.is_sorted_by(|low, high| low < high),
                "{}",
                histogram.name
            );
        }
    }

    #[test]
    fn durations_double_and_token_counts_quadruple() {
        assert!(
            OPERATION_DURATION
                .boundaries
                .windows(2)
                .all(|edges| (edges[1] / edges[0] - 2.0).abs() < 1e-9)
        );
        assert!(
            TOKEN_USAGE
                .boundaries
                .windows(2)
                .all(|edges| (edges[1] / edges[0] - 4.0).abs() < 1e-9)
        );
    }
}
