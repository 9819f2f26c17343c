//! Settings of names and content.

use tracing_genai_processor::content::{CAPTURE_VARIABLE, ContentCapture, ContentPolicy};
use tracing_genai_semconv::profile::{CostKeys, MetricNames, Profile};

use super::reader::Reader;

const METRICS_VARIABLE: &str = "TRACING_GENAI_METRIC_NAMES";
const COSTS_VARIABLE: &str = "TRACING_GENAI_COST_KEYS";
const ORIGINALS_VARIABLE: &str = "TRACING_GENAI_KEEP_ORIGINAL_NAMES";
const EVENT_VARIABLE: &str = "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT";
const BYTES_VARIABLE: &str = "TRACING_GENAI_MAX_CONTENT_BYTES";

/// Maximum of the content limit: most receivers refuse larger exports.
const MAX_BYTES: usize = 4 * 1024 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NameSettings {
    /// `TRACING_GENAI_METRIC_NAMES`, `TRACING_GENAI_COST_KEYS`.
    pub(crate) profile: Profile,
    /// `TRACING_GENAI_KEEP_ORIGINAL_NAMES`.
    pub(crate) keeps_originals: bool,
}

/// Settings of content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ContentSettings {
    /// `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`.
    pub(crate) capture: Option<ContentCapture>,
    /// `OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT`.
    pub(crate) emits_event: Option<bool>,
    /// `TRACING_GENAI_MAX_CONTENT_BYTES`.
    pub(crate) max_bytes: Option<usize>,
}

impl ContentSettings {
    /// The policy of the pipeline's layer and processor.
    pub(crate) fn policy(&self) -> ContentPolicy {
        self.capture.map(ContentPolicy::exporting).unwrap_or_default()
    }
}

pub(super) fn read_names(read: &mut Reader<'_>) -> NameSettings {
    let metric_names = list(read, METRICS_VARIABLE, MetricNames::ALL, "published");
    let cost_keys = list(read, COSTS_VARIABLE, CostKeys::ALL, "gen_ai.usage.cost");
    let profile = Profile::default().with_metric_names(&metric_names);
    let profile = profile.with_cost_keys(&cost_keys).unwrap_or_else(|error| {
        let list = read.text(COSTS_VARIABLE).unwrap_or_default();
        let allowed = ["a list of names that can be combined (", &error.to_string(), ")"].concat();
        read.warn(COSTS_VARIABLE, &list, &allowed, "gen_ai.usage.cost");
        profile
    });
    NameSettings {
        profile,
        keeps_originals: read.boolean(ORIGINALS_VARIABLE).unwrap_or(false),
    }
}

pub(super) fn read_content(read: &mut Reader<'_>) -> ContentSettings {
    ContentSettings {
        capture: capture(read),
        emits_event: read.boolean(EVENT_VARIABLE),
        max_bytes: read
            .text(BYTES_VARIABLE)
            .map(|_| read.count(BYTES_VARIABLE, 32 * 1024, 2..=MAX_BYTES)),
    }
}

fn capture(read: &mut Reader<'_>) -> Option<ContentCapture> {
    let text = read.text(CAPTURE_VARIABLE)?;
    let capture = ContentCapture::from_name(&text);
    if capture.is_none() {
        let names: Vec<_> = ContentCapture::ALL.iter().map(|(_, name)| *name).collect();
        let allowed = ["one of ", &names.join(", ")].concat();
        read.warn(CAPTURE_VARIABLE, &text, &allowed, "NO_CONTENT");
    }
    // An unknown name does not enable content.
    capture.or(Some(ContentCapture::NoContent))
}

/// Reads a list of names; an unknown name makes the whole list invalid.
fn list<T: Copy>(read: &mut Reader<'_>, variable: &str, known: &[(T, &'static str)], default: &str) -> Vec<T> {
    let Some(text) = read.text(variable) else {
        return Vec::new();
    };
    let named = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    let found = named.map(|name| {
        let mut known = known.iter();
        known
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(value, _)| *value)
    });
    found.collect::<Option<_>>().unwrap_or_else(|| {
        let all: Vec<_> = known.iter().map(|(_, name)| *name).collect();
        let allowed = ["a list of ", &all.join(", ")].concat();
        read.warn(variable, &text, &allowed, default);
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn settings(variables: &[(&str, &str)]) -> (NameSettings, ContentSettings, Vec<String>) {
        let value = |name: &str| {
            let variable = variables.iter().find(|(variable, _)| *variable == name)?;
            Some(variable.1.to_owned())
        };
        let settings = Settings::read(&value);
        let warnings = settings.warnings.iter().map(ToString::to_string).collect();
        (settings.names, settings.content, warnings)
    }

    #[test]
    fn unset_variables_use_the_defaults() {
        assert_eq!(
            settings(&[]),
            (NameSettings::default(), ContentSettings::default(), Vec::new())
        );
    }

    #[test]
    fn names_and_content_are_read() {
        let (names, content, warnings) = settings(&[
            (METRICS_VARIABLE, "published, In_Development"),
            (COSTS_VARIABLE, "gen_ai.usage.cost.amount,operation.cost"),
            (ORIGINALS_VARIABLE, "true"),
            (CAPTURE_VARIABLE, "span_and_event"),
            (EVENT_VARIABLE, "false"),
            (BYTES_VARIABLE, "4096"),
        ]);
        assert!(
            names.profile.has_metrics(MetricNames::Published) && names.profile.has_metrics(MetricNames::InDevelopment)
        );
        assert!(names.profile.has_cost(CostKeys::Proposed) && !names.profile.has_cost(CostKeys::UsageCost));
        assert!(names.keeps_originals);
        assert_eq!(
            content,
            ContentSettings {
                capture: Some(ContentCapture::SpanAndEvent),
                emits_event: Some(false),
                max_bytes: Some(4_096),
            }
        );
        assert!(warnings.is_empty(), "{warnings:?}");
    }

    #[test]
    fn malformed_values_are_warnings_and_use_the_defaults() {
        for (variable, value) in [
            (METRICS_VARIABLE, "published,newest"),
            (COSTS_VARIABLE, "dollars"),
            (COSTS_VARIABLE, "gen_ai.usage.cost,gen_ai.usage.cost.amount"),
            (ORIGINALS_VARIABLE, "perhaps"),
        ] {
            let (names, _, warnings) = settings(&[(variable, value)]);
            assert_eq!(names, NameSettings::default(), "{variable}={value}");
            assert!(warnings[0].starts_with(variable) && warnings.len() == 1, "{warnings:?}");
        }
        let (_, content, warnings) = settings(&[(CAPTURE_VARIABLE, "everything"), (BYTES_VARIABLE, "1")]);
        assert_eq!(content.capture, Some(ContentCapture::NoContent));
        assert_eq!(warnings.len(), 2, "{warnings:?}");
    }
}
