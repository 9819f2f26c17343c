//! Price files of users and feeds: read, format detection, errors with file, line and reason.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::document::Flaw;
use crate::feed::catalogue_text;
use crate::hash::hash_of;
use crate::table::{CatalogueError, Table, is_catalogue};

/// The largest accepted file; the largest known table has 3 MB.
pub(crate) const MAX_FILE_BYTES: u64 = 32 << 20;

/// Why a price file was rejected. The prices in use stay.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PriceFileError {
    /// The file or address cannot be read.
    #[error("{file}: {reason}")]
    Unreadable {
        /// The file's name or address.
        file: Arc<str>,
        /// Why.
        reason: String,
    },
    /// The content is invalid.
    #[error("{file}:{}: {}", .flaw.line, .flaw.problem)]
    Flawed {
        /// The file's name or address.
        file: Arc<str>,
        /// The line and the problem.
        flaw: Flaw,
    },
    /// The content is valid, but implausible.
    #[error("{file}: {reason}")]
    Implausible {
        /// The file's name or address.
        file: Arc<str>,
        /// The reason.
        reason: String,
    },
}

/// A newer price table: genai-prices JSON in either form, or the text of a catalogue.
#[derive(Clone, Debug)]
pub struct Feed {
    name: Arc<str>,
    text: Arc<str>,
    edition: (String, String),
    warnings: Arc<[String]>,
}

impl Feed {
    /// Reads the file, of at most 32 MiB.
    ///
    /// # Errors
    ///
    /// [`PriceFileError`] with file, line and reason, if it is unreadable or not a table.
    pub fn read(path: &Path) -> Result<Self, PriceFileError> {
        Self::parse(&read(path)?, &name_of(path))
    }

    /// Parses `text`; errors and the catalogue's version use `name`.
    ///
    /// # Errors
    ///
    /// [`PriceFileError::Flawed`] with line and reason, if it is not a table.
    pub fn parse(text: &str, name: &str) -> Result<Self, PriceFileError> {
        let flawed = |flaw| PriceFileError::Flawed {
            file: name.into(),
            flaw,
        };
        let text = text.trim_start_matches('\u{feff}');
        let hash = hash_of(&[text.as_bytes()]);
        let short = hash.get(..12).unwrap_or_default();
        if is_catalogue(text) {
            let table = Table::parse(text).map_err(|error| flawed(flaw_of(&error)))?;
            let version = match &*table.edition.version {
                "" => format!("{name} {short}"),
                version => version.to_owned(),
            };
            return Ok(Self {
                name: name.into(),
                text: text.into(),
                edition: (version, hash),
                warnings: unusable_rules(&table, name).into(),
            });
        }
        let version = format!("{name} {short}");
        let made = catalogue_text(text, &version).map_err(flawed)?;
        Ok(Self {
            name: name.into(),
            text: made.text.into(),
            edition: (version, hash),
            warnings: made
                .warnings
                .iter()
                .map(|warning| format!("{name}: {warning}"))
                .collect(),
        })
    }

    /// The name in errors.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the text, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.edition.1
    }

    /// The omissions: models with unsupported rules, prices of unknown units.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(crate) fn table(&self) -> Result<Table, PriceFileError> {
        let mut table = Table::parse(&self.text).map_err(|error| PriceFileError::Flawed {
            file: Arc::clone(&self.name),
            flaw: flaw_of(&error),
        })?;
        let (version, hash) = &self.edition;
        table.edition = Arc::new(crate::cost::Edition {
            version: version.as_str().into(),
            hash: hash.as_str().into(),
        });
        Ok(table)
    }
}

/// The models whose rule has an invalid pattern, so that they match no name.
fn unusable_rules(table: &Table, name: &str) -> Vec<String> {
    let providers = table.providers.iter();
    let models = providers.flat_map(|own| own.models.iter().map(move |model| (&own.id, model)));
    let broken = models.filter(|(_, model)| !model.rule.is_sound());
    broken
        .map(|(provider, model)| {
            let id = &model.id;
            format!("{name}: {provider}/{id} is left out: its rule has an invalid pattern")
        })
        .collect()
}

fn flaw_of(error: &CatalogueError) -> Flaw {
    match error {
        CatalogueError::Line { line, problem } => Flaw::new(*line, *problem),
        CatalogueError::UnknownForm => Flaw::new(1, error.to_string()),
    }
}

/// The text of a file within the size limit.
pub(crate) fn read(path: &Path) -> Result<String, PriceFileError> {
    let unreadable = |reason: String| PriceFileError::Unreadable {
        file: name_of(path).into(),
        reason,
    };
    let mut text = String::new();
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    // One byte above the limit detects a longer file.
    let read = file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text);
    let bytes = read.map_err(|error| unreadable(error.to_string()))?;
    if u64::try_from(bytes).is_ok_and(|bytes| bytes > MAX_FILE_BYTES) {
        return Err(unreadable(format!("larger than {MAX_FILE_BYTES} bytes")));
    }
    Ok(text)
}

pub(crate) fn name_of(path: &Path) -> String {
    path.display().to_string()
}
