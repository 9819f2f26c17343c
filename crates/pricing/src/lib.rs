//! Exact, dated prices of LLM calls, with their derivation.
//!
//! [`Catalogue::embedded`] has the prices; [`Catalogue::cost`] computes the cost of a [`PriceQuery`] in exact dollars,
//! with the matched price and its certainty. An unknown cost is [`Status::Unpriced`], never zero.

mod broader;
mod call;
mod catalogue;
mod charge;
mod comparison;
mod cost;
mod decimal;
mod document;
mod entry;
mod factor;
pub mod feed;
mod find;
mod forms;
mod found;
mod given_away;
mod hash;
mod kind;
mod layers;
mod memo;
mod missing;
mod model_id;
mod names;
mod overlay;
mod plan;
mod planning;
mod price;
mod price_file;
mod price_key;
mod prices;
mod ranking;
mod reason;
mod refresh;
mod region;
mod reported;
mod rule;
#[cfg(test)]
#[path = "../../xtask/src/shared_data.rs"]
mod shared_data;
mod table;
mod time;
mod usd;
mod user_file;
mod word;

pub use call::{CallContext, Counts, PriceQuery};
pub use catalogue::Catalogue;
pub use comparison::Estimate;
pub use cost::{Cost, Edition, Layer, Matched, Parts, Status};
pub use document::Flaw;
pub use entry::{Entry, ListedPrice};
pub use missing::{Sides, missing_side};
pub use model_id::{ModelId, ParseModelIdError};
pub use overlay::OverlayRow;
pub use price_file::{Feed, PriceFileError};
pub use price_key::{price_key, unit_of_price_key};
pub use prices::{Prices, Refreshes};
pub use ranking::{Ranked, Ranking};
pub use reason::{Reason, Reasons};
pub use refresh::{Refresh, Refreshed, Refreshing};
pub use reported::reported_cost;
pub use table::CatalogueError;
pub use usd::{ParseUsdError, Usd};
pub use user_file::UserFile;
