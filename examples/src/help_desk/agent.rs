//! `POST /ask`: searches the knowledge base, then runs a rig agent with a tool for orders. The agent and the search
//! have spans of their own around rig's.

use std::convert::Infallible;
use std::env;
use std::sync::Arc;

use axum::extract::State;
use rig_agent::agent::{Agent, AgentBuilder};
use rig_agent::tool::{Tool, ToolContext};
use rig_core::DynModel;
use rig_core::operation::Completion;
use rig_core::providers::anthropic::Anthropic;
use rig_core::providers::openai::OpenAI;
use serde::Deserialize;
use serde_json::{Value, json};

use super::model_error::ModelError;

const ARTICLES: [&str; 3] = [
    "Orders are sent within two days.",
    "Returns are free for a month.",
    "The desk is open from nine to five.",
];

pub(super) fn agent() -> anyhow::Result<Arc<Agent>> {
    let agent = AgentBuilder::new(model()?)
        .name("help-desk")
        .preamble("You answer customers of a bicycle shop.")
        .max_tokens(256)
        .tool(OrderStatus)
        .build();
    Ok(Arc::new(agent))
}

fn model() -> anyhow::Result<DynModel<Completion>> {
    if env::var_os("ANTHROPIC_API_KEY").is_some() {
        return Ok(Anthropic::from_env()?.completion("claude-sonnet-4-5").into());
    }
    Ok(OpenAI::from_env()?.chat("gpt-4o-mini").into())
}

pub(super) async fn ask(State(agent): State<Arc<Agent>>, question: String) -> Result<String, ModelError> {
    let run = tracing_genai::invoke_agent("help-desk").start();
    let answer = run.run(async {
        let articles = search(&question).await;
        agent
            .prompt(format!("{question}\n\nArticles:\n{articles}"))
            .max_turns(3)
            .await
    });
    match answer.await {
        Ok(answer) => Ok(answer.output()),
        Err(error) => {
            run.fail("provider", &error);
            Err(ModelError)
        }
    }
}

async fn search(_question: &str) -> String {
    let search = tracing_genai::retrieval("kb-articles").top_k(3).start();
    search
        .run(async {
            // A vector store would be queried here.
            tokio::task::yield_now().await;
            tracing::info!(count = ARTICLES.len(), "documents_retrieved");
            ARTICLES.join("\n")
        })
        .await
}

#[derive(Deserialize)]
struct Order {
    order: String,
}

struct OrderStatus;

impl Tool for OrderStatus {
    const NAME: &'static str = "order_status";
    type Args = Order;
    type Output = String;
    type Error = Infallible;

    fn description(&self) -> String {
        "Returns the status of an order".to_owned()
    }

    fn parameters(&self) -> Value {
        json!({ "type": "object", "properties": { "order": { "type": "string" } }, "required": ["order"] })
    }

    async fn call(&self, _context: &mut ToolContext, args: Order) -> Result<String, Infallible> {
        Ok(format!("order {} was sent yesterday", args.order))
    }
}
