//! Bodies of requests, as clients send them.

/// Bodies below 64 KiB, with a name each: a short chat, a long one whose model comes last, many tools, texts to embed.
#[allow(dead_code, reason = "not every user reads all bodies")]
pub(crate) fn ordinary() -> [(&'static str, String); 4] {
    let question = "Which is the largest lake in Sweden, and which rivers flow into it? \\\"Vänern\\\"? ";
    let message = |role, times| format!(r#"{{"role":"{role}","content":"{}"}}"#, question.repeat(times));
    let turns = |turns: usize, times| {
        let pair = || [message("user", times), message("assistant", times)].join(",");
        (0..turns).map(|_| pair()).collect::<Vec<_>>().join(",")
    };
    let tools = (0..60).map(|number| {
        format!(
            r#"{{"type":"function","function":{{"name":"tool_{number}","description":"Finds a thing by its number.","parameters":{{"type":"object","properties":{{"number":{{"type":"integer","minimum":0}},"unit":{{"type":"string","enum":["m","km","mi"]}}}},"required":["number"]}}}}}}"#
        )
    });
    let tools = tools.collect::<Vec<_>>().join(",");
    let texts = vec![format!("\"{}\"", question.repeat(3)); 100].join(",");
    [
        (
            "a short chat",
            format!(
                r#"{{"model":"gpt-4o","stream":true,"temperature":0.5,"max_completion_tokens":64,"messages":[{}]}}"#,
                message("user", 1)
            ),
        ),
        (
            "a long chat",
            format!(
                r#"{{"messages":[{}],"model":"gpt-4o","stream":true,"stop":["END","STOP"],"temperature":0.5}}"#,
                turns(20, 12)
            ),
        ),
        (
            "many tools",
            format!(
                r#"{{"model":"claude-sonnet-4-5","max_tokens":1024,"tools":[{tools}],"messages":[{}]}}"#,
                turns(3, 2)
            ),
        ),
        (
            "texts to embed",
            format!(r#"{{"model":"text-embedding-3-small","dimensions":256,"input":[{texts}]}}"#),
        ),
    ]
}

/// Bodies of `bytes` bytes and more that were made to be slow or large to read, with a name each. The model of the JSON
/// ones is `m`, and comes last.
#[allow(dead_code, reason = "not every user reads all bodies")]
pub(crate) fn hostile(bytes: usize) -> Vec<(&'static str, Vec<u8>)> {
    let end = r#""model":"m"}"#;
    let of = |before: &str, part: &str, after: &str| {
        [before, &part.repeat(bytes / part.len() + 1), after, end]
            .concat()
            .into_bytes()
    };
    let levels = bytes / 2 + 1;
    let deep = [r#"{"messages":"#, &"[".repeat(levels), &"]".repeat(levels), ",", end]
        .concat()
        .into_bytes();
    vec![
        ("stop sequences", of(r#"{"stop":["#, r#""aaaaaaaa","#, r#""z"],"#)),
        ("empty stop sequences", of(r#"{"stop":["#, r#""","#, r#""z"],"#)),
        ("no stop sequences", of(r#"{"stop":["#, "{},", r#""z"],"#)),
        ("a long stop sequence", of(r#"{"stop":[""#, "a", r#""],"#)),
        ("stop again and again", of("{", r#""stop":["a"],"#, "")),
        ("nested lists", of(r#"{"messages":["#, "[],", "1],")),
        ("nested objects", of(r#"{"messages":["#, r#"{"a":{}},"#, "1],")),
        ("deep lists", deep),
        (
            "messages",
            of(r#"{"messages":["#, r#"{"role":"user","content":"Hi"},"#, "1],"),
        ),
        ("a long text", of(r#"{"messages":""#, "a", r#"","#)),
        ("escapes", of(r#"{"messages":""#, r"\\", r#"","#)),
        ("escapes in a model", of(r#"{"model":""#, r"\u0061", r#"","#)),
        ("quotes", of(r#"{"messages":["#, r#""","#, "1],")),
        ("spaces", of("{", " ", "")),
        ("commas", of("{", ",", "")),
        ("a long number", of(r#"{"max_tokens":1"#, "0", ",")),
        ("numbers", of(r#"{"input":["#, "0.25,", "1],")),
        ("names", of("{", r#""a":1,"#, "")),
        ("a long name", of(r#"{""#, "a", r#"":1,"#)),
        ("the same name", of("{", r#""n":2,"#, "")),
        ("models", of("{", r#""model":"x","#, "")),
        ("configurations", of("{", r#""options":{"seed":1},"#, "")),
        ("a long text to speak", of(r#"{"voice":"x","input":""#, "a", r#"","#)),
    ]
}

/// Multipart forms of `bytes` bytes and more, with the boundary `b` and a name each, that were made to be slow to read.
/// Their model is `m`, and comes last.
#[allow(dead_code, reason = "not every user reads all bodies")]
pub(crate) fn hostile_forms(bytes: usize) -> Vec<(&'static str, Vec<u8>)> {
    let end = "\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b--\r\n";
    let of = |part: &str| [&part.repeat(bytes / part.len() + 1), end].concat().into_bytes();
    vec![
        ("line ends", of("\r")),
        ("beginnings of boundaries", of("\r\n--")),
        ("longer boundaries", of("\r\n--bb")),
        ("padded boundaries", of("\r\n--b  ")),
        ("empty parts", of("\r\n--b\r\n\r\n")),
        ("long heads", of(&["\r\n--b\r\n", &";=\"".repeat(900)].concat())),
        (
            "heads of many lines",
            of(&["\r\n--b\r\n", &"\n".repeat(1000), "\r\n"].concat()),
        ),
        (
            "many parameters",
            of(&[
                "\r\n--b\r\nContent-Disposition: form-data",
                &";a=b".repeat(400),
                "\r\n\r\n",
            ]
            .concat()),
        ),
        (
            "files called model",
            of("\r\n--b\r\nContent-Disposition: form-data; name=\"model\"; filename=\"a\"\r\n\r\ngpt-5-pro"),
        ),
    ]
}

/// A multipart form of `bytes` bytes and more whose file is full of beginnings of the field's name; the model comes last.
#[allow(dead_code, reason = "not every user reads all bodies")]
pub(crate) fn hostile_form(bytes: usize) -> Vec<u8> {
    let part = "name=\"mode";
    let end = "\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b--\r\n";
    [&part.repeat(bytes / part.len() + 1), end].concat().into_bytes()
}
