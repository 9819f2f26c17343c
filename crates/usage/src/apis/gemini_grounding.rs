//! Gemini's searches, which have a fee in addition to tokens.
//!
//! Source: <https://ai.google.dev/gemini-api/docs/google-search>, "Pricing".

use serde::Deserialize;

use crate::field::{Field, Maybe};
use crate::reading::Reading;
use crate::usage::MAX_COUNT;

/// The searches and sources of an answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Grounding<'a> {
    #[serde(default)]
    web_search_queries: Maybe<Vec<String>>,
    #[serde(default)]
    image_search_queries: Maybe<Vec<String>>,
    /// Queries of the user's own data.
    #[serde(default)]
    retrieval_queries: Maybe<Vec<String>>,
    #[serde(default, borrow, rename = "groundingChunks")]
    chunks: Maybe<Vec<Chunk<'a>>>,
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(default, borrow)]
    maps: Field<'a>,
    #[serde(default, borrow)]
    web: Field<'a>,
    #[serde(default, borrow, rename = "retrievedContext")]
    retrieved: Field<'a>,
}

impl Grounding<'_> {
    /// The number of searches, without empty queries.
    pub(super) fn queries(&self) -> u64 {
        let queries = [&self.web_search_queries, &self.image_search_queries];
        let queries = queries.into_iter().filter_map(|queries| queries.0.as_ref()).flatten();
        queries.filter(|query| !query.is_empty()).count() as u64
    }

    /// Whether web pages are cited.
    pub(super) fn is_of_the_web(&self) -> bool {
        let mut chunks = self.chunks.0.iter().flatten();
        chunks.any(|chunk| chunk.web.json().is_some())
    }

    /// Marks Google Maps and the user's own data as unread: their fees have no unit.
    pub(super) fn add_unread(&self, reading: &mut Reading) {
        let mut chunks = self.chunks.0.iter().flatten();
        if chunks.any(|chunk| chunk.maps.json().is_some()) {
            reading.add_unread("candidates[].groundingMetadata.groundingChunks[].maps");
        }
        let mut chunks = self.chunks.0.iter().flatten();
        let has_retrieved = chunks.any(|chunk| chunk.retrieved.json().is_some());
        if has_retrieved || self.retrieval_queries.0.iter().flatten().any(|query| !query.is_empty()) {
            reading.add_unread("candidates[].groundingMetadata.retrievalQueries");
        }
    }
}

/// Words between a model's name and its version.
const VARIETIES: &[&str] = &["live-", "robotics-er-"];

/// The number of charged Google searches of a Gemini call with that many queries. Up to Gemini 2.5 the prompt is
/// charged once, regardless of its queries.
///
/// ```
/// use tracing_genai_usage::charged_gemini_searches;
///
/// assert_eq!(charged_gemini_searches(3, Some("gemini-2.5-flash")), Some(1));
/// assert_eq!(charged_gemini_searches(3, Some("gemini-3-pro-preview")), Some(3));
/// assert_eq!(charged_gemini_searches(0, None), None);
/// ```
pub fn charged_gemini_searches(queries: u64, model: Option<&str>) -> Option<u64> {
    match queries {
        0 => None,
        _ if is_charged_by_prompt(model) => Some(1),
        queries => Some(queries.min(MAX_COUNT)),
    }
}

/// Whether the prompt is charged instead of each search.
pub(super) fn is_charged_by_prompt(model: Option<&str>) -> bool {
    let version = model.and_then(|model| Some(model.split_once("gemini-")?.1));
    let version = version.map(|version| {
        VARIETIES
            .iter()
            .fold(version, |rest, name| rest.strip_prefix(name).unwrap_or(rest))
    });
    version.is_some_and(|version| version.starts_with(['1', '2']))
}
