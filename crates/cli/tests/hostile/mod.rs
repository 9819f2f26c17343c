//! Texts of others with control characters, and what a command may print of them.

#![allow(dead_code, reason = "not every test uses all of it")]

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::Value;
use tempfile::TempDir;

/// Marks a hostile text in the output, so that a case that no longer prints one is noticed.
pub(crate) const MARK: &str = "evil";

/// Controls of every kind: C0, DEL, C1, directions, separators, invisible characters. None is a NUL, a slash or a line
/// break, which names of files and cells cannot have or may keep.
const CONTROLS: &str = "\u{1b}[31m\u{1b}]0;title\u{7}\r\u{8}\u{b}\u{c}\u{7f}\u{85}\u{9b}2J\u{9d}\u{61c}\u{200b}\u{200e}\u{200f}\
     \u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}\u{e0041}";

/// Hostile texts: each kind of control, then any mixture of controls and text.
pub(crate) fn hostile_texts(count: usize) -> Vec<String> {
    let mut texts = vec![format!("{MARK}{CONTROLS}x"), format!("\u{1b}[2J{MARK}{CONTROLS}")];
    let mut runner = TestRunner::deterministic();
    let mixture = proptest::collection::vec(
        prop_oneof![
            any::<char>(),
            (1_u8..0xA0).prop_map(char::from),
            (0x2000_u32..0x2070).prop_map(|code| char::from_u32(code).unwrap()),
        ],
        1..40,
    );
    while texts.len() < count {
        let text: String = mixture.new_tree(&mut runner).unwrap().current().into_iter().collect();
        let text = text.replace(['\0', '/', '\n'], "");
        texts.push(format!("{MARK}{text}"));
    }
    texts
}

/// Whether a terminal obeys the character, or it hides. Written apart from the command's list.
fn is_control(character: char) -> bool {
    let code = u32::from(character);
    code < 0x20
        || (0x7F..0xA0).contains(&code)
        || [0x061C, 0x200E, 0x200F, 0x2028, 0x2029].contains(&code)
        || (0x202A..=0x202E).contains(&code)
        || (0x2066..=0x2069).contains(&code)
}

/// Fails if the output has a control character, except line breaks and `layout`.
pub(crate) fn assert_clean(output: &[u8], layout: &str, case: &str) {
    let text = String::from_utf8(output.to_vec()).unwrap_or_else(|error| panic!("{case}: {error}"));
    let control = text
        .char_indices()
        .find(|(_, each)| is_control(*each) && *each != '\n' && !layout.contains(*each));
    if let Some((place, control)) = control {
        let before: String = text[..place].chars().rev().take(80).collect();
        panic!(
            "{case}: {control:?} after {:?}",
            before.chars().rev().collect::<String>()
        );
    }
}

/// Fails if one of the outputs has a control character, or none has the hostile text.
pub(crate) fn assert_shown(output: &Output, case: &str) {
    for bytes in [&output.stdout, &output.stderr] {
        assert_clean(bytes, "", case);
    }
    let has_mark = [&output.stdout, &output.stderr]
        .into_iter()
        .any(|bytes| String::from_utf8_lossy(bytes).contains(MARK));
    assert!(has_mark, "{case}: the text is not shown: {output:?}");
}

/// Runs the command in `folder`.
pub(crate) fn run_in(folder: &Path, arguments: &[&str], input: &str) -> Output {
    run_with(folder, arguments, input, &[])
}

pub(crate) fn run_with(folder: &Path, arguments: &[&str], input: &str, settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracing-genai"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OTEL_")) {
        command.env_remove(name);
    }
    command.envs(settings.iter().copied());
    let mut process = command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early does not read its input.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
    process.wait_with_output().unwrap()
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Runs every command line with that input.
pub(crate) fn assert_each(commands: &[&[&str]], input: &str) {
    let folder = folder();
    for arguments in commands {
        assert_shown(
            &run_in(folder.path(), arguments, input),
            &format!("{arguments:?} {input:?}"),
        );
    }
}

/// The values as JSON lines.
pub(crate) fn lines(values: &[Value]) -> String {
    let lines: Vec<_> = values.iter().map(Value::to_string).collect();
    lines.join("\n") + "\n"
}
