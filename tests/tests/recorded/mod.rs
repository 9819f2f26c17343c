//! Recorded exchanges: their selection, usage, cost, and clients.
#![allow(dead_code, unreachable_pub, reason = "not every test uses all of it")]

pub mod choice;
pub mod clients;
pub mod price;
pub mod truth;
