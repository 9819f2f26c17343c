//! Not written yet.

/// Its arguments.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// Runs the chore.
pub(crate) fn run(_arguments: &Arguments) -> anyhow::Result<()> {
    Ok(())
}
