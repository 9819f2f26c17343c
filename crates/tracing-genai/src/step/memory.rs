//! Operations on memories and memory stores.

use serde_json::Value;
use tracing::Span;
use tracing_genai_semconv::{Attribute, OperationName};

use super::builder::{Kind, Step, StepBuilder, kind};
use crate::short;

/// An operation on memories of a store.
#[derive(Debug)]
pub struct Memory {
    operation: OperationName,
    store: String,
}

/// An operation on a store.
#[derive(Debug)]
pub struct MemoryStore {
    operation: OperationName,
    store: String,
}

fn memory(operation: OperationName, store: &str) -> StepBuilder<Memory> {
    StepBuilder::new(Memory {
        operation,
        store: short::name(store).to_owned(),
    })
}

/// A search of the memories in `store`.
///
/// ```
/// let search = tracing_genai::search_memory("profiles").query("likes").start();
/// search.record_count(2);
/// ```
pub fn search_memory(store: &str) -> StepBuilder<Memory> {
    memory(OperationName::SearchMemory, store)
}

/// The creation of a memory in `store`.
pub fn create_memory(store: &str) -> StepBuilder<Memory> {
    memory(OperationName::CreateMemory, store)
}

/// The update of a memory in `store`.
pub fn update_memory(store: &str) -> StepBuilder<Memory> {
    memory(OperationName::UpdateMemory, store)
}

/// The update of a memory in `store`, or its creation if it does not exist.
pub fn upsert_memory(store: &str) -> StepBuilder<Memory> {
    memory(OperationName::UpsertMemory, store)
}

/// The deletion of a memory in `store`.
pub fn delete_memory(store: &str) -> StepBuilder<Memory> {
    memory(OperationName::DeleteMemory, store)
}

/// The creation of a memory store.
pub fn create_memory_store(store: &str) -> StepBuilder<MemoryStore> {
    StepBuilder::new(MemoryStore {
        operation: OperationName::CreateMemoryStore,
        store: short::name(store).to_owned(),
    })
}

/// The deletion of a memory store.
pub fn delete_memory_store(store: &str) -> StepBuilder<MemoryStore> {
    StepBuilder::new(MemoryStore {
        operation: OperationName::DeleteMemoryStore,
        store: short::name(store).to_owned(),
    })
}

/// Span names are the operation alone, as in the conventions: stores are of high cardinality.
fn span(operation: OperationName, store: &str) -> Span {
    macro_rules! span {
        ($name:literal) => {
            tracing::info_span!(
                target: "tracing_genai", $name, otel.name = $name, otel.kind = "client",
                gen_ai.operation.name = $name, gen_ai.memory.store.id = store,
            )
        };
    }
    match operation {
        OperationName::CreateMemory => span!("create_memory"),
        OperationName::UpdateMemory => span!("update_memory"),
        OperationName::UpsertMemory => span!("upsert_memory"),
        OperationName::DeleteMemory => span!("delete_memory"),
        OperationName::CreateMemoryStore => span!("create_memory_store"),
        OperationName::DeleteMemoryStore => span!("delete_memory_store"),
        _ => span!("search_memory"),
    }
}

impl Kind for Memory {}

impl kind::Start for Memory {
    fn start(self) -> Span {
        span(self.operation, &self.store)
    }
}

impl Kind for MemoryStore {}

impl kind::Start for MemoryStore {
    fn start(self) -> Span {
        span(self.operation, &self.store)
    }
}

macro_rules! served {
    ($($kind:ty),*) => {$(
        impl StepBuilder<$kind> {
            /// The provider or service of the memories (`gen_ai.provider.name`).
            pub fn provider(self, name: &str) -> Self {
                self.with(Attribute::ProviderName, name.to_owned())
            }

            /// The server's address and port (`server.address`, `server.port`).
            pub fn server(self, address: &str, port: u16) -> Self {
                self.at(address, port)
            }
        }
    )*};
}

served!(Memory, MemoryStore);

impl StepBuilder<Memory> {
    /// The memory's id (`gen_ai.memory.record.id`).
    pub fn record(self, id: &str) -> Self {
        self.with(Attribute::MemoryRecordId, id.to_owned())
    }

    /// The query (`gen_ai.memory.query.text`), if content is captured.
    pub fn query(self, text: &str) -> Self {
        self.with_content(Attribute::MemoryQueryText, || text.to_owned())
    }
}

impl Step<Memory> {
    /// Records the number of memories (`gen_ai.memory.record.count`).
    pub fn record_count(&self, records: u32) {
        self.attribute(Attribute::MemoryRecordCount.name(), i64::from(records));
    }

    /// Records the memories (`gen_ai.memory.records`), if content is captured: objects with `content`, and with `id`,
    /// `score` and `metadata` if known.
    pub fn records(&self, records: &[Value]) {
        self.content(Attribute::MemoryRecords, || Value::Array(records.to_vec()).to_string());
    }
}
