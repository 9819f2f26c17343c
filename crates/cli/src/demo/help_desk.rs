//! The help desk's data: instructions, articles, orders and the tool.

use std::time::Duration;

use serde_json::{Value, json};

/// The customer's question.
pub(crate) const QUESTION: &str = "Where is my order 4711, and can I still return it?";

/// The agent's system instructions.
pub(crate) const INSTRUCTIONS: &str = "You are the help desk of a mail-order shop. Answer in two sentences, from the articles and the order's status only.";

const ARTICLES: [&str; 5] = [
    "Returns: thirty days from delivery, with the label in the customer's account.",
    "Delayed parcels: the customer is told the new date and need not do anything.",
    "Invoices: sent by mail on the day of dispatch.",
    "Return costs: free within the country.",
    "Gift cards: cannot be returned.",
];

/// The latency of the shop's systems.
const SHOP_LATENCY: Duration = Duration::from_millis(12);

/// The articles with most words in common with the question.
pub(crate) async fn nearest_articles(count: usize) -> Vec<&'static str> {
    tokio::time::sleep(SHOP_LATENCY).await;
    let question = QUESTION.to_lowercase();
    let shared = |article: &str| {
        article
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| question.contains(word))
            .count()
    };
    let mut articles = ARTICLES.to_vec();
    articles.sort_by_key(|article| std::cmp::Reverse(shared(article)));
    articles.truncate(count);
    articles
}

/// The definition of the tool in OpenAI's chat API.
pub(crate) fn tools() -> Value {
    json!([{
        "type": "function",
        "function": {
            "name": "order_status",
            "description": "Where an order is.",
            "parameters": {
                "type": "object",
                "properties": {"order": {"type": "string"}},
                "required": ["order"],
            },
        },
    }])
}

/// The tool: the status of an order.
pub(crate) async fn order_status(order: &str) -> String {
    tokio::time::sleep(SHOP_LATENCY).await;
    json!({"order": order, "status": "delayed", "left": "Monday", "expected": "Thursday"}).to_string()
}
