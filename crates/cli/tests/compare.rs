//! `tracing-genai compare`, run as a process.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod command;

use std::{
    fs,
    process::{Command, Output},
};

use command::{run, stderr, stdout};
use serde_json::Value;

const CALLS: &str = "case,provider,model,timestamp,input_tokens,cache_read,output_tokens\n\
    plain,openai,gpt-4o,2026-11-20T12:00:00Z,1200,0,350\n\
    cached,openai,gpt-4o,2026-11-20T12:00:00Z,10240,8192,640\n\
    long,openai,gpt-4.1,2026-11-20T12:00:00Z,250000,0,1000\n\
    unknown,openai,acme-1,2026-11-20T12:00:00Z,1200,0,350\n\
    impossible,openai,gpt-4o,2026-11-20T12:00:00Z,500,8192,300\n";

fn compare(calls: &str, arguments: &[&str]) -> Output {
    run(&[&["compare"], arguments].concat(), calls)
}

fn rows(output: &Output) -> Vec<Vec<String>> {
    assert!(output.status.success(), "{}", stderr(output));
    let mut reader = csv::Reader::from_reader(&*output.stdout);
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

fn row<'r>(rows: &'r [Vec<String>], case: &str, model: &str) -> &'r [String] {
    let row = rows.iter().find(|row| row[0] == case && row[1] == model);
    &row.unwrap_or_else(|| panic!("no {case} on {model} in {rows:?}"))[2..]
}

#[test]
fn each_call_and_their_total_are_compared_exactly() {
    let output = compare(
        CALLS,
        &[
            "--csv",
            "-",
            "--with",
            "openai/gpt-4o-mini",
            "--with",
            "anthropic/claude-haiku-4-5",
            "--format",
            "csv",
        ],
    );
    let rows = rows(&output);
    let mini = |case| row(&rows, case, "openai/gpt-4o-mini");

    // 1,200 at 0.15 and 350 at 0.6 USD a million; the call itself at 2.5 and 10.
    assert_eq!(
        mini("plain"),
        ["1", "estimated", "0.00039", "0.0065", "-0.00611", "same_tokens_assumed"]
    );
    // 2,048 at 0.15, 8,192 at 0.075 and 640 at 0.6; the call itself at 2.5, 1.25 and 10.
    assert_eq!(
        mini("cached"),
        [
            "1",
            "estimated",
            "0.0013056",
            "0.02176",
            "-0.0204544",
            "same_tokens_assumed;cache_assumed"
        ]
    );
    // 250,000 at 0.15 and 1,000 at 0.6; the call itself at 2 and 8. The window holds 128,000.
    assert_eq!(
        mini("long"),
        [
            "1",
            "estimated",
            "0.0381",
            "0.508",
            "-0.4699",
            "same_tokens_assumed;context_exceeded"
        ]
    );
    // Calls without a cost are not compared; contradictory usage is inconsistent on every model.
    assert_eq!(mini("unknown")[1..5], ["estimated", "0.00039", "", ""]);
    assert_eq!(mini("impossible")[1..], ["inconsistent", "", "", "", "negative_part"]);

    assert_eq!(
        mini("total"),
        [
            "3",
            "estimated",
            "0.0397956",
            "0.53626",
            "-0.4964644",
            "same_tokens_assumed;cache_assumed;context_exceeded"
        ]
    );
    // 0.00295, 0.0060672 and 0.255, at 1, 0.1 and 5 USD a million.
    assert_eq!(row(&rows, "total", "anthropic/claude-haiku-4-5")[2], "0.2640172");
}

#[test]
fn the_text_has_excluded_calls_and_assumptions() {
    let text = stdout(&compare(CALLS, &["--csv", "-", "--with", "openai/gpt-4o-mini"]));
    for part in [
        "openai/gpt-4o-mini: 0.0397956 USD (-0.4964644, -92.6 %) instead of 0.53626 USD, over 3 of 5 calls",
        "excluded: 2 calls without a cost",
        "assumed for 3 calls: same_tokens_assumed: ",
        "assumed for 1 call (!): context_exceeded: ",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    assert!(
        text.lines()
            .any(|line| line.starts_with("long") && line.ends_with("0.0381!")),
        "{text}"
    );
}

#[test]
fn the_cheapest_models_that_fit_every_call_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let feed = folder.path().join("ours.txt");
    // A provider that is not in the embedded catalogue.
    let lines = "[ours]\nsmall\t=\tinput=0.1 output=0.1\t#1000\nmiddle\t=\tinput=0.2 output=0.2\t#1000000\n\
                 large\t=\tinput=0.3 output=0.3\t#1000000\ngift\t=\tinput=0 output=0\t#1000000\n\
                 old\t=\tinput=0.1 output=0.1\t#1000000\t#deprecated\nembedder\t=\tinput=0.1\n";
    fs::write(&feed, format!("tracing-genai catalogue 1\nsource\tours 1\n{lines}")).unwrap();
    let ask = |more: &[&str]| {
        let feed = feed.to_str().unwrap();
        let fixed = [
            "--csv",
            "-",
            "--cheapest",
            "9",
            "--among",
            "ours",
            "--format",
            "csv",
            "--feed",
            feed,
        ];
        let rows = rows(&compare(CALLS, &[&fixed, more].concat()));
        let named: Vec<_> = rows.iter().map(|row| format!("{} {}", row[1], row[4])).collect();
        named
    };
    // 261,440 input tokens and 1,990 output tokens, without the unknown call.
    assert_eq!(ask(&[]), ["ours/middle 0.052686", "ours/large 0.079029"]);
    assert_eq!(ask(&["--named", "lar"]), ["ours/large 0.079029"]);
    assert_eq!(
        ask(&["--include-free", "--include-deprecated"])[..2],
        ["ours/gift 0", "ours/old 0.026343"]
    );
    assert!(ask(&["--min-context", "2000000"]).is_empty());
}

#[test]
fn the_demos_spans_are_compared_by_their_own_costs() {
    let folder = tempfile::tempdir().unwrap();
    let spans = folder.path().join("demo.jsonl");
    let spans = spans.to_str().unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_tracing-genai"))
        .args(["demo", "--out", spans])
        .output()
        .unwrap();
    assert!(demo.status.success(), "{}", stderr(&demo));
    let total = stdout(&demo);
    let total = total.lines().find_map(|line| line.strip_prefix("total ")).unwrap();
    let total = total.split(' ').next().unwrap();

    let output = compare(
        "",
        &["--otlp", spans, "--with", "openai/gpt-4o-mini", "--format", "json"],
    );
    let lines: Vec<Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // Four calls with a cost, one failed, one of an unknown model.
    let (end, calls) = lines.split_last().unwrap();
    assert_eq!((calls.len(), &end["calls"]), (6, &6.into()));
    let end = &end["totals"][0];
    assert_eq!((&end["calls"], &end["called_usd"]), (&4.into(), &total.into()));
    let unknown = calls
        .iter()
        .find(|call| call["called"] == "openai/acme-support-1")
        .unwrap();
    assert_eq!(
        (&unknown["status"], &unknown["cost_usd"]),
        (&"unpriced".into(), &Value::Null)
    );
    assert_eq!(unknown["estimates"][0]["status"], "estimated");
    assert!(unknown["estimates"][0]["context_window"].is_u64());
}

#[test]
fn unreadable_rows_are_reported_and_the_rest_is_compared() {
    let calls = format!("{CALLS}broken,openai,gpt-4o,never,1,0,1\n");
    let output = compare(&calls, &["--csv", "-", "--with", "openai/gpt-4o-mini"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("standard input: line 7: timestamp: `never`"),
        "{output:?}"
    );
    assert!(stdout(&output).contains("over 3 of 5 calls"), "{output:?}");

    let output = compare("{}\n", &["--otlp", "-", "--with", "openai/gpt-4o-mini"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("line 1: not an OTLP JSON request"),
        "{output:?}"
    );
}

#[test]
fn a_file_without_calls_is_a_failure() {
    let header = CALLS.lines().next().unwrap();
    let telemetry = r#"{"resourceSpans":[{"scopeSpans":[]}]}"#;
    for (calls, kind) in [(header, "--csv"), ("", "--otlp"), (telemetry, "--otlp")] {
        for others in [&["--with", "openai/gpt-4o-mini"], &["--cheapest", "1"]] {
            let output = compare(calls, &[&[kind, "-"], &others[..]].concat());
            assert_eq!(output.status.code(), Some(1), "{calls}");
            assert_eq!(stderr(&output), "nothing was compared: no model call was found\n");
        }
    }
}

#[test]
fn unknown_models_and_providers_are_rejected() {
    let unknown = compare(CALLS, &["--csv", "-", "--with", "openai/gpt-99"]);
    assert_eq!((unknown.status.code(), &*stdout(&unknown)), (Some(1), ""));
    assert!(
        stderr(&unknown).contains("--with openai/gpt-99: no such model"),
        "{unknown:?}"
    );
    let missing = compare("", &["--csv", "nowhere.csv", "--with", "openai/gpt-4o-mini"]);
    assert_eq!((missing.status.code(), &*stdout(&missing)), (Some(1), ""));
    assert!(stderr(&missing).contains("cannot read nowhere.csv"), "{missing:?}");
    let unknown = compare(CALLS, &["--csv", "-", "--cheapest", "3", "--among", "opneai"]);
    assert!(
        stderr(&unknown).contains("--among opneai: no such provider"),
        "{unknown:?}"
    );
    for wrong in [
        &["--csv", "-"][..],
        &["--with", "openai/gpt-4o"],
        &["--csv", "-", "--otlp", "-", "--with", "openai/gpt-4o"],
        &["--csv", "-", "--with", "gpt-4o"],
        &["--csv", "-", "--with", "openai/gpt-4o", "--among", "openai"],
    ] {
        assert_eq!(compare(CALLS, wrong).status.code(), Some(2), "{wrong:?}");
    }
}
