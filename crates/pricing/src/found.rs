//! The position of a found model in the table.

use std::num::NonZeroU32;

use crate::kind::Kind;
use crate::reason::Reasons;

/// A found model by its position in the table. Small, because every warm call copies one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whose line it is.
    provider: u32,
    model: u32,
    /// The seller: another than the line's provider if a cloud sells a model at its maker's price.
    seller: u32,
    /// The user's alias, if the model was found by one.
    alias: Option<NonZeroU32>,
    /// The uncertainties of the match.
    pub(crate) reasons: Reasons,
    /// The kind of service of the call.
    pub(crate) kind: Kind,
}

impl Found {
    /// The positions in the table; `None` if they exceed 32 bits.
    pub(crate) fn at(provider: usize, model: usize, seller: usize) -> Option<Self> {
        let place = |place: usize| u32::try_from(place).ok();
        Some(Self {
            provider: place(provider)?,
            model: place(model)?,
            seller: place(seller)?,
            alias: None,
            reasons: Reasons::NONE,
            kind: Kind::STANDARD,
        })
    }

    /// The position of the line's provider.
    pub(crate) const fn provider(&self) -> usize {
        self.provider as usize
    }

    /// The position of the line in its provider.
    pub(crate) const fn model(&self) -> usize {
        self.model as usize
    }

    /// The position of the seller.
    pub(crate) const fn seller(&self) -> usize {
        self.seller as usize
    }

    /// The position of the user's alias, if the model was found by one.
    pub(crate) fn alias(&self) -> Option<usize> {
        self.alias.map(|place| place.get() as usize - 1)
    }

    /// The same model, found by the alias at that position.
    pub(crate) fn by_alias(self, place: usize) -> Self {
        let alias = u32::try_from(place + 1).ok().and_then(NonZeroU32::new);
        Self { alias, ..self }
    }

    /// Whether the seller is not the line's provider: then it is unknown which variants are sold.
    pub(crate) const fn is_borrowed(&self) -> bool {
        self.provider != self.seller
    }
}
