//! Sums the cost of a trace's model calls, and counts those without a cost.

use std::fmt;

use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_pricing::Usd;
use tracing_genai_semconv::{Attribute, OperationName};

use super::attribute::{number, text};

/// The total cost of the model calls among some spans.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    cost: Usd,
    with_cost: usize,
    unpriced: usize,
    failed: usize,
}

impl Total {
    /// Sums the model calls among `spans`; agents, workflows and tools repeat their child spans.
    ///
    /// A failed call without a cost is counted as failed, any other call without a cost as unpriced.
    pub(crate) fn of(spans: &[SpanData]) -> Self {
        let mut total = Self::default();
        for span in spans.iter().filter(|span| is_model_call(span)) {
            match cost(span).and_then(|cost| total.cost.checked_add(cost)) {
                Some(sum) => {
                    total.cost = sum;
                    total.with_cost += 1;
                }
                None if matches!(span.status, Status::Error { .. }) => total.failed += 1,
                None => total.unpriced += 1,
            }
        }
        total
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "total {} USD over {}", self.cost, calls(self.with_cost, ""))?;
        if self.unpriced > 0 {
            write!(f, "; {} not in the sum", calls(self.unpriced, "unpriced "))?;
        }
        if self.failed > 0 {
            write!(f, "; {} without a cost", calls(self.failed, "failed "))?;
        }
        Ok(())
    }
}

fn is_model_call(span: &SpanData) -> bool {
    let operation = text(span, Attribute::OperationName.name()).and_then(OperationName::from_name);
    operation.is_some_and(OperationName::is_model_call)
}

/// The span's double as a decimal, so that the sum has no binary rounding error.
fn cost(span: &SpanData) -> Option<Usd> {
    let usd = number(span, Attribute::UsageCost.name())?;
    Usd::parse_rounded(&usd.to_string()).ok()
}

fn calls(count: usize, kind: &str) -> String {
    format!("{count} {kind}model call{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::finished_span::FinishedSpan;

    #[test]
    fn the_sum_has_no_binary_rounding_error() {
        let spans = [
            FinishedSpan::new(1).priced(0.1).build(),
            FinishedSpan::new(2).priced(0.2).build(),
        ];

        assert_eq!(Total::of(&spans).to_string(), "total 0.3 USD over 2 model calls");
    }

    #[test]
    fn costs_of_agent_spans_are_not_added() {
        let agent = FinishedSpan::new(1)
            .operation("invoke_agent")
            .attribute("gen_ai.usage.cost", 0.5)
            .build();
        let call = FinishedSpan::new(2).child_of(1).priced(0.5).build();

        assert_eq!(Total::of(&[agent, call]).to_string(), "total 0.5 USD over 1 model call");
    }

    #[test]
    fn unpriced_calls_are_counted_and_not_summed() {
        let priced = FinishedSpan::new(1).priced(0.000_003).build();
        let unpriced = FinishedSpan::new(2).operation("chat").build();

        let total = Total::of(&[priced, unpriced]).to_string();

        assert_eq!(
            total,
            "total 0.000003 USD over 1 model call; 1 unpriced model call not in the sum"
        );
    }

    #[test]
    fn a_failed_call_is_not_unpriced() {
        let refused = FinishedSpan::new(1).operation("chat").failed("429").build();

        let total = Total::of(&[refused]).to_string();

        assert_eq!(
            total,
            "total 0 USD over 0 model calls; 1 failed model call without a cost"
        );
    }

    #[test]
    fn a_failed_call_with_a_cost_is_in_the_sum() {
        let cut_off = FinishedSpan::new(1).priced(0.25).failed("connection closed").build();

        assert_eq!(Total::of(&[cut_off]).to_string(), "total 0.25 USD over 1 model call");
    }

    #[test]
    fn a_call_with_an_invalid_cost_is_unpriced() {
        let total = Total::of(&[FinishedSpan::new(1).priced(f64::NAN).build()]);

        assert_eq!(
            total,
            Total {
                unpriced: 1,
                ..Total::default()
            }
        );
    }
}
