//! Which names go out where the field has more than one: of metrics, and of what a call cost.

use std::fmt;

use crate::metric::{COST, Metric, OPERATION_COST, PROPOSED_COST};

/// The names of the metrics of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetricNames {
    /// As the conventions published them, and as most emit and show them today: `gen_ai.client.operation.duration`,
    /// `gen_ai.client.token.usage`. The default.
    Published,
    /// As the conventions' next form has them: `gen_ai.client.inference.duration`, and a counter for each kind of token.
    InDevelopment,
}

/// The names under which a call's cost goes out, for which there is no convention yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CostKeys {
    /// `gen_ai.usage.cost`, which OpenLIT writes, and Langfuse and Grafana Cloud's dashboards read. The default.
    UsageCost,
    /// `gen_ai.usage.cost.amount`, `.currency` and `.source`, as semantic-conventions-genai#443 proposes.
    Proposed,
    /// `llm.cost.total` and its parts, which Phoenix and Arize read.
    OpenInference,
    /// `operation.cost`, which Pydantic Logfire reads.
    OperationCost,
}

impl MetricNames {
    /// Both, and the words by which a setting names them.
    pub const ALL: &[(Self, &'static str)] = &[(Self::Published, "published"), (Self::InDevelopment, "in_development")];
}

impl CostKeys {
    /// All of them, and the words by which a setting names them.
    pub const ALL: &[(Self, &'static str)] = &[
        (Self::UsageCost, "gen_ai.usage.cost"),
        (Self::Proposed, "gen_ai.usage.cost.amount"),
        (Self::OpenInference, "llm.cost"),
        (Self::OperationCost, "operation.cost"),
    ];

    /// The metric of the same vocabulary, where it has one.
    pub const fn metric(self) -> Option<&'static Metric> {
        match self {
            Self::UsageCost => Some(&COST),
            Self::Proposed => Some(&PROPOSED_COST),
            Self::OpenInference => None,
            Self::OperationCost => Some(&OPERATION_COST),
        }
    }
}

/// A choice of names. More than one of a kind is for the time in which dashboards move from one to the other.
///
/// ```
/// use tracing_genai_semconv::profile::{CostKeys, MetricNames, Profile};
///
/// let moving = Profile::default()
///     .with_metric_names(&[MetricNames::Published, MetricNames::InDevelopment])
///     .with_cost_keys(&[CostKeys::UsageCost, CostKeys::OperationCost])?;
/// assert!(moving.has_cost(CostKeys::OperationCost));
/// # Ok::<(), tracing_genai_semconv::profile::ProfileError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    metric_names: [bool; 2],
    cost_keys: [bool; 4],
}

impl Default for Profile {
    /// The metrics as published, and `gen_ai.usage.cost`.
    fn default() -> Self {
        Self {
            metric_names: [true, false],
            cost_keys: [true, false, false, false],
        }
    }
}

impl Profile {
    /// Chooses the names of metrics; none leaves what was chosen. Default: [`MetricNames::Published`].
    #[must_use]
    pub fn with_metric_names(mut self, names: &[MetricNames]) -> Self {
        if !names.is_empty() {
            self.metric_names = [MetricNames::Published, MetricNames::InDevelopment].map(|name| names.contains(&name));
        }
        self
    }

    /// Chooses the keys of the cost; none leaves what was chosen. Default: [`CostKeys::UsageCost`].
    ///
    /// Fails for [`CostKeys::UsageCost`] beside [`CostKeys::Proposed`].
    pub fn with_cost_keys(mut self, keys: &[CostKeys]) -> Result<Self, ProfileError> {
        if keys.contains(&CostKeys::UsageCost) && keys.contains(&CostKeys::Proposed) {
            return Err(ProfileError::NameAndNamespace);
        }
        if !keys.is_empty() {
            let all = [
                CostKeys::UsageCost,
                CostKeys::Proposed,
                CostKeys::OpenInference,
                CostKeys::OperationCost,
            ];
            self.cost_keys = all.map(|key| keys.contains(&key));
        }
        Ok(self)
    }

    /// Whether metrics go out under these names.
    pub const fn has_metrics(&self, names: MetricNames) -> bool {
        let [published, in_development] = self.metric_names;
        match names {
            MetricNames::Published => published,
            MetricNames::InDevelopment => in_development,
        }
    }

    /// Whether the cost goes out under these keys.
    pub const fn has_cost(&self, keys: CostKeys) -> bool {
        let [usage_cost, proposed, openinference, operation_cost] = self.cost_keys;
        match keys {
            CostKeys::UsageCost => usage_cost,
            CostKeys::Proposed => proposed,
            CostKeys::OpenInference => openinference,
            CostKeys::OperationCost => operation_cost,
        }
    }

    /// The metrics of cost. Keys that have no metric of their own leave [`COST`]: money is never without a series.
    pub fn cost_metrics(&self) -> impl Iterator<Item = &'static Metric> + use<> {
        let profile = *self;
        let chosen = CostKeys::ALL.iter().filter(move |(keys, _)| profile.has_cost(*keys));
        let mut metrics: Vec<_> = chosen.filter_map(|(keys, _)| keys.metric()).collect();
        if metrics.is_empty() {
            metrics.push(&COST);
        }
        metrics.into_iter()
    }
}

/// Why names cannot go out together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProfileError {
    /// `gen_ai.usage.cost` beside `gen_ai.usage.cost.amount`.
    NameAndNamespace,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "`gen_ai.usage.cost` and `gen_ai.usage.cost.amount` cannot go out together: backends that expand dots \
             cannot store a name that is also a namespace; choose one of them",
        )
    }
}

impl std::error::Error for ProfileError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_namespace_do_not_go_together() {
        let both = Profile::default().with_cost_keys(&[CostKeys::Proposed, CostKeys::UsageCost]);
        assert_eq!(both, Err(ProfileError::NameAndNamespace));
        assert!(Profile::default().with_cost_keys(&[CostKeys::Proposed]).is_ok());
    }

    #[test]
    fn nothing_chosen_is_what_was_chosen() {
        let profile = Profile::default().with_metric_names(&[]).with_cost_keys(&[]);
        assert_eq!(profile, Ok(Profile::default()));
    }

    #[test]
    fn money_is_never_without_a_series() {
        let names = |keys: &[CostKeys]| -> Vec<_> {
            let profile = Profile::default().with_cost_keys(keys).unwrap();
            profile.cost_metrics().map(|metric| metric.name).collect()
        };
        assert_eq!(names(&[CostKeys::OpenInference]), ["gen_ai.usage.cost"]);
        assert_eq!(
            names(&[CostKeys::OperationCost, CostKeys::Proposed]),
            ["gen_ai.client.operation.cost", "operation.cost"]
        );
    }
}
