//! The id of a model and its provider.

use std::fmt;
use std::str::FromStr;

/// A model by its provider and name, written `openai/gpt-4o-mini`.
///
/// The text before the first `/` is the provider: a value of `gen_ai.provider.name` or an id of the catalogue. The rest
/// is the model, in any known form of its id.
///
/// ```
/// use tracing_genai_pricing::ModelId;
///
/// let id: ModelId = "openrouter/google/gemini-2.5-flash".parse()?;
/// assert_eq!((id.provider(), id.model()), ("openrouter", "google/gemini-2.5-flash"));
/// # Ok::<(), tracing_genai_pricing::ParseModelIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ModelId {
    provider: Box<str>,
    model: Box<str>,
}

/// The error for a text that is not a [`ModelId`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name a provider and a model; write `provider/model`, such as `openai/gpt-4o-mini`")]
pub struct ParseModelIdError(String);

impl ModelId {
    /// The provider's name.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The model's name.
    pub fn model(&self) -> &str {
        &self.model
    }
}

impl FromStr for ModelId {
    type Err = ParseModelIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = text.trim().split_once('/');
        let (provider, model) = named
            .filter(|(provider, model)| !provider.is_empty() && !model.is_empty())
            .ok_or_else(|| ParseModelIdError(text.to_owned()))?;
        Ok(Self {
            provider: provider.into(),
            model: model.into(),
        })
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.provider, self.model)
    }
}
