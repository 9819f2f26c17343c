//! Any bytes, split anywhere, are read without a panic, and the filter by keys gives the same reading as a full parse.
//!
//! The first byte selects the API, the second the split. Run by `cargo xtask test --only fuzz`, starting from the files
//! in `seeds/response`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tracing_genai_usage::{Api, Reading, RequestReader, ResponseReader, read_body, read_request};

fuzz_target!(|bytes: &[u8]| {
    let [choice, cut, bytes @ ..] = bytes else { return };
    let apis: Vec<_> = Api::all().collect();
    let api = apis[usize::from(*choice) % apis.len()];
    let whole = read(ResponseReader::parsing_everything(api), bytes.chunks(usize::MAX));
    assert_eq!(read(ResponseReader::new(api), bytes.chunks(usize::MAX)), whole);
    assert_eq!(read(ResponseReader::new(api), bytes.chunks(1)), whole, "byte by byte");
    assert_eq!(read(ResponseReader::new(api), bytes.chunks(usize::from(*cut).max(1))), whole, "in parts of {cut}");
    let events = bytes.split_inclusive(|byte| *byte == b'\n');
    assert_eq!(read(ResponseReader::new(api), events), whole, "line by line");
    let _ = read_body(api, bytes);
    let _ = Api::of_response("openai", bytes);
    let request = read_request(bytes);
    for content_type in [None, Some("multipart/form-data; boundary=b")] {
        let mut reader = RequestReader::new(content_type);
        bytes.chunks(usize::from(*cut).max(1)).for_each(|part| reader.push(part));
        let split = reader.finish();
        assert!(content_type.is_some() || split == request, "a request in parts of {cut}");
    }
    assert!(request.max_tokens.is_none_or(|most| most <= tracing_genai_usage::MAX_COUNT));
});

fn read<'a>(mut reader: ResponseReader, parts: impl Iterator<Item = &'a [u8]>) -> Reading {
    for part in parts {
        reader.push(part);
    }
    let mut reading = reader.finish();
    // Only a full parse detects content that is not JSON.
    reading.skipped_events = 0;
    reading
}
