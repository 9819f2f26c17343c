//! Looks at the sources in turn, and has what they say judged.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;
#[cfg(feature = "refresh-url")]
use std::time::Instant;

use super::judge::{Judge, feed, user_file};
#[cfg(feature = "refresh-url")]
use super::source::Look;
use super::source::{SETTLING, WatchedFile};
#[cfg(feature = "refresh-url")]
use super::url::{Address, WatchedUrl};
use crate::cost::Layer;

/// The sources, and who judges what they say.
pub(super) struct Watch {
    judge: Judge,
    file_interval: Duration,
    user_file: Option<WatchedFile>,
    feed_file: Option<WatchedFile>,
    #[cfg(feature = "refresh-url")]
    url: Option<WatchedUrl>,
}

impl Watch {
    pub(super) fn new(judge: Judge, file_interval: Duration) -> Self {
        Self {
            judge,
            file_interval,
            user_file: None,
            feed_file: None,
            #[cfg(feature = "refresh-url")]
            url: None,
        }
    }

    pub(super) fn watch_user_file(&mut self, path: PathBuf) {
        self.user_file = Some(WatchedFile::new(path));
    }

    pub(super) fn watch_feed_file(&mut self, path: PathBuf) {
        self.feed_file = Some(WatchedFile::new(path));
    }

    #[cfg(feature = "refresh-url")]
    pub(super) fn watch_url(&mut self, address: Address, timeout: Duration, interval: Duration) {
        self.url = Some(WatchedUrl::new(address, timeout, interval));
    }

    /// Looks at everything that is due.
    pub(super) fn look(&mut self) {
        self.look_at_files();
        #[cfg(feature = "refresh-url")]
        self.guarded(Layer::Refreshed, Self::look_at_url);
    }

    /// The feed first, since the user's file lies over it.
    pub(super) fn look_at_files(&mut self) {
        self.guarded(Layer::Refreshed, Self::look_at_feed_file);
        self.guarded(Layer::User, Self::look_at_user_file);
    }

    /// A panic would end the refreshing for good, and nobody would know; or end the host's start.
    fn guarded(&mut self, source: Layer, look: fn(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| look(self))).is_err() {
            self.judge.panicked(source);
        }
    }

    fn look_at_feed_file(&mut self) {
        if let Some(file) = &mut self.feed_file {
            let name = file.name();
            let look = file.look();
            let judged = self.judge.judge(Layer::Refreshed, look, |text| feed(text, &name));
            file.judged(judged);
        }
    }

    fn look_at_user_file(&mut self) {
        if let Some(file) = &mut self.user_file {
            let name = file.name();
            let look = file.look();
            let judged = self.judge.judge(Layer::User, look, |text| user_file(text, &name));
            file.judged(judged);
        }
    }

    #[cfg(feature = "refresh-url")]
    fn look_at_url(&mut self) {
        let Some(url) = self.url.as_mut().filter(|url| url.due() <= Instant::now()) else {
            return;
        };
        // Planned before the answer is known: whatever happens to it, the next question must not follow at once.
        url.plan_after_failure();
        let name = url.name().to_owned();
        let look = url.look();
        let is_same = matches!(look, Ok(Look::Same));
        let judged = self.judge.judge(Layer::Refreshed, look, |text| feed(text, &name));
        if is_same || judged == Some(true) {
            url.plan_after_success();
        }
    }

    /// How long there is nothing to do.
    pub(super) fn pause(&self) -> Duration {
        let files = [&self.user_file, &self.feed_file].into_iter().flatten();
        let soon = self.file_interval.min(SETTLING);
        let until_file = files.map(|file| if file.is_settling() { soon } else { self.file_interval });
        let until_file = until_file.min();
        #[cfg(feature = "refresh-url")]
        if let Some(url) = &self.url {
            let until_due = url.due().saturating_duration_since(Instant::now());
            return until_file.map_or(until_due, |until_file| until_file.min(until_due));
        }
        until_file.unwrap_or(self.file_interval)
    }
}
