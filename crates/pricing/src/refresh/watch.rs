//! Polls the sources in turn and passes the results to the updater.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;
#[cfg(feature = "refresh-url")]
use std::time::Instant;

#[cfg(feature = "refresh-url")]
use super::source::Polled;
use super::source::{SETTLING, WatchedFile};
use super::updater::{Updater, feed, user_file};
#[cfg(feature = "refresh-url")]
use super::url::{Address, WatchedUrl};
use crate::cost::Layer;

/// The sources and their updater.
pub(super) struct Watch {
    updater: Updater,
    file_interval: Duration,
    user_file: Option<WatchedFile>,
    feed_file: Option<WatchedFile>,
    #[cfg(feature = "refresh-url")]
    url: Option<WatchedUrl>,
}

impl Watch {
    pub(super) fn new(updater: Updater, file_interval: Duration) -> Self {
        Self {
            updater,
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

    /// Polls all sources that are due.
    pub(super) fn poll(&mut self) {
        self.poll_files();
        #[cfg(feature = "refresh-url")]
        self.guarded(Layer::Refreshed, Self::poll_url);
    }

    /// The feed first, since the user's file applies over it.
    pub(super) fn poll_files(&mut self) {
        self.guarded(Layer::Refreshed, Self::poll_feed_file);
        self.guarded(Layer::User, Self::poll_user_file);
    }

    /// Catches panics, which would end the refreshing silently or abort the host's start.
    fn guarded(&mut self, source: Layer, polled: fn(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| polled(self))).is_err() {
            self.updater.panicked(source);
        }
    }

    fn poll_feed_file(&mut self) {
        if let Some(file) = &mut self.feed_file {
            let name = file.name();
            let polled = file.poll();
            let is_in_use = self.updater.apply(Layer::Refreshed, polled, |text| feed(text, &name));
            file.set_in_use(is_in_use);
        }
    }

    fn poll_user_file(&mut self) {
        if let Some(file) = &mut self.user_file {
            let name = file.name();
            let polled = file.poll();
            let is_in_use = self.updater.apply(Layer::User, polled, |text| user_file(text, &name));
            file.set_in_use(is_in_use);
        }
    }

    #[cfg(feature = "refresh-url")]
    fn poll_url(&mut self) {
        let Some(url) = self.url.as_mut().filter(|url| url.due() <= Instant::now()) else {
            return;
        };
        // Planned before the request, so that any outcome is followed by a pause.
        url.plan_after_failure();
        let name = url.name().to_owned();
        let polled = url.poll();
        let is_same = matches!(polled, Ok(Polled::Same));
        let is_in_use = self.updater.apply(Layer::Refreshed, polled, |text| feed(text, &name));
        if is_same || is_in_use == Some(true) {
            url.plan_after_success();
        }
    }

    /// The time until the next poll.
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
