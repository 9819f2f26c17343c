//! Where newer prices come from, and whether there is anything new.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::hash::hash_of;
use crate::price_file::{self, MAX_FILE_BYTES, PriceFileError, name_of};

/// A file written so recently may be written again within the resolution of its time stamp.
const UNSETTLED: Duration = Duration::from_secs(2);

/// A file that changed is read once it has been left alone for so long: half of it may be a whole file of less.
pub(super) const SETTLING: Duration = Duration::from_millis(100);

/// A file that is looked at again and again.
#[derive(Debug)]
pub(super) struct WatchedFile {
    path: PathBuf,
    /// Time and length of what was read last; `None` when it has to be read in any case.
    stamp: Option<(SystemTime, u64)>,
    /// Time and length when it was looked at last.
    seen: Option<(Option<SystemTime>, u64)>,
    /// Whether it changed since, and may be changing still.
    is_settling: bool,
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
            seen: None,
            is_settling: false,
            hash: String::new(),
            is_in_use: false,
        }
    }

    /// Whether to look again soon.
    pub(super) const fn is_settling(&self) -> bool {
        self.is_settling
    }

    pub(super) fn name(&self) -> String {
        name_of(&self.path)
    }

    /// Reads the file if it may have changed. A text is given once, whether it is then taken or refused.
    pub(super) fn look(&mut self) -> Result<Look, PriceFileError> {
        self.look_by(SystemTime::now)
    }

    /// The clock is asked after the file, which else could seem to be written in the future.
    fn look_by(&mut self, clock: impl Fn() -> SystemTime) -> Result<Look, PriceFileError> {
        self.is_settling = false;
        let metadata = fs::metadata(&self.path).map_err(|error| self.unreadable(error.to_string()))?;
        if !metadata.is_file() {
            return Err(self.unreadable("not a file".to_owned()));
        }
        if metadata.len() > MAX_FILE_BYTES {
            return Err(self.unreadable(format!("larger than {MAX_FILE_BYTES} bytes")));
        }
        let modified = metadata.modified().ok();
        // A time in the future tells nothing.
        let age = modified.and_then(|modified| clock().duration_since(modified).ok());
        let stamp = modified
            .filter(|_| age.is_some_and(|age| age > UNSETTLED))
            .map(|modified| (modified, metadata.len()));
        let seen = Some((modified, metadata.len()));
        // A file system may show the length of a file that is being written before its time.
        let is_steady = seen == self.seen && age.is_none_or(|age| age >= SETTLING);
        self.seen = seen;
        let is_read = stamp.is_some() && stamp == self.stamp;
        self.is_settling = !is_read && !is_steady && !self.hash.is_empty();
        if is_read || self.is_settling {
            return Ok(Look::Nothing);
        }
        let text = price_file::read(&self.path).inspect_err(|_| self.forget())?;
        let is_as_it_was = |after: fs::Metadata| after.modified().ok() == modified && after.len() == metadata.len();
        let is_whole = fs::metadata(&self.path).is_ok_and(is_as_it_was);
        if !self.hash.is_empty() && !is_whole {
            // It was written while it was read. The next look sees it as it is then.
            return Ok(Look::Nothing);
        }
        self.stamp = stamp;
        let hash = hash_of(&[text.as_bytes()]);
        if hash == self.hash {
            return Ok(if self.is_in_use { Look::Same } else { Look::Nothing });
        }
        self.hash = hash;
        // Until it is judged.
        self.is_in_use = false;
        Ok(Look::Text(text))
    }

    fn unreadable(&mut self, reason: String) -> PriceFileError {
        self.forget();
        PriceFileError::Unreadable {
            file: self.name().into(),
            reason,
        }
    }

    /// Whatever can be read next has to be, and judged unless it is in use.
    fn forget(&mut self) {
        self.stamp = None;
        if !self.is_in_use {
            self.hash.clear();
        }
    }

    /// Tells whether what was read last is in use now, where it was judged at all.
    pub(super) fn judged(&mut self, is_in_use: Option<bool>) {
        self.is_in_use = is_in_use.unwrap_or(self.is_in_use);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    /// A file that was written at that moment.
    fn write(path: &std::path::Path, text: &str, at: SystemTime) {
        fs::write(path, text).unwrap();
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(at)
            .unwrap();
    }

    fn text(look: Result<Look, PriceFileError>) -> Option<String> {
        match look.unwrap() {
            Look::Text(text) => Some(text),
            Look::Nothing | Look::Same => None,
        }
    }

    #[test]
    fn a_file_is_read_again_once_it_is_left_alone() {
        let path = std::env::temp_dir().join(format!("tracing-genai-watched-{}", std::process::id()));
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000);
        let mut file = WatchedFile::new(path.clone());
        write(&path, "first", start);
        // There is nothing older to go by, so the first look does not wait.
        assert_eq!(text(file.look_by(|| start)).as_deref(), Some("first"));

        let changed = start + Duration::from_secs(60);
        write(&path, "half", changed);
        assert_eq!(text(file.look_by(|| changed + SETTLING / 2)), None);
        write(&path, "whole", changed + SETTLING);
        assert_eq!(text(file.look_by(|| changed + SETTLING)), None);
        assert_eq!(text(file.look_by(|| changed + SETTLING * 2)).as_deref(), Some("whole"));

        // Emptied, and its time is still that of before.
        let before = changed + SETTLING;
        write(&path, "", before);
        assert_eq!(text(file.look_by(|| changed + SETTLING * 4)), None);
        assert!(file.is_settling());
        write(&path, "whole again", changed + SETTLING * 4);
        assert_eq!(text(file.look_by(|| changed + SETTLING * 6)), None);
        assert_eq!(
            text(file.look_by(|| changed + SETTLING * 7)).as_deref(),
            Some("whole again")
        );
        assert!(!file.is_settling());

        // The clock of the disk is ahead of ours.
        write(&path, "later", changed + UNSETTLED * 10);
        assert_eq!(text(file.look_by(|| changed)), None);
        assert_eq!(text(file.look_by(|| changed)).as_deref(), Some("later"));
        fs::remove_file(&path).unwrap();
    }
}
