//! The prices a command goes by: those that come with the program, or those of a file.

use std::{
    fs,
    ops::Deref,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use tracing_genai::pricing::Catalogue;

/// Where the prices come from. Without either, from the catalogue that comes with the program.
#[derive(clap::Args)]
pub(crate) struct Source {
    /// Your own prices, aliases and multipliers, which go before all others
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// A newer price table, instead of the one that comes with the program
    #[arg(long, value_name = "FILE")]
    pub(crate) feed: Option<PathBuf>,
}

/// The catalogue in use.
pub(crate) enum Loaded {
    Embedded(&'static Catalogue),
    Read(Box<Catalogue>),
}

impl Source {
    /// The catalogue that these files make.
    pub(crate) fn load(&self) -> anyhow::Result<Loaded> {
        load(self.prices.as_deref(), self.feed.as_deref())
    }
}

impl Deref for Loaded {
    type Target = Catalogue;

    fn deref(&self) -> &Catalogue {
        match self {
            Self::Embedded(catalogue) => catalogue,
            Self::Read(catalogue) => catalogue,
        }
    }
}

/// The catalogue in use, with the user's own prices and a newer table where they are named.
pub(crate) fn load(prices: Option<&Path>, feed: Option<&Path>) -> anyhow::Result<Loaded> {
    if let Some(prices) = prices {
        bail!(
            "{}: files of own prices cannot be read yet; leave out --prices",
            prices.display()
        );
    }
    Ok(match feed {
        Some(feed) => Loaded::Read(Box::new(read(feed)?)),
        None => Loaded::Embedded(Catalogue::embedded()),
    })
}

/// Reads a price table. Fails with the file, the line and what is wrong there.
pub(crate) fn read(path: &Path) -> anyhow::Result<Catalogue> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Catalogue::parse(&text).with_context(|| path.display().to_string())
}
