//! The words that this project's crates write as `error.type` themselves are of the known list.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use tracing_genai_semconv::error_type::is_known;

/// How a word is written in the sources.
const WRITTEN: [&str; 2] = [".fail(\"", "error_type = Some(\""];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The words in the code of one file, without its comments and tests.
fn words(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let written = |line: &str| {
        WRITTEN.iter().find_map(|start| {
            let (_, rest) = line.split_once(start)?;
            rest.split_once('"').map(|(word, _)| word.to_owned())
        })
    };
    code.filter_map(written).collect()
}

#[test]
fn words_of_this_projects_crates_are_known() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for name in ["http", "processor", "tracing-genai"] {
        sources(&crates.join(name).join("src"), &mut files);
    }
    let found: Vec<String> = files
        .iter()
        .flat_map(|file| words(&fs::read_to_string(file).unwrap()))
        .collect();
    // The crate may be tested outside of its workspace.
    if !files.is_empty() {
        assert!(found.iter().any(|word| word == "timeout"), "{found:?}");
    }
    for word in found
        .iter()
        .map(String::as_str)
        .chain(["timeout", "connect", "tool_error", "error"])
    {
        assert!(is_known(word), "{word}");
    }
}
