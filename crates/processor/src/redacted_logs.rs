//! Redacts log records before they reach a logger: [`RedactedLogs`] is put between a bridge of logs and its provider.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry::{InstrumentationScope, Key, SpanId, StringValue, TraceFlags, TraceId};

use crate::error_text::is_error_text;
use crate::field_bounds::{MARGIN, MAX_NAME_BYTES, MAX_VALUE_BYTES};
use crate::secrets::{REDACTED, names_secret, redact_error, redact_secrets};
use crate::truncate::{truncated, whole_words};

/// Lists and maps that are nested deeper are replaced.
const MAX_DEPTH: usize = 16;

/// A logger provider whose records have no secrets of known forms, in the body and in attributes.
///
/// A text is at most 64 KiB. Only secrets are removed: a prompt in a log line stays under every content policy, and
/// a user's redactor is not asked, since it would run inside each call of a log macro.
///
/// ```
/// use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider};
/// use opentelemetry_sdk::logs::{InMemoryLogExporter, SdkLoggerProvider};
/// use tracing_genai_processor::RedactedLogs;
///
/// let exporter = InMemoryLogExporter::default();
/// let provider = SdkLoggerProvider::builder().with_simple_exporter(exporter.clone()).build();
/// let logger = RedactedLogs::new(provider).logger("service");
/// let mut record = logger.create_log_record();
/// record.set_body("refused sk-proj-A1b2C3d4E5f6G7h8I9j0".into());
/// logger.emit(record);
/// let records = exporter.get_emitted_logs().unwrap();
/// assert_eq!(records[0].record.body(), Some(&AnyValue::from("refused [redacted]")));
/// ```
#[derive(Clone, Debug)]
pub struct RedactedLogs<P>(P);

impl<P> RedactedLogs<P> {
    /// Records go to loggers of `provider`.
    pub const fn new(provider: P) -> Self {
        Self(provider)
    }
}

impl<P: LoggerProvider> LoggerProvider for RedactedLogs<P> {
    type Logger = RedactedLogger<P::Logger>;

    fn logger_with_scope(&self, scope: InstrumentationScope) -> Self::Logger {
        RedactedLogger(self.0.logger_with_scope(scope))
    }
}

/// A logger of [`RedactedLogs`].
#[derive(Clone, Debug)]
pub struct RedactedLogger<L>(L);

impl<L: Logger> Logger for RedactedLogger<L> {
    type LogRecord = RedactedRecord<L::LogRecord>;

    fn create_log_record(&self) -> Self::LogRecord {
        RedactedRecord(self.0.create_log_record())
    }

    fn emit(&self, record: Self::LogRecord) {
        self.0.emit(record.0);
    }

    fn event_enabled(&self, level: Severity, target: &str, name: Option<&str>) -> bool {
        self.0.event_enabled(level, target, name)
    }
}

/// A record of [`RedactedLogger`], which redacts what is set on it.
#[derive(Clone, Debug)]
pub struct RedactedRecord<R>(R);

impl<R: LogRecord> LogRecord for RedactedRecord<R> {
    fn set_event_name(&mut self, name: &'static str) {
        self.0.set_event_name(name);
    }

    fn set_target<T: Into<Cow<'static, str>>>(&mut self, target: T) {
        self.0.set_target(target);
    }

    fn set_timestamp(&mut self, timestamp: SystemTime) {
        self.0.set_timestamp(timestamp);
    }

    fn set_observed_timestamp(&mut self, timestamp: SystemTime) {
        self.0.set_observed_timestamp(timestamp);
    }

    fn set_severity_text(&mut self, text: &'static str) {
        self.0.set_severity_text(text);
    }

    fn set_severity_number(&mut self, number: Severity) {
        self.0.set_severity_number(number);
    }

    fn set_body(&mut self, body: AnyValue) {
        self.0.set_body(redacted(body, redact_secrets, 0));
    }

    fn add_attributes<I, K, V>(&mut self, attributes: I)
    where
        I: IntoIterator<Item = (K, V)>,
        K: Into<Key>,
        V: Into<AnyValue>,
    {
        for (key, value) in attributes {
            self.add_attribute(key, value);
        }
    }

    fn add_attribute<K, V>(&mut self, key: K, value: V)
    where
        K: Into<Key>,
        V: Into<AnyValue>,
    {
        let (key, value) = member(key.into(), value.into(), redact_secrets, 0);
        self.0.add_attribute(key, value);
    }

    fn set_trace_context(&mut self, trace_id: TraceId, span_id: SpanId, trace_flags: Option<TraceFlags>) {
        self.0.set_trace_context(trace_id, span_id, trace_flags);
    }
}

type Redact = fn(&str) -> Cow<'_, str>;

/// A named value without secrets in both.
fn member(key: Key, value: AnyValue, redact: Redact, depth: usize) -> (Key, AnyValue) {
    let name = key.as_str();
    let value = match value {
        AnyValue::Boolean(_) => value,
        _ if names_secret(name) => REDACTED.into(),
        _ if is_error_text(name) => redacted(value, redact_error, depth),
        _ => redacted(value, redact, depth),
    };
    let key = match shortened(name, redact_secrets, MAX_NAME_BYTES) {
        Some(name) => Key::from(name),
        None => key,
    };
    (key, value)
}

fn redacted(value: AnyValue, redact: Redact, depth: usize) -> AnyValue {
    match value {
        AnyValue::String(text) => AnyValue::String(redacted_text(text, redact)),
        AnyValue::ListAny(_) | AnyValue::Map(_) if depth >= MAX_DEPTH => REDACTED.into(),
        AnyValue::ListAny(items) => items
            .into_iter()
            .map(|item| redacted(item, redact, depth + 1))
            .collect(),
        AnyValue::Map(members) => members
            .into_iter()
            .map(|(name, value)| member(name, value, redact, depth + 1))
            .collect(),
        AnyValue::Bytes(bytes) => {
            match std::str::from_utf8(&bytes).map(|text| shortened(text, redact, MAX_VALUE_BYTES)) {
                Ok(Some(text)) => AnyValue::Bytes(Box::new(text.into_bytes())),
                Ok(None) => AnyValue::Bytes(bytes),
                Err(_) => {
                    let mut bytes = bytes;
                    bytes.truncate(MAX_VALUE_BYTES);
                    AnyValue::Bytes(bytes)
                }
            }
        }
        other => other,
    }
}

fn redacted_text(text: StringValue, redact: Redact) -> StringValue {
    match shortened(text.as_str(), redact, MAX_VALUE_BYTES) {
        Some(redacted) => redacted.into(),
        None => text,
    }
}

/// `text` redacted and cut; `None` if nothing changed. What is far above the bound is not looked at.
fn shortened(text: &str, redact: Redact, max_bytes: usize) -> Option<String> {
    let start = whole_words(text, max_bytes.saturating_add(MARGIN));
    let redacted = redact(start);
    let kept = truncated(&redacted, max_bytes);
    (kept.len() < text.len() || matches!(redacted, Cow::Owned(_))).then(|| kept.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-proj-A1b2C3d4E5f6G7h8I9j0";

    fn of(value: impl Into<AnyValue>) -> AnyValue {
        redacted(value.into(), redact_secrets, 0)
    }

    #[test]
    fn texts_lists_maps_and_bytes_are_redacted() {
        assert_eq!(
            of(format!("call failed with {KEY}")),
            "call failed with [redacted]".into()
        );
        let list = |text: &str| {
            [1.into(), AnyValue::from(text.to_owned())]
                .into_iter()
                .collect::<AnyValue>()
        };
        assert_eq!(of(list(KEY)), list(REDACTED));
        let map = |key: &str, value: AnyValue| [(key.to_owned(), value)].into_iter().collect::<AnyValue>();
        assert_eq!(of(map(KEY, list(KEY))), map(REDACTED, list(REDACTED)));
        assert_eq!(of(map("api_key", list("ab"))), map("api_key", REDACTED.into()));
        assert_eq!(of(map("api_key", true.into())), map("api_key", true.into()));
        assert_eq!(of(KEY.as_bytes()), REDACTED.as_bytes().into());
        assert_eq!(of(&[0xff_u8, 0xfe][..]), (&[0xff_u8, 0xfe][..]).into());
        let url = "https://h/v1?alt=sse";
        let expected = map("error", "https://h/v1?[redacted]".into());
        assert_eq!(of(map("error", url.into())), expected);
    }

    #[test]
    fn a_text_of_megabytes_is_cut_without_half_a_secret() {
        for before in [MAX_VALUE_BYTES - 10, MAX_VALUE_BYTES + MARGIN - 10] {
            let long = [&"x".repeat(before - 1), " ", KEY, &" y".repeat(1 << 20)].concat();
            let AnyValue::String(text) = of(long) else {
                unreachable!("a text stays one");
            };
            assert!(text.as_str().len() <= MAX_VALUE_BYTES && !text.as_str().contains("sk-proj"));
        }
        // A long secret before, whose redaction brings the cut within the bound.
        let token = ["eyJhbGciOiJI.", &"A1b2".repeat(1_000)].concat();
        for before in MAX_VALUE_BYTES + MARGIN - 28..MAX_VALUE_BYTES + MARGIN {
            let text = [&token, " ", &"x".repeat(before - token.len() - 2), " ", KEY].concat();
            assert!(!format!("{:?}", of(text)).contains("sk-proj"), "{before}");
        }
    }

    #[test]
    fn nesting_without_end_is_replaced() {
        let mut value = AnyValue::from(KEY);
        for _ in 0..1_000 {
            value = AnyValue::ListAny(Box::new(vec![value]));
        }
        let shown = format!("{:?}", of(value));
        assert!(!shown.contains("sk-proj") && shown.contains(REDACTED));
    }
}
