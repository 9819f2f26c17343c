//! A stream gives the same reading for any split of its bytes.

use proptest::prelude::*;
use tracing_genai_usage::{Api, Reading, ResponseReader};

const CHAT: &str = concat!(
    ": comment\r\n\r\n",
    "data: {\"id\":\"c1\",\"model\":\"gpt-4o\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"é\"},\"finish_reason\":null}],\"usage\":null}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\\"usage\\\": 1\"},\"finish_reason\":null}],\"usage\":null}\r\n\r\n",
    "data: {\"choices\":[{\"index\":0,\ndata: \"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n",
    "event: x\ndata:{\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n",
    "data: [DONE]\n\n",
);

const MESSAGES: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"model\":\"claude-opus-5\",\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n",
    "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    "event: content_block_delta\r\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"hi\"}}\r\n\r\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":4}}\n\n",
);

fn read(api: Api, chunks: &[&[u8]]) -> Reading {
    let mut reader = ResponseReader::new(api);
    for chunk in chunks {
        reader.push(chunk);
    }
    reader.finish()
}

#[test]
fn a_split_at_any_byte_gives_the_same_reading() {
    for (api, text) in [(Api::OpenAiChat, CHAT), (Api::AnthropicMessages, MESSAGES)] {
        let whole = read(api, &[text.as_bytes()]);
        assert!(
            !whole.usage.is_empty() && whole.finish_reasons.len() == 1 && whole.skipped_events == 0,
            "{whole:?}"
        );
        for place in 0..=text.len() {
            let (head, tail) = text.as_bytes().split_at(place);
            assert_eq!(read(api, &[head, tail]), whole, "cut at {place}");
        }
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(read(api, &bytes), whole, "byte by byte");
    }
}

proptest! {
    #[test]
    fn any_number_of_splits_gives_the_same_reading(sizes in prop::collection::vec(1_usize..40, 1..80)) {
        let mut rest = CHAT.as_bytes();
        let mut chunks = Vec::new();
        for size in sizes {
            let (head, tail) = rest.split_at(size.min(rest.len()));
            chunks.push(head);
            rest = tail;
        }
        chunks.push(rest);
        prop_assert_eq!(read(Api::OpenAiChat, &chunks), read(Api::OpenAiChat, &[CHAT.as_bytes()]));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), place in 0_usize..400) {
        let (head, tail) = bytes.split_at(place.min(bytes.len()));
        for api in Api::all() {
            read(api, &[b"data: ", head, tail, b"\n\ndata: {\"usage\":", tail, b"\n\n"]);
        }
    }
}
