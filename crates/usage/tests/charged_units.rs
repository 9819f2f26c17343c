//! Every unit that a response counts and its provider charges is read exactly once, and no other.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod all_readers;

use all_readers::{counts, read, stream};
use tracing_genai_usage::{Api, Reading, Unit};

/// A Responses body with these output items, and these fields before its usage.
fn response(items: &str, fields: &str) -> Reading {
    let text = format!(
        r#"{{"id":"resp_a","object":"response","status":"completed","model":"gpt-5.4",{fields}"output":[{items}],
            "usage":{{"input_tokens":700,"output_tokens":30,"total_tokens":730}}}}"#
    );
    read(Api::OpenAiResponses, &text)
}

fn tools(reading: &Reading) -> [Option<u64>; 3] {
    [Unit::WebSearches, Unit::StorageSearches, Unit::CodeExecutions].map(|unit| reading.usage.get(unit))
}

#[test]
fn web_searches_are_calls_with_a_search_action() {
    let call = |rest: &str| response(&format!(r#"{{"id":"ws","type":"web_search_call",{rest}}}"#), "");
    let searches = |rest: &str| call(rest).usage.get(Unit::WebSearches);
    let search = r#""status":"completed","action":{"type":"search","query":"tides"}"#;
    assert_eq!(searches(search), Some(1));
    // One call is one fee, with any number of queries.
    let queries = r#""status":"completed","action":{"type":"search","queries":["tides","moon","sun"]}"#;
    assert_eq!(searches(queries), Some(1));
    // Older models have no action.
    assert_eq!(searches(r#""status":"completed""#), Some(1));
    for page in ["open_page", "find_in_page", "find"] {
        let opened = format!(r#""status":"completed","action":{{"type":"{page}","url":"https://a.example"}}"#);
        assert_eq!(searches(&opened), None, "{page}");
    }
    assert_eq!(
        searches(r#""status":"failed","action":{"type":"search","query":"tides"}"#),
        None
    );
}

#[test]
fn each_tool_is_counted_in_its_charged_unit() {
    let search = r#"{"type":"web_search_call","status":"completed","action":{"type":"search"}}"#;
    let file = r#"{"type":"file_search_call","status":"completed","queries":["a","b"],"results":null}"#;
    let code = |container: &str| {
        format!(r#"{{"type":"code_interpreter_call","status":"completed","container_id":"{container}","code":"1"}}"#)
    };
    let message =
        r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"web_search_call"}]}"#;
    let items = [
        search.to_owned(),
        file.to_owned(),
        search.to_owned(),
        code("c1"),
        code("c1"),
        code("c2"),
        message.to_owned(),
    ];
    let reading = response(&items.join(","), "");
    // Two searches, one search of files, two containers.
    assert_eq!(tools(&reading), [Some(2), Some(1), Some(2)]);
    assert!(reading.unread.is_empty(), "{:?}", reading.unread);
    assert_eq!(tools(&response(message, "")), [None, None, None]);
}

#[test]
fn counts_of_the_usage_precede_the_items() {
    let search = r#"{"type":"web_search_call","status":"completed","action":{"type":"search"}}"#;
    let none = response(search, r#""tool_usage":{"web_search":{"num_requests":0}},"#);
    assert_eq!(none.usage.get(Unit::WebSearches), Some(0));
    let three = response(search, r#""tool_usage":{"web_search":{"num_requests":3}},"#);
    assert_eq!(three.usage.get(Unit::WebSearches), Some(3));
    let other = response(
        search,
        r#""tool_usage":{"image_gen":{"input_tokens":0,"total_tokens":0}},"#,
    );
    assert_eq!((tools(&other)[0], other.unread.len()), (Some(1), 0));
    // Tokens of the image model are another model's, and are not added to these.
    let images = response(
        "",
        r#""tool_usage":{"image_gen":{"output_tokens":272,"total_tokens":272}},"#,
    );
    assert_eq!(images.usage.get(Unit::OutputTokens), Some(30));
    assert!(!images.unread.is_empty());
}

#[test]
fn client_side_tool_calls_are_free_and_unknown_ones_unread() {
    for kind in [
        "function_call",
        "custom_tool_call",
        "computer_call",
        "local_shell_call",
        "mcp_call",
    ] {
        let reading = response(&format!(r#"{{"type":"{kind}","status":"completed"}}"#), "");
        assert!(reading.unread.is_empty(), "{kind}: {:?}", reading.unread);
    }
    for kind in ["shell_call", "image_generation_call", "teleport_call"] {
        let reading = response(&format!(r#"{{"type":"{kind}","status":"completed"}}"#), "");
        assert_eq!(reading.unread, [format!("output[].{kind}")]);
    }
    let listed = response(r#"{"type":"mcp_list_tools","tools":[]}"#, "");
    assert!(listed.unread.is_empty());
}

#[test]
fn searches_by_the_preview_tool_have_their_own_type() {
    let search = r#"{"type":"web_search_call","status":"completed"}"#;
    let with = |tool: &str, items| response(items, &format!(r#""tools":[{{"type":"{tool}"}}],"#)).search_type;
    assert_eq!(with("web_search_preview", search).as_deref(), Some("preview"));
    assert_eq!(
        with("web_search_preview_2025_03_11", search).as_deref(),
        Some("preview")
    );
    assert_eq!(with("web_search", search), None);
    assert_eq!(with("web_search_preview", ""), None, "offered, and not used");
}

#[test]
fn a_stream_of_the_responses_api_is_counted_once() {
    let done = r#"{"type":"response.completed","response":{"id":"r","object":"response","status":"completed","model":"gpt-5.4",
        "output":[{"type":"web_search_call","status":"completed","action":{"type":"search"}}],
        "usage":{"input_tokens":9,"output_tokens":4}}}"#
        .replace('\n', " ");
    let text = stream(&[
        r#"{"type":"response.created","response":{"id":"r","object":"response","status":"in_progress","model":"gpt-5.4","output":[],"usage":null}}"#,
        r#"{"type":"response.output_item.added","item":{"type":"web_search_call","status":"in_progress"}}"#,
        r#"{"type":"response.web_search_call.completed","item_id":"ws"}"#,
        r#"{"type":"response.output_item.done","item":{"type":"web_search_call","status":"completed","action":{"type":"search"}}}"#,
        &done,
    ]);
    let reading = read(Api::OpenAiResponses, &text);
    assert_eq!(
        counts(&reading),
        [("input_tokens", 9), ("output_tokens", 4), ("web_searches", 1)]
    );
}

#[test]
fn xai_tool_calls_are_counted_instead_of_their_sources() {
    let usage = |rest: &str| {
        read(
            Api::OpenAiResponses,
            &format!(
                r#"{{"object":"response","model":"grok-4.3","output":[],"usage":{{"input_tokens":9,"output_tokens":4,{rest}}}}}"#
            ),
        )
    };
    let details = r#""server_side_tool_usage_details":{"web_search_calls":2,"x_search_calls":3,"code_interpreter_calls":1,"mcp_calls":5}"#;
    let sources = |count: u64| {
        usage(&format!(
            r#"{details},"num_sources_used":{count},"num_server_side_tools_used":11"#
        ))
    };
    let units = [Unit::WebSearches, Unit::SocialSearches, Unit::CodeExecutions];
    // Calls are charged, not their results: https://docs.x.ai/docs/models, "Tools pricing".
    for count in [0, 7] {
        let reading = sources(count);
        assert_eq!(units.map(|unit| reading.usage.get(unit)), [Some(2), Some(3), Some(1)]);
        assert!(reading.unread.is_empty(), "{:?}", reading.unread);
    }
    let without_calls = usage(r#""num_sources_used":7"#);
    assert_eq!(without_calls.usage.get(Unit::WebSearches), Some(7));
    // A fetched post has a fee without a unit.
    let fetched = usage(r#""server_side_tool_usage_details":{"x_search_calls":1,"x_posts_fetched":40}"#);
    assert_eq!(fetched.unread, ["server_side_tool_usage_details.x_posts_fetched"]);
}

#[test]
fn xai_sources_are_counted_in_chat() {
    let chat = |sources: &str| {
        read(
            Api::XaiChat,
            &format!(
                r#"{{"object":"chat.completion","model":"grok-3","usage":{{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"num_sources_used":{sources}}}}}"#
            ),
        )
    };
    assert_eq!(chat("7").usage.get(Unit::WebSearches), Some(7));
    assert_eq!(chat("0").usage.get(Unit::WebSearches), None);
    assert_eq!(chat("null").usage.get(Unit::WebSearches), None);
    assert_eq!(chat("\"7\"").invalid, Some("usage.server_tool_use"));
}

#[test]
fn rerankers_count_searches_or_tokens_in_both_versions() {
    let results = r#""results":[{"index":1,"relevance_score":0.93},{"index":0,"relevance_score":0.1}]"#;
    let second = format!(
        r#"{{"id":"q","{}"#,
        &format!(r#"{results},"meta":{{"api_version":{{"version":"2"}},"billed_units":{{"search_units":3}}}}}}"#)[1..]
    );
    assert_eq!(counts(&read(Api::Rerank, &second)), [("rerank_searches", 3)]);
    let first = second
        .replace("\"2\"", "\"1\",\"is_deprecated\":false")
        .replace(":3}", ":3.0}");
    assert_eq!(counts(&read(Api::Rerank, &first)), [("rerank_searches", 3)]);
    let half = second.replace(":3}", ":2.5}");
    assert!(
        read(Api::Rerank, &half).invalid.is_some(),
        "half a search is not a count"
    );
    for usage in [
        r#"{"total_tokens":260}"#,
        r#"{"prompt_tokens":260,"total_tokens":260}"#,
        r#"{"prompt_tokens":260}"#,
    ] {
        let body = format!(
            r#"{{"object":"list","data":[{{"relevance_score":0.9,"index":0}}],"model":"rerank-2.5","usage":{usage}}}"#
        );
        let reading = read(Api::Rerank, &body);
        assert_eq!(
            counts(&reading),
            [("input_tokens", 260), ("output_tokens", 0)],
            "{usage}"
        );
        assert_eq!(Api::of_response("voyageai", body.as_bytes()), Api::Rerank);
    }
    assert_eq!(Api::of_response("cohere", second.as_bytes()), Api::Rerank);
    let other = r#"{"meta":{"billed_units":{"search_units":1,"classifications":4}}}"#;
    assert_eq!(read(Api::Rerank, other).unread.len(), 1);
}

#[test]
fn cohere_images_are_counted_by_their_tokens() {
    let embed = |billed: &str| {
        read(
            Api::Cohere,
            &format!(r#"{{"id":"e","embeddings":{{}},"meta":{{"billed_units":{billed}}}}}"#),
        )
    };
    let both = embed(r#"{"input_tokens":12,"image_tokens":340,"images":1}"#);
    assert_eq!(counts(&both), [("input_tokens", 352), ("input_image_tokens", 340)]);
    assert!(both.unread.is_empty());
    // Older models are charged by the image, which has no unit.
    assert_eq!(
        embed(r#"{"input_tokens":12,"images":1}"#).unread,
        ["billed_units.images"]
    );
}

#[test]
fn voyage_pixels_stay_unread() {
    let embed = |usage: &str| {
        let text = format!(r#"{{"object":"list","model":"voyage-multimodal-3","data":[],"usage":{usage}}}"#);
        read(Api::OpenAiEmbeddings, &text)
    };
    let text = embed(r#"{"text_tokens":40,"image_pixels":0,"total_tokens":40}"#);
    assert_eq!((counts(&text), text.unread.len()), (vec![("input_tokens", 40)], 0));
    let image = embed(r#"{"text_tokens":40,"image_pixels":560000,"total_tokens":1040}"#);
    assert_eq!(image.unread, ["image_pixels"]);
}

#[test]
fn documents_are_counted_by_pages_and_annotated_pages() {
    let ocr = |fields: &str| {
        counts(&read(
            Api::MistralOcr,
            &format!(r#"{{"pages":[],"model":"mistral-ocr-latest",{fields}}}"#),
        ))
    };
    let pages = |all, annotated: u64| {
        vec![
            ("input_document_pages", all),
            ("input_annotated_document_pages", annotated),
        ]
    };
    let plain = vec![("input_document_pages", 12)];
    assert_eq!(
        ocr(r#""document_annotation":null,"usage_info":{"pages_processed":12,"doc_size_bytes":99}"#),
        plain
    );
    assert_eq!(
        ocr(r#""usage_info":{"pages_processed":12,"pages_processed_annotation":0}"#),
        plain
    );
    assert_eq!(
        ocr(r#""usage_info":{"pages_processed":12,"pages_processed_annotation":8}"#),
        pages(12, 8)
    );
    assert_eq!(
        ocr(r#""usage_info":{"pages_processed":0,"pages_processed_annotation":8}"#),
        pages(8, 8)
    );
    assert_eq!(
        ocr(r#""document_annotation":"{}","usage_info":{"pages_processed":12}"#),
        pages(12, 12)
    );
    assert!(ocr(r#""usage_info":{"doc_size_bytes":99}"#).is_empty());
}

#[test]
fn speech_is_counted_by_characters_or_by_tokens() {
    let spoken = stream(&[
        r#"{"type":"speech.audio.delta","audio":"AAAA"}"#,
        r#"{"type":"speech.audio.done","usage":{"input_tokens":14,"output_tokens":101,"total_tokens":115}}"#,
    ]);
    let tokens = [
        ("input_tokens", 14),
        ("output_tokens", 101),
        ("output_audio_tokens", 101),
    ];
    assert_eq!(counts(&read(Api::Speech, &spoken)), tokens);
    let within = spoken
        .replace(r#","usage":"#, r#","data":{"usage":"#)
        .replace("115}", "115}}");
    assert_eq!(counts(&read(Api::Speech, &within)), tokens);
    let minimax = r#"{"data":{"audio":"00","status":2},"extra_info":{"audio_length":9900,"audio_size":160323,"bitrate":128000,
        "word_count":52,"usage_characters":78,"audio_channel":1},"base_resp":{"status_code":0,"status_msg":"success"}}"#;
    let reading = read(Api::Speech, minimax);
    assert_eq!(
        (counts(&reading), reading.unread.len()),
        (vec![("input_characters", 78)], 0)
    );
    assert_eq!(Api::of_response("minimax", minimax.as_bytes()), Api::Speech);
}

#[test]
fn vertex_predictions_are_summed() {
    let text = r#"{"predictions":[{"embeddings":{"values":[0.5,0.25],"statistics":{"truncated":false,"token_count":6}}},
        {"embeddings":{"values":[0.5],"statistics":{"token_count":9}}},{"embeddings":{"values":[]}}]}"#;
    assert_eq!(counts(&read(Api::VertexPredict, text)), [("input_tokens", 15)]);
    assert_eq!(Api::of_response("gcp.vertex_ai", text.as_bytes()), Api::VertexPredict);
    let images = r#"{"predictions":[{"bytesBase64Encoded":"AA==","mimeType":"image/png"}]}"#;
    assert!(read(Api::VertexPredict, images).usage.is_empty());
}

#[test]
fn realtime_turns_count_each_modality_with_its_cached_part() {
    let turn = |usage: &str| {
        read(
            Api::OpenAiRealtime,
            &format!(
                r#"{{"type":"response.done","response":{{"object":"realtime.response","id":"r","status":"completed","usage":{usage}}}}}"#
            ),
        )
    };
    let reading = turn(
        r#"{"total_tokens":1300,"input_tokens":1000,"output_tokens":300,"input_token_details":{"text_tokens":400,"audio_tokens":600,
            "cached_tokens":512,"cached_tokens_details":{"text_tokens":192,"audio_tokens":320}},
            "output_token_details":{"text_tokens":60,"audio_tokens":240}}"#,
    );
    let expected = [
        ("input_tokens", 1000),
        ("output_tokens", 300),
        ("cache_read_tokens", 512),
        ("input_text_tokens", 400),
        ("output_text_tokens", 60),
        ("cache_text_read_tokens", 192),
        ("input_audio_tokens", 600),
        ("output_audio_tokens", 240),
        ("cache_audio_read_tokens", 320),
    ];
    assert_eq!((counts(&reading), reading.unread.len()), (expected.to_vec(), 0));
    let older = turn(
        r#"{"input_tokens":10,"output_tokens":3,"input_token_details":{"text_tokens":4,"audio_tokens":6,"cached_tokens":5}}"#,
    );
    assert_eq!(older.usage.get(Unit::CacheReadTokens), Some(5));
    assert_eq!(older.usage.get(Unit::CacheTextReadTokens), None);
    assert!(turn("null").usage.is_empty());
    let xai = r#"{"type":"response.done","response":{"id":"r","object":"realtime.response","status":"completed","usage":{}},
        "usage":{"input_tokens":20,"input_token_details":{"text_tokens":20,"grok_tokens":4},"output_tokens":150,
        "output_audio_seconds":4.5,"billable_audio_seconds":5}}"#;
    let xai = read(Api::OpenAiRealtime, xai);
    assert_eq!(xai.usage.get(Unit::OutputTokens), Some(150));
    // The cumulative seconds of the session are not a count of this turn.
    assert_eq!(
        (xai.usage.get(Unit::AudioSeconds), &xai.unread[..]),
        (None, &["billable_audio_seconds".to_owned()][..])
    );
    let heard = r#"{"type":"conversation.item.input_audio_transcription.completed","transcript":"hi","usage":{"type":"duration","seconds":2.4}}"#;
    assert_eq!(counts(&read(Api::OpenAiRealtime, heard)), [("audio_seconds", 3)]);
}
