//! `tracing-genai catalog check`: validates a price file.

use std::path::PathBuf;

use tracing_genai_pricing::{Catalogue, Layer};

use crate::{
    output::stdout,
    price_source::{PriceFile, Source, print_warnings},
};

/// A newer table must be plausible, too: almost as many models as the current one, and no large change of a well-known
/// price.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The file: genai-prices JSON, catalogue text, or a user's price file
    file: PathBuf,
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (mut feed, mut user_file) = arguments.source.read()?;
    let (kind, layer) = match PriceFile::read(&arguments.file)? {
        PriceFile::Table(newer) => {
            print_warnings(Some(&newer), None);
            newer.check_plausible(feed.as_ref())?;
            feed = Some(newer);
            ("price table", Layer::Refreshed)
        }
        PriceFile::User(newer) => {
            print_warnings(None, Some(&newer));
            user_file = Some(newer);
            ("user's price file", Layer::User)
        }
    };
    let catalogue = Catalogue::layered(feed.as_ref(), user_file.as_ref())?;
    let models = catalogue.entries().filter(|entry| entry.layer() == layer).count();
    let mut out = stdout();
    out.line(format_args!(
        "{}: valid {kind} with prices of {models} models; sha256 of the whole {}",
        arguments.file.display(),
        catalogue.hash()
    ))?;
    out.flush()?;
    Ok(())
}
