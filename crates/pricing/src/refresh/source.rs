//! Price files: polling and change detection.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::hash::hash_of;
use crate::price_file::{self, MAX_FILE_BYTES, PriceFileError, name_of};

/// A file written within this time may change again without a new time stamp.
const TIMESTAMP_RESOLUTION: Duration = Duration::from_secs(2);

/// A changed file is read after this time without changes: a partly written file may be valid.
pub(super) const SETTLING: Duration = Duration::from_millis(100);

/// A polled file.
#[derive(Debug)]
pub(super) struct WatchedFile {
    path: PathBuf,
    /// Time and length at the last read; `None` forces a read.
    stamp: Option<(SystemTime, u64)>,
    /// Time and length at the last poll.
    seen: Option<(Option<SystemTime>, u64)>,
    /// Whether it changed and may still be changing.
    is_settling: bool,
    /// The hash of the last read.
    hash: String,
    /// Whether that content is in use.
    is_in_use: bool,
}

/// The result of a poll.
#[derive(Debug)]
pub(super) enum Polled {
    /// Untouched since the last poll.
    Nothing,
    /// Read again, with the content in use.
    Same,
    /// A new text.
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

    /// Whether to poll again soon.
    pub(super) const fn is_settling(&self) -> bool {
        self.is_settling
    }

    pub(super) fn name(&self) -> String {
        name_of(&self.path)
    }

    /// Reads the file if it may have changed. Each text is returned once, accepted or not.
    pub(super) fn poll(&mut self) -> Result<Polled, PriceFileError> {
        self.poll_by(SystemTime::now)
    }

    /// Reads the clock after the file's time, which could otherwise seem to be in the future.
    fn poll_by(&mut self, clock: impl Fn() -> SystemTime) -> Result<Polled, PriceFileError> {
        self.is_settling = false;
        let metadata = fs::metadata(&self.path).map_err(|error| self.unreadable(error.to_string()))?;
        if !metadata.is_file() {
            return Err(self.unreadable("not a file".to_owned()));
        }
        if metadata.len() > MAX_FILE_BYTES {
            return Err(self.unreadable(format!("larger than {MAX_FILE_BYTES} bytes")));
        }
        let modified = metadata.modified().ok();
        // A time in the future is useless.
        let age = modified.and_then(|modified| clock().duration_since(modified).ok());
        let stamp = modified
            .filter(|_| age.is_some_and(|age| age > TIMESTAMP_RESOLUTION))
            .map(|modified| (modified, metadata.len()));
        let seen = Some((modified, metadata.len()));
        // A file system may update the length of a file before its time.
        let is_steady = seen == self.seen && age.is_none_or(|age| age >= SETTLING);
        self.seen = seen;
        let is_read = stamp.is_some() && stamp == self.stamp;
        self.is_settling = !is_read && !is_steady && !self.hash.is_empty();
        if is_read || self.is_settling {
            return Ok(Polled::Nothing);
        }
        let text = price_file::read(&self.path).inspect_err(|_| self.forget())?;
        let is_as_it_was = |after: fs::Metadata| after.modified().ok() == modified && after.len() == metadata.len();
        let is_whole = fs::metadata(&self.path).is_ok_and(is_as_it_was);
        if !self.hash.is_empty() && !is_whole {
            // It was written during the read: wait for the next poll.
            return Ok(Polled::Nothing);
        }
        self.stamp = stamp;
        let hash = hash_of(&[text.as_bytes()]);
        if hash == self.hash {
            return Ok(if self.is_in_use { Polled::Same } else { Polled::Nothing });
        }
        self.hash = hash;
        // Until the updater reports.
        self.is_in_use = false;
        Ok(Polled::Text(text))
    }

    fn unreadable(&mut self, reason: String) -> PriceFileError {
        self.forget();
        PriceFileError::Unreadable {
            file: self.name().into(),
            reason,
        }
    }

    /// Forces a read at the next poll, and an update unless the content is in use.
    fn forget(&mut self) {
        self.stamp = None;
        if !self.is_in_use {
            self.hash.clear();
        }
    }

    /// Sets whether the last text is in use; `None` if it was not processed.
    pub(super) fn set_in_use(&mut self, is_in_use: Option<bool>) {
        self.is_in_use = is_in_use.unwrap_or(self.is_in_use);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    /// Writes a file with that modification time.
    fn write(path: &std::path::Path, text: &str, at: SystemTime) {
        fs::write(path, text).unwrap();
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(at)
            .unwrap();
    }

    fn text(polled: Result<Polled, PriceFileError>) -> Option<String> {
        match polled.unwrap() {
            Polled::Text(text) => Some(text),
            Polled::Nothing | Polled::Same => None,
        }
    }

    #[test]
    fn a_changed_file_is_read_once_it_settles() {
        let path = std::env::temp_dir().join(format!("tracing-genai-watched-{}", std::process::id()));
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000);
        let mut file = WatchedFile::new(path.clone());
        write(&path, "first", start);
        // The first poll has no earlier state, so it does not wait.
        assert_eq!(text(file.poll_by(|| start)).as_deref(), Some("first"));

        let changed = start + Duration::from_secs(60);
        write(&path, "half", changed);
        assert_eq!(text(file.poll_by(|| changed + SETTLING / 2)), None);
        write(&path, "whole", changed + SETTLING);
        assert_eq!(text(file.poll_by(|| changed + SETTLING)), None);
        assert_eq!(text(file.poll_by(|| changed + SETTLING * 2)).as_deref(), Some("whole"));

        // Emptied, with an unchanged time.
        let before = changed + SETTLING;
        write(&path, "", before);
        assert_eq!(text(file.poll_by(|| changed + SETTLING * 4)), None);
        assert!(file.is_settling());
        write(&path, "whole again", changed + SETTLING * 4);
        assert_eq!(text(file.poll_by(|| changed + SETTLING * 6)), None);
        assert_eq!(
            text(file.poll_by(|| changed + SETTLING * 7)).as_deref(),
            Some("whole again")
        );
        assert!(!file.is_settling());

        // The disk's clock is ahead.
        write(&path, "later", changed + TIMESTAMP_RESOLUTION * 10);
        assert_eq!(text(file.poll_by(|| changed)), None);
        assert_eq!(text(file.poll_by(|| changed)).as_deref(), Some("later"));
        fs::remove_file(&path).unwrap();
    }
}
