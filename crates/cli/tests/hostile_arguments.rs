//! No command prints a control character of its arguments and of names of files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod hostile;

use std::{ffi::OsString, fs, os::unix::ffi::OsStringExt, process::Command};

use hostile::{MARK, assert_clean, assert_shown, folder, hostile_texts, run_in};

#[test]
fn arguments_are_shown_escaped() {
    for hostile in hostile_texts(4) {
        let slashed = format!("{hostile}/{hostile}");
        let unit = format!("{hostile}=1");
        let count = format!("web_searches={hostile}");
        let flag = format!("--{hostile}");
        let commands: [&[&str]; 22] = [
            &[&hostile],
            &[&flag],
            &["check", &hostile],
            &["check", "--listen", &hostile],
            &["check", "-", "--fail-on", &hostile],
            &["check", "-", &hostile],
            &["compare", "--csv", &hostile, "--with", "openai/gpt-4o"],
            &["compare", "--otlp", &hostile, "--with", "openai/gpt-4o"],
            &["compare", "--csv", "-", "--with", &hostile],
            &["compare", "--csv", "-", "--with", &slashed],
            &["compare", "--csv", "-", "--cheapest", "1", "--among", &hostile],
            &["compare", "--csv", "-", "--cheapest", &hostile],
            &["price", "--csv", &hostile],
            &["price", "--model", "m", "--at", &hostile],
            &["price", "--model", "m", "--unit", &unit],
            &["price", "--model", "m", "--unit", &count],
            &["price", "--model", "m", "--prices", &hostile],
            &["usage", "--provider", &hostile, "-"],
            &["usage", "--provider", "openai", &hostile],
            &["catalog", "show", &slashed],
            &["catalog", "check", &hostile],
            &["catalog", &hostile],
        ];
        for arguments in commands {
            // A text that is not a file's name any more is cut by nothing.
            let output = run_in(folder().path(), arguments, "");
            assert_shown(&output, &format!("{arguments:?}"));
            assert!(!output.status.success(), "{arguments:?}");
        }
        let folder = folder();
        for arguments in [
            &["usage", "--provider", "openai", "--api", &hostile, "-"][..],
            &["catalog", "list", "--provider", &hostile],
            &[
                "price",
                "--provider",
                &hostile,
                "--model",
                &hostile,
                "--input-tokens",
                "1",
                "--explain",
            ],
            &[
                "price",
                "--provider",
                &hostile,
                "--model",
                &hostile,
                "--service-tier",
                &hostile,
                "--json",
            ],
        ] {
            let output = run_in(folder.path(), arguments, "");
            for bytes in [&output.stdout, &output.stderr] {
                assert_clean(bytes, "", &format!("{arguments:?}"));
            }
        }
    }
}

#[test]
fn the_name_of_the_command_and_arguments_of_other_bytes_are_shown_escaped() {
    let folder = folder();
    let program = folder.path().join(format!("{MARK}\u{1b}[31m"));
    fs::hard_link(env!("CARGO_BIN_EXE_tracing-genai"), &program)
        .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_tracing-genai"), &program).map(drop))
        .unwrap();
    assert_shown(
        &Command::new(&program).args(["price", "--help"]).output().unwrap(),
        "help",
    );
    assert_shown(&Command::new(&program).arg("--nothing").output().unwrap(), "an error");
    let bytes = OsString::from_vec(b"evil\x9b31m\xff\x1b[31m".to_vec());
    for arguments in [
        &["check"][..],
        &["price", "--model"],
        &["catalog", "check"],
        &["price", "--csv"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_tracing-genai"))
            .args(arguments)
            .arg(&bytes)
            .output()
            .unwrap();
        for printed in [&output.stdout, &output.stderr] {
            assert_clean(printed, "", &format!("{arguments:?}"));
        }
    }
}

#[test]
fn names_of_files_are_shown_escaped() {
    let folder = folder();
    for hostile in hostile_texts(3) {
        // A path of a bounded length.
        let name: String = hostile.chars().filter(|each| !"/\0".contains(*each)).take(50).collect();
        let file = |content: &str| fs::write(folder.path().join(&name), content).unwrap();
        let broken = "case,model,timestamp\na,b,c\n{\n";
        file(broken);
        let commands: [&[&str]; 8] = [
            &["check", &name],
            &["compare", "--csv", &name, "--with", "openai/gpt-4o"],
            &["compare", "--otlp", &name, "--with", "openai/gpt-4o"],
            &["price", "--csv", &name],
            &["price", "--model", "m", "--prices", &name],
            &["price", "--model", "m", "--feed", &name],
            &["usage", "--provider", "openai", &name],
            &["catalog", "diff", &name],
        ];
        for arguments in commands {
            assert_shown(&run_in(folder.path(), arguments, ""), &format!("{arguments:?}"));
        }
        file("[[models]]\nprovider = 'p'\nid = 'm'\nfree = true\n");
        assert_shown(&run_in(folder.path(), &["catalog", "check", &name], ""), "valid");
        assert_shown(&run_in(folder.path(), &["demo", "--out", &name], ""), "demo");
    }
}
