//! A help-desk agent, instrumented like a service.

use anyhow::{Context, anyhow};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tracing_genai_usage::Api;

use super::{
    call::{self, CallError},
    client::Client,
    help_desk::{self, INSTRUCTIONS, QUESTION},
    provider::REFUSED_MODEL,
};

/// The target of the agent's own events.
pub(crate) const TARGET: &str = module_path!();

const EMBEDDING_MODEL: &str = "text-embedding-3-small";
const TRIAGE_MODEL: &str = "claude-haiku-4-5";
const REPLY_MODEL: &str = "claude-sonnet-4-5";
const UNKNOWN_MODEL: &str = "acme-support-1";
const NEAREST: u32 = 3;

/// The agent with its providers.
pub(crate) struct Agent {
    openai: Client,
    /// The `gen_ai.provider.name` of the provider with `OpenAI`'s format.
    openai_name: String,
    anthropic: Option<Client>,
    model: String,
}

impl Agent {
    /// An agent with the built-in provider, in both wire formats, with failing calls.
    pub(crate) fn with_built_in_provider(client: Client, model: String) -> Self {
        Self {
            openai: client.clone(),
            openai_name: "openai".to_owned(),
            anthropic: Some(client),
            model,
        }
    }

    /// An agent with a real provider, in OpenAI's format only. `name` is its name on the spans.
    pub(crate) fn with_openai_format(client: Client, name: String, model: String) -> Self {
        Self {
            openai: client,
            openai_name: name,
            anthropic: None,
            model,
        }
    }

    /// Answers the customer's question. Fails without a response of the model.
    pub(crate) async fn answer(&self) -> anyhow::Result<()> {
        let agent = tracing_genai::invoke_agent("help-desk")
            .user("u-42")
            .session("s-7")
            .start();
        let outcome = agent.run(self.work()).await;
        if let Err(error) = &outcome {
            agent.fail("no_answer", format!("{error}: {}", error.root_cause()));
        }
        outcome
    }

    async fn work(&self) -> anyhow::Result<()> {
        if let Some(anthropic) = &self.anthropic {
            self.triage(anthropic).await?;
        }
        let articles = self.retrieve().await;
        let facts = self.facts(&articles).await?;
        match &self.anthropic {
            Some(anthropic) => {
                self.stream_from_anthropic(anthropic, &facts)
                    .await
                    .context("no reply")?;
                self.title_ticket(&facts).await?;
            }
            None => self.stream_from_openai(&facts, &self.model).await.context("no reply")?,
        }
        Ok(())
    }

    async fn triage(&self, anthropic: &Client) -> Result<(), CallError> {
        let body = json!({
            "model": TRIAGE_MODEL,
            "max_tokens": 5,
            "messages": [{"role": "user", "content": format!("Orders, invoices or other? One word.\n\n{QUESTION}")}],
        });
        anthropic_call(anthropic, TRIAGE_MODEL, &body).await.map(drop)
    }

    /// Looks up help-desk articles. Works without an embedding, too.
    async fn retrieve(&self) -> Vec<&'static str> {
        let search = tracing_genai::retrieval("kb-articles").top_k(NEAREST).start();
        search
            .run(async {
                if let Err(error) = self.embed_question().await {
                    tracing::warn!(%error, "searching without an embedding");
                }
                let articles = help_desk::nearest_articles(NEAREST as usize).await;
                tracing::info!(count = articles.len(), "documents_retrieved");
                articles
            })
            .await
    }

    async fn embed_question(&self) -> Result<(), CallError> {
        let body = json!({"model": EMBEDDING_MODEL, "input": QUESTION});
        let client = &self.openai;
        let call = tracing_genai::embeddings(&self.openai_name, EMBEDDING_MODEL)
            .server(client.host(), client.port())
            .start();
        call::make(call, Api::OpenAiEmbeddings, client, "embeddings", &body)
            .await
            .map(drop)
    }

    /// Calls the model, runs its tool calls, and returns all facts.
    async fn facts(&self, articles: &[&str]) -> anyhow::Result<String> {
        let mut facts = articles.join("\n");
        let body = json!({
            "model": self.model,
            "messages": [
                {"role": "system", "content": format!("{INSTRUCTIONS}\n\n{facts}")},
                {"role": "user", "content": QUESTION},
            ],
            "tools": help_desk::tools(),
        });
        let answer = self.openai_call(&self.model, &body).await.map_err(with_context)?;
        for tool_call in ChatResponse::tool_calls(&answer).context("unreadable response")? {
            let tool = tracing_genai::execute_tool(&tool_call.function.name)
                .call_id(&tool_call.id)
                .start();
            facts.push('\n');
            facts.push_str(&tool.run(help_desk::order_status(&tool_call.function.order())).await);
        }
        Ok(facts)
    }

    async fn stream_from_anthropic(&self, anthropic: &Client, facts: &str) -> Result<(), CallError> {
        let body = json!({
            "model": REPLY_MODEL,
            "max_tokens": 300,
            "stream": true,
            "system": [{"type": "text", "text": INSTRUCTIONS, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": format!("{facts}\n\n{QUESTION}")}],
        });
        anthropic_call(anthropic, REPLY_MODEL, &body).await.map(drop)
    }

    async fn stream_from_openai(&self, facts: &str, model: &str) -> Result<(), CallError> {
        let body = json!({
            "model": model,
            "stream": true,
            "stream_options": {"include_usage": true},
            "messages": [
                {"role": "system", "content": INSTRUCTIONS},
                {"role": "user", "content": format!("{facts}\n\n{QUESTION}")},
            ],
        });
        self.openai_call(model, &body).await.map(drop)
    }

    /// Summarises the ticket: the first model returns 429, and its fallback has no price.
    async fn title_ticket(&self, facts: &str) -> anyhow::Result<()> {
        match self.stream_from_openai(facts, REFUSED_MODEL).await {
            Err(CallError::HttpError { status, .. }) => {
                tracing::warn!(status = status.as_u16(), model = UNKNOWN_MODEL, "falling back");
            }
            Err(error) => return Err(error.into()),
            Ok(()) => return Err(anyhow!("{REFUSED_MODEL} was expected to return 429")),
        }
        Ok(self.stream_from_openai(facts, UNKNOWN_MODEL).await?)
    }

    async fn openai_call(&self, model: &str, body: &Value) -> Result<Bytes, CallError> {
        let client = &self.openai;
        let call = tracing_genai::chat(&self.openai_name, model)
            .server(client.host(), client.port())
            .start();
        call::make(call, Api::OpenAiChat, client, "chat/completions", body).await
    }
}

/// Adds to a failed call whether the model got the question.
fn with_context(error: CallError) -> anyhow::Error {
    let context = match error {
        CallError::Unreachable(_) => "the model was not called",
        CallError::HttpError { .. } | CallError::Transfer(_) => "the model did not respond",
    };
    anyhow::Error::new(error).context(context)
}

async fn anthropic_call(client: &Client, model: &str, body: &Value) -> Result<Bytes, CallError> {
    let call = tracing_genai::chat("anthropic", model)
        .server(client.host(), client.port())
        .start();
    call::make(call, Api::AnthropicMessages, client, "messages", body).await
}

/// The fields of a chat completion that the agent reads.
#[derive(Deserialize)]
struct ChatResponse {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    tool_calls: Option<Vec<ToolCall>>,
}

#[derive(Deserialize)]
struct ToolCall {
    id: String,
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    arguments: String,
}

impl ChatResponse {
    fn tool_calls(body: &[u8]) -> serde_json::Result<Vec<ToolCall>> {
        let answer: Self = serde_json::from_slice(body)?;
        Ok(answer
            .choices
            .into_iter()
            .flat_map(|choice| choice.message.tool_calls.unwrap_or_default())
            .collect())
    }
}

impl Function {
    fn order(&self) -> String {
        let arguments: Value = serde_json::from_str(&self.arguments).unwrap_or_default();
        arguments
            .get("order")
            .and_then(Value::as_str)
            .unwrap_or("unknown")
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::provider;

    async fn client() -> Client {
        Client::new(provider::start().await.unwrap(), None).unwrap()
    }

    #[tokio::test]
    async fn the_built_in_provider_serves_every_call_of_the_agent() {
        let agent = Agent::with_built_in_provider(client().await, "gpt-4o-mini".to_owned());

        agent.answer().await.unwrap();
    }

    #[tokio::test]
    async fn openais_format_is_enough() {
        let agent = Agent::with_openai_format(client().await, "openai".to_owned(), "gpt-4o-mini".to_owned());

        agent.answer().await.unwrap();
    }

    #[tokio::test]
    async fn an_http_error_of_the_model_fails_the_agent() {
        let agent = Agent::with_openai_format(client().await, "openai".to_owned(), REFUSED_MODEL.to_owned());

        let error = agent.answer().await.unwrap_err();

        let error = format!("{error:#}");
        assert!(
            error.starts_with("the model did not respond: the provider returned 429 Too Many Requests"),
            "{error}"
        );
    }

    #[test]
    fn a_response_without_tool_calls_has_none() {
        let calls = ChatResponse::tool_calls(br#"{"choices":[{"message":{"content":"hello"}}]}"#).unwrap();

        assert!(calls.is_empty());
    }
}
