//! Exact, dated, explained prices of LLM calls.
//!
//! [`Catalogue::embedded`] knows the models; [`Catalogue::cost`] says what a [`Call`] cost, in exact dollars, by which
//! price and with how much certainty. What is not known is [`Status::Unpriced`], never zero.

mod call;
mod catalogue;
mod charge;
mod choose;
mod cost;
#[allow(dead_code, unused_imports)] // Its reader of TOML is for the user's file.
mod document;
mod entry;
mod factor;
mod find;
mod forms;
mod memo;
mod names;
mod plan;
mod price;
mod prices;
mod reason;
mod rule;
mod table;
mod time;
mod usd;

pub use call::{Call, Context, Counts};
pub use catalogue::Catalogue;
pub use cost::{Cost, Edition, Layer, Matched, Parts, Status};
pub use document::Flaw;
pub use entry::{Entry, ListedPrice};
pub use prices::{Prices, Refreshes};
pub use reason::{Reason, Reasons};
pub use table::CatalogueError;
pub use usd::{ParseUsdError, Usd};
