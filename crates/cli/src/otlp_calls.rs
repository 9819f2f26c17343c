//! Reads model calls from OTLP JSON, one `ExportTraceServiceRequest` a line: what the demo, the Collector's file exporter
//! and the SDKs' JSON exporters write.

use std::{
    io::{self, BufRead},
    time::{Duration, SystemTime},
};

use serde::Deserialize;
use serde_json::Value;
use tracing_genai::{
    pricing::{Cost, Counts, Reason, Reasons, Status, Usd},
    processor::UNIT_ATTRIBUTES,
    semconv::{Attribute, OperationName, own},
    usage::{Unit, Usage},
};

use crate::call::{CallRow, ModelCall, PriceContext};

/// The model calls among the spans of a file. Holds one line, however long the file is.
pub(crate) struct OtlpCalls<R> {
    lines: io::Lines<R>,
    line: u64,
    counts: Counts,
    /// Those of the line that was read last, the next one at the end.
    calls: Vec<CallRow>,
}

impl<R: BufRead> OtlpCalls<R> {
    pub(crate) fn new(source: R, counts: Counts) -> Self {
        Self {
            lines: source.lines(),
            line: 0,
            counts,
            calls: Vec::new(),
        }
    }

    /// The model calls of a line; a line that cannot be read is one call that tells of it.
    fn read(&self, text: &str) -> Vec<CallRow> {
        let request: Request = match serde_json::from_str(text) {
            Ok(request) => request,
            Err(error) => return vec![self.unreadable(&format!("not a request of OTLP traces in JSON: {error}"))],
        };
        let scopes = request
            .resource_spans
            .into_iter()
            .flat_map(|resource| resource.scope_spans);
        scopes
            .flat_map(|scope| scope.spans)
            .filter(Span::is_model_call)
            .map(|span| CallRow {
                line: self.line,
                call: Ok(span.call(self.counts)),
                case: span.id,
            })
            .collect()
    }

    fn unreadable(&self, problem: &str) -> CallRow {
        CallRow {
            line: self.line,
            case: format!("line {}", self.line),
            call: Err(problem.to_owned()),
        }
    }
}

impl<R: BufRead> Iterator for OtlpCalls<R> {
    /// A call, or why the file cannot be read further.
    type Item = anyhow::Result<CallRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(call) = self.calls.pop() {
                return Some(Ok(call));
            }
            let text = match self.lines.next()? {
                Ok(text) => text,
                Err(error) => return Some(Err(error.into())),
            };
            self.line += 1;
            if !text.trim().is_empty() {
                self.calls = self.read(&text);
                self.calls.reverse();
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResourceSpans {
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScopeSpans {
    spans: Vec<Span>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Span {
    #[serde(rename = "spanId")]
    id: String,
    start_time_unix_nano: Value,
    attributes: Vec<KeyValue>,
}

#[derive(Deserialize)]
struct KeyValue {
    key: String,
    #[serde(default)]
    value: AnyValue,
}

/// One of these, or another kind that no attribute read here has.
#[derive(Default, Deserialize)]
#[serde(default)]
struct AnyValue {
    #[serde(rename = "stringValue")]
    text: Option<String>,
    /// OTLP writes 64-bit integers as text.
    #[serde(rename = "intValue")]
    integer: Value,
    #[serde(rename = "doubleValue")]
    double: Option<f64>,
    #[serde(rename = "arrayValue")]
    array: Option<ArrayValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ArrayValue {
    values: Vec<AnyValue>,
}

impl Span {
    fn is_model_call(&self) -> bool {
        let operation = self.text(Attribute::OperationName.name());
        operation
            .and_then(OperationName::from_name)
            .is_some_and(OperationName::is_model_call)
    }

    fn call(&self, counts: Counts) -> ModelCall {
        let owned = |attribute: Attribute| self.text(attribute.name()).map(str::to_owned);
        let (usage, is_absurd) = self.usage();
        let tier = owned(Attribute::OpenaiResponseServiceTier).or_else(|| owned(Attribute::ResponseServiceTier));
        ModelCall {
            provider: owned(Attribute::ProviderName).unwrap_or_default(),
            server_address: owned(Attribute::ServerAddress),
            response_model: owned(Attribute::ResponseModel),
            request_model: owned(Attribute::RequestModel),
            usage,
            started: self.started(),
            context: PriceContext::served(tier, owned(Attribute::ResponseSpeed)),
            counts,
            is_absurd,
            stated: self.stated_cost(),
        }
    }

    /// What was counted, and whether a count is none.
    fn usage(&self) -> (Usage, bool) {
        let mut usage = Usage::new();
        let mut is_absurd = self.attribute(own::USAGE_INVALID).is_some();
        let own_counts = self.attributes.iter().filter_map(|attribute| {
            let name = attribute.key.strip_prefix(own::USAGE_PREFIX)?;
            Some((Unit::from_name(name)?, &attribute.value))
        });
        let conventional = UNIT_ATTRIBUTES.iter();
        let conventional =
            conventional.filter_map(|(unit, attribute)| Some((*unit, self.attribute(attribute.name())?)));
        for (unit, value) in conventional.chain(own_counts) {
            match value.count() {
                Some(count) => usage.set(unit, count),
                None => is_absurd = true,
            }
        }
        (usage, is_absurd)
    }

    /// The cost that stands on the span, with its status.
    fn stated_cost(&self) -> Option<Cost> {
        let amount = self.attribute(Attribute::UsageCost.name())?.double?;
        // The double as a decimal, so that sums do not drift.
        let mut cost = Cost::reported(Usd::parse_rounded(&amount.to_string()).ok()?);
        cost.status = match self.text(own::COST_STATUS) {
            Some("priced") => Status::Priced,
            Some("estimated") => Status::Estimated,
            Some("free") => Status::Free,
            _ => Status::Reported,
        };
        let reasons = self.attribute(own::COST_REASONS).and_then(|value| value.array.as_ref());
        let reasons = reasons.into_iter().flat_map(|array| &array.values);
        for name in reasons.filter_map(|value| value.text.as_deref()) {
            let known = Reason::ALL.iter().find(|reason| reason.as_str() == name);
            cost.reasons = known.map_or(cost.reasons, |reason| cost.reasons.union(Reasons::of(*reason)));
        }
        Some(cost)
    }

    fn started(&self) -> SystemTime {
        let nanoseconds = whole(&self.start_time_unix_nano).unwrap_or(0);
        SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.attribute(name)?.text.as_deref()
    }

    fn attribute(&self, name: &str) -> Option<&AnyValue> {
        let attribute = self.attributes.iter().find(|attribute| attribute.key == name)?;
        Some(&attribute.value)
    }
}

impl AnyValue {
    /// A count. Bridges write unsigned ones as text.
    fn count(&self) -> Option<u64> {
        whole(&self.integer).or_else(|| self.text.as_ref()?.parse().ok())
    }
}

fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[
        {"spanId":"a1","startTimeUnixNano":"1795176000000000000","attributes":[
            {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
            {"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},
            {"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},
            {"key":"gen_ai.usage.input_tokens","value":{"intValue":"1200"}},
            {"key":"gen_ai.usage.output_tokens","value":{"intValue":350}},
            {"key":"tracing_genai.usage.code_executions","value":{"intValue":"2"}}]},
        {"spanId":"b2","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"invoke_agent"}}]}
    ]}]}]}"#;

    fn calls(text: &str) -> Vec<CallRow> {
        OtlpCalls::new(text.as_bytes(), Counts::Auto)
            .map(Result::unwrap)
            .collect()
    }

    fn call(text: &str) -> ModelCall {
        calls(&text.replace('\n', "")).remove(0).call.unwrap()
    }

    #[test]
    fn model_calls_alone_are_read_with_every_count() {
        let calls = calls(&SPAN.replace('\n', ""));
        assert_eq!((calls.len(), &*calls[0].case), (1, "a1"));
        let call = calls[0].call.as_ref().unwrap();
        let counts: Vec<_> = call.usage.iter().map(|(unit, count)| (unit.name(), count)).collect();
        assert_eq!(
            counts,
            [("input_tokens", 1_200), ("output_tokens", 350), ("code_executions", 2)]
        );
        assert_eq!(
            call.started,
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000)
        );
        assert!(!call.is_absurd && call.stated.is_none());
    }

    #[test]
    fn the_cost_on_the_span_is_kept_with_its_status() {
        let cost = r#"{"key":"gen_ai.usage.cost","value":{"doubleValue":0.0065}},
            {"key":"tracing_genai.cost.status","value":{"stringValue":"priced"}},"#;
        let stated = call(&SPAN.replacen("\"attributes\":[", &format!("\"attributes\":[{cost}"), 1)).stated;
        let stated = stated.unwrap();
        assert_eq!(
            (stated.status, stated.total),
            (Status::Priced, "0.0065".parse::<Usd>().ok())
        );
    }

    #[test]
    fn a_count_that_is_none_is_absurd() {
        for value in [
            r#"{"intValue":"-5"}"#,
            r#"{"doubleValue":1.5}"#,
            r#"{"stringValue":"many"}"#,
        ] {
            assert!(
                call(&SPAN.replace(r#"{"intValue":"1200"}"#, value)).is_absurd,
                "{value}"
            );
        }
    }

    #[test]
    fn a_line_that_is_no_otlp_says_so_and_the_next_is_read() {
        let text = format!("{{\n{{\"resourceLogs\":[]}}\n\n{}\n", SPAN.replace('\n', ""));
        let calls = calls(&text);
        let problems: Vec<_> = calls
            .iter()
            .map(|row| (row.line, row.call.as_ref().err().map_or("", String::as_str)))
            .collect();
        for (_, problem) in &problems[..2] {
            assert!(problem.starts_with("not a request of OTLP traces"), "{problems:?}");
        }
        assert_eq!(problems[2], (4, ""));
    }
}
