//! Files of many responses: the output of a batch, the events of a realtime session.

use std::{
    io::{self, BufRead, BufWriter, Read, Write},
    process::ExitCode,
};

use serde_json::{Map, Value, json};
use tracing_genai::{
    pricing::{Cost, Status, Usd},
    semconv::{Attribute, own},
    usage::{Api, Reading, Usage, read_batch_line, read_body},
};

use super::{Pricing, attributes, counts};

/// The longest line that is read, in bytes.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// What the lines of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Lines of a batch's output.
    Batch,
    /// Events of a realtime session, of which those that end a turn count.
    Realtime,
}

/// What tells a file of each kind, without spaces; that of a batch only where its first line is too long to be looked at whole.
const MARKS: &[(&str, Kind)] = &[
    (r#""custom_id":"#, Kind::Batch),
    (r#""recordId":"#, Kind::Batch),
    (r#""processed_time":"#, Kind::Batch),
    (r#"{"key":"#, Kind::Batch),
    (r#""object":"realtime."#, Kind::Realtime),
    (r#""type":"session.created""#, Kind::Realtime),
];

/// How much of the first line is looked at.
const LOOKED_AT: usize = 4096;

impl Kind {
    /// The kind of a file that begins so; `None` where it is one response, in whatever form.
    pub(super) fn of(head: &[u8], chosen: Option<Api>, provider: &str) -> Option<Self> {
        if chosen.is_some_and(|api| api != Api::OpenAiRealtime) {
            return None;
        }
        let mut lines = head.split(|byte| *byte == b'\n');
        if lines.any(|line| read_batch_line(provider, line).is_some()) {
            return Some(Self::Batch);
        }
        let has_whole_line = head.contains(&b'\n') || head.len() < super::LOOKED_AT;
        let head = head.get(..LOOKED_AT).unwrap_or(head);
        let plain: Vec<u8> = head
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let plain = String::from_utf8_lossy(&plain);
        if !plain.starts_with('{') {
            return None;
        }
        // A batch's line names its request before what answered it.
        let before = |text: &str| plain.find(text).unwrap_or(usize::MAX);
        let mut marks = MARKS
            .iter()
            .filter(|(_, kind)| *kind == Self::Realtime || !has_whole_line);
        let (mark, kind) = marks.find(|(mark, _)| plain.contains(mark))?;
        let answers = [r#""choices":"#, r#""content":"#, r#""candidates":"#].map(before);
        let is_outside = answers.iter().all(|answer| before(mark) < *answer);
        (is_outside || *kind == Self::Realtime).then_some(*kind)
    }
}

/// Prints each call, and the sums where there are several.
pub(super) fn run(kind: Kind, pricing: &Pricing<'_>, mut source: impl BufRead) -> anyhow::Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut sums = Sums::default();
    let mut first = None;
    let mut session = Session::default();
    let mut text = Vec::new();
    let mut line = 0_u64;
    loop {
        text.clear();
        if source.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut text)? == 0 {
            break;
        }
        line += 1;
        if text.trim_ascii().is_empty() {
            continue;
        }
        let Some((api, mut reading)) = read(kind, pricing.provider, &text) else {
            sums.unread += 1;
            eprintln!("warning: line {line} cannot be read, and is in no sum");
            continue;
        };
        let mut asked = pricing.arguments.model.as_deref();
        if kind == Kind::Realtime {
            let is_transcription = session.learn(&text, &reading);
            // Most events tell of no turn's end.
            if reading.usage.is_empty() && reading.invalid.is_none() {
                continue;
            }
            if is_transcription {
                reading.model.clone_from(&session.transcription_model);
                asked = None;
            } else {
                reading.model.clone_from(&session.model);
            }
        }
        let cost = pricing.cost(api, &reading, asked);
        sums.add(&reading, &cost);
        let object = Value::Object(attributes(pricing.provider, &reading, &cost));
        // One call is printed as any other response.
        match (sums.calls, first.take()) {
            (1, _) => first = Some(object),
            (_, Some(earlier)) => writeln!(out, "{earlier}\n{object}")?,
            (_, None) => writeln!(out, "{object}")?,
        }
    }
    match first {
        Some(only) if sums.unread == 0 => writeln!(out, "{only:#}")?,
        only => {
            if let Some(only) = only {
                writeln!(out, "{only}")?;
            }
            writeln!(out, "{}", Value::Object(sums.attributes()))?;
        }
    }
    out.flush()?;
    Ok(if sums.unread > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn read(kind: Kind, provider: &str, line: &[u8]) -> Option<(Api, Reading)> {
    match kind {
        Kind::Batch => {
            let reading = read_batch_line(provider, line)?.ok()?;
            Some((Api::of_response(provider, line), reading))
        }
        Kind::Realtime => {
            let api = Api::OpenAiRealtime;
            Some((api, read_body(api, line).ok()?))
        }
    }
}

/// The models of a realtime session, which the events of its turns do not name.
#[derive(Default)]
struct Session {
    model: Option<String>,
    /// What the user says is transcribed by another, at that one's price.
    transcription_model: Option<String>,
}

impl Session {
    /// Takes over what an event says of the session, and tells whether it is a transcription of what the user said.
    /// Source: <https://platform.openai.com/docs/api-reference/realtime-server-events>.
    fn learn(&mut self, line: &[u8], reading: &Reading) -> bool {
        if reading.model.is_some() {
            self.model.clone_from(&reading.model);
        }
        if !String::from_utf8_lossy(line).contains("transcription") {
            return false;
        }
        let event: Value = serde_json::from_slice(line).unwrap_or_default();
        // The second place is that of sessions before the API left its beta.
        let places = [
            "/session/audio/input/transcription/model",
            "/session/input_audio_transcription/model",
        ];
        let model = places.iter().find_map(|place| event.pointer(place)?.as_str());
        if let Some(model) = model {
            self.transcription_model = Some(model.to_owned());
        }
        let kind = event.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| kind.contains("input_audio_transcription"))
    }
}

/// The sums of the calls of a file.
#[derive(Default)]
struct Sums {
    calls: u64,
    unread: u64,
    failed: u64,
    /// Calls whose cost is not known, and which are not in the sum.
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
        // What failed without any usage costs nothing, and is no call of unknown cost.
        if reading.error.is_some() && reading.usage.is_empty() {
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
        if self.unread > 0 {
            set("unread_lines", json!(self.unread));
        }
        for (name, count) in counts(&self.usage) {
            set(&name, json!(count));
        }
        if self.has_cost {
            set(Attribute::UsageCost.name(), json!(self.cost.to_f64()));
        }
        // A sum is priced where every call is in it at a price of its own.
        let status = match (self.has_cost, self.unpriced + self.unread > 0 || self.is_estimated) {
            (false, _) => Status::Unpriced,
            (true, true) => Status::Estimated,
            (true, false) => Status::Priced,
        };
        set(own::COST_STATUS, json!(status.as_str()));
        attributes
    }
}
