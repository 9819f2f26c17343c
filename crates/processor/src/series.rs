//! The metric series a call belongs to, found again without building its attributes anew.

use std::hash::{BuildHasher, Hash};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::HashTable;
use opentelemetry::KeyValue;
use tracing_genai_semconv::{Attribute, OTHER};

use crate::operation::Operation;
use crate::truncate::truncated;

/// The most series that are remembered; calls beyond it build their attributes each time. The SDK folds what exceeds
/// its own limit of 2,000 into one series.
const MOST_SERIES: usize = 1_024;

/// The most bytes of a text that goes on a metric: models and error types are short, what is longer is a mistake.
const MOST_BYTES: usize = 200;

/// What tells one series from another.
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
    /// A call of a model that names no provider still has one, which the conventions require.
    pub(crate) fn of(operation: &'a Operation<'_>, is_model_call: bool) -> Self {
        let text = |attribute| operation.text(attribute).map(short);
        let server_address = text(Attribute::ServerAddress);
        Self {
            operation: short(operation.metric_name()),
            provider: text(Attribute::ProviderName).or(is_model_call.then_some(OTHER)),
            request_model: text(Attribute::RequestModel),
            response_model: text(Attribute::ResponseModel),
            server_address,
            // The convention's `server.port` goes with an address only.
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

/// `text`, or as much of it as a metric carries.
fn short(text: &str) -> &str {
    truncated(text, MOST_BYTES)
}

/// A series: the attributes of each of its metrics, ready made.
#[derive(Debug)]
pub(crate) struct Series {
    operation: Box<str>,
    texts: [Option<Box<str>>; 5],
    server_port: Option<i64>,
    /// Of the cost, and of whatever needs nothing further.
    pub(crate) common: Vec<KeyValue>,
    /// Of the duration, which tells failures apart.
    pub(crate) duration: Vec<KeyValue>,
    pub(crate) input_tokens: Vec<KeyValue>,
    pub(crate) output_tokens: Vec<KeyValue>,
    /// Whether a missing price of this series was already looked at for a warning.
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

/// The series that have points, at most [`MOST_SERIES`] of them.
#[derive(Debug, Default)]
pub(crate) struct SeriesCache {
    known: RwLock<HashTable<Arc<Series>>>,
    // Model names come from callers: a fixed hash could be made to collide.
    hasher: foldhash::quality::RandomState,
}

impl SeriesCache {
    /// The series of `labels`; one beyond the limit is made for this call alone.
    pub(crate) fn find(&self, labels: &Labels<'_>) -> Arc<Series> {
        let hash = self.hasher.hash_one(labels);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.find(hash, |series| series.labels() == *labels) {
            return Arc::clone(series);
        }
        let is_full = known.len() >= MOST_SERIES;
        drop(known);
        let series = Arc::new(Series::new(labels));
        if is_full {
            return series;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.find(hash, |series| series.labels() == *labels) {
            return Arc::clone(series);
        }
        if known.len() < MOST_SERIES {
            known.insert_unique(hash, Arc::clone(&series), |series| {
                self.hasher.hash_one(series.labels())
            });
        }
        series
    }
}
