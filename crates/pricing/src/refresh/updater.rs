//! Takes newer prices into use, or rejects them and keeps the prices in use.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::outcome::{Hook, Refreshed};
use super::source::Polled;
use crate::catalogue::Catalogue;
use crate::cost::Layer;
use crate::price_file::{Feed, PriceFileError};
use crate::prices::Prices;
use crate::user_file::UserFile;

/// The layers in use, the newest valid layers, and the hook.
pub(super) struct Updater {
    prices: Prices,
    /// The catalogue beneath all layers.
    lowest: Arc<Catalogue>,
    hook: Option<Hook>,
    /// Held during an update; true after `Refreshing` was dropped.
    is_stopped: Arc<Mutex<bool>>,
    in_use: Layers,
    newest: Layers,
}

/// A newer table and a user's file, if any.
#[derive(Clone, Default)]
struct Layers {
    feed: Option<Arc<Feed>>,
    user_file: Option<Arc<UserFile>>,
}

/// A parsed layer.
pub(super) enum Newer {
    Feed(Feed),
    UserFile(UserFile),
}

pub(super) fn feed(text: &str, name: &str) -> Result<Newer, PriceFileError> {
    Feed::parse(text, name).map(Newer::Feed)
}

pub(super) fn user_file(text: &str, name: &str) -> Result<Newer, PriceFileError> {
    UserFile::parse(text, name).map(Newer::UserFile)
}

impl Updater {
    pub(super) fn new(prices: Prices, hook: Option<Hook>, is_stopped: Arc<Mutex<bool>>) -> Self {
        Self {
            lowest: prices.catalogue(),
            prices,
            hook,
            is_stopped,
            in_use: Layers::default(),
            newest: Layers::default(),
        }
    }

    /// Takes a poll's result into use or rejects it; returns whether it is in use, `None` without a newer text.
    pub(super) fn apply(
        &mut self,
        source: Layer,
        polled: Result<Polled, PriceFileError>,
        parse: impl FnOnce(&str) -> Result<Newer, PriceFileError>,
    ) -> Option<bool> {
        let text = match polled {
            Ok(Polled::Nothing) => {
                self.prices.untouched(source);
                return None;
            }
            Ok(Polled::Same) => {
                self.prices.unchanged(source);
                return None;
            }
            Ok(Polled::Text(text)) => text,
            Err(error) => {
                // Files are polled often: each problem is reported once.
                if self.prices.failed(source, &error.to_string()) {
                    self.notify(&Refreshed::Failed(&error));
                }
                return None;
            }
        };
        let parsed = parse(&text).and_then(|newer| self.check(newer));
        let error = match parsed {
            Ok(()) => {
                self.apply_newest(source);
                return Some(self.is_newest_in_use(source));
            }
            Err(error) => error,
        };
        // The source no longer has the content that was waiting.
        match source {
            Layer::User => self.newest.user_file.clone_from(&self.in_use.user_file),
            Layer::Embedded | Layer::Overlay | Layer::Refreshed => self.newest.feed.clone_from(&self.in_use.feed),
        }
        self.reject(source, &error);
        Some(false)
    }

    /// Records a panic while polling.
    pub(super) fn panicked(&self, source: Layer) {
        self.prices
            .failed(source, "reading the prices panicked; please report it with the file");
    }

    /// Keeps a plausible layer as the newest.
    fn check(&mut self, newer: Newer) -> Result<(), PriceFileError> {
        match newer {
            Newer::Feed(feed) => {
                let in_use = self.in_use.feed.as_deref();
                feed.check_against(&self.lowest.with(in_use, None)?, in_use)?;
                self.newest.feed = Some(Arc::new(feed));
            }
            Newer::UserFile(file) => self.newest.user_file = Some(Arc::new(file)),
        }
        Ok(())
    }

    /// Takes the newest layers into use, together if possible: a name in one may exist only in the newest other. A
    /// layer that does not fit yet is retried when the other changes.
    fn apply_newest(&mut self, source: Layer) {
        let (newest, old) = (self.newest.clone(), self.in_use.clone());
        let new_feed = Layers {
            feed: newest.feed.clone(),
            ..old.clone()
        };
        let new_file = Layers {
            user_file: newest.user_file.clone(),
            ..old
        };
        // The polled source first: its error is reported.
        let [one, other] = match source {
            Layer::User => [(Layer::User, new_file), (Layer::Refreshed, new_feed)],
            Layer::Embedded | Layer::Overlay | Layer::Refreshed => {
                [(Layer::Refreshed, new_feed), (Layer::User, new_file)]
            }
        };
        let Err(error) = self.apply_layers(&newest, &[Layer::User, Layer::Refreshed]) else {
            return;
        };
        match self.apply_layers(&one.1, &[one.0]) {
            Ok(()) => self.reject(other.0, &error),
            Err(error) => {
                self.reject(one.0, &error);
                // The other layer may fit now.
                if !self.is_newest_in_use(other.0) {
                    let _ = self.apply_layers(&other.1, &[other.0]);
                }
            }
        }
    }

    /// Takes these layers into use if they form a valid catalogue; `new` are the layers that may have changed.
    fn apply_layers(&mut self, layers: &Layers, new: &[Layer]) -> Result<(), PriceFileError> {
        let made = self.lowest.with(layers.feed.as_deref(), layers.user_file.as_deref())?;
        let catalogue = Arc::new(made);
        let new: Vec<_> = new
            .iter()
            .copied()
            .filter(|layer| !layers.is_same(&self.in_use, *layer))
            .collect();
        let is_stopped = self.is_stopped.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_stopped {
            return Ok(());
        }
        self.prices.replace(Arc::clone(&catalogue));
        for layer in &new {
            self.prices.updated(*layer);
        }
        drop(is_stopped);
        self.in_use = layers.clone();
        let warnings: Vec<_> = new.iter().flat_map(|layer| layers.warnings(*layer)).cloned().collect();
        self.notify(&Refreshed::Updated {
            version: catalogue.version(),
            warnings: &warnings,
        });
        Ok(())
    }

    fn is_newest_in_use(&self, layer: Layer) -> bool {
        self.newest.is_same(&self.in_use, layer)
    }

    /// Records and reports why a source was rejected.
    fn reject(&self, source: Layer, error: &PriceFileError) {
        self.prices.failed(source, &error.to_string());
        self.notify(&Refreshed::Failed(error));
    }

    fn notify(&self, outcome: &Refreshed<'_>) {
        if *self.is_stopped.lock().unwrap_or_else(PoisonError::into_inner) {
            return;
        }
        if let Some(hook) = &self.hook {
            // A panic of the host's hook must not end the refreshing.
            let _ = catch_unwind(AssertUnwindSafe(|| hook(outcome)));
        }
    }
}

impl Layers {
    /// Whether both have the same content in that layer.
    fn is_same(&self, other: &Self, layer: Layer) -> bool {
        match layer {
            Layer::User => same(self.user_file.as_ref(), other.user_file.as_ref()),
            Layer::Embedded | Layer::Overlay | Layer::Refreshed => same(self.feed.as_ref(), other.feed.as_ref()),
        }
    }

    /// The omissions of that layer.
    fn warnings(&self, layer: Layer) -> &[String] {
        match layer {
            Layer::User => self.user_file.as_ref().map_or(&[], |file| file.warnings()),
            Layer::Embedded | Layer::Overlay | Layer::Refreshed => {
                self.feed.as_ref().map_or(&[], |feed| feed.warnings())
            }
        }
    }
}

fn same<T>(one: Option<&Arc<T>>, other: Option<&Arc<T>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}
