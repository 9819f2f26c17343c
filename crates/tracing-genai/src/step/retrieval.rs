//! Searches for documents.

use serde_json::Value;
use tracing::Span;
use tracing_genai_message::Document;
use tracing_genai_semconv::Attribute;

use super::builder::{Kind, Step, StepBuilder, kind};
use crate::short;

/// A search for documents.
#[derive(Debug)]
pub struct Retrieval {
    data_source: String,
}

/// A search of `data_source`, such as a vector store's index.
///
/// ```
/// use tracing_genai::message::Document;
///
/// let search = tracing_genai::retrieval("kb-articles").top_k(3).query("refunds").start();
/// search.documents(&[Document::new("kb-7").score(0.93)]);
/// ```
pub fn retrieval(data_source: &str) -> StepBuilder<Retrieval> {
    StepBuilder::new(Retrieval {
        data_source: short::name(data_source).to_owned(),
    })
}

impl Kind for Retrieval {}

impl kind::Start for Retrieval {
    fn start(self) -> Span {
        tracing::info_span!(
            target: "tracing_genai", "retrieval", otel.name = ["retrieval ", &self.data_source].concat(), otel.kind = "client",
            gen_ai.operation.name = "retrieval", gen_ai.data_source.id = self.data_source,
        )
    }
}

impl StepBuilder<Retrieval> {
    /// The maximum number of documents (`gen_ai.retrieval.top_k`).
    pub fn top_k(self, documents: u32) -> Self {
        self.with(Attribute::RetrievalTopK, i64::from(documents))
    }

    /// The query (`gen_ai.retrieval.query.text`), if content is captured.
    pub fn query(self, text: &str) -> Self {
        self.with_content(Attribute::RetrievalQueryText, || text.to_owned())
    }

    /// The store's provider (`gen_ai.provider.name`).
    pub fn provider(self, name: &str) -> Self {
        self.with(Attribute::ProviderName, name.to_owned())
    }

    /// The embedding model of the query (`gen_ai.request.model`).
    pub fn model(self, name: &str) -> Self {
        self.with(Attribute::RequestModel, name.to_owned())
    }

    /// The server's address and port (`server.address`, `server.port`).
    pub fn server(self, address: &str, port: u16) -> Self {
        self.at(address, port)
    }
}

impl Step<Retrieval> {
    /// Records the retrieved documents (`gen_ai.retrieval.documents`), if content is captured.
    pub fn documents(&self, documents: &[Document]) {
        self.content(Attribute::RetrievalDocuments, || {
            Value::Array(documents.iter().map(Document::to_value).collect()).to_string()
        });
    }
}
