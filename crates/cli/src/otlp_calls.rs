//! Reads model calls from OTLP JSON lines, as the processor does.

use std::{io::BufRead, time::SystemTime};

use tracing_genai_pricing::{Counts, Status};
use tracing_genai_processor::SpanCall;

use crate::{
    call::{CallRow, ModelCall, PriceContext, unread_reasons},
    otlp_json::Request,
    text_lines::{Line, TextLines},
};

/// The model calls among the spans of a file. Holds one line in memory.
pub(crate) struct OtlpCalls<R> {
    lines: TextLines<R>,
    /// The start of calls without a timestamp.
    at: SystemTime,
    /// What input counts include, unless the span or its instrumentation defines it.
    counts: Option<Counts>,
    /// The calls of the last line, in reverse order.
    calls: Vec<CallRow>,
}

impl<R: BufRead> OtlpCalls<R> {
    pub(crate) fn new(source: R, at: SystemTime, counts: Option<Counts>) -> Self {
        Self {
            lines: TextLines::new(source),
            at,
            counts,
            calls: Vec::new(),
        }
    }
}

/// The model calls of a line, in reverse order; an unreadable line is one call with the problem.
fn calls(line: &Line<'_>, at: SystemTime, counts: Option<Counts>) -> Vec<CallRow> {
    let number = line.number;
    let text = line.text().map_err(|problem| problem.to_string());
    let request = match text.and_then(Request::parse) {
        Ok(request) if request.has_traces() => Ok(request),
        Ok(_) => Err("not an OTLP JSON request of traces: it has no resourceSpans".to_owned()),
        Err(problem) => Err(problem),
    };
    let request = match request {
        Ok(request) => request,
        Err(problem) => {
            return vec![CallRow {
                line: number,
                case: format!("line {number}"),
                call: Err(problem),
            }];
        }
    };
    let calls = request.spans().filter_map(|(scope, span)| {
        let call = SpanCall::read(span.data(scope, at), counts)?;
        Some(CallRow {
            line: number,
            call: Ok(call.into()),
            case: span.id.clone(),
        })
    });
    let mut calls: Vec<_> = calls.collect();
    calls.reverse();
    calls
}

impl<R: BufRead> Iterator for OtlpCalls<R> {
    /// A call, or why reading failed.
    type Item = anyhow::Result<CallRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(call) = self.calls.pop() {
                return Some(Ok(call));
            }
            match self.lines.next().transpose()? {
                Ok(line) => self.calls = calls(&line, self.at, self.counts),
                Err(error) => return Some(Err(error.into())),
            }
        }
    }
}

impl From<SpanCall> for ModelCall {
    fn from(call: SpanCall) -> Self {
        let has_invalid_count = |status| status == Status::Inconsistent;
        let context = PriceContext::of(&call.call().context);
        Self {
            has_invalid_count: call
                .known_cost
                .as_ref()
                .is_some_and(|cost| has_invalid_count(cost.status)),
            known_cost: call.known_cost.filter(|cost| !has_invalid_count(cost.status)),
            provider: call.provider,
            server_address: call.server_address,
            response_model: call.response_model,
            request_model: call.request_model,
            usage: call.usage,
            started: call.started,
            context,
            counts: call.counts,
            reasons: unread_reasons(&call.unread_usage),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tracing_genai_pricing::Usd;
    use tracing_genai_usage::Unit;

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

    fn rows(text: &str) -> Vec<CallRow> {
        OtlpCalls::new(text.as_bytes(), SystemTime::UNIX_EPOCH, None)
            .map(Result::unwrap)
            .collect()
    }

    fn call(text: &str) -> ModelCall {
        rows(&text.replace('\n', "")).remove(0).call.unwrap()
    }

    #[test]
    fn only_model_calls_are_read_with_all_counts() {
        let calls = rows(&SPAN.replace('\n', ""));
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
        assert!(!call.has_invalid_count && call.known_cost.is_none());
    }

    #[test]
    fn the_cost_on_the_span_is_kept_with_its_status() {
        let cost = r#"{"key":"gen_ai.usage.cost","value":{"doubleValue":0.0065}},
            {"key":"tracing_genai.cost.status","value":{"stringValue":"priced"}},"#;
        let known_cost = call(&SPAN.replacen("\"attributes\":[", &format!("\"attributes\":[{cost}"), 1)).known_cost;
        let known_cost = known_cost.unwrap();
        assert_eq!(
            (known_cost.status, known_cost.total),
            (Status::Priced, "0.0065".parse::<Usd>().ok())
        );
    }

    #[test]
    fn older_spellings_are_read_and_the_current_one_wins() {
        let older = SPAN
            .replace("gen_ai.provider.name", "gen_ai.system")
            .replace(r#""stringValue":"openai""#, r#""stringValue":"xai""#)
            .replace("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens");
        let both = r#"{"key":"gen_ai.usage.completion_tokens","value":{"intValue":"9"}},"#;
        let older = call(&older.replacen("\"attributes\":[", &format!("\"attributes\":[{both}"), 1));
        assert_eq!(older.provider, "x_ai");
        let counts = [Unit::InputTokens, Unit::OutputTokens].map(|unit| older.usage.get(unit));
        assert_eq!(counts, [Some(1_200), Some(350)]);
    }

    #[test]
    fn invalid_costs_are_rejected() {
        for cost in [r#""NaN""#, "-1", r#""Infinity""#] {
            let cost = format!(r#"{{"key":"gen_ai.usage.cost","value":{{"doubleValue":{cost}}}}},"#);
            let call = call(&SPAN.replacen("\"attributes\":[", &format!("\"attributes\":[{cost}"), 1));
            assert!(call.has_invalid_count && call.known_cost.is_none(), "{cost}");
        }
    }

    #[test]
    fn invalid_counts_are_rejected() {
        for value in [
            r#"{"intValue":"-5"}"#,
            r#"{"doubleValue":1.5}"#,
            r#"{"stringValue":"many"}"#,
        ] {
            assert!(
                call(&SPAN.replace(r#"{"intValue":"1200"}"#, value)).has_invalid_count,
                "{value}"
            );
        }
    }

    #[test]
    fn unreadable_lines_have_a_problem_and_the_next_line_is_read() {
        let text = format!("{{\n{{\"resourceLogs\":[]}}\n\n{}\n", SPAN.replace('\n', ""));
        let calls = rows(&text);
        let problems: Vec<_> = calls
            .iter()
            .map(|row| (row.line, row.call.as_ref().err().map_or("", String::as_str)))
            .collect();
        for (_, problem) in &problems[..2] {
            assert!(problem.starts_with("not an OTLP JSON request"), "{problems:?}");
        }
        assert_eq!(problems[2], (4, ""));
    }
}
