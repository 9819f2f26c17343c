//! Converts content blocks of providers and SDKs to the conventions' message parts.

use serde_json::{Map, Value};

use tracing_genai_message::Part;

/// The parts of a message's content: a text, a block, or a list of either.
pub(super) fn parts(content: Value) -> Vec<Part> {
    match content {
        Value::Null => Vec::new(),
        Value::Array(blocks) => blocks.into_iter().map(part).collect(),
        other => vec![part(other)],
    }
}

/// The list of blocks that a text holds; `None` for other JSON and text.
pub(super) fn list_of_blocks(text: &str) -> Option<Value> {
    if !text.starts_with("[{") {
        return None;
    }
    let list: Value = serde_json::from_str(text).ok()?;
    let is_block = |block: &Value| {
        ["type", "text", "toolUse", "toolResult", "image"]
            .iter()
            .any(|name| block.get(*name).is_some())
    };
    list.as_array()?.iter().all(is_block).then_some(list)
}

fn part(block: Value) -> Part {
    let mut block = match block {
        Value::String(text) => return Part::text(text),
        Value::Object(block) => block,
        other => return Part::other(other),
    };
    let kind = block.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    known_part(&kind, &mut block).unwrap_or_else(|| Part::other(block))
}

fn known_part(kind: &str, block: &mut Map<String, Value>) -> Option<Part> {
    match kind {
        // Parts of the conventions; kinds not listed here are kept too.
        "text" | "reasoning" if text_of(block, &["content"]).is_some() => None,
        "text" | "input_text" | "output_text" => Some(Part::text(text_of(block, &["text"])?)),
        "thinking" | "reasoning" => Some(Part::reasoning(text_of(block, &["thinking", "text", "reasoning"])?)),
        // OpenAI.
        "image_url" => media("image", None, &nested(block, "image_url", "url")?),
        "input_image" => media("image", None, text_of(block, &["image_url"])?),
        "input_audio" => {
            let audio = block.get("input_audio")?;
            let format = audio.get("format").and_then(Value::as_str)?;
            let mime = ["audio/", format].concat();
            Some(Part::blob("audio", Some(&mime), audio.get("data")?.as_str()?))
        }
        "refusal" => Some(Part::text(text_of(block, &["refusal"])?)),
        // Anthropic; older images of the Vercel SDK hold their data in `image`.
        "image" => image(block),
        "tool_use" => Some(call(block, &["id"], &["name"], &["input"])),
        "tool_result" => Some(response(block, &["tool_use_id"], &["content"])),
        // The Vercel SDK.
        "tool-call" => Some(call(block, &["toolCallId"], &["toolName"], &["input", "args"])),
        "tool-result" => {
            // Since version 5 the output is an object with a type and a value.
            let value = block
                .get_mut("output")
                .and_then(|output| output.get_mut("value"))
                .map(Value::take);
            if let Some(value) = value {
                block.insert("output".to_owned(), value);
            }
            Some(response(block, &["toolCallId"], &["output", "result"]))
        }
        "file" => {
            let mime = text_of(block, &["mediaType", "mimeType", "mime_type"]).map(str::to_owned);
            let modality = modality_of(mime.as_deref());
            match (text_of(block, &["data"]), nested(block, "file", "file_id")) {
                (Some(data), _) => media(modality, mime.as_deref(), data),
                (None, Some(id)) => Some(Part::file(modality, id)),
                (None, None) => Some(Part::file(modality, text_of(block, &["file_id"])?)),
            }
        }
        // Bedrock's blocks have no type; their only member names it.
        "" => {
            if let Some(text) = text_of(block, &["text"]) {
                return Some(Part::text(text));
            }
            if let Some(Value::Object(mut call_of)) = block.remove("toolUse") {
                return Some(call(&mut call_of, &["toolUseId"], &["name"], &["input"]));
            }
            let Some(Value::Object(mut result)) = block.remove("toolResult") else {
                return None;
            };
            Some(response(&mut result, &["toolUseId"], &["content"]))
        }
        _ => None,
    }
}

fn image(block: &Map<String, Value>) -> Option<Part> {
    if let Some(data) = text_of(block, &["image"]) {
        return media("image", text_of(block, &["mimeType", "mediaType"]), data);
    }
    if let Some(url) = text_of(block, &["image_url"]) {
        return media("image", None, url);
    }
    let source = block.get("source")?;
    let text = |name: &str| source.get(name).and_then(Value::as_str);
    match text("data") {
        Some(data) => Some(Part::blob("image", text("media_type"), data)),
        None => media("image", None, text("url")?),
    }
}

/// A part from a data URL, a URL or base64 data.
pub(super) fn media(modality: &str, mime: Option<&str>, place: &str) -> Option<Part> {
    if let Some(data) = place.strip_prefix("data:") {
        let (kind, data) = data.split_once(',')?;
        let kind = kind.split(';').next().filter(|kind| !kind.is_empty());
        return Some(Part::blob(modality, mime.or(kind), data));
    }
    if place.contains("://") {
        return Some(Part::uri(modality, place));
    }
    Some(Part::blob(modality, mime, place))
}

fn modality_of(mime: Option<&str>) -> &'static str {
    match mime.and_then(|mime| mime.split('/').next()) {
        Some("image") => "image",
        Some("audio") => "audio",
        Some("video") => "video",
        _ => "document",
    }
}

pub(super) fn call(block: &mut Map<String, Value>, ids: &[&str], names: &[&str], arguments: &[&str]) -> Part {
    let arguments = arguments
        .iter()
        .find_map(|name| block.remove(*name))
        .unwrap_or(Value::Null);
    Part::tool_call(
        text_of(block, ids),
        text_of(block, names).unwrap_or_default(),
        arguments,
    )
}

fn response(block: &mut Map<String, Value>, ids: &[&str], results: &[&str]) -> Part {
    let result = results
        .iter()
        .find_map(|name| block.remove(*name))
        .unwrap_or(Value::Null);
    Part::tool_call_response(text_of(block, ids), result)
}

fn text_of<'b>(block: &'b Map<String, Value>, names: &[&str]) -> Option<&'b str> {
    names.iter().find_map(|name| block.get(*name).and_then(Value::as_str))
}

fn nested(block: &Map<String, Value>, outer: &str, inner: &str) -> Option<String> {
    let text = block.get(outer)?.get(inner)?.as_str()?;
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use tracing_genai_message::Message;

    fn read(content: Value) -> Value {
        let mut message = Message::of("user");
        for part in parts(content) {
            message = message.with(part);
        }
        message.to_value()["parts"].clone()
    }

    #[test]
    fn blocks_of_every_provider_become_parts() {
        for (block, part) in [
            (json!("hi"), json!({"type": "text", "content": "hi"})),
            (
                json!({"type": "input_text", "text": "hi"}),
                json!({"type": "text", "content": "hi"}),
            ),
            (json!({"text": "hi"}), json!({"type": "text", "content": "hi"})),
            (
                json!({"type": "thinking", "thinking": "hm"}),
                json!({"type": "reasoning", "content": "hm"}),
            ),
            (
                json!({"type": "image_url", "image_url": {"url": "https://x/y.png"}}),
                json!({"type": "uri", "modality": "image", "uri": "https://x/y.png"}),
            ),
            (
                json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}),
                json!({"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGk="}),
            ),
            (
                json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}),
                json!({"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGk="}),
            ),
            (
                json!({"type": "image", "image": "aGk=", "mimeType": "image/png"}),
                json!({"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGk="}),
            ),
            (
                json!({"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}}),
                json!({"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "aGk="}),
            ),
            (
                json!({"type": "file", "file": {"file_id": "file-1"}}),
                json!({"type": "file", "modality": "document", "file_id": "file-1"}),
            ),
            (
                json!({"type": "file", "mediaType": "application/pdf", "data": "https://x/y.pdf"}),
                json!({"type": "uri", "modality": "document", "uri": "https://x/y.pdf"}),
            ),
            (
                json!({"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}),
                json!({"type": "tool_call", "id": "t", "name": "f", "arguments": {"a": 1}}),
            ),
            (
                json!({"type": "tool_result", "tool_use_id": "t", "content": "ok"}),
                json!({"type": "tool_call_response", "id": "t", "response": "ok"}),
            ),
            (
                json!({"type": "tool-call", "toolCallId": "t", "toolName": "f", "args": "{\"a\":1}"}),
                json!({"type": "tool_call", "id": "t", "name": "f", "arguments": {"a": 1}}),
            ),
            (
                json!({"type": "tool-result", "toolCallId": "t", "output": {"type": "json", "value": {"t": 21}}}),
                json!({"type": "tool_call_response", "id": "t", "response": {"t": 21}}),
            ),
            (
                json!({"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}),
                json!({"type": "tool_call", "id": "t", "name": "f", "arguments": {}}),
            ),
            (
                json!({"toolResult": {"toolUseId": "t", "content": [{"text": "ok"}]}}),
                json!({"type": "tool_call_response", "id": "t", "response": [{"text": "ok"}]}),
            ),
            (
                json!({"type": "guard_content", "x": 1}),
                json!({"type": "guard_content", "x": 1}),
            ),
            (
                json!({"type": "tool_call", "id": "t", "name": "f", "arguments": {}}),
                json!({"type": "tool_call", "id": "t", "name": "f", "arguments": {}}),
            ),
        ] {
            assert_eq!(read(block.clone()), json!([part]), "{block}");
        }
    }

    #[test]
    fn json_text_without_blocks_is_not_a_list_of_blocks() {
        assert!(list_of_blocks(r#"[{"type":"text","text":"hi"}]"#).is_some());
        for text in ["hi", "[1, 2]", r#"[{"name":"x"}]"#, "[{broken", "{}"] {
            assert_eq!(list_of_blocks(text), None, "{text}");
        }
    }
}
