//! The metric series a call belongs to, found again without building its attributes anew.

use std::hash::{BuildHasher, Hash};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::HashTable;
use opentelemetry::KeyValue;
use tracing_genai_semconv::{Attribute, OTHER};

use crate::content;
use crate::operation::Operation;

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
    content::start_of(text, MOST_BYTES)
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
    #[cfg(feature = "bound-instruments")]
    pub(crate) bound: crate::measure::BoundInstruments,
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
            #[cfg(feature = "bound-instruments")]
            bound: crate::measure::BoundInstruments::default(),
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

/// Which series a call belongs to.
///
/// A kept series goes by its number, so that the threads which record and those which look up never write to the same
/// memory: a shared count of references would travel between their processors at every call.
#[derive(Debug)]
pub(crate) enum SeriesId {
    Kept(usize),
    /// Beyond the limit: made for one call.
    Single(Arc<Series>),
}

/// The series met so far, at most [`MOST_SERIES`] of them.
#[derive(Debug, Default)]
pub(crate) struct SeriesCache {
    known: RwLock<Known>,
    // Model names come from callers: a fixed hash could be made to collide.
    hasher: foldhash::quality::RandomState,
}

#[derive(Debug, Default)]
struct Known {
    series: Vec<Arc<Series>>,
    by_labels: HashTable<usize>,
}

impl Known {
    fn find(&self, hash: u64, labels: &Labels<'_>) -> Option<usize> {
        let is_it = |number: &usize| {
            self.series
                .get(*number)
                .is_some_and(|series| series.labels() == *labels)
        };
        self.by_labels.find(hash, is_it).copied()
    }
}

impl SeriesCache {
    pub(crate) fn find(&self, labels: &Labels<'_>) -> SeriesId {
        let hash = self.hasher.hash_one(labels);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.find(hash, labels) {
            return SeriesId::Kept(number);
        }
        let is_full = known.series.len() >= MOST_SERIES;
        drop(known);
        if is_full {
            return SeriesId::Single(Arc::new(Series::new(labels)));
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.find(hash, labels) {
            return SeriesId::Kept(number);
        }
        let number = known.series.len();
        if number >= MOST_SERIES {
            return SeriesId::Single(Arc::new(Series::new(labels)));
        }
        let Known { series, by_labels } = &mut *known;
        series.push(Arc::new(Series::new(labels)));
        by_labels.insert_unique(hash, number, |number| {
            series
                .get(*number)
                .map_or(0, |series| self.hasher.hash_one(series.labels()))
        });
        SeriesId::Kept(number)
    }

    /// The series of `id`.
    pub(crate) fn get(&self, id: &SeriesId) -> Option<Arc<Series>> {
        match id {
            SeriesId::Single(series) => Some(Arc::clone(series)),
            SeriesId::Kept(number) => {
                let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
                known.series.get(*number).map(Arc::clone)
            }
        }
    }

    /// Every kept series, by its number.
    pub(crate) fn kept(&self) -> Vec<Arc<Series>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.series.clone()
    }
}
