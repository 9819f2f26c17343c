//! Recorded provider traffic: files of HTTP exchanges, each a request (`when`) and its response (`then`).

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::backends::say_left_out;

/// A file of exchanges, in their original order.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its path below the folder of recordings, without extension: `openai/chat_streamed`.
    pub name: String,
    /// The exchanges.
    pub exchanges: Vec<Exchange>,
}

/// A request and its response.
#[derive(Clone, Debug, Deserialize)]
pub struct Exchange {
    /// The request.
    pub when: Request,
    /// The response.
    pub then: Response,
}

/// A recorded request.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawMessage")]
pub struct Request {
    /// `POST`.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// The query's parameters, with API keys as `[REDACTED]`.
    pub query: Vec<(String, String)>,
    /// Without credentials.
    pub headers: Vec<(String, String)>,
    /// Empty if there was none.
    pub body: Bytes,
}

/// A recorded response.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawMessage")]
pub struct Response {
    /// `200`.
    pub status: u16,
    /// Headers that are relevant for the call.
    pub headers: Vec<(String, String)>,
    /// The raw body; for a stream, the text of its events.
    pub body: Bytes,
}

impl Request {
    /// The body as JSON, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl Response {
    /// The body as JSON, if it is JSON; a stream is not.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The media type without its parameters: `text/event-stream`.
    pub fn media_type(&self) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        found.map_or("", |(_, value)| value.split(';').next().unwrap_or_default().trim())
    }

    /// Whether it is a stream.
    pub fn is_stream(&self) -> bool {
        let streams = [
            "text/event-stream",
            "application/x-ndjson",
            "application/vnd.amazon.eventstream",
        ];
        streams.contains(&self.media_type())
    }
}

/// Every recording: of the folder `TRACING_GENAI_RECORDINGS`, or else the project's own.
pub fn all() -> Vec<Recording> {
    in_folder(&named_folder().unwrap_or_else(own_folder))
}

/// The recordings of the folder `TRACING_GENAI_RECORDINGS`; `None` with a message if it is not set.
///
/// # Panics
/// If a file is not a readable recording.
pub fn named() -> Option<Vec<Recording>> {
    let Some(folder) = named_folder() else {
        say_left_out("TRACING_GENAI_RECORDINGS names no folder of recordings");
        return None;
    };
    Some(in_folder(&folder))
}

/// The project's own recordings, available on every machine.
pub fn all_own() -> Vec<Recording> {
    in_folder(&own_folder())
}

/// The exchanges of one of the project's own recordings: `recordings::own("openai/chat")`.
///
/// # Panics
/// If there is no such recording.
pub fn own(name: &str) -> Vec<Exchange> {
    read(&own_folder().join(format!("{name}.yaml")))
}

/// The exchanges of one file.
///
/// # Panics
/// If it is not a readable recording.
pub fn read(path: &Path) -> Vec<Exchange> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn named_folder() -> Option<PathBuf> {
    env::var_os("TRACING_GENAI_RECORDINGS")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
}

fn own_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings")
}

fn in_folder(folder: &Path) -> Vec<Recording> {
    let mut paths = Vec::new();
    collect_yaml(folder, &mut paths);
    paths.sort();
    let name = |path: &Path| {
        path.strip_prefix(folder)
            .unwrap()
            .with_extension("")
            .to_string_lossy()
            .into_owned()
    };
    paths
        .iter()
        .map(|path| Recording {
            name: name(path),
            exchanges: read(path),
        })
        .collect()
}

fn collect_yaml(folder: &Path, paths: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_yaml(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
}

/// A request or a response in the files' format.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMessage {
    method: Option<String>,
    path: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    query_param: Option<Vec<Pair>>,
    #[serde(default)]
    header: Option<Vec<Pair>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    body_encoding: Option<String>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    value: String,
}

impl RawMessage {
    fn body(&self) -> Result<Bytes, String> {
        let text = self.body.as_deref().unwrap_or_default();
        match self.body_encoding.as_deref() {
            None => Ok(Bytes::copy_from_slice(text.as_bytes())),
            Some("base64") => BASE64_STANDARD
                .decode(text)
                .map(Bytes::from)
                .map_err(|error| error.to_string()),
            Some(other) => Err(format!("unknown body_encoding {other:?}; use base64 or remove it")),
        }
    }
}

fn pairs(pairs: Option<Vec<Pair>>) -> Vec<(String, String)> {
    pairs
        .unwrap_or_default()
        .into_iter()
        .map(|pair| (pair.name, pair.value))
        .collect()
}

impl TryFrom<RawMessage> for Request {
    type Error = String;

    fn try_from(raw: RawMessage) -> Result<Self, String> {
        let body = raw.body()?;
        let method = raw.method.ok_or("a request without method")?;
        let path = raw.path.ok_or("a request without path")?;
        Ok(Self {
            method,
            path,
            query: pairs(raw.query_param),
            headers: pairs(raw.header),
            body,
        })
    }
}

impl TryFrom<RawMessage> for Response {
    type Error = String;

    fn try_from(raw: RawMessage) -> Result<Self, String> {
        let body = raw.body()?;
        let status = raw.status.ok_or("a response without status")?;
        Ok(Self {
            status,
            headers: pairs(raw.header),
            body,
        })
    }
}
