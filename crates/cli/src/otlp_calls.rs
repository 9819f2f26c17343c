//! Reads model calls from OTLP JSON lines.

use std::{
    io::{self, BufRead},
    time::{Duration, SystemTime},
};

use tracing_genai::{
    pricing::{Cost, Reason, Reasons, Status, Usd},
    processor::UNIT_ATTRIBUTES,
    semconv::{Attribute, OperationName, foreign_operation, is_generic, own, provider},
    usage::{Unit, Usage},
};

use crate::{
    call::{CallRow, ModelCall, PriceContext},
    call_table::Defaults,
    otlp_json::{self, AnyValue, Span, whole},
};

/// The model calls among the spans of a file. Holds one line, however long the file is.
pub(crate) struct OtlpCalls<R> {
    lines: io::Lines<R>,
    line: u64,
    defaults: Defaults,
    /// Those of the line that was read last, the next one at the end.
    calls: Vec<CallRow>,
}

impl<R: BufRead> OtlpCalls<R> {
    pub(crate) fn new(source: R, defaults: Defaults) -> Self {
        Self {
            lines: source.lines(),
            line: 0,
            defaults,
            calls: Vec::new(),
        }
    }

    /// The model calls of a line; a line that cannot be read is one call that tells of it.
    fn read(&self, text: &str) -> Vec<CallRow> {
        let spans = match otlp_json::spans(text) {
            Ok(spans) => spans,
            Err(problem) => return vec![self.unreadable(&problem)],
        };
        spans
            .into_iter()
            .filter(Span::is_model_call)
            .map(|span| CallRow {
                line: self.line,
                call: Ok(span.call(self.defaults)),
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

impl Span {
    /// What the processor takes for a model call: by its operation, or without one by a model and its usage.
    fn is_model_call(&self) -> bool {
        if let Some(operation) = self.text(Attribute::OperationName) {
            return OperationName::from_name(operation).is_some_and(OperationName::is_model_call);
        }
        let mut foreign = self
            .attributes
            .iter()
            .filter_map(|attribute| foreign_operation(&attribute.key, attribute.value.text.as_deref()?));
        if let Some(operation) = foreign.next() {
            return operation.is_model_call();
        }
        let has = |attribute: Attribute| self.value(attribute).is_some();
        (has(Attribute::RequestModel) || has(Attribute::ResponseModel))
            && UNIT_ATTRIBUTES.iter().any(|(_, attribute)| has(*attribute))
            && ![Attribute::AgentName, Attribute::WorkflowName, Attribute::ToolName]
                .into_iter()
                .any(has)
    }

    fn call(&self, defaults: Defaults) -> ModelCall {
        let owned = |attribute: Attribute| self.text(attribute).map(str::to_owned);
        let (usage, has_absurd_count) = self.usage();
        let (stated, has_absurd_cost) = self.stated_cost();
        // The tier in the response is the billed one; `auto` in a request is only a wish.
        let tier = owned(Attribute::OpenaiResponseServiceTier)
            .or_else(|| owned(Attribute::ResponseServiceTier))
            .or_else(|| owned(Attribute::OpenaiRequestServiceTier))
            .filter(|tier| tier != "auto");
        let provider = self.text(Attribute::ProviderName).unwrap_or_default();
        ModelCall {
            provider: provider::current(provider).to_owned(),
            server_address: owned(Attribute::ServerAddress),
            response_model: owned(Attribute::ResponseModel),
            request_model: owned(Attribute::RequestModel),
            usage,
            started: self.started().unwrap_or(defaults.at),
            context: PriceContext::served(tier, owned(Attribute::ResponseSpeed)),
            counts: defaults.counts,
            is_absurd: has_absurd_count || has_absurd_cost,
            stated,
        }
    }

    /// What was counted, and whether a count is none.
    fn usage(&self) -> (Usage, bool) {
        let mut usage = Usage::new();
        let mut is_absurd = self
            .attributes
            .iter()
            .any(|attribute| attribute.key == own::USAGE_INVALID);
        let own_counts = self.attributes.iter().filter_map(|attribute| {
            let name = attribute.key.strip_prefix(own::USAGE_PREFIX)?;
            Some((Unit::from_name(name)?, &attribute.value))
        });
        let conventional = UNIT_ATTRIBUTES.iter();
        let conventional = conventional.filter_map(|(unit, attribute)| Some((*unit, self.value(*attribute)?)));
        for (unit, value) in conventional.chain(own_counts) {
            match value.count() {
                Some(count) => usage.set(unit, count),
                None => is_absurd = true,
            }
        }
        (usage, is_absurd)
    }

    /// The cost that stands on the span, with its status, and whether it is one that no call can have.
    fn stated_cost(&self) -> (Option<Cost>, bool) {
        let Some(value) = self.value(Attribute::UsageCost) else {
            return (None, false);
        };
        // The double as a decimal, so that sums do not drift.
        let double = value.double.as_f64().filter(|amount| *amount >= 0.0);
        let text = double.map(|amount| amount.to_string());
        let text = text.or_else(|| whole(&value.integer).map(|amount| amount.to_string()));
        let amount = text.and_then(|amount| Usd::parse_rounded(&amount).ok());
        let Some(amount) = amount else {
            return (None, true);
        };
        let mut cost = Cost::reported(amount);
        let own = |name: &str| self.attributes.iter().find(|attribute| attribute.key == name);
        cost.status = match own(own::COST_STATUS).and_then(|status| status.value.text.as_deref()) {
            Some("priced") => Status::Priced,
            Some("estimated") => Status::Estimated,
            Some("free") => Status::Free,
            _ => Status::Reported,
        };
        let reasons = own(own::COST_REASONS).and_then(|reasons| reasons.value.array.as_ref());
        let reasons = reasons.into_iter().flat_map(|array| &array.values);
        for name in reasons.filter_map(|value| value.text.as_deref()) {
            let known = Reason::ALL.iter().find(|reason| reason.as_str() == name);
            cost.reasons = known.map_or(cost.reasons, |reason| cost.reasons.union(Reasons::of(*reason)));
        }
        (Some(cost), false)
    }

    fn started(&self) -> Option<SystemTime> {
        let nanoseconds = whole(&self.start_time_unix_nano).filter(|nanoseconds| *nanoseconds > 0)?;
        Some(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds))
    }

    fn text(&self, attribute: Attribute) -> Option<&str> {
        self.value(attribute)?.text.as_deref()
    }

    /// The attribute under its current name, else under an older or a framework's.
    fn value(&self, attribute: Attribute) -> Option<&AnyValue> {
        let spelt = self.attributes.iter().filter_map(|spelt| {
            let spelling = Attribute::from_name(&spelt.key).filter(|spelling| spelling.attribute == attribute)?;
            // What may be a service's own is not taken for more.
            if is_generic(&spelt.key) {
                return None;
            }
            Some((spelling.is_current(), &spelt.value))
        });
        spelt.max_by_key(|(is_current, _)| *is_current).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use tracing_genai::pricing::Counts;

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
        let defaults = Defaults {
            at: SystemTime::UNIX_EPOCH,
            counts: Counts::Auto,
        };
        OtlpCalls::new(text.as_bytes(), defaults).map(Result::unwrap).collect()
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
