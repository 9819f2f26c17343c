//! Spans around model calls: retrieval, tools, agents, workflows, memory and MCP.

mod agent;
mod builder;
mod fetch;
mod mcp;
mod memory;
mod retrieval;
mod tool;

pub use agent::{
    Agent, AgentCreation, Plan, RemoteAgent, Workflow, create_agent, invoke_agent, invoke_remote_agent,
    invoke_workflow, plan,
};
pub use builder::{Kind, Step, StepBuilder};
pub use fetch::{FetchResponse, fetch_response};
pub use mcp::{Mcp, mcp_client, mcp_server};
pub use memory::{
    Memory, MemoryStore, create_memory, create_memory_store, delete_memory, delete_memory_store, search_memory,
    update_memory, upsert_memory,
};
pub use retrieval::{Retrieval, retrieval};
pub use tool::{Tool, execute_tool};
