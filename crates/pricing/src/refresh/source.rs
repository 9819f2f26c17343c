//! Where newer prices come from, and whether there is anything new.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::price_file::{self, PriceFileError, hash_of, name_of};

/// A file written so recently may be written again within the resolution of its time stamp.
const UNSETTLED: Duration = Duration::from_secs(2);

/// Where a feed comes from.
#[derive(Debug)]
pub(super) enum Source {
    File(PathBuf),
    #[cfg(feature = "refresh-url")]
    Url(super::url::Address),
}

/// A file that is looked at again and again.
#[derive(Debug)]
pub(super) struct WatchedFile {
    path: PathBuf,
    /// Time and length of what was read last; `None` when it has to be read in any case.
    stamp: Option<(SystemTime, u64)>,
    /// Of what was read last.
    hash: String,
    /// Whether that is in use.
    is_in_use: bool,
}

/// What a look at a source found.
#[derive(Debug)]
pub(super) enum Look {
    /// What was judged before is still there.
    Nothing,
    /// It was read again, and says the same as what is in use.
    Same,
    /// Another text.
    Text(String),
}

impl WatchedFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            stamp: None,
            hash: String::new(),
            is_in_use: false,
        }
    }

    pub(super) fn name(&self) -> String {
        name_of(&self.path)
    }

    /// Reads the file if it may have changed. A text is given once, whether it is then taken or refused.
    pub(super) fn look(&mut self) -> Result<Look, PriceFileError> {
        let metadata = fs::metadata(&self.path).map_err(|error| {
            // Whatever comes back has to be read.
            self.stamp = None;
            PriceFileError::Unreadable {
                file: self.name().into(),
                reason: error.to_string(),
            }
        })?;
        let modified = metadata.modified().ok();
        let is_settled = |modified: &SystemTime| modified.elapsed().is_ok_and(|age| age > UNSETTLED);
        let stamp = modified.filter(is_settled).map(|modified| (modified, metadata.len()));
        if stamp.is_some() && stamp == self.stamp {
            return Ok(Look::Nothing);
        }
        let text = price_file::read(&self.path)?;
        self.stamp = stamp;
        let hash = hash_of(&[text.as_bytes()]);
        if hash == self.hash {
            return Ok(if self.is_in_use { Look::Same } else { Look::Nothing });
        }
        self.hash = hash;
        Ok(Look::Text(text))
    }

    /// Tells whether what was read last is in use now.
    pub(super) const fn judged(&mut self, is_in_use: bool) {
        self.is_in_use = is_in_use;
    }
}
