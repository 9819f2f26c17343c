//! No command prints a control character of others' responses or price files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod hostile;

use std::fs;

use hostile::{MARK, assert_clean, assert_each, assert_shown, folder, hostile_texts, lines, run_in};
use serde_json::{Value, json};

#[test]
fn responses_are_shown_escaped() {
    for hostile in hostile_texts(4) {
        let usage = json!({"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11, &hostile: 3});
        let chat = json!({"id": &hostile, "object": "chat.completion", "model": &hostile, "service_tier": &hostile,
            "choices": [{"index": 0, "finish_reason": &hostile}], "usage": usage});
        let error = json!({"error": {"message": &hostile, "type": &hostile, "code": &hostile}});
        let batch = |id: &str| json!({"id": id, "custom_id": id, "response": {"status_code": 200, "body": chat}, "error": null});
        let unreadable = format!("{}\n{{\"custom_id\": \"{MARK}\n", batch(&hostile));
        let inputs = [
            chat.to_string(),
            format!("{chat:#}"),
            error.to_string(),
            lines(&[batch(&hostile), batch("b")]),
            unreadable,
            format!("data: {chat}\n\ndata: [DONE]\n\n"),
        ];
        for input in inputs {
            assert_each(&[&["usage", "--provider", "openai", "-"]], &input);
        }
        let other = format!("{hostile} is no response");
        let output = run_in(folder().path(), &["usage", "--provider", &hostile, "-"], &other);
        assert_shown(&output, "no response");
    }
}

/// Price files of both kinds with the text in every place, then invalid ones.
fn price_files(hostile: &str) -> Vec<(&'static str, String)> {
    let toml = |text: &str| Value::from(text).to_string();
    let text = toml(hostile);
    let own = json!({
        "models": [{"provider": hostile, "id": hostile, "prices": {"input_mtok": 1, "output_mtok": 2}}],
        "aliases": [{"name": hostile, "model": format!("{hostile}/{hostile}")}],
    });
    let feed = json!({"units": {}, "providers": [{"id": hostile, "name": hostile, "api_pattern": hostile,
        "models": [{"id": hostile, "name": hostile, "match": {"equals": hostile}, "prices": {"input_mtok": 1, "output_mtok": 2}},
            {"id": "broken", "match": {"regex": format!("({hostile}")}, "prices": {"input_mtok": 1}}]}]});
    vec![
        ("own.json", own.to_string()),
        ("feed.json", feed.to_string()),
        ("invalid.toml", format!("[[models]]\n{hostile} = 1\n")),
        (
            "key.json",
            json!({"models": [{"provider": "p", "id": "m", hostile: 1}]}).to_string(),
        ),
        (
            "value.json",
            json!({"models": [{"provider": "p", "id": "m", "free": hostile}]}).to_string(),
        ),
        (
            "price.json",
            json!({"models": [{"provider": "p", "id": "m", "prices": {"input_mtok": hostile}}]}).to_string(),
        ),
        (
            "unit.json",
            json!({"models": [{"provider": "p", "id": "m", "prices": {hostile: 1}}]}).to_string(),
        ),
        (
            "alias.json",
            format!("{{\"aliases\": [{{\"name\": {text}, \"model\": {text}}}]}}"),
        ),
        (
            "table.txt",
            format!("tracing-genai catalogue 1\nsource\t{hostile}\n[{hostile}]\n{hostile}\t=\tinput={hostile}\n"),
        ),
        (
            "table2.txt",
            format!("tracing-genai catalogue 1\nsource\t{hostile}\n[{hostile}]\n{hostile}\t=\tinput=1 output=2\n"),
        ),
    ]
}

#[test]
fn price_files_are_shown_escaped() {
    for hostile in hostile_texts(2) {
        let folder = folder();
        let mut shown = 0;
        for (name, content) in price_files(&hostile) {
            fs::write(folder.path().join(name), content).unwrap();
            let is_own = !name.starts_with("table") && !name.starts_with("feed");
            let flag = if is_own { "--prices" } else { "--feed" };
            let model = format!("{hostile}/{hostile}");
            let commands: [&[&str]; 9] = [
                &["catalog", "check", name],
                &["catalog", "diff", name],
                &["catalog", "diff", "--json", name],
                &["catalog", "list", flag, name, "--named", MARK],
                &["catalog", "list", flag, name, "--providers"],
                &["catalog", "list", flag, name, "--json"],
                &["catalog", "show", &model, flag, name],
                &[
                    "price",
                    "--provider",
                    &hostile,
                    "--model",
                    &hostile,
                    "--input-tokens",
                    "9",
                    "--explain",
                    flag,
                    name,
                ],
                &["compare", "--csv", "-", "--with", &model, "--cheapest", "3", flag, name],
            ];
            for arguments in commands {
                let case = format!("{arguments:?}");
                let output = run_in(folder.path(), arguments, "case,model,input_tokens\na,gpt-4o,3\n");
                for bytes in [&output.stdout, &output.stderr] {
                    assert_clean(bytes, "", &case);
                    shown += usize::from(String::from_utf8_lossy(bytes).contains(MARK));
                }
            }
        }
        assert!(shown > 40, "only {shown} outputs show a text of a price file");
    }
}
