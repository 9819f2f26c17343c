//! The choice of names for metrics and costs, where more than one is in use.

use std::fmt;

use crate::metric::{COST, Metric, OPERATION_COST, PROPOSED_COST};

/// The names of the call metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetricNames {
    /// The published conventions, in wide use today: `gen_ai.client.operation.duration`, `gen_ai.client.token.usage`.
    /// The default.
    Published,
    /// The conventions in development: `gen_ai.client.inference.duration`, and a counter per token type.
    InDevelopment,
}

/// The names of a call's cost, for which there is no convention yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CostKeys {
    /// `gen_ai.usage.cost`, recorded by OpenLIT, read by Langfuse and Grafana Cloud's dashboards. The default.
    UsageCost,
    /// `gen_ai.usage.cost.amount`, `.currency` and `.source`, as semantic-conventions-genai#443 proposes.
    Proposed,
    /// `llm.cost.total` and its parts, read by Phoenix and Arize.
    OpenInference,
    /// `operation.cost`, read by Pydantic Logfire.
    OperationCost,
}

impl MetricNames {
    /// Both, with their values in settings.
    pub const ALL: &[(Self, &'static str)] = &[(Self::Published, "published"), (Self::InDevelopment, "in_development")];
}

impl CostKeys {
    /// All of them, with their values in settings.
    pub const ALL: &[(Self, &'static str)] = &[
        (Self::UsageCost, "gen_ai.usage.cost"),
        (Self::Proposed, "gen_ai.usage.cost.amount"),
        (Self::OpenInference, "llm.cost"),
        (Self::OperationCost, "operation.cost"),
    ];

    /// The metric of the same vocabulary, if it has one.
    pub const fn metric(self) -> Option<&'static Metric> {
        match self {
            Self::UsageCost => Some(&COST),
            Self::Proposed => Some(&PROPOSED_COST),
            Self::OpenInference => None,
            Self::OperationCost => Some(&OPERATION_COST),
        }
    }
}

/// A choice of names. Several of a kind are for the migration of dashboards.
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
    /// Sets the names of metrics; an empty slice changes nothing. Default: [`MetricNames::Published`].
    #[must_use]
    pub fn with_metric_names(mut self, names: &[MetricNames]) -> Self {
        if !names.is_empty() {
            self.metric_names = [MetricNames::Published, MetricNames::InDevelopment].map(|name| names.contains(&name));
        }
        self
    }

    /// Sets the keys of the cost; an empty slice changes nothing. Default: [`CostKeys::UsageCost`].
    ///
    /// Fails for [`CostKeys::UsageCost`] together with [`CostKeys::Proposed`].
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

    /// Whether metrics are recorded under these names.
    pub const fn has_metrics(&self, names: MetricNames) -> bool {
        let [published, in_development] = self.metric_names;
        match names {
            MetricNames::Published => published,
            MetricNames::InDevelopment => in_development,
        }
    }

    /// Whether the cost is recorded under these keys.
    pub const fn has_cost(&self, keys: CostKeys) -> bool {
        let [usage_cost, proposed, openinference, operation_cost] = self.cost_keys;
        match keys {
            CostKeys::UsageCost => usage_cost,
            CostKeys::Proposed => proposed,
            CostKeys::OpenInference => openinference,
            CostKeys::OperationCost => operation_cost,
        }
    }

    /// The metrics of the cost; [`COST`] if the chosen keys have no metric.
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

/// Why names cannot be combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProfileError {
    /// `gen_ai.usage.cost` together with `gen_ai.usage.cost.amount`.
    NameAndNamespace,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "`gen_ai.usage.cost` and `gen_ai.usage.cost.amount` cannot be combined: backends that expand dots \
             cannot store a name that is also a namespace; choose one of them",
        )
    }
}

impl std::error::Error for ProfileError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_namespace_are_rejected() {
        let both = Profile::default().with_cost_keys(&[CostKeys::Proposed, CostKeys::UsageCost]);
        assert_eq!(both, Err(ProfileError::NameAndNamespace));
        assert!(Profile::default().with_cost_keys(&[CostKeys::Proposed]).is_ok());
    }

    #[test]
    fn empty_choices_change_nothing() {
        let profile = Profile::default().with_metric_names(&[]).with_cost_keys(&[]);
        assert_eq!(profile, Ok(Profile::default()));
    }

    #[test]
    fn keys_without_a_metric_use_the_default_cost_metric() {
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
