//! Counted export of spans: a panic of the exporter is a failed batch, and each span has one outcome.

mod counting;
mod delivery;
mod discard;
mod fan_out;

pub use counting::CountingExporter;
pub use delivery::{Delivery, DeliveryCounts};
pub use discard::Discard;
pub use fan_out::FanOut;
