//! `tracing-genai catalog`, run as a process.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod command;
#[path = "../../xtask/src/shared_data.rs"]
mod shared_data;

use std::{fs, path::Path, process::Output};

use command::{run, stderr, stdout};
use serde_json::Value;

fn catalog(arguments: &[&str]) -> Output {
    run(&[&["catalog"], arguments].concat(), "")
}

/// A file and its temporary folder.
fn file(name: &str, text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

const OWN: &str = "[[models]]\nprovider = 'openai'\nid = 'ft:acme'\nprices = { input_mtok = 3, output_mtok = 12 }\n\
    [[aliases]]\nprovider = 'azure'\nname = 'prod-chat'\nmodel = 'azure/gpt-4o'\n\
    [[fixed]]\nprovider = 'openai'\nmodel = 'gpt-4'\nprices = { output_mtok = 50 }\n\
    [[multipliers]]\nprovider = 'azure'\nfactor = 0.8\n";

#[test]
fn models_are_listed_with_prices_and_counted() {
    let text = stdout(&catalog(&["list", "--provider", "openai", "--named", "gpt-4o-mini"]));
    let line = text
        .lines()
        .find(|line| line.starts_with("openai/gpt-4o-mini "))
        .unwrap();
    let cells: Vec<_> = line.split_whitespace().take(6).collect();
    assert_eq!(cells, ["openai/gpt-4o-mini", "128000", "0.15", "0.075", "-", "0.6"]);
    assert!(text.contains("models of genai-prices 0.2.3"), "{text}");

    let all = stdout(&catalog(&["list"]));
    let last = all.lines().next_back().unwrap();
    assert!(last.starts_with("2330 models of genai-prices 0.2.3, "), "{last}");
    let overlay = stdout(&catalog(&["list", "--overlay", "--provider", "anthropic"]));
    let geo = overlay
        .lines()
        .find(|line| line.contains("inference_geo=us *1.1"))
        .unwrap();
    let cells: Vec<_> = geo.split('\t').collect();
    assert_eq!(cells.len(), 4, "model, addition, source and date");
    assert!(overlay.ends_with("rows of the overlay\n"), "{overlay}");
    let providers = stdout(&catalog(&["list", "--providers"]));
    assert_eq!(providers.lines().count(), 47);
    let objects = stdout(&catalog(&["list", "--provider", "anthropic", "--json"]));
    assert!(
        objects
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).unwrap()["provider"] == "anthropic")
    );
}

#[test]
fn a_model_is_shown_with_all_prices_by_any_name() {
    let text = stdout(&catalog(&["show", "anthropic/claude-opus-4-6-20260205"]));
    for part in [
        "anthropic/claude-opus-4-6\n",
        "input_tokens per 1000000               5; above 200000 input tokens 10 USD\n",
        "input_tokens per 1000000               5 USD  @2026-03-13\n",
        "output_tokens per 1000000              12.5 USD  processing=batch @2026-10-14\n",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    let (_folder, own) = file("prices.toml", OWN);
    let text = stdout(&catalog(&["show", "azure/prod-chat", "--prices", &own]));
    assert!(text.starts_with("openai/gpt-4o\n"), "{text}");
    assert!(text.contains("alias          prod-chat\n"), "{text}");
    assert!(text.contains("multiplier     0.8,"), "{text}");

    let unknown = catalog(&["show", "openai/gpt-99"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("openai/gpt-99: no such model"), "{unknown:?}");
}

#[test]
fn a_users_file_is_checked_and_compared() {
    let (_folder, own) = file("prices.toml", OWN);
    let checked = catalog(&["check", &own]);
    assert!(
        stdout(&checked).contains("valid user's price file with prices of 2 models"),
        "{checked:?}"
    );

    let diff = stdout(&catalog(&["diff", &own]));
    for part in [
        "+ openai/ft:acme\n    input_tokens per 1000000             3 USD\n",
        "~ openai/gpt-4\n",
        "    output_tokens per 1000000            60 to 50 USD\n",
        ": 1 models added, 0 removed, 1 changed\naliases and multipliers are not shown",
    ] {
        assert!(diff.contains(part), "no `{part}` in\n{diff}");
    }
    // Compared with itself, it has no changes.
    let same = stdout(&catalog(&["diff", &own, "--prices", &own]));
    assert!(same.contains(": 0 models added, 0 removed, 0 changed\n"), "{same}");
}

#[test]
fn invalid_files_are_rejected_with_line_and_reason() {
    for (name, text, problem) in [
        (
            "a.toml",
            "[[models]]\nprovider = 'x'\nid = 'm'\nprices = { input_mtok = -1 }\n",
            "a.toml:4: ",
        ),
        (
            "b.toml",
            "[[aliases]]\nname = 'x'\nmodel = 'openai/gpt-99'\n",
            "b.toml:1: `openai` has no model `gpt-99`",
        ),
        ("c.json", "{\n\"models\": [\n", "c.json:"),
        (
            "d.json",
            "[{\"id\": \"p\",\n\"models\": [{\"id\": \"m\"}]}]",
            "d.json:2: ",
        ),
        (
            "e.txt",
            "tracing-genai catalogue 1\n[p]\nm\t=\tinput=1e308\n",
            "e.txt:3: ",
        ),
        (
            "f.txt",
            "tracing-genai catalogue 1\n[openai]\nm\t=\tinput=1\n",
            "1 providers where the one in use has 47",
        ),
    ] {
        let (_folder, path) = file(name, text);
        let refused = catalog(&["check", &path]);
        assert_eq!((refused.status.code(), &*stdout(&refused)), (Some(1), ""), "{name}");
        assert!(stderr(&refused).contains(problem), "{name}: {}", stderr(&refused));
    }
}

#[test]
fn a_newer_table_is_checked_and_compared_with_the_current_one() {
    let embedded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pricing/data/catalogue.txt");
    let embedded = fs::read_to_string(embedded).unwrap();
    let line = embedded.lines().find(|line| line.starts_with("gpt-4-turbo\t")).unwrap();
    let newer = embedded.replace(line, &line.replace("input=10 output=30", "input=9 output=30"));
    assert_ne!(newer, embedded);
    let (_folder, newer) = file("newer.txt", &newer);

    let checked = catalog(&["check", &newer]);
    assert!(
        stdout(&checked).contains("valid price table with prices of 2330 models"),
        "{checked:?}"
    );
    let diff = stdout(&catalog(&["diff", &newer]));
    assert!(
        diff.contains("~ openai/gpt-4-turbo\n    input_tokens per 1000000             10 to 9 USD\n"),
        "{diff}"
    );
    let object = stdout(&catalog(&["diff", &newer, "--json"]));
    let object: Value = serde_json::from_str(object.lines().next().unwrap()).unwrap();
    assert_eq!(object["after"]["prices"][0]["usd"], "9");
}

#[test]
fn the_table_of_genai_prices_is_valid() {
    let Some(table) = shared_data::path("TRACING_GENAI_PRICES") else {
        return;
    };
    let table = table.to_str().unwrap().to_owned();
    let checked = catalog(&["check", &table]);
    assert!(stdout(&checked).contains("with prices of 2330 models"), "{checked:?}");
    let diff = stdout(&catalog(&["diff", &table]));
    assert!(diff.ends_with(": 0 models added, 0 removed, 0 changed\n"), "{diff}");
}

#[test]
fn price_files_may_begin_with_a_byte_order_mark_and_not_be_utf_16() {
    let (_folder, path) = file("own.toml", &format!("\u{feff}{OWN}"));
    assert!(catalog(&["check", &path]).status.success());
    let bytes: Vec<u8> = format!("\u{feff}{OWN}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(&path, bytes).unwrap();
    for arguments in [
        &["check", &path][..],
        &["diff", &path],
        &["list", "--prices", &path],
        &["list", "--feed", &path],
    ] {
        let output = catalog(arguments);
        assert_eq!(stderr(&output), format!("error: {path} is UTF-16; save it as UTF-8\n"));
        assert_eq!(output.status.code(), Some(1));
    }
}
