//! Reads a response whole, split at every byte, byte by byte, and with every event parsed: all readings must be equal.

#![allow(dead_code, reason = "each test uses what it needs")]
#![allow(clippy::missing_panics_doc, reason = "a test may panic")]

use tracing_genai_usage::{Api, Reading, ResponseReader};

/// Texts up to this length are split at every byte, longer ones at every seventh.
const CUT_EVERYWHERE: usize = 1_500;

/// The reading of `text`, equal for all ways of reading it.
pub(crate) fn read(api: Api, text: &str) -> Reading {
    let whole = of_chunks(ResponseReader::new(api), &[text.as_bytes()]);
    let everything = of_chunks(ResponseReader::parsing_everything(api), &[text.as_bytes()]);
    assert_eq!(whole, everything, "the filter omits a part of {text}");
    let step = if text.len() > CUT_EVERYWHERE { 7 } else { 1 };
    for place in (0..text.len()).step_by(step) {
        let (head, tail) = text.as_bytes().split_at(place);
        let cut = of_chunks(ResponseReader::new(api), &[head, tail]);
        assert_eq!(cut, whole, "cut at {place} of {text}");
    }
    let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
    assert_eq!(
        of_chunks(ResponseReader::new(api), &bytes),
        whole,
        "byte by byte: {text}"
    );
    if text.starts_with('{') {
        // After an event without information, an event is parsed only if it has a relevant key.
        let events = stream(&["{}", &text.replace('\n', " ")]);
        let filtered = of_chunks(ResponseReader::new(api), &[events.as_bytes()]);
        let everything = of_chunks(ResponseReader::parsing_everything(api), &[events.as_bytes()]);
        assert_eq!(filtered, everything, "the filter omits an event of {events}");
    }
    whole
}

/// The events of a stream, each with its JSON.
pub(crate) fn stream(events: &[&str]) -> String {
    events.iter().flat_map(|json| ["data: ", json, "\n\n"]).collect()
}

/// The counts by name, in the order of the units.
pub(crate) fn counts(reading: &Reading) -> Vec<(&'static str, u64)> {
    reading.usage.iter().map(|(unit, count)| (unit.name(), count)).collect()
}

fn of_chunks(mut reader: ResponseReader, chunks: &[&[u8]]) -> Reading {
    for chunk in chunks {
        reader.push(chunk);
    }
    reader.finish()
}
