//! The comparable models of the table.

use std::collections::BTreeMap;

use regex_lite::Regex;

use super::model::{Model, every_model};
use super::probes::Probe;

/// Keys without a model: capacity by the month, and classes of models by size.
const NO_MODELS: &str = "-month-commitment/|^(?:fireworks-ai|together-ai)-|^fireworks_ai/fireworks-ai-";

/// Image models with prices per token.
const IMAGES: &str = "^fireworks_ai/.*/flux-";

/// The comparable models of a table, and the number of omitted ones by reason.
#[derive(Debug, Default)]
pub(crate) struct Models {
    pub(crate) listed: Vec<Model>,
    /// Classes of models by size, with a common price.
    pub(crate) classes: Vec<Model>,
    pub(crate) left_out: BTreeMap<&'static str, usize>,
}

/// Parses the table; `day` is the day of the comparison, such as `2026-11-20`.
pub(crate) fn read(text: &str, day: &str) -> anyhow::Result<Models> {
    let (no_models, images) = (Regex::new(NO_MODELS)?, Regex::new(IMAGES)?);
    let mut models = Models::default();
    for model in every_model(text)? {
        let reason = if no_models.is_match(&model.key) {
            Some("no model: capacity by the month, or a class of models by size")
        } else {
            why_left_out(&model, day, &images)
        };
        match reason {
            Some(reason) => {
                *models.left_out.entry(reason).or_default() += 1;
                if no_models.is_match(&model.key) {
                    models.classes.push(model);
                }
            }
            None => models.listed.push(model),
        }
    }
    Ok(models)
}

fn why_left_out(model: &Model, day: &str, images: &Regex) -> Option<&'static str> {
    let retired = model.word("deprecation_date");
    let has_no_token_of_an_image = || !model.fields().any(|field| field.contains("image_token"));
    if Probe::of(model).is_empty() {
        Some("no positive price in a known unit: free, by image, by second of video, by size")
    } else if retired.is_some_and(|date| date < day) {
        Some("retired by LiteLLM's date")
    } else if (model.mode().starts_with("image") && has_no_token_of_an_image()) || images.is_match(&model.key) {
        Some("makes images, which LiteLLM prices by token as a placeholder")
    } else {
        None
    }
}
