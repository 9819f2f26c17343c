//! The cache of metric series, which avoids building a call's attributes again.

use std::hash::{BuildHasher, Hash};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

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

/// The series with points, at most [`MAX_SERIES`].
#[derive(Debug, Default)]
pub(crate) struct SeriesCache {
    known: RwLock<HashTable<Arc<Series>>>,
    // Model names come from callers: with a fixed hash they could be made to collide.
    hasher: foldhash::quality::RandomState,
}

impl SeriesCache {
    /// The series of `labels`; above the limit it is not cached.
    pub(crate) fn find(&self, labels: &Labels<'_>) -> Arc<Series> {
        let hash = self.hasher.hash_one(labels);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.find(hash, |series| series.labels() == *labels) {
            return Arc::clone(series);
        }
        let is_full = known.len() >= MAX_SERIES;
        drop(known);
        let series = Arc::new(Series::new(labels));
        if is_full {
            return series;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.find(hash, |series| series.labels() == *labels) {
            return Arc::clone(series);
        }
        if known.len() < MAX_SERIES {
            known.insert_unique(hash, Arc::clone(&series), |series| {
                self.hasher.hash_one(series.labels())
            });
        }
        series
    }
}
