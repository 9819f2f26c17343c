//! Files with several responses: a batch's output, the events of a realtime session.

use std::{io::BufRead, process::ExitCode};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tracing_genai_pricing::{Cost, Status, Usd};
use tracing_genai_semconv::own;
use tracing_genai_usage::{Api, ReadError, Reading, Usage, read_batch_line, read_body};

use super::response::{Pricing, attributes, counts};
use crate::{output::stdout, scalar::Scalar, text_lines::TextLines, unreadable::Unreadable};

/// Bytes of a response that are read to detect its API or kind.
pub(super) const HEAD_BYTES: usize = 64 * 1024;

/// The kind of a file's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Lines of a batch's output.
    Batch,
    /// Events of a realtime session; those that end a turn are calls.
    Realtime,
}

/// Marks of a batch's output, without spaces, for a first line longer than the head.
const BATCH_MARKS: &[&str] = &[
    r#""custom_id":"#,
    r#""recordId":"#,
    r#""processed_time":"#,
    r#"{"key":"#,
];

/// Prefixes of the event types of a realtime session. Source:
/// <https://platform.openai.com/docs/api-reference/realtime-server-events>.
const REALTIME_EVENTS: &[&str] = &[
    "session.",
    "conversation.",
    "input_audio_buffer.",
    "output_audio_buffer.",
    "rate_limits.",
    "response.audio",
    "response.output_audio",
    "response.done",
];

/// Bytes of a long first line that are searched.
const LONG_LINE_HEAD_BYTES: usize = 4096;

impl Kind {
    /// The kind of a file by its head; `None` for a single response.
    pub(super) fn of(head: &[u8], api: Option<Api>, provider: &str) -> Option<Self> {
        if api.is_some_and(|api| api != Api::OpenAiRealtime) {
            return None;
        }
        let lines = || head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        if lines().any(|line| read_batch_line(provider, line).is_some()) {
            return Some(Self::Batch);
        }
        let first = lines().find(|line| !line.is_empty())?;
        let is_cut = !head.contains(&b'\n') && head.len() >= HEAD_BYTES;
        // A line is a whole object; a pretty-printed response is not.
        if !is_cut && serde_json::from_slice::<Map<String, Value>>(first).is_err() {
            return None;
        }
        if api.is_some() || lines().any(is_realtime_event) {
            return Some(Self::Realtime);
        }
        if is_cut { Self::of_long_line(first) } else { None }
    }

    /// The kind of a file whose first line is longer than the head.
    fn of_long_line(line: &[u8]) -> Option<Self> {
        let start = line.get(..LONG_LINE_HEAD_BYTES).unwrap_or(line);
        let plain: Vec<u8> = start
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let plain = String::from_utf8_lossy(&plain);
        if !plain.starts_with('{') {
            return None;
        }
        let mut types = REALTIME_EVENTS.iter().map(|event| format!(r#""type":"{event}"#));
        if types.any(|event| plain.contains(&event)) {
            return Some(Self::Realtime);
        }
        // In a batch's line, the mark is before the response.
        let position = |text: &str| plain.find(text).unwrap_or(usize::MAX);
        let mark = BATCH_MARKS.iter().map(|mark| position(mark)).min()?;
        let contents = [r#""choices":"#, r#""content":"#, r#""candidates":"#].map(position);
        let is_outside = mark != usize::MAX && contents.iter().all(|content| mark < *content);
        is_outside.then_some(Self::Batch)
    }
}

/// Whether a line is an event or a response of a realtime session.
fn is_realtime_event(line: &[u8]) -> bool {
    let Ok(event) = serde_json::from_slice::<Map<String, Value>>(line) else {
        return false;
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = text(event.get("type"));
    let response = event.get("response").and_then(|response| response.get("object"));
    [event.get("object"), response]
        .into_iter()
        .any(|object| text(object).starts_with("realtime."))
        || REALTIME_EVENTS.iter().any(|begin| kind.starts_with(begin))
}

/// Prints each call, and the sums of several. `name` is the file in messages.
pub(super) fn run(
    kind: Kind,
    pricing: &Pricing<'_>,
    model: Option<&str>,
    source: impl BufRead,
    name: &str,
) -> anyhow::Result<ExitCode> {
    let mut out = stdout();
    let mut sums = Sums::default();
    let mut first = None;
    let mut session = Session::default();
    let mut lines = TextLines::new(source);
    while let Some(line) = lines.next()? {
        let bytes = line.bytes().map_err(|problem| problem.to_string());
        let read = bytes.and_then(|text| match read(kind, pricing.provider, text) {
            Ok(read) => Ok((text, read)),
            // Text outside of what is read may have any bytes.
            Err(problem) => Err(line.text().map_or_else(|problem| problem.to_string(), |_| problem)),
        });
        let (text, (api, mut reading)) = match read {
            Ok(read) => read,
            Err(problem) => {
                sums.unreadable.add_line(name, line.number, problem);
                continue;
            }
        };
        let mut request_model = model;
        if kind == Kind::Realtime {
            let is_transcription = session.update(text, &reading);
            // Most events do not end a turn. Failed turns and unknown usage are counted.
            let has_no_usage = reading.usage.is_empty() && reading.invalid.is_none();
            let failed = reading.error.is_some() && !reading.finish_reasons.is_empty();
            if has_no_usage && reading.unread.is_empty() && !failed {
                continue;
            }
            if is_transcription {
                reading.model.clone_from(&session.transcription_model);
                request_model = None;
            } else {
                reading.model.clone_from(&session.model);
            }
        }
        let cost = pricing.cost(api, &reading, request_model);
        sums.add(&reading, &cost);
        let object = Value::Object(attributes(pricing.provider, &reading, &cost));
        // A single call is printed like a single response.
        match (sums.calls, first.take()) {
            (1, _) => first = Some(object),
            (_, Some(earlier)) => {
                out.json(&earlier)?;
                out.json(&object)?;
            }
            (_, None) => out.json(&object)?,
        }
    }
    sums.unreadable.print_count(name);
    match first {
        Some(only) if sums.unreadable.count() == 0 => out.pretty_json(&only)?,
        only => {
            if let Some(only) = only {
                out.json(&only)?;
            }
            out.json(&sums.attributes())?;
        }
    }
    out.flush()?;
    Ok(sums.unreadable.exit_code())
}

fn read(kind: Kind, provider: &str, line: &[u8]) -> Result<(Api, Reading), String> {
    let message = |problem: ReadError| problem.to_string();
    match kind {
        Kind::Batch => {
            let reading = read_batch_line(provider, line).ok_or("not a line of a batch's output")?;
            Ok((Api::of_response(provider, line), reading.map_err(message)?))
        }
        Kind::Realtime => {
            let api = Api::OpenAiRealtime;
            Ok((api, read_body(api, line).map_err(message)?))
        }
    }
}

/// The models of a realtime session, which are not in the events of its turns.
#[derive(Default)]
struct Session {
    model: Option<String>,
    /// The model that transcribes the user's audio, with a price of its own.
    transcription_model: Option<String>,
}

impl Session {
    /// Records the models of an event. Returns whether the event is a transcription of the user's audio. Source:
    /// <https://platform.openai.com/docs/api-reference/realtime-server-events>.
    fn update(&mut self, line: &[u8], reading: &Reading) -> bool {
        if reading.model.is_some() {
            self.model.clone_from(&reading.model);
        }
        if !String::from_utf8_lossy(line).contains("transcription") {
            return false;
        }
        let event: Event = serde_json::from_slice(line).unwrap_or_default();
        let session = event.session.unwrap_or_default();
        let transcription = session.audio.and_then(|audio| audio.input?.transcription);
        let transcription = transcription.or(session.input_audio_transcription);
        if let Some(model) = transcription
            .as_ref()
            .and_then(|transcription| transcription.model.text())
        {
            self.transcription_model = Some(model.to_owned());
        }
        let kind = event.kind.text();
        kind.is_some_and(|kind| kind.contains("input_audio_transcription"))
    }
}

/// An event of a realtime session, with the model of its transcriptions.
#[derive(Default, Deserialize)]
struct Event {
    #[serde(rename = "type", default)]
    kind: Scalar,
    session: Option<EventSession>,
}

#[derive(Default, Deserialize)]
struct EventSession {
    audio: Option<SessionAudio>,
    /// The API's beta.
    input_audio_transcription: Option<Transcription>,
}

#[derive(Deserialize)]
struct SessionAudio {
    input: Option<AudioInput>,
}

#[derive(Deserialize)]
struct AudioInput {
    transcription: Option<Transcription>,
}

#[derive(Deserialize)]
struct Transcription {
    #[serde(default)]
    model: Scalar,
}

/// The sums over a file's calls.
#[derive(Default)]
struct Sums {
    calls: u64,
    /// Lines that are not responses.
    unreadable: Unreadable,
    failed: u64,
    /// Calls without a cost, excluded from the sum.
    unpriced: u64,
    is_estimated: bool,
    usage: Usage,
    cost: Usd,
    has_cost: bool,
}

impl Sums {
    fn add(&mut self, reading: &Reading, cost: &Cost) {
        self.calls += 1;
        self.usage.merge(&reading.usage);
        // A failed call without usage has no cost.
        if reading.error.is_some() && reading.usage.is_empty() && reading.unread.is_empty() && cost.total.is_none() {
            self.failed += 1;
            return;
        }
        match cost.total {
            Some(total) => {
                self.has_cost = true;
                match self.cost.checked_add(total) {
                    Some(sum) => self.cost = sum,
                    None => self.unpriced += 1,
                }
            }
            None => self.unpriced += 1,
        }
        self.is_estimated |= cost.status == Status::Estimated;
    }

    fn attributes(&self) -> Map<String, Value> {
        let mut attributes = Map::new();
        let mut set = |name: &str, value: Value| {
            attributes.insert(name.to_owned(), value);
        };
        set("calls", json!(self.calls));
        set("failed_calls", json!(self.failed));
        set("unpriced_calls", json!(self.unpriced));
        if self.unreadable.count() > 0 {
            set("unreadable_lines", json!(self.unreadable.count()));
        }
        for (name, count) in counts(&self.usage) {
            set(&name, json!(count));
        }
        if self.has_cost {
            // An exact decimal, unlike the span attribute, which is a double.
            set("cost_usd", json!(self.cost.to_string()));
        }
        // A sum is `priced` only if every call is in it and priced.
        let status = match (
            self.has_cost,
            self.unpriced + self.unreadable.count() > 0 || self.is_estimated,
        ) {
            (false, _) => Status::Unpriced,
            (true, true) => Status::Estimated,
            (true, false) => Status::Priced,
        };
        set(own::COST_STATUS, json!(status.as_str()));
        attributes
    }
}
