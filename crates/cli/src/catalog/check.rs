//! `tracing-genai catalog check`: whether a file of prices can be used.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use tracing_genai::pricing::{Catalogue, Layer};

use crate::price_source::{PriceFile, Source, tell};

/// A newer table must be plausible too: hold nearly as much as the one in use, and move no well-known price far.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The file: genai-prices JSON, the text of a catalogue, or a user's file
    file: PathBuf,
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (mut feed, mut user_file) = arguments.source.read()?;
    let (kind, layer) = match PriceFile::read(&arguments.file)? {
        PriceFile::Table(newer) => {
            tell(Some(&newer), None);
            newer.check_plausible(feed.as_ref())?;
            feed = Some(newer);
            ("price table", Layer::Refreshed)
        }
        PriceFile::User(newer) => {
            tell(None, Some(&newer));
            user_file = Some(newer);
            ("user's file", Layer::User)
        }
    };
    let catalogue = Catalogue::layered(feed.as_ref(), user_file.as_ref())?;
    let models = catalogue.entries().filter(|entry| entry.layer() == layer).count();
    writeln!(
        io::stdout(),
        "{}: a {kind} that can be used, with prices of {models} models; sha256 of the whole {}",
        arguments.file.display(),
        catalogue.hash()
    )?;
    Ok(())
}
