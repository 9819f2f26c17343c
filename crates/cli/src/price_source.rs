//! The prices of a command: embedded or from files.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use serde_json::Value;
use tracing_genai_pricing::{Catalogue, Feed, UserFile};

use crate::{input::check_encoding, output::message};

/// The source of prices: by default, the embedded catalogue.
#[derive(clap::Args)]
pub(crate) struct Source {
    /// Your own prices, aliases and multipliers, with precedence over all others; see docs/prices.md
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// A newer price table in place of the embedded one: genai-prices JSON or catalogue text
    #[arg(long, value_name = "FILE")]
    feed: Option<PathBuf>,
}

/// A price file of either kind.
pub(crate) enum PriceFile {
    Table(Feed),
    User(UserFile),
}

impl Source {
    /// The catalogue of these files. Prints their warnings on standard error.
    pub(crate) fn load(&self) -> anyhow::Result<Arc<Catalogue>> {
        let (feed, user_file) = self.read()?;
        if feed.is_none() && user_file.is_none() {
            return Ok(Arc::clone(Catalogue::embedded()));
        }
        print_warnings(feed.as_ref(), user_file.as_ref());
        Ok(Arc::new(Catalogue::layered(feed.as_ref(), user_file.as_ref())?))
    }

    /// Reads the files.
    pub(crate) fn read(&self) -> anyhow::Result<(Option<Feed>, Option<UserFile>)> {
        self.feed
            .iter()
            .chain(&self.prices)
            .try_for_each(|path| check_encoding(path))?;
        Ok((
            self.feed.as_deref().map(Feed::read).transpose()?,
            self.prices.as_deref().map(UserFile::read).transpose()?,
        ))
    }
}

/// Prints the files' warnings on standard error.
pub(crate) fn print_warnings(feed: Option<&Feed>, user_file: Option<&UserFile>) {
    let warnings = feed.into_iter().flat_map(Feed::warnings);
    for warning in warnings.chain(user_file.into_iter().flat_map(UserFile::warnings)) {
        message(format_args!("warning: {warning}"));
    }
}

impl PriceFile {
    /// Reads the file, and detects its kind.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        check_encoding(path)?;
        let mut start = Vec::new();
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        file.take(MAX_DETECTED_BYTES)
            .read_to_end(&mut start)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Ok(if is_table(&String::from_utf8_lossy(&start)) {
            Self::Table(Feed::read(path)?)
        } else {
            Self::User(UserFile::read(path)?)
        })
    }
}

/// Bytes read for detection; larger files are rejected later.
const MAX_DETECTED_BYTES: u64 = 32 << 20;

/// Whether the text is a price table, not a user's file: catalogue text, a JSON list, or JSON with units or with models
/// of providers.
fn is_table(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("tracing-genai catalogue") {
        return true;
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(_)) => true,
        Ok(value) => {
            let providers = value.get("providers").and_then(Value::as_array);
            let mut providers = providers.into_iter().flatten();
            value.get("units").is_some() || providers.any(|provider| provider.get("models").is_some())
        }
        // Broken JSON, or TOML, where a list of tables begins with two brackets.
        Err(_) => {
            let list = text.strip_prefix('[').map(str::trim_start);
            list.is_some_and(|list| list.starts_with('{')) || (text.starts_with('{') && text.contains("\"units\""))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn price_tables_and_users_files_are_distinguished() {
        for table in [
            "tracing-genai catalogue 1\n",
            "\u{feff}[]",
            r#" {"units": {}, "providers": []}"#,
            r#"{"providers": [{"id": "p", "models": []}]}"#,
            r#"[ {"id": "#,
            r#"{"units": "#,
        ] {
            assert!(is_table(table), "{table}");
        }
        for own in [
            "",
            "[[models]]\nid = 'm'\n",
            "# prices\n[[aliases]]\n",
            r#"{"models": [{"id": "m"}]}"#,
            r#"{"providers": [{"id": "p"}], "models": []}"#,
            r#"{"models": ["#,
        ] {
            assert!(!is_table(own), "{own}");
        }
    }
}
