//! Writes CSV rows that are safe to print and to open in a spreadsheet.
//!
//! A row is written in one pass. The writer of the csv crate looks for quotes in the whole rest of a cell at every 8 KiB.

use crate::escape::{is_escaped, push_shown};

/// Characters with which a spreadsheet takes a cell for a formula, in their full width as well. Source:
/// <https://owasp.org/www-community/attacks/CSV_Injection>.
const FORMULA_STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// The cells as a row, with its line break.
///
/// - A cell that a spreadsheet would take for a formula gets a `'` in front. Numbers such as `-1.5` stay numbers.
/// - Control characters are escaped as in text, except line breaks and tabs within a cell.
/// - Cells with a line break or a separator of any locale are quoted.
pub(crate) fn csv_row<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
    let mut row = String::new();
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            row.push(',');
        }
        push_cell(&mut row, cell.as_ref());
    }
    row.push('\n');
    row
}

fn push_cell(row: &mut String, cell: &str) {
    let is_quoted = cell.contains([',', ';', '|', '"', '\n', '\t']);
    if is_quoted {
        row.push('"');
    }
    if is_formula(cell) {
        row.push('\'');
    }
    let mut characters = cell.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // A line break of Windows becomes a plain one.
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\t' => row.push(character),
            '"' => row.push_str("\"\""),
            other => push_shown(row, other),
        }
    }
    if is_quoted {
        row.push('"');
    }
}

/// Whether a spreadsheet could take the cell for a formula.
fn is_formula(cell: &str) -> bool {
    // Invisible characters are shown escaped, and then begin the cell.
    let is_skipped = |character: char| character.is_whitespace() && (character == '\t' || !is_escaped(character));
    let starts_with_control = cell.starts_with(['\t', '\r', '\n']);
    starts_with_control || (cell.trim_start_matches(is_skipped).starts_with(FORMULA_STARTS) && !is_number(cell))
}

/// Whether the cell is a decimal number with at most an exponent.
fn is_number(cell: &str) -> bool {
    let has_only = |characters: &str, text: &str| text.chars().all(|each| characters.contains(each));
    has_only("+-.0123456789eE", cell) && cell.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 1, "{text:?}");
        records[0].iter().map(str::to_owned).collect()
    }

    #[test]
    fn formulas_get_an_apostrophe_and_numbers_stay_numbers() {
        for formula in [
            "=1+1",
            "+1+1",
            "-2+3",
            "@SUM(A1)",
            "=HYPERLINK(\"http://a\",\"b\")",
            " =1",
            "\t=1",
            "\r=1",
            "\n=1",
            "+inf",
            "-nan",
            "-",
            "--1",
            "-1e",
            "-1-1",
            "＝1",
            "-1,5",
            "+49 30 1",
        ] {
            assert!(read(&csv_row([formula, "x"]))[0].starts_with('\''), "{formula:?}");
        }
        for same in ["-1.5", "+3", "-0.11", "1e-7", "-1E+3", "a=1", "gpt-4o", "'=1", ""] {
            assert_eq!(read(&csv_row([same, "x"])), [same, "x"]);
        }
    }

    #[test]
    fn separators_of_other_locales_are_quoted() {
        assert_eq!(csv_row(["a;=1", "b\t=1", "c"]), "\"a;=1\",\"b\t=1\",c\n");
    }

    #[test]
    fn control_characters_are_escaped_and_line_breaks_stay_within_a_quoted_cell() {
        assert_eq!(
            csv_row(["a\u{1b}[2J", "b\r\nc\td", "e\rf\0"]),
            "a\\u{1b}[2J,\"b\nc\td\",e\\rf\\u{0}\n"
        );
    }

    #[test]
    fn a_long_cell_is_written_in_linear_time() {
        let fastest = |bytes: usize| {
            let cell = "\n".repeat(bytes);
            let time = |_| {
                let start = std::time::Instant::now();
                let length = csv_row([&cell, "x"]).len();
                (start.elapsed(), length)
            };
            (0..5).map(time).min().unwrap()
        };
        let (short, _) = fastest(1 << 17);
        let (long, length) = fastest(1 << 21);
        // The apostrophe, two quotes, a comma, the second cell, the line break.
        assert_eq!(length, (1 << 21) + 6);
        // 16 times the bytes; in quadratic time it would be 256 times.
        assert!(long < short * 64, "{short:?} for 128 KiB, {long:?} for 2 MiB");
    }

    proptest! {
        #[test]
        fn any_cells_are_read_back_without_control_characters(cells in prop::collection::vec(any::<String>(), 2..5)) {
            let texts: Vec<_> = cells.iter().map(String::as_str).collect();
            let text = csv_row(&texts);
            let has_control = |text: &str| text.contains(|each| !matches!(each, '\n' | '\t') && is_escaped(each));
            prop_assert!(!has_control(&text), "{text:?}");
            let found = read(&text);
            prop_assert_eq!(found.len(), cells.len());
            for (found, cell) in found.iter().zip(&cells) {
                prop_assert!(!is_formula(found), "{found:?}");
                if !cell.contains(is_escaped) && !is_formula(cell) {
                    prop_assert_eq!(found, cell);
                }
            }
        }
    }
}
