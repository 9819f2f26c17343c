//! Chunks with only content, as sent by providers.

use tracing_genai_usage::{Api, ResponseReader};

/// A chunk, and the preceding events of its kind.
pub(crate) struct Chunk {
    pub(crate) of: &'static str,
    pub(crate) api: Api,
    pub(crate) first: &'static str,
    pub(crate) idle: &'static str,
    #[allow(dead_code, reason = "for those who measure")]
    pub(crate) is_limited: bool,
}

/// Pieces of content, one per chunk: consecutive chunks differ.
const PIECES: [&str; 4] = [" lake", " is", " the\\n", " Vänern, which"];

impl Chunk {
    /// The chunk with each piece of content in turn.
    pub(crate) fn idle(&self) -> [Vec<u8>; 4] {
        PIECES.map(|piece| self.idle.replace(" lake", piece).into_bytes())
    }

    /// A reader after the preceding events.
    pub(crate) fn opened(&self, reader: impl Fn(Api) -> ResponseReader) -> ResponseReader {
        let mut reader = reader(self.api);
        reader.push(self.first.as_bytes());
        for chunk in self.idle() {
            reader.push(&chunk);
        }
        reader
    }
}

pub(crate) const CHUNKS: &[Chunk] = &[
    Chunk {
        of: "chat completions",
        api: Api::OpenAiChat,
        first: "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}],\"usage\":null}\n\n",
        idle: "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-4o-2024-08-06\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_44709d6fcb\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" lake\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n",
        is_limited: true,
    },
    Chunk {
        of: "responses",
        api: Api::OpenAiResponses,
        first: "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\",\"model\":\"gpt-5\",\"status\":\"in_progress\"}}\n\n",
        idle: "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"item_id\":\"msg_68af\",\"output_index\":0,\"content_index\":0,\"delta\":\" lake\",\"sequence_number\":7,\"obfuscation\":\"Nq2m8vZsd\"}\n\n",
        is_limited: true,
    },
    Chunk {
        of: "messages",
        api: Api::AnthropicMessages,
        first: "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":\"claude-opus-5\",\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n",
        idle: "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" lake\"}}\n\n",
        is_limited: true,
    },
    Chunk {
        of: "lines of JSON",
        api: Api::Ollama,
        first: "{\"model\":\"qwen3:4b\",\"created_at\":\"2026-08-17T15:57:12.772341Z\",\"message\":{\"role\":\"assistant\",\"content\":\"Hm\"},\"done\":false}\n",
        idle: "{\"model\":\"qwen3:4b\",\"created_at\":\"2026-08-17T15:57:12.784722Z\",\"message\":{\"role\":\"assistant\",\"content\":\" lake\"},\"done\":false}\n",
        is_limited: false,
    },
];
