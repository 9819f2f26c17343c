//! Takes what a source says into use, or refuses it and keeps what is in use.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::source::Look;
use super::{Hook, Refreshed};
use crate::catalogue::Catalogue;
use crate::cost::Layer;
use crate::price_file::{Feed, PriceFileError};
use crate::prices::Prices;
use crate::user_file::UserFile;

/// The layers in use, and whom to tell of newer ones.
pub(super) struct Judge {
    prices: Prices,
    hook: Option<Hook>,
    user_file: Option<UserFile>,
    feed: Option<Feed>,
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
    pub(super) const fn new(prices: Prices, hook: Option<Hook>) -> Self {
        Self {
            prices,
            hook,
            user_file: None,
            feed: None,
        }
    }

    /// Takes what was found into use or refuses it, and says which; `None` if there was nothing to judge.
    pub(super) fn judge(
        &mut self,
        source: Layer,
        look: Result<Look, PriceFileError>,
        parse: impl FnOnce(&str) -> Result<Newer, PriceFileError>,
    ) -> Option<bool> {
        let newer = match look {
            Ok(Look::Nothing) => {
                self.prices.looked_at();
                return None;
            }
            Ok(Look::Same) => {
                self.prices.unchanged(source);
                return None;
            }
            Ok(Look::Text(text)) => parse(&text),
            Err(error) => Err(error),
        };
        match newer.and_then(|newer| self.lay(newer)) {
            Ok((catalogue, warnings)) => {
                let catalogue = Arc::new(catalogue);
                self.prices.refreshed(source, Ok(Arc::clone(&catalogue)));
                self.tell(&Refreshed::Updated {
                    version: catalogue.version(),
                    warnings: &warnings,
                });
                Some(true)
            }
            Err(error) => {
                self.prices.refreshed(source, Err(&error.to_string()));
                self.tell(&Refreshed::Failed(&error));
                Some(false)
            }
        }
    }

    /// Notes that the judging itself failed.
    pub(super) fn panicked(&self) {
        let problem = "reading the prices panicked; please report it with the file";
        self.prices.refreshed(Layer::Refreshed, Err(problem));
    }

    /// The catalogue with the newer layer, which is kept if the catalogue can be made.
    fn lay(&mut self, newer: Newer) -> Result<(Catalogue, Vec<String>), PriceFileError> {
        match newer {
            Newer::Feed(feed) => {
                feed.check_plausible(self.feed.as_ref())?;
                let catalogue = Catalogue::layered(Some(&feed), self.user_file.as_ref())?;
                let warnings = feed.warnings().to_vec();
                self.feed = Some(feed);
                Ok((catalogue, warnings))
            }
            Newer::UserFile(file) => {
                let catalogue = Catalogue::layered(self.feed.as_ref(), Some(&file))?;
                let warnings = file.warnings().to_vec();
                self.user_file = Some(file);
                Ok((catalogue, warnings))
            }
        }
    }

    fn tell(&self, news: &Refreshed<'_>) {
        if let Some(hook) = &self.hook {
            // The hook is the host's; what it does must not end the refreshing.
            let _ = catch_unwind(AssertUnwindSafe(|| hook(news)));
        }
    }
}
