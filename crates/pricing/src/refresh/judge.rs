//! Takes what the sources say into use, or refuses it and keeps what is in use.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::news::{Hook, Refreshed};
use super::source::Look;
use crate::catalogue::Catalogue;
use crate::cost::Layer;
use crate::price_file::{Feed, PriceFileError};
use crate::prices::Prices;
use crate::user_file::UserFile;

/// The layers in use, the newest ones that could be read, and whom to tell.
pub(super) struct Judge {
    prices: Prices,
    /// What everything is laid over.
    lowest: Arc<Catalogue>,
    hook: Option<Hook>,
    /// Held while prices are taken into use, and set when nobody wants any more.
    is_over: Arc<Mutex<bool>>,
    in_use: Layers,
    newest: Layers,
}

/// A newer table and a user's file, where there are such.
#[derive(Clone, Default)]
struct Layers {
    feed: Option<Arc<Feed>>,
    user_file: Option<Arc<UserFile>>,
}

/// What a text turned into.
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

impl Judge {
    pub(super) fn new(prices: Prices, hook: Option<Hook>, is_over: Arc<Mutex<bool>>) -> Self {
        Self {
            lowest: prices.catalogue(),
            prices,
            hook,
            is_over,
            in_use: Layers::default(),
            newest: Layers::default(),
        }
    }

    /// Takes what was found into use or refuses it, and says which; `None` if there was nothing to judge.
    pub(super) fn judge(
        &mut self,
        source: Layer,
        look: Result<Look, PriceFileError>,
        parse: impl FnOnce(&str) -> Result<Newer, PriceFileError>,
    ) -> Option<bool> {
        let text = match look {
            Ok(Look::Nothing) => {
                self.prices.looked_at(source);
                return None;
            }
            Ok(Look::Same) => {
                self.prices.unchanged(source);
                return None;
            }
            Ok(Look::Text(text)) => text,
            Err(error) => {
                // It is looked at often, so it is told once as long as it is the same.
                if self.prices.failed(source, &error.to_string()) {
                    self.tell(&Refreshed::Failed(&error));
                }
                return None;
            }
        };
        let parsed = parse(&text).and_then(|newer| self.check(newer));
        let error = match parsed {
            Ok(()) => {
                self.lay(source);
                return Some(self.is_newest_in_use(source));
            }
            Err(error) => error,
        };
        // What waited until now is not what the source says any more.
        match source {
            Layer::User => self.newest.user_file.clone_from(&self.in_use.user_file),
            Layer::Embedded | Layer::Overlay | Layer::Refreshed => self.newest.feed.clone_from(&self.in_use.feed),
        }
        self.refuse(source, &error);
        Some(false)
    }

    /// Notes that looking at the sources failed as it never should.
    pub(super) fn panicked(&self, source: Layer) {
        self.prices
            .failed(source, "reading the prices panicked; please report it with the file");
    }

    /// Keeps what can be right as the newest of its layer.
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

    /// Takes the newest layers into use, as far as they fit together: what one of them names may be in the newest of the
    /// other only. What does not fit yet is tried again whenever the other layer changes.
    fn lay(&mut self, source: Layer) {
        let (newest, old) = (self.newest.clone(), self.in_use.clone());
        let new_feed = Layers {
            feed: newest.feed.clone(),
            ..old.clone()
        };
        let new_file = Layers {
            user_file: newest.user_file.clone(),
            ..old
        };
        // That of the source first: it is the one to speak of.
        let [one, other] = match source {
            Layer::User => [(Layer::User, new_file), (Layer::Refreshed, new_feed)],
            Layer::Embedded | Layer::Overlay | Layer::Refreshed => {
                [(Layer::Refreshed, new_feed), (Layer::User, new_file)]
            }
        };
        let Err(error) = self.take(&newest, &[Layer::User, Layer::Refreshed]) else {
            return;
        };
        match self.take(&one.1, &[one.0]) {
            Ok(()) => self.refuse(other.0, &error),
            Err(error) => {
                self.refuse(one.0, &error);
                // The other may have waited for nothing but this try.
                if !self.is_newest_in_use(other.0) {
                    let _ = self.take(&other.1, &[other.0]);
                }
            }
        }
    }

    /// Takes these layers into use, if a catalogue can be made of them; `new` are those that may be new.
    fn take(&mut self, layers: &Layers, new: &[Layer]) -> Result<(), PriceFileError> {
        let made = self.lowest.with(layers.feed.as_deref(), layers.user_file.as_deref())?;
        let catalogue = Arc::new(made);
        let new: Vec<_> = new
            .iter()
            .copied()
            .filter(|layer| !layers.is_same(&self.in_use, *layer))
            .collect();
        let is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_over {
            return Ok(());
        }
        self.prices.replace(Arc::clone(&catalogue));
        for layer in &new {
            self.prices.updated(*layer);
        }
        drop(is_over);
        self.in_use = layers.clone();
        let warnings: Vec<_> = new.iter().flat_map(|layer| layers.warnings(*layer)).cloned().collect();
        self.tell(&Refreshed::Updated {
            version: catalogue.version(),
            warnings: &warnings,
        });
        Ok(())
    }

    fn is_newest_in_use(&self, layer: Layer) -> bool {
        self.newest.is_same(&self.in_use, layer)
    }

    /// Notes what is wrong with what a source says, and tells it.
    fn refuse(&self, source: Layer, error: &PriceFileError) {
        self.prices.failed(source, &error.to_string());
        self.tell(&Refreshed::Failed(error));
    }

    fn tell(&self, news: &Refreshed<'_>) {
        if *self.is_over.lock().unwrap_or_else(PoisonError::into_inner) {
            return;
        }
        if let Some(hook) = &self.hook {
            // The hook is the host's; what it does must not end the refreshing.
            let _ = catch_unwind(AssertUnwindSafe(|| hook(news)));
        }
    }
}

impl Layers {
    /// Whether both have the same of that layer.
    fn is_same(&self, other: &Self, layer: Layer) -> bool {
        match layer {
            Layer::User => same(self.user_file.as_ref(), other.user_file.as_ref()),
            Layer::Embedded | Layer::Overlay | Layer::Refreshed => same(self.feed.as_ref(), other.feed.as_ref()),
        }
    }

    /// What had to be left out of that layer.
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
