//! Recorded exchanges: which are replayed, what they say was used, what that costs, and the clients that are made to call.
#![allow(dead_code, unreachable_pub, reason = "each test takes from it what it needs")]

pub mod choice;
pub mod clients;
pub mod price;
pub mod truth;
