//! Reads model calls from OTLP JSON lines, as the processor reads them.

use std::{
    io::{self, BufRead},
    time::SystemTime,
};

use tracing_genai::{
    pricing::{Counts, Status},
    processor::SpanCall,
};

use crate::{
    call::{CallRow, ModelCall, PriceContext, doubts_of},
    otlp_json,
};

/// The model calls among the spans of a file. Holds one line, however long the file is.
pub(crate) struct OtlpCalls<R> {
    lines: io::Lines<R>,
    line: u64,
    /// When the calls that do not say so started.
    at: SystemTime,
    /// What the input includes, unless the span or its instrumentation says it.
    counts: Option<Counts>,
    /// Those of the line that was read last, the next one at the end.
    calls: Vec<CallRow>,
}

impl<R: BufRead> OtlpCalls<R> {
    pub(crate) fn new(source: R, at: SystemTime, counts: Option<Counts>) -> Self {
        Self {
            lines: source.lines(),
            line: 0,
            at,
            counts,
            calls: Vec::new(),
        }
    }

    /// The model calls of a line; a line that cannot be read is one call that tells of it.
    fn read(&self, text: &str) -> Vec<CallRow> {
        let spans = match otlp_json::spans(text) {
            Ok(spans) => spans,
            Err(problem) => return vec![self.unreadable(&problem)],
        };
        let calls = spans.into_iter().filter_map(|(scope, span)| {
            let call = SpanCall::read(span.data(&scope, self.at), self.counts)?;
            Some(CallRow {
                line: self.line,
                call: Ok(call.into()),
                case: span.id,
            })
        });
        calls.collect()
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

impl From<SpanCall> for ModelCall {
    fn from(call: SpanCall) -> Self {
        let is_absurd = |status| status == Status::Inconsistent;
        let context = PriceContext::of(&call.call().context);
        Self {
            is_absurd: call.known_cost.as_ref().is_some_and(|cost| is_absurd(cost.status)),
            stated: call.known_cost.filter(|cost| !is_absurd(cost.status)),
            provider: call.provider,
            server_address: call.server_address,
            response_model: call.response_model,
            request_model: call.request_model,
            usage: call.usage,
            started: call.started,
            context,
            counts: call.counts,
            doubts: doubts_of(&call.unread_usage),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tracing_genai::pricing::Usd;
    use tracing_genai::usage::Unit;

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
        OtlpCalls::new(text.as_bytes(), SystemTime::UNIX_EPOCH, None)
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
    fn older_spellings_are_read_and_the_current_one_goes_before_them() {
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
    fn a_cost_that_no_call_can_have_is_absurd_and_the_other_spans_are_read() {
        for cost in [r#""NaN""#, "-1", r#""Infinity""#] {
            let cost = format!(r#"{{"key":"gen_ai.usage.cost","value":{{"doubleValue":{cost}}}}},"#);
            let call = call(&SPAN.replacen("\"attributes\":[", &format!("\"attributes\":[{cost}"), 1));
            assert!(call.is_absurd && call.stated.is_none(), "{cost}");
        }
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
            assert!(problem.starts_with("not a request of OTLP"), "{problems:?}");
        }
        assert_eq!(problems[2], (4, ""));
    }
}
