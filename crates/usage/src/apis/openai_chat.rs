//! Chat completions and embeddings, whole and streamed: a stream has its usage in the last chunk.
//!
//! Source: <https://platform.openai.com/docs/api-reference/chat/object>. Exceptions:
//! - Groq has the usage of a stream under `x_groq`: <https://console.groq.com/docs/api-reference>; Moonshot has it in
//!   the last choice: <https://platform.moonshot.ai/docs/api/chat>.
//! - Venice reports the cost beside the usage: <https://docs.venice.ai/api-reference>.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::chat_usage::{self, Excluded};
use super::gather::{EventKeys, Gather};
use crate::field::{Field, Maybe, Object, object};
use crate::figures::Figures;
use crate::provider_error::{BaseResponse, provider_error};
use crate::reading::{Reading, name, update};

/// The maximum of choices whose finish reasons are kept.
const MAX_CHOICES: usize = 128;

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    service_tier: Maybe<String>,
    #[serde(default, borrow)]
    choices: Maybe<Vec<Choice<'a>>>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    #[serde(default, borrow)]
    x_groq: Object<Groq<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
    #[serde(default, borrow)]
    base_resp: Object<BaseResponse<'a>>,
    /// Venice's cost, in dollars and in its own currency.
    #[serde(default, borrow)]
    cost: Object<Stated<'a>>,
    /// Groq's tokens of each participating model, with different prices.
    #[serde(default, borrow)]
    usage_breakdown: Object<Figures<'a>>,
    /// Z.ai's search results; the searches have a fee.
    #[serde(default)]
    web_search: Maybe<Vec<IgnoredAny>>,
}

#[derive(Deserialize)]
struct Stated<'a> {
    #[serde(default, borrow)]
    usd: Field<'a>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: Maybe<usize>,
    #[serde(default)]
    finish_reason: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    #[serde(default)]
    message: Object<Message>,
    /// The message of a chunk.
    #[serde(default)]
    delta: Object<Message>,
}

/// A message. Only Groq's record of its tools is used: they have fees without a count.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    executed_tools: Maybe<Vec<IgnoredAny>>,
}

#[derive(Deserialize)]
struct Groq<'a> {
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
}

/// The state of one chat completion or embedding.
pub(super) struct Gathered {
    reading: Reading,
    excluded: Excluded,
    /// Choices may end in any order.
    finished: Vec<(usize, String)>,
}

impl Gathered {
    pub(super) fn new(excluded: Excluded) -> Self {
        Self {
            reading: Reading::default(),
            excluded,
            finished: Vec::new(),
        }
    }

    fn finish_choice(&mut self, index: usize, reason: String) {
        if let Some(known) = self.finished.iter_mut().find(|(known, _)| *known == index) {
            known.1 = reason;
        } else if self.finished.len() < MAX_CHOICES {
            self.finished.push((index, reason));
        }
    }
}

impl Gather for Gathered {
    fn event_keys(&self) -> EventKeys {
        EventKeys {
            relevant: &[
                "usage",
                "finish_reason",
                "error",
                "base_resp",
                "cost",
                "usage_breakdown",
                "executed_tools",
                "web_search",
            ],
            id: &["id"],
            model: &["model"],
        }
    }

    /// Reads a whole body or one chunk.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let completion: Completion<'_> = object(json)?;
        let reading = &mut self.reading;
        name(&mut reading.response_id, completion.id.0);
        name(&mut reading.model, completion.model.0);
        let mut choices = completion.choices.0.unwrap_or_default();
        let usage = completion
            .usage
            .0
            .or_else(|| completion.x_groq.0.and_then(|groq| groq.usage.0))
            .or_else(|| choices.iter_mut().find_map(|choice| choice.usage.0.take()));
        if let Some(figures) = usage {
            chat_usage::take(reading, &figures, self.excluded);
            // The billed tier comes with the usage.
            update(&mut reading.service_tier, completion.service_tier.0);
        }
        if let Some(breakdown) = completion.usage_breakdown.0
            && breakdown.unread(&[]).next().is_some()
        {
            reading.add_unread("usage_breakdown");
        }
        if completion.web_search.0.is_some_and(|found| !found.is_empty()) {
            reading.add_unread("web_search");
        }
        if choices.iter().any(Choice::ran_tools) {
            reading.add_unread("choices[].message.executed_tools");
        }
        let stated = completion.cost.0.and_then(|cost| cost.usd.decimal());
        update(&mut reading.reported_cost, stated.map(str::to_owned));
        let error = provider_error(completion.error);
        if let Some(error) = error.or_else(|| completion.base_resp.0.and_then(BaseResponse::error)) {
            reading.error = Some(error);
        }
        for choice in choices {
            if let Some(reason) = choice.finish_reason.0 {
                self.finish_choice(choice.index.0.unwrap_or_default(), reason);
            }
        }
        Ok(())
    }

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn finish(mut self: Box<Self>) -> Reading {
        self.finished.sort_by_key(|&(index, _)| index);
        self.reading.finish_reasons = self.finished.into_iter().map(|(_, reason)| reason).collect();
        self.reading.finished()
    }
}

impl Choice<'_> {
    fn ran_tools(&self) -> bool {
        let mut messages = [&self.message.0, &self.delta.0].into_iter().flatten();
        messages.any(|message| message.executed_tools.0.as_ref().is_some_and(|tools| !tools.is_empty()))
    }
}
