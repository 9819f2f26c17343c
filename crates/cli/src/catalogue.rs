//! The prices a command goes by: those that come with the program, or those of a file.

use std::{path::PathBuf, sync::Arc};

use tracing_genai::pricing::{Catalogue, Feed, UserFile};

/// Where the prices come from. Without either, from the catalogue that comes with the program.
#[derive(clap::Args)]
pub(crate) struct Source {
    /// Your own prices, aliases and multipliers, which go before all others; see docs/prices.md
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// A newer price table, over the one that comes with the program: genai-prices JSON or the text of a catalogue
    #[arg(long, value_name = "FILE")]
    pub(crate) feed: Option<PathBuf>,
}

impl Source {
    /// The catalogue that these files make. What had to be left out of them is told on standard error.
    pub(crate) fn load(&self) -> anyhow::Result<Arc<Catalogue>> {
        let feed = self.feed.as_deref().map(Feed::read).transpose()?;
        let user_file = self.prices.as_deref().map(UserFile::read).transpose()?;
        if feed.is_none() && user_file.is_none() {
            return Ok(Arc::clone(Catalogue::embedded()));
        }
        let left_out = feed.iter().flat_map(Feed::warnings);
        for warning in left_out.chain(user_file.iter().flat_map(UserFile::warnings)) {
            eprintln!("warning: {warning}");
        }
        Ok(Arc::new(Catalogue::layered(feed.as_ref(), user_file.as_ref())?))
    }
}
