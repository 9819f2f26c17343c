//! The cache of metric series, which avoids building a call's attributes again.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use hashbrown::HashTable;
use opentelemetry::KeyValue;
use tracing_genai_semconv::{Attribute, OTHER};

use crate::operation::Operation;
use crate::truncate::truncated;

/// Maximum cached series; other calls build their attributes each time. The SDK folds series above its own limit of
/// 2,000 into one.
const MAX_SERIES: usize = 1_024;

/// Maximum bytes of a text on a metric: models and error types are short.
const MAX_BYTES: usize = 200;

/// Maximum values of a label; any other becomes `_OTHER`. Models and hosts may be of a remote party.
const MAX_VALUES: usize = 512;

/// The attributes that identify a series.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Labels<'a> {
    operation: &'a str,
    provider: Option<&'a str>,
    request_model: Option<&'a str>,
    response_model: Option<&'a str>,
    server_address: Option<&'a str>,
    server_port: Option<i64>,
    error_type: Option<&'a str>,
}

impl<'a> Labels<'a> {
    /// The labels of an operation; a model call without a provider has `_OTHER`, since the conventions require one.
    pub(crate) fn of(operation: &'a Operation<'_>, is_model_call: bool) -> Self {
        let text = |attribute| operation.text(attribute).map(short);
        let server_address = text(Attribute::ServerAddress);
        Self {
            operation: short(operation.metric_name()),
            provider: text(Attribute::ProviderName).or(is_model_call.then_some(OTHER)),
            request_model: text(Attribute::RequestModel),
            response_model: text(Attribute::ResponseModel),
            server_address,
            // The conventions allow `server.port` only with an address.
            server_port: server_address.and_then(|_| operation.integer(Attribute::ServerPort)),
            error_type: text(Attribute::ErrorType),
        }
    }

    fn attributes(&self) -> Vec<KeyValue> {
        let text = |attribute: Attribute, value: Option<&str>| {
            value.map(|value| KeyValue::new(attribute.name(), value.to_owned()))
        };
        [
            text(Attribute::OperationName, Some(self.operation)),
            text(Attribute::ProviderName, self.provider),
            text(Attribute::RequestModel, self.request_model),
            text(Attribute::ResponseModel, self.response_model),
            text(Attribute::ServerAddress, self.server_address),
            self.server_port
                .map(|port| KeyValue::new(Attribute::ServerPort.name(), port)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// `text`, cut to the limit of metrics.
fn short(text: &str) -> &str {
    truncated(text, MAX_BYTES)
}

/// A series with the attributes of each of its metrics.
#[derive(Debug)]
pub(crate) struct Series {
    operation: Box<str>,
    texts: [Option<Box<str>>; 5],
    server_port: Option<i64>,
    /// Of the cost and of metrics without further attributes.
    pub(crate) common: Vec<KeyValue>,
    /// Of the duration, with the error type.
    pub(crate) duration: Vec<KeyValue>,
    pub(crate) input_tokens: Vec<KeyValue>,
    pub(crate) output_tokens: Vec<KeyValue>,
    /// Whether a missing price of this series was reported for a warning.
    pub(crate) unpriced_seen: AtomicBool,
}

impl Series {
    fn new(labels: &Labels<'_>) -> Self {
        let common = labels.attributes();
        let with = |attribute: Option<KeyValue>| common.iter().cloned().chain(attribute).collect();
        let boxed = |text: Option<&str>| text.map(Box::from);
        Self {
            operation: labels.operation.into(),
            texts: [
                boxed(labels.provider),
                boxed(labels.request_model),
                boxed(labels.response_model),
                boxed(labels.server_address),
                boxed(labels.error_type),
            ],
            server_port: labels.server_port,
            duration: with(
                labels
                    .error_type
                    .map(|name| KeyValue::new(Attribute::ErrorType.name(), name.to_owned())),
            ),
            input_tokens: with(Some(KeyValue::new(Attribute::TokenType.name(), "input"))),
            output_tokens: with(Some(KeyValue::new(Attribute::TokenType.name(), "output"))),
            common,
            unpriced_seen: AtomicBool::new(false),
        }
    }

    fn labels(&self) -> Labels<'_> {
        let [provider, request_model, response_model, server_address, error_type] = &self.texts;
        Labels {
            operation: &self.operation,
            provider: provider.as_deref(),
            request_model: request_model.as_deref(),
            response_model: response_model.as_deref(),
            server_address: server_address.as_deref(),
            server_port: self.server_port,
            error_type: error_type.as_deref(),
        }
    }
}

/// The values that labels have had, at most [`MAX_VALUES`] each.
#[derive(Debug, Default)]
struct LabelValues {
    operation: HashSet<Box<str>>,
    texts: [HashSet<Box<str>>; 5],
    server_port: HashSet<i64>,
}

impl LabelValues {
    /// The labels with `_OTHER` for values beyond the limit, and without such a port.
    fn bounded<'l>(&mut self, labels: &Labels<'l>) -> Labels<'l> {
        let [provider, request_model, response_model, server_address, error_type] = &mut self.texts;
        let bounded = |known: &mut HashSet<Box<str>>, value: Option<&'l str>| value.map(|value| admitted(known, value));
        let ports = &mut self.server_port;
        Labels {
            operation: admitted(&mut self.operation, labels.operation),
            provider: bounded(provider, labels.provider),
            request_model: bounded(request_model, labels.request_model),
            response_model: bounded(response_model, labels.response_model),
            server_address: bounded(server_address, labels.server_address),
            server_port: labels
                .server_port
                .filter(|port| ports.contains(port) || (ports.len() < MAX_VALUES && ports.insert(*port))),
            error_type: bounded(error_type, labels.error_type),
        }
    }
}

/// `value` if it is known or there is room for it, and `_OTHER` otherwise.
fn admitted<'l>(known: &mut HashSet<Box<str>>, value: &'l str) -> &'l str {
    if known.contains(value) {
        return value;
    }
    if known.len() >= MAX_VALUES {
        return OTHER;
    }
    known.insert(value.into());
    value
}

/// The series with points, at most [`MAX_SERIES`].
#[derive(Debug, Default)]
pub(crate) struct SeriesCache {
    known: RwLock<HashTable<Arc<Series>>>,
    values: Mutex<LabelValues>,
    // Model names come from callers: with a fixed hash they could be made to collide.
    hasher: foldhash::quality::RandomState,
}

impl SeriesCache {
    /// The series of `labels`, whose values are bounded; above the limit it is not cached.
    pub(crate) fn find(&self, labels: &Labels<'_>) -> Arc<Series> {
        if let Some(series) = self.known(labels) {
            return series;
        }
        // Values beyond the limit are of a series that may be known.
        let labels = &self
            .values
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .bounded(labels);
        if let Some(series) = self.known(labels) {
            return series;
        }
        let series = Arc::new(Series::new(labels));
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_SERIES {
            return series;
        }
        let hash = self.hasher.hash_one(labels);
        if let Some(series) = known.find(hash, |series| series.labels() == *labels) {
            return Arc::clone(series);
        }
        known.insert_unique(hash, Arc::clone(&series), |series| {
            self.hasher.hash_one(series.labels())
        });
        series
    }

    fn known(&self, labels: &Labels<'_>) -> Option<Arc<Series>> {
        let hash = self.hasher.hash_one(labels);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.find(hash, |series| series.labels() == *labels).map(Arc::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(response_model: &str, port: i64) -> Labels<'_> {
        Labels {
            operation: "chat",
            provider: Some("openai"),
            request_model: Some("gpt-4o"),
            response_model: Some(response_model),
            server_address: Some("api.openai.com"),
            server_port: Some(port),
            error_type: None,
        }
    }

    #[test]
    fn a_label_has_a_bounded_number_of_values_and_known_ones_stay() {
        let cache = SeriesCache::default();
        let models: Vec<String> = (0..2_000).map(|number| format!("model-{number}")).collect();
        let mut found: Vec<String> = models
            .iter()
            .zip(1..)
            .map(|(model, port)| {
                let series = cache.find(&labels(model, port));
                series.labels().response_model.unwrap().to_owned()
            })
            .collect();
        assert_eq!(
            cache.find(&labels("model-0", 1)).labels().response_model,
            Some("model-0")
        );
        assert_eq!(cache.find(&labels("model-1999", 1)).labels().server_port, Some(1));
        assert_eq!(cache.find(&labels("model-1999", 1999)).labels().server_port, None);
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), MAX_VALUES + 1);
        assert!(found.iter().any(|model| model == OTHER));
    }
}
