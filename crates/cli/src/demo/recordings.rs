//! Reads recorded HTTP exchanges: YAML files of `when`/`then` documents, in a folder for each provider.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use tracing_genai_usage::{Api, Endpoint};

/// The folders that are replayed, named after the providers of the conventions.
const PLAYED_PROVIDERS: [&str; 2] = ["anthropic", "openai"];

/// The recordings in a folder.
#[derive(Debug, Default)]
pub(crate) struct Recordings {
    /// The files with at least one call, interleaved by provider so that a limit keeps some of each.
    pub(crate) files: Vec<Recording>,
    /// Exchanges with replayed providers that are not model calls: files, images, audio, lists of models.
    pub(crate) other_exchanges: usize,
    /// Folders of other providers, with their number of files.
    pub(crate) skipped_providers: BTreeMap<String, usize>,
}

/// One file: the calls of one conversation.
#[derive(Debug)]
pub(crate) struct Recording {
    /// Its path in the folder, without the extension: `openai/streaming/text`.
    pub(crate) name: String,
    pub(crate) calls: Vec<RecordedCall>,
}

/// One model call and its response.
#[derive(Clone, Debug)]
pub(crate) struct RecordedCall {
    pub(crate) provider: &'static str,
    pub(crate) api: Api,
    pub(crate) model: String,
    pub(crate) path: String,
    pub(crate) request: Value,
    pub(crate) response: RecordedResponse,
}

/// A recorded response.
#[derive(Clone, Debug)]
pub(crate) struct RecordedResponse {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

#[derive(Deserialize)]
struct Exchange {
    when: When,
    then: Then,
}

#[derive(Deserialize)]
struct When {
    path: String,
    #[serde(default)]
    body: Option<String>,
}

#[derive(Deserialize)]
struct Then {
    status: u16,
    #[serde(default)]
    header: Vec<Header>,
    #[serde(default)]
    body: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

/// Reads every recording in `folder`.
///
/// Fails for a folder without calls, and for an unreadable file, with its name.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Recordings> {
    let mut recordings = Recordings::default();
    let mut by_provider = Vec::new();
    for provider_folder in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let name = provider_folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let files = yaml_files(&provider_folder)?;
        let Some(provider) = PLAYED_PROVIDERS.into_iter().find(|played| *played == name) else {
            recordings.skipped_providers.insert(name, files.len());
            continue;
        };
        let mut with_calls = Vec::new();
        for file in files {
            let (calls, others) = calls_in(&file, provider)?;
            recordings.other_exchanges += others;
            if !calls.is_empty() {
                let name = file.strip_prefix(folder).unwrap_or(&file).with_extension("");
                with_calls.push(Recording {
                    name: name.to_string_lossy().into_owned(),
                    calls,
                });
            }
        }
        by_provider.push(with_calls.into_iter());
    }
    recordings.files = interleave(by_provider);
    if recordings.files.is_empty() {
        bail!(
            "{} has no recorded calls; expected YAML files with `when` and `then` in {}",
            folder.display(),
            PLAYED_PROVIDERS.map(|provider| format!("{provider}/")).join(" or ")
        );
    }
    Ok(recordings)
}

fn calls_in(file: &Path, provider: &'static str) -> anyhow::Result<(Vec<RecordedCall>, usize)> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    // Errors are one line.
    let one_line = serde_saphyr::options! { with_snippet: false };
    let exchanges: Vec<Exchange> = serde_saphyr::from_multiple_with_options(&text, one_line).with_context(|| {
        format!(
            "{} is not a recording: expected `when` and `then` in each document",
            file.display()
        )
    })?;
    let count = exchanges.len();
    let calls: Vec<RecordedCall> = exchanges
        .into_iter()
        .filter_map(|exchange| call(exchange, provider))
        .collect();
    let others = count - calls.len();
    Ok((calls, others))
}

/// A model call is a JSON request with a model, to a path that returns text or embeddings.
fn call(exchange: Exchange, provider: &'static str) -> Option<RecordedCall> {
    let Exchange { when, then } = exchange;
    let request: Value = serde_json::from_str(when.body.as_deref()?).ok()?;
    let api = Endpoint::of_path(provider, &when.path)?.api;
    let model = request.get("model")?.as_str()?.to_owned();
    let content_type = then
        .header
        .into_iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-type"));
    Some(RecordedCall {
        provider,
        api,
        model,
        path: when.path,
        request,
        response: RecordedResponse {
            status: StatusCode::from_u16(then.status).ok()?,
            content_type: content_type.map_or_else(|| "application/json".to_owned(), |header| header.value),
            body: then.body.unwrap_or_default(),
        },
    })
}

fn yaml_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            files.extend(yaml_files(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            files.push(path);
        }
    }
    Ok(files)
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let list = || {
        fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()
    };
    let mut paths = list().with_context(|| format!("cannot list {}", folder.display()))?;
    paths.sort();
    Ok(paths)
}

fn interleave<T>(mut queues: Vec<impl Iterator<Item = T>>) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        let before = all.len();
        all.extend(queues.iter_mut().filter_map(Iterator::next));
        if all.len() == before {
            return all;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_EXCHANGES: &str = r#"
when:
  path: /v1/chat/completions
  method: POST
  body: '{"model":"m","stream":true}'
then:
  status: 200
  header:
  - name: Content-Type
    value: text/event-stream
  body: |+
    data: {"choices":[]}

    data: [DONE]

---
when:
  path: /v1/files
  method: GET
  body: null
then:
  status: 200
  body: '{}'
"#;

    fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn streams_are_read_as_raw_text_and_other_exchanges_are_counted() {
        let folder = folder_with(&[("openai/streams/text.yaml", TWO_EXCHANGES)]);

        let recordings = read(folder.path()).unwrap();

        assert_eq!(recordings.other_exchanges, 1);
        let [file] = recordings.files.as_slice() else {
            panic!("one file: {recordings:?}")
        };
        assert_eq!(file.name, "openai/streams/text");
        assert_eq!(file.calls[0].provider, "openai");
        assert_eq!(file.calls[0].model, "m");
        assert_eq!(file.calls[0].response.content_type, "text/event-stream");
        assert_eq!(
            file.calls[0].response.body,
            "data: {\"choices\":[]}\n\ndata: [DONE]\n\n"
        );
    }

    #[test]
    fn other_providers_are_counted_by_folder() {
        let folder = folder_with(&[
            ("openai/a.yaml", TWO_EXCHANGES),
            ("cohere/a.yaml", "not read"),
            ("cohere/more/b.yaml", "not read"),
        ]);

        let recordings = read(folder.path()).unwrap();

        assert_eq!(recordings.skipped_providers, BTreeMap::from([("cohere".to_owned(), 2)]));
    }

    #[test]
    fn providers_are_interleaved() {
        let folder = folder_with(&[
            ("anthropic/a.yaml", TWO_EXCHANGES),
            ("anthropic/b.yaml", TWO_EXCHANGES),
            ("openai/c.yaml", TWO_EXCHANGES),
        ]);

        let recordings = read(folder.path()).unwrap();

        let names: Vec<&str> = recordings.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["anthropic/a", "openai/c", "anthropic/b"]);
    }

    #[test]
    fn an_invalid_file_is_named() {
        let folder = folder_with(&[("openai/odd.yaml", "hello: world")]);

        let error = read(folder.path()).unwrap_err();

        assert!(error.to_string().contains("odd.yaml is not a recording"), "{error}");
    }

    #[test]
    fn a_folder_without_recordings_is_an_error() {
        let folder = folder_with(&[("cohere/a.yaml", "")]);

        let error = read(folder.path()).unwrap_err();

        assert!(error.to_string().contains("anthropic/ or openai/"), "{error}");
    }
}
