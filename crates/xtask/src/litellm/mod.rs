//! LiteLLM's price table: parsed, compared with our catalogue, and the source of the models that only it has.

pub(crate) mod compare;
mod differences;
mod model;
mod models;
#[cfg(test)]
mod overlay_rows;
mod probes;
pub(crate) mod second;
mod units;
#[cfg(test)]
mod uplifts;

pub(crate) use models::read;
