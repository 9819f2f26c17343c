//! `tracing-genai price --csv` with tables that are unlucky or hostile.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod command;

use std::process::Output;

use command::{run, stderr, stdout};

/// Runs the command with a table on standard input.
fn price_table(table: &str, arguments: &[&str]) -> Output {
    run(&[&["price"], arguments].concat(), table)
}

/// The rows of the output, without their columns' names.
fn rows(output: &Output) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(&*output.stdout);
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

#[test]
fn cells_are_no_formulas_for_a_spreadsheet_and_numbers_stay_numbers() {
    let cases = [
        "=1+1",
        "@SUM(A1)",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "-1.5",
        "+7",
        "a;=1",
        "case 1",
    ];
    let table: Vec<_> = cases
        .iter()
        .map(|case| format!("{case},openai,gpt-4o,10,1\n"))
        .collect();
    let table = table.concat();
    let output = price_table(
        &format!("case,provider,model,input_tokens,output_tokens\n{table}"),
        &["--csv", "-"],
    );
    let found: Vec<_> = rows(&output).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(
        found,
        [
            "'=1+1",
            "'@SUM(A1)",
            "'+cmd|' /C calc'!A0",
            "'-2+3",
            "-1.5",
            "+7",
            "a;=1",
            "case 1"
        ]
    );
    // A comma is not every locale's separator.
    assert!(stdout(&output).contains("\n\"a;=1\","), "{output:?}");
    let json = price_table("case,model\n=1+1,m\n", &["--csv", "-", "--json"]);
    assert!(stdout(&json).contains("\"case\":\"=1+1\""), "{json:?}");
}

#[test]
fn control_characters_in_cells_are_escaped_and_line_breaks_kept() {
    let table = "case,model\n\"a\u{1b}[2J\r\nb\tc\rd\",m\n";
    let output = price_table(table, &["--csv", "-"]);
    assert_eq!(rows(&output), [["a\\u{1b}[2J\nb\tc\\rd", "unpriced", ""]]);
}

#[test]
fn a_row_beyond_the_limit_is_unpriced_and_the_next_is_priced() {
    let long = "\n".repeat((16 << 20) + 1);
    let table =
        format!("case,provider,model,input_tokens,output_tokens\na,\"{long}\",gpt-4o,10,1\nb,openai,gpt-4o,10,1\n");
    let output = price_table(&table, &["--csv", "-"]);
    assert_eq!(rows(&output), [["line 2", "unpriced", ""], ["b", "priced", "0.000035"]]);
    assert_eq!(
        stderr(&output),
        "standard input: line 2: the row is larger than 16 MiB or 16,384 cells; a quote may lack its end\n\
         standard input: 1 line is unreadable\n\
         standard input: total 0.000035 USD over 1 row; 1 row without a cost, not in the total\n"
    );
    assert_eq!(output.status.code(), Some(1));

    let within = format!(
        "case,provider,model,input_tokens,output_tokens\n\"x{}x\",openai,gpt-4o,10,1\n",
        &long[2_000..]
    );
    let output = price_table(&within, &["--csv", "-"]);
    assert_eq!(
        (rows(&output)[0][0].len(), &*rows(&output)[0][2]),
        (long.len() - 1_998, "0.000035")
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_table_may_begin_with_a_byte_order_mark_and_not_be_utf_16() {
    let table = "case,provider,model,input_tokens,output_tokens\r\na,openai,gpt-4o,10,1\r\n";
    let output = price_table(&format!("\u{feff}{table}"), &["--csv", "-"]);
    assert_eq!(rows(&output), [["a", "priced", "0.000035"]]);
    for to_bytes in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
        for mark in ["\u{feff}", ""] {
            let bytes: Vec<u8> = format!("{mark}{table}").encode_utf16().flat_map(to_bytes).collect();
            let output = run(&["price", "--csv", "-"], bytes);
            assert_eq!(
                stderr(&output),
                "error: standard input: the table is UTF-16; save it as UTF-8\n"
            );
            assert_eq!(output.status.code(), Some(1));
        }
    }
}

#[test]
fn a_row_that_is_not_utf_8_is_reported_and_the_rest_is_priced() {
    let table =
        b"case,provider,model,input_tokens,output_tokens\n\xE9,openai,gpt-4o,10,1\n\nb,openai,gpt-4o,10,1\n,x\n";
    let output = run(&["price", "--csv", "-"], table);
    assert_eq!(
        rows(&output),
        [
            ["\u{fffd}", "unpriced", ""],
            ["b", "priced", "0.000035"],
            ["line 5", "unpriced", ""]
        ]
    );
    assert!(
        stderr(&output).contains("line 2: not UTF-8; save the table as UTF-8"),
        "{output:?}"
    );
    assert!(
        stderr(&output).contains("line 5: 2 cells under 5 columns"),
        "{output:?}"
    );
    assert!(
        stderr(&output).contains("standard input: 2 lines are unreadable\n"),
        "{output:?}"
    );
    assert_eq!(output.status.code(), Some(1));
}
