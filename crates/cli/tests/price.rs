//! `tracing-genai price`, run as a process.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod command;
#[path = "../../xtask/src/shared_data.rs"]
mod shared_data;

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Output, Stdio},
};

use command::{run, stderr, stdout};
use serde_json::Value;
use tracing_genai_pricing::Usd;

fn price(arguments: &[&str]) -> Output {
    price_table("", arguments)
}

/// Runs the command with a table on standard input.
fn price_table(table: &str, arguments: &[&str]) -> Output {
    run(&[&["price"], arguments].concat(), table)
}

/// Gemini's API uses resource names; genai-prices does not match them, LiteLLM strips the prefix. The pricing crate's
/// test of this table has the same exception.
fn differs_on_purpose(provider: &str, model: &str) -> bool {
    provider == "gcp.gemini" && model.starts_with("models/")
}

#[test]
fn every_row_of_the_golden_table_has_the_expected_cost() {
    let Some(path) = shared_data::path("TRACING_GENAI_GOLDEN") else {
        return;
    };
    let output = price(&["--csv", path.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let mut priced = csv::Reader::from_reader(&*output.stdout);
    assert_eq!(priced.headers().unwrap(), vec!["case", "status", "cost_usd"]);
    let priced: Vec<_> = priced.records().map(Result::unwrap).collect();

    let mut golden = csv::Reader::from_path(path).unwrap();
    let headers = golden.headers().unwrap().clone();
    let golden: Vec<_> = golden.records().map(Result::unwrap).collect();
    assert_eq!(priced.len(), golden.len());
    let mut wrong = Vec::new();
    for (priced, golden) in priced.iter().zip(&golden) {
        let field = |name: &str| &golden[headers.iter().position(|header| header == name).unwrap()];
        let expected = field(if differs_on_purpose(field("provider"), field("model")) {
            "expected_usd_litellm"
        } else {
            "expected_usd_genai_prices"
        });
        assert_eq!(&priced[0], field("case"));
        let is_right = match expected {
            "unknown" => (&priced[1], &priced[2]) == ("unpriced", ""),
            "invalid-usage" => (&priced[1], &priced[2]) == ("inconsistent", ""),
            amount => priced[2].parse::<Usd>() == Ok(amount.parse().unwrap()),
        };
        if !is_right {
            wrong.push(format!("{priced:?}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_call_from_flags_has_a_status_and_an_exact_amount() {
    let output = price(&[
        "--provider",
        "openai",
        "--model",
        "gpt-4o-2024-08-06",
        "--input-tokens",
        "10240",
        "--cache-read",
        "8192",
        "--output-tokens",
        "640",
        "--at",
        "2026-11-20",
    ]);

    // 2,048 at 2.50, 8,192 at 1.25 and 640 at 10 dollars a million.
    assert_eq!(stdout(&output), "priced 0.02176 USD\n");
    assert!(output.status.success());
}

#[test]
fn an_unknown_cost_has_a_reason_and_exit_code_0() {
    let output = price(&["--provider", "openai", "--model", "acme-1", "--input-tokens", "5"]);

    assert!(
        stdout(&output).starts_with("unpriced unknown\n  unknown_model: "),
        "{output:?}"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_price_depends_on_the_time_with_its_offset() {
    let at = |time: &str| {
        let output = price(&[
            "--provider",
            "anthropic",
            "--model",
            "claude-opus-4-6",
            "--input-tokens",
            "250000",
            "--output-tokens",
            "2000",
            "--at",
            time,
        ]);
        stdout(&output).trim().to_owned()
    };
    // Until 2026-03-13, 10 and 37.50 dollars a million above 200,000 input tokens; since then 5 and 25.
    assert_eq!(at("2026-03-12T23:59:59Z"), "priced 2.575 USD");
    assert_eq!(at("2026-03-13"), "priced 1.3 USD");
    assert_eq!(at("2026-03-13T01:59:59+02:00"), "priced 2.575 USD");
}

#[test]
fn counts_include_the_cache_by_default() {
    let status = |counts: &[&str]| {
        let flags = [
            "--provider",
            "anthropic",
            "--model",
            "claude-haiku-4-5",
            "--input-tokens",
            "100",
            "--cache-read",
            "1000",
            "--output-tokens",
            "10",
            "--at",
            "2026-11-20",
        ];
        let output = price(&[&flags, counts].concat());
        stdout(&output).lines().next().unwrap().to_owned()
    };
    assert_eq!(status(&[]), "inconsistent unknown");
    // 100 at 1, 1,000 at 0.10 and 10 at 5 dollars a million.
    assert_eq!(status(&["--counts", "exclusive"]), "priced 0.00025 USD");
    assert_eq!(status(&["--counts", "auto"]), "estimated 0.00025 USD");
}

#[test]
fn any_unit_can_be_counted() {
    let searched = price(&[
        "--provider",
        "openai",
        "--model",
        "gpt-4o",
        "--input-tokens",
        "1200",
        "--output-tokens",
        "350",
        "--unit",
        "web_searches=3",
        "--at",
        "2026-11-20",
    ]);
    // 0.0065 for the tokens, and 3 searches at 10 dollars a thousand.
    assert_eq!(stdout(&searched), "priced 0.0365 USD\n");

    let unknown = price(&["--model", "gpt-4o", "--unit", "wishes=3"]);
    assert!(stderr(&unknown).contains("no unit is called `wishes`"), "{unknown:?}");
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn an_explanation_names_parts_price_tier_variant_and_catalogue() {
    let output = price(&[
        "--provider",
        "anthropic",
        "--model",
        "claude-sonnet-4-5-20250929",
        "--input-tokens",
        "300000",
        "--output-tokens",
        "1000",
        "--processing",
        "batch",
        "--at",
        "2026-11-20",
        "--explain",
    ]);
    let text = stdout(&output);
    let fact = |name: &str| {
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{name} ")));
        let line = line.unwrap_or_else(|| panic!("no {name} in\n{text}"));
        line.trim_start()[name.len()..].trim().to_owned()
    };

    // Half of 6 and 22.50 dollars a million, which hold above 200,000 tokens of input.
    assert!(text.starts_with("priced 0.91125 USD\n"), "{text}");
    assert_eq!((&*fact("input_usd"), &*fact("output_usd")), ("0.9", "0.01125"));
    assert_eq!(
        (&*fact("provider"), &*fact("model")),
        ("anthropic", "claude-sonnet-4-5")
    );
    assert_eq!(
        (&*fact("tier_start"), &*fact("variant")),
        ("200000", "processing=batch")
    );
    assert_eq!(
        (&*fact("layer"), &*fact("catalogue")),
        ("embedded", "genai-prices 0.2.3")
    );
    assert!(
        fact("rates").contains("input_tokens 3 per 1000000; output_tokens 11.25 per 1000000"),
        "{text}"
    );
    assert_eq!(fact("catalogue_sha256").len(), 64);
}

#[test]
fn json_has_amounts_as_exact_text_and_unknown_values_as_null() {
    let output = price(&[
        "--provider",
        "openai",
        "--model",
        "gpt-4o-mini",
        "--input-tokens",
        "1",
        "--output-tokens",
        "0",
        "--at",
        "2026-11-20",
        "--json",
    ]);
    let object: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object["cost_usd"], "0.00000015");
    assert_eq!(
        (&object["tier_start"], &object["reasons"]),
        (&Value::Null, &Value::Array(Vec::new()))
    );
}

const HEADER: &str = "case,provider,model,timestamp,input_tokens,output_tokens,other_json\n";

#[test]
fn invalid_counts_are_inconsistent_and_not_an_error() {
    let rows = "negative,openai,gpt-4o,,-5,1,\nfractional,openai,gpt-4o,,1.5,1,\nword,openai,gpt-4o,,many,1,\n";
    let output = price_table(&format!("{HEADER}{rows}"), &["--csv", "-"]);

    assert_eq!(
        stdout(&output),
        "case,status,cost_usd\nnegative,inconsistent,\nfractional,inconsistent,\nword,inconsistent,\n"
    );
    assert_eq!(
        (output.status.code(), &*stderr(&output)),
        (
            Some(0),
            "standard input: no row has a cost; 3 rows without a cost, not in the total\n"
        )
    );
}

#[test]
fn unreadable_rows_are_reported_and_the_rest_is_priced() {
    let rows = "time,openai,gpt-4o,yesterday,1,1,\n\
                short,openai\n\
                unit,openai,gpt-4o,,1,1,\"{\"\"usage\"\": {\"\"wishes\"\": 1}}\"\n\
                good,openai,gpt-4o,2026-11-20,1200,350,\n";
    let output = price_table(&format!("{HEADER}{rows}"), &["--csv", "-"]);

    assert_eq!(
        stdout(&output),
        "case,status,cost_usd\ntime,unpriced,\nshort,unpriced,\nunit,unpriced,\ngood,priced,0.0065\n"
    );
    let problems = stderr(&output);
    for problem in [
        "line 2: timestamp: `yesterday`",
        "line 3: 2 cells under 7 columns",
        "line 4: other_json: no unit",
    ] {
        assert!(problems.contains(&format!("standard input: {problem}")), "{problems}");
    }
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn an_empty_cell_is_not_zero() {
    let rows = "reported,openai,gpt-4o,2026-11-20,1200,0,\nnot reported,openai,gpt-4o,2026-11-20,1200,,\n";
    let output = price_table(&format!("{HEADER}{rows}"), &["--csv", "-", "--explain"]);
    let table = stdout(&output);

    assert!(table.contains("\nreported,priced,0.003,,"), "{table}");
    assert!(
        table.contains("\nnot reported,estimated,0.003,missing_output,"),
        "{table}"
    );
}

#[test]
fn an_unknown_price_context_makes_the_cost_estimated() {
    let row = "a,openai,gpt-4o,2026-11-20,1200,350,\"{\"\"price_context\"\": {\"\"region\"\": \"\"mars\"\"}}\"\n";
    let output = price_table(&format!("{HEADER}{row}"), &["--csv", "-"]);
    assert_eq!(stdout(&output), "case,status,cost_usd\na,estimated,0.0065\n");
}

#[test]
fn a_table_as_json_is_one_object_per_line() {
    let rows = "a,openai,gpt-4o,2026-11-20,1200,350,\nb,openai,gpt-4o,never,1,1,\n";
    let output = price_table(&format!("{HEADER}{rows}"), &["--csv", "-", "--json"]);
    let objects: Vec<Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&objects[0]["case"], &objects[0]["cost_usd"]),
        (&"a".into(), &"0.0065".into())
    );
    assert_eq!(
        (&objects[1]["status"], &objects[1]["cost_usd"]),
        (&"unpriced".into(), &Value::Null)
    );
    assert!(
        objects[1]["problem"]
            .as_str()
            .unwrap()
            .contains("`never` is not a time")
    );
}

#[test]
fn a_closed_output_is_not_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.csv");
    let row = "a,openai,gpt-4o,2026-11-20,1200,350,\n";
    fs::write(&path, format!("{HEADER}{}", row.repeat(20_000))).unwrap();

    let mut process = Command::new(env!("CARGO_BIN_EXE_tracing-genai"))
        .args(["price", "--csv", path.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    let output = process.wait_with_output().unwrap();

    assert_eq!(first, "case,status,cost_usd\n");
    assert_eq!((output.status.code(), &*stderr(&output)), (Some(0), ""));
}

#[test]
fn a_newer_table_is_used_and_an_invalid_one_rejected_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let feed = folder.path().join("newer.txt");
    fs::write(
        &feed,
        "tracing-genai catalogue 1\nsource\tours 1\n[openai]\ngpt-4o\t=\tinput=1 output=2\n",
    )
    .unwrap();
    let ask = || {
        price(&[
            "--provider",
            "openai",
            "--model",
            "gpt-4o",
            "--input-tokens",
            "1000000",
            "--output-tokens",
            "0",
            "--feed",
            feed.to_str().unwrap(),
        ])
    };
    assert_eq!(stdout(&ask()), "priced 1 USD\n");

    fs::write(&feed, "tracing-genai catalogue 1\n[openai]\ngpt-4o\t=\tinput=cheap\n").unwrap();
    let refused = ask();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("newer.txt:3: not a price of a known unit"),
        "{refused:?}"
    );
}

#[test]
fn a_wrong_command_line_and_a_missing_file_have_different_exit_codes() {
    assert_eq!(price(&[]).status.code(), Some(2));
    assert_eq!(
        price(&["--csv", "calls.csv", "--model", "gpt-4o"]).status.code(),
        Some(2)
    );
    assert_eq!(
        price(&["--model", "gpt-4o", "--input-tokens", "-1"]).status.code(),
        Some(2)
    );
    let missing = price(&["--csv", "nowhere.csv"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        stderr(&missing).starts_with("error: cannot read nowhere.csv; name a file"),
        "{missing:?}"
    );
}

#[test]
fn the_columns_of_an_openai_log_are_priced_and_unknown_ones_are_named() {
    let table = "Model,provider,created_at,prompt_tokens,completion_tokens,cached_tokens,colour\n\
                 gpt-4o-2024-08-06,openai,2026-11-20 10:00:00,1200,350,200,red\n";
    let output = price_table(table, &["--csv", "-"]);
    let (out, error) = (stdout(&output), stderr(&output));
    assert_eq!(output.status.code(), Some(0));
    // 1,000 × 2.5 + 200 × 1.25 + 350 × 10 a million.
    assert_eq!(out, "case,status,cost_usd\nline 2,priced,0.00625\n");
    assert!(error.contains("columns that are not read: `colour`"), "{error}");
    assert!(error.contains("times without an offset are taken as UTC"), "{error}");
    assert!(error.ends_with("total 0.00625 USD over 1 row\n"), "{error}");
}

#[test]
fn anthropics_columns_exclude_the_cache() {
    let table = "model,provider,input_tokens,cache_read_input_tokens,output_tokens\n\
                 claude-sonnet-4-5,anthropic,1000,100000,10\n";
    let out = stdout(&price_table(table, &["--csv", "-"]));
    // 1,000 × 3 + 100,000 × 0.3 + 10 × 15 a million.
    assert_eq!(out, "case,status,cost_usd\nline 2,priced,0.03315\n");
}
