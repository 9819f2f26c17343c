//! Checks licences, sources and bans of all dependencies by `deny.toml`.

use anyhow::Result;

use crate::cargo::{cargo, obtain, run_to_success};

const CARGO_DENY: &str = "0.20.2";

/// Advisories are not checked here: their database is a Git repository, which is not reachable from every machine.
pub(crate) fn run() -> Result<()> {
    obtain("deny", CARGO_DENY)?;
    println!("left out: advisories; check them with `cargo deny check advisories`");
    run_to_success(cargo().args(["deny", "--locked", "check", "licenses", "bans", "sources"]))
}
