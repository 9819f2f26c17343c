//! The parameters of a request are found in any body, at a bounded cost in work and memory.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "../benches/bodies/mod.rs"]
mod bodies;

use allocation_counter::measure;
use proptest::prelude::*;
use serde_json::{Value, json};
use tracing_genai_usage::{Request, RequestReader, read_request};

/// As [`RequestReader::push_slice`] documents: the bytes of texts, and of anything else, that one slice reads.
const MOST_TEXT: usize = 256 << 10;
const MOST_ELSE: usize = 32 << 10;
const FORM: &str = "multipart/form-data; boundary=b";

/// The longest slice of a body in bytes, and its request.
fn in_slices(body: &[u8], content_type: Option<&str>) -> (usize, Request) {
    let mut reader = RequestReader::new(content_type);
    let (mut rest, mut longest) = (body, 0);
    while !rest.is_empty() && !reader.is_done() {
        let read = reader.push_slice(rest);
        assert!(read > 0, "a slice makes progress");
        longest = longest.max(read);
        rest = &rest[read..];
    }
    (longest, reader.finish())
}

#[test]
fn a_slice_of_a_hostile_body_is_bounded_and_its_last_field_is_found() {
    for (of, body) in bodies::hostile(4 << 20) {
        let (longest, request) = in_slices(&body, None);
        let is_text = of.contains("long text") || of.contains("long name") || of.contains("a long stop");
        let most = if is_text { MOST_TEXT } else { 2 * MOST_ELSE };
        assert!(longest <= most, "{of}: a slice of {longest} bytes");
        assert_eq!(request.model.as_deref(), Some("m"), "{of}");
    }
    let (longest, request) = in_slices(&bodies::hostile_form(4 << 20), Some(FORM));
    assert!(longest <= MOST_TEXT, "a form: a slice of {longest} bytes");
    assert_eq!(request.model.as_deref(), Some("m"), "a form");
    for (of, form) in bodies::hostile_forms(1 << 20) {
        let (longest, request) = in_slices(&form, Some(FORM));
        assert!(longest <= MOST_TEXT, "{of}: a slice of {longest} bytes");
        assert_eq!(request.model.as_deref(), Some("m"), "{of}");
    }
}

/// What a form with these parts, of the boundary `b`, asks for.
fn model_of_form(parts: &[&str], content_type: &str) -> Option<String> {
    let parts = parts.iter().flat_map(|part| ["--b\r\n", part, "\r\n"]);
    let form = parts.chain(["--b--\r\n"]).collect::<String>();
    let whole = in_slices(form.as_bytes(), Some(content_type)).1;
    for step in 1..30 {
        let mut reader = RequestReader::new(Some(content_type));
        form.as_bytes().chunks(step).for_each(|part| reader.push(part));
        assert_eq!(reader.finish(), whole, "{form:?} in steps of {step}");
    }
    whole.model
}

#[test]
fn the_model_of_a_form_is_its_field_of_that_name_only() {
    let field = "Content-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1";
    let bait = "name=\"model\"\r\n\r\ngpt-5-pro\r\n";
    let other = |name: &str| format!("Content-Disposition: form-data; {name}\r\n\r\nthe patient has cancer");
    let file = "name=\"file\"; filename=\"model\"";
    let prompt = format!("Content-Disposition: form-data; name=\"prompt\"\r\n\r\n{bait}");
    let head_within = format!("Content-Disposition: form-data; name=\"prompt\"\r\n\r\n\r\n{field}");
    for before in [
        other(file),
        other("name=file; filename=model"),
        other("name=\"file\"; x-name=\"model\""),
        other("name=\"file\"; filename=\"a; name=model\""),
        other("name=\"file\"; filename=\"\\\"; name=\\\"model\\\"\""),
        other("name=\"model\"; filename=\"a.txt\""),
        other("name=\"model[]\""),
        other("name=\"my model\""),
        format!("X-{field}"),
        format!("Content-Type: text/plain; name=\"model\"\r\n\r\n{bait}"),
        "Content-Disposition: attachment; name=\"model\"\r\n\r\ngpt-5-pro".to_owned(),
        prompt,
        head_within,
        format!("Content-Disposition: form-data; name=\"prompt\"\r\n\r\n--b{bait}\r\n--bb\r\n{field}"),
        format!("{}: x\r\n{field}", "x".repeat(5000)),
        String::new(),
    ] {
        assert_eq!(model_of_form(&[&before], FORM), None, "{before}");
        let found = model_of_form(&[&before, field], FORM);
        assert_eq!(found.as_deref(), Some("whisper-1"), "{before}");
    }
}

#[test]
fn a_form_may_be_written_in_all_ways_of_its_standard() {
    let field = "Content-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1";
    for content_type in [
        FORM,
        "Multipart/Form-Data; boundary=b",
        " multipart/form-data;charset=utf-8;Boundary=\"b\"",
        "MULTIPART/FORM-DATA ; boundary = b ; x=y",
    ] {
        let found = model_of_form(&[field], content_type);
        assert_eq!(found.as_deref(), Some("whisper-1"), "{content_type}");
    }
    for field in [
        "content-disposition:form-data;name=model\r\n\r\nwhisper-1",
        "Content-Type: text/plain\r\nCONTENT-DISPOSITION: Form-Data ; NAME = \"model\"\r\n\r\nwhisper-1",
        "Content-Disposition: form-data; name=model\r\nContent-Type: text/plain\r\n\r\n whisper-1\r\n",
    ] {
        assert_eq!(model_of_form(&[field], FORM).as_deref(), Some("whisper-1"), "{field}");
    }
    for content_type in [
        "multipart/form-data",
        "multipart/mixed; boundary=b",
        "multipart/form-data-x; boundary=b",
    ] {
        assert_eq!(model_of_form(&[field], content_type), None, "{content_type}");
    }
    let padded = "--b \t\r\nContent-Disposition: form-data; name=model\r\n\r\nm\r\n--b--";
    let (_, request) = in_slices(padded.as_bytes(), Some(FORM));
    assert_eq!(request.model.as_deref(), Some("m"));
}

#[test]
fn a_model_of_a_form_that_is_long_cut_off_or_no_text_is_unknown() {
    let head = "--b\r\nContent-Disposition: form-data; name=model\r\n\r\n";
    let long = "m".repeat(2000);
    for rest in [
        "",
        "gpt",
        "gpt-4o\r\n--",
        "\r\n--b--",
        "--b--",
        "gpt-4o\r\n--bb\r\n--b--",
        &format!("{long}\r\n--b--"),
    ] {
        let (_, request) = in_slices([head, rest].concat().as_bytes(), Some(FORM));
        assert_eq!(request, Request::default(), "{rest}");
    }
    let invalid = [head.as_bytes(), b"\xff\r\n--b--"].concat();
    assert_eq!(in_slices(&invalid, Some(FORM)).1, Request::default());
}

#[test]
fn reading_a_hostile_body_takes_little_memory() {
    for (of, body) in bodies::hostile(4 << 20) {
        let allocated = measure(|| drop(read_request(&body)));
        assert!(allocated.bytes_max < 16 << 10, "{of}: {} bytes", allocated.bytes_max);
    }
    let form = bodies::hostile_form(4 << 20);
    let allocated = measure(|| drop(in_slices(&form, Some(FORM))));
    assert!(allocated.bytes_max < 16 << 10, "a form: {} bytes", allocated.bytes_max);
    for (of, form) in bodies::hostile_forms(1 << 20) {
        let allocated = measure(|| drop(in_slices(&form, Some(FORM))));
        assert!(allocated.bytes_max < 16 << 10, "{of}: {} bytes", allocated.bytes_max);
    }
}

#[test]
fn ordinary_bodies_are_read_in_one_slice() {
    for (of, body) in bodies::ordinary() {
        let mut reader = RequestReader::new(None);
        assert_eq!(reader.push_slice(body.as_bytes()), body.len(), "{of}");
        assert_eq!(
            reader.finish().model,
            whole(&body)["model"].as_str().map(str::to_owned),
            "{of}"
        );
    }
}

#[test]
fn what_lies_beyond_the_bound_of_a_body_is_unknown() {
    let levels = 20 << 20;
    let body = [
        br#"{"temperature":0.5,"messages":"#.as_slice(),
        &b"[".repeat(levels),
        &b"]".repeat(levels),
        br#","model":"m"}"#,
    ]
    .concat();
    let mut reader = RequestReader::new(None);
    reader.push(&body);
    assert!(reader.is_done() && reader.is_cut());
    let request = reader.finish();
    assert_eq!((request.model, request.temperature), (None, Some(0.5)));
}

#[test]
fn long_lists_are_cut_after_whole_texts() {
    let stop = |texts: &[String]| read_request(json!({"stop": texts, "model": "m"}).to_string().as_bytes());
    let many: Vec<_> = (0..100).map(|number| number.to_string()).collect();
    let request = stop(&many);
    assert_eq!(request.stop_sequences, many[..64]);
    assert_eq!(request.model.as_deref(), Some("m"));
    let long = vec!["x".repeat(1000); 9];
    let request = stop(&long);
    assert_eq!(request.stop_sequences, long[..4]);
    assert_eq!(request.model.as_deref(), Some("m"));
}

#[test]
fn a_value_too_long_to_keep_is_unknown_rather_than_cut() {
    let long = "x".repeat(5000);
    let body = json!({"model": long, "service_tier": long, "temperature": 0.5}).to_string();
    let request = read_request(body.as_bytes());
    assert_eq!(
        (request.model, request.service_tier, request.temperature),
        (None, None, Some(0.5))
    );
}

#[test]
fn of_a_name_given_twice_the_last_value_is_read() {
    let request = read_request(br#"{"model":"a","stream":false,"stop":["a"],"model":"b","stream":true,"stop":"b"}"#);
    assert_eq!((request.model.as_deref(), request.stream), (Some("b"), Some(true)));
    assert_eq!(request.stop_sequences, ["b"]);
}

#[test]
fn a_cut_off_or_invalid_body_is_read_up_to_its_fault() {
    for rest in [
        "",
        ",",
        ",\"n\"",
        ",\"n\":",
        ",\"stop\":[\"a\"",
        ":1}",
        ",\"messages\":[{\"role\":\"us",
        "]}",
        ",1}",
    ] {
        let body = format!(r#"{{"model":"m","temperature":0.5{rest}"#);
        let request = read_request(body.as_bytes());
        assert_eq!(request.model.as_deref(), Some("m"), "{body}");
        assert!(request.stop_sequences.is_empty() && request.choices.is_none(), "{body}");
    }
}

#[test]
fn names_and_values_may_have_escapes() {
    let request = read_request(br#"{"m\u006Fdel":"gpt\u002d4o","st\"op":"a","stop":["\"","\\"]}"#);
    assert_eq!(request.model.as_deref(), Some("gpt-4o"));
    assert_eq!(request.stop_sequences, ["\"", "\\"]);
}

#[test]
fn whole_numbers_may_be_written_in_all_ways_of_json() {
    for (json, number) in [
        ("1000", Some(1000)),
        ("1e3", Some(1000)),
        ("1E+3", Some(1000)),
        ("1.5e3", Some(1500)),
        ("1000.0", Some(1000)),
        ("100000e-2", Some(1000)),
        ("0e999999999999", Some(0)),
        ("0.001e3", Some(1)),
        ("-0", Some(0)),
        ("1e16", None),
        ("1e999999999999", None),
        ("1e-999999999999", None),
        ("1.5", None),
        ("15e-1", None),
        ("-1", None),
        ("-1e3", None),
        ("\"1000\"", None),
        ("9007199254740993", None),
    ] {
        let request = read_request(format!(r#"{{"max_tokens":{json},"n":{json},"seed":7}}"#).as_bytes());
        assert_eq!((request.max_tokens, request.choices), (number, number), "{json}");
        assert_eq!(request.seed, Some(7), "{json}");
    }
    for (json, seed) in [
        ("-1", Some(-1)),
        ("-2e3", Some(-2000)),
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("-1.5", None),
        ("null", None),
    ] {
        let request = read_request(format!(r#"{{"seed":{json},"n":2}}"#).as_bytes());
        assert_eq!((request.seed, request.choices), (seed, Some(2)), "{json}");
    }
}

fn whole(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

/// Any JSON, of names and texts that look like those of requests.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![Just("model".to_owned()), Just("\\\"}],{[:".to_owned()), any::<String>()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..100_u64).prop_map(Value::from),
        (-2.0..2.0).prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let members = proptest::collection::hash_map(text.clone(), inner.clone(), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Value::from),
            members.prop_map(Value::from_iter),
        ]
    })
}

/// A body with some parameters, each of any JSON or of its own type.
fn any_body() -> impl Strategy<Value = Value> {
    let texts = proptest::collection::vec(any::<String>(), 0..4);
    let value = prop_oneof![
        any_json(),
        texts.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        (0..100_u64).prop_map(Value::from),
    ];
    let names = ["model", "stream", "temperature", "top_k", "stop", "messages", "x"].map(str::to_owned);
    proptest::collection::hash_map(proptest::sample::select(names.to_vec()), value, 0..7).prop_map(Value::from_iter)
}

/// What a full parse says about a body.
fn expected(body: &Value) -> Request {
    let mut request = Request::default();
    request.model = body["model"].as_str().map(str::to_owned);
    request.stream = body["stream"].as_bool();
    request.temperature = body["temperature"].as_f64();
    request.top_k = body["top_k"]
        .as_u64()
        .filter(|count| *count <= tracing_genai_usage::MAX_COUNT);
    request.stop_sequences = match &body["stop"] {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => {
            let texts: Option<Vec<_>> = list.iter().map(|text| text.as_str().map(str::to_owned)).collect();
            texts.unwrap_or_default()
        }
        _ => Vec::new(),
    };
    request
}

proptest! {
    #[test]
    fn any_body_in_any_split_gives_what_a_full_parse_gives(body in any_body(), step in 1..40_usize, spaced in any::<bool>()) {
        let text = if spaced { serde_json::to_string_pretty(&body) } else { serde_json::to_string(&body) }.unwrap();
        let body = whole(&text);
        let mut request = read_request(text.as_bytes());
        // A whole float is a count for gateways that write all numbers as floats; the full parse does not know it.
        if body["top_k"].is_f64() {
            request.top_k = None;
        }
        prop_assert_eq!(&request, &expected(&body));
        let mut reader = RequestReader::new(None);
        text.as_bytes().chunks(step).for_each(|part| reader.push(part));
        let mut split = reader.finish();
        if body["top_k"].is_f64() {
            split.top_k = None;
        }
        prop_assert_eq!(split, request);
    }
}
