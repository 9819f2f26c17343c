//! Mistral's OCR: billed by the page, with a separate price for annotated pages.
//!
//! Source: <https://docs.mistral.ai/api/endpoint/ocr>. The processed pages may exclude annotated pages (Azure) or
//! include them.

use serde::Deserialize;

use super::gather::EventKeys;
use crate::field::{Count, Field, Maybe, Object, object};
use crate::figures::Figures;
use crate::provider_error::provider_error;
use crate::reading::{Reading, name};
use crate::unit::Unit;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    ("doc_size_bytes", "the size of the file"),
    ("request_count", "requests: one per response"),
];

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default, borrow)]
    document_annotation: Field<'a>,
    #[serde(default, borrow)]
    usage_info: Object<Figures<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &["usage_info", "error"],
    id: &["id"],
    model: &["model"],
};

/// Reads a whole body.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let body: Body<'_> = object(json)?;
    name(&mut reading.response_id, body.id.0);
    name(&mut reading.model, body.model.0);
    if let Some(figures) = &body.usage_info.0 {
        take(reading, figures, body.document_annotation.json().is_some());
    }
    if let Some(error) = provider_error(body.error) {
        reading.error = Some(error);
    }
    Ok(())
}

fn take(reading: &mut Reading, figures: &Figures<'_>, is_annotated: bool) {
    let usage = figures.whole();
    let (pages, annotated) = (
        usage.count("pages_processed"),
        usage.count("pages_processed_annotation"),
    );
    let annotated = match annotated {
        // An annotation of the document covers all its pages.
        Count::Absent if is_annotated => pages,
        annotated => annotated,
    };
    let all = match (pages, annotated) {
        (Count::Given(pages), Count::Given(annotated)) => Count::Given(pages.max(annotated)),
        (Count::Absent, annotated) => annotated,
        (pages, _) => pages,
    };
    reading.take(Unit::InputDocumentPages, "usage_info.pages_processed", all);
    if annotated != Count::Given(0) {
        let field = "usage_info.pages_processed_annotation";
        reading.take(Unit::InputAnnotatedDocumentPages, field, annotated);
    }
    reading.add_unread_numbers(figures, KNOWN);
}
