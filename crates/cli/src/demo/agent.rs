//! A help-desk agent as a service would write it: its spans are opened where its work is done.

use anyhow::{Context, anyhow};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tracing_genai::usage::Api;

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

/// The agent, and whom it talks to.
pub(crate) struct Agent {
    openai: Client,
    /// Who answers in `OpenAI`'s format, as `gen_ai.provider.name` has it.
    openai_name: String,
    anthropic: Option<Client>,
    model: String,
}

impl Agent {
    /// An agent of the built-in provider, which it asks in both wire formats and also for what fails.
    pub(crate) fn with_built_in_provider(client: Client, model: String) -> Self {
        Self {
            openai: client.clone(),
            openai_name: "openai".to_owned(),
            anthropic: Some(client),
            model,
        }
    }

    /// An agent that asks a real provider, in OpenAI's format only. On its spans it is called `name`.
    pub(crate) fn with_openai_format(client: Client, name: String, model: String) -> Self {
        Self {
            openai: client,
            openai_name: name,
            anthropic: None,
            model,
        }
    }

    /// Answers the customer's question. Fails when the model does not answer.
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
                    .context("no reply was written")?;
                self.title_ticket(&facts).await?;
            }
            None => self
                .stream_from_openai(&facts, &self.model)
                .await
                .context("no reply was written")?,
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

    /// Looks up what the help desk has written down. Without an embedding the words of the question have to do.
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

    /// Asks the model, does what it asks for, and returns everything that is known.
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
        let answer = self.openai_call(&self.model, &body).await.map_err(no_facts)?;
        for wanted in ChatAnswer::tool_calls(&answer).context("the answer was not understood")? {
            let tool = tracing_genai::execute_tool(&wanted.function.name)
                .call_id(&wanted.id)
                .start();
            facts.push('\n');
            facts.push_str(&tool.run(help_desk::order_status(&wanted.function.order())).await);
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

    /// Summarises the ticket: the first model refuses, and the one that takes over is in no price table.
    async fn title_ticket(&self, facts: &str) -> anyhow::Result<()> {
        match self.stream_from_openai(facts, REFUSED_MODEL).await {
            Err(CallError::Refused { status, .. }) => {
                tracing::warn!(status = status.as_u16(), model = UNKNOWN_MODEL, "falling back");
            }
            Err(error) => return Err(error.into()),
            Ok(()) => return Err(anyhow!("{REFUSED_MODEL} was expected to refuse")),
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

/// Says of a failed call whether the model ever heard the question.
fn no_facts(error: CallError) -> anyhow::Error {
    let said = match error {
        CallError::Unreachable(_) => "the model was not asked",
        CallError::Refused { .. } | CallError::Transfer(_) => "the model did not answer",
    };
    anyhow::Error::new(error).context(said)
}

async fn anthropic_call(client: &Client, model: &str, body: &Value) -> Result<Bytes, CallError> {
    let call = tracing_genai::chat("anthropic", model)
        .server(client.host(), client.port())
        .start();
    call::make(call, Api::AnthropicMessages, client, "messages", body).await
}

/// What the agent reads of a chat completion.
#[derive(Deserialize)]
struct ChatAnswer {
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

impl ChatAnswer {
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
    async fn the_built_in_provider_answers_every_call_the_agent_makes() {
        let agent = Agent::with_built_in_provider(client().await, "gpt-4o-mini".to_owned());

        agent.answer().await.unwrap();
    }

    #[tokio::test]
    async fn openais_format_alone_is_enough_for_an_answer() {
        let agent = Agent::with_openai_format(client().await, "openai".to_owned(), "gpt-4o-mini".to_owned());

        agent.answer().await.unwrap();
    }

    #[tokio::test]
    async fn a_model_that_refuses_leaves_the_question_unanswered() {
        let agent = Agent::with_openai_format(client().await, "openai".to_owned(), REFUSED_MODEL.to_owned());

        let error = agent.answer().await.unwrap_err();

        let error = format!("{error:#}");
        assert!(
            error.starts_with("the model did not answer: the provider refused the call with 429 Too Many Requests"),
            "{error}"
        );
    }

    #[test]
    fn an_answer_without_tool_calls_asks_for_none() {
        let calls = ChatAnswer::tool_calls(br#"{"choices":[{"message":{"content":"hello"}}]}"#).unwrap();

        assert!(calls.is_empty());
    }
}
