//! Where a model that was found stands in the table.

use std::num::NonZeroU32;

use crate::kind::Kind;
use crate::reason::Reasons;

/// A found model, as its place in the table. Small, since every warm call copies one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whose line it is.
    provider: u32,
    model: u32,
    /// Who sold it: another than the line's provider where a cloud sells a model at the price of its maker.
    seller: u32,
    /// The user's name for the model, when it was found by one.
    alias: Option<NonZeroU32>,
    /// How sure that is.
    pub(crate) reasons: Reasons,
    /// What kind of service the call got.
    pub(crate) kind: Kind,
}

impl Found {
    /// The places in the table; `None` for a table of thousands of millions of lines.
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

    /// The place of the provider whose line it is.
    pub(crate) const fn provider(&self) -> usize {
        self.provider as usize
    }

    /// The place of the line among its provider's.
    pub(crate) const fn model(&self) -> usize {
        self.model as usize
    }

    /// The place of the provider that sold it.
    pub(crate) const fn seller(&self) -> usize {
        self.seller as usize
    }

    /// The place of the user's name for the model among the aliases, when it was found by one.
    pub(crate) fn alias(&self) -> Option<usize> {
        self.alias.map(|place| place.get() as usize - 1)
    }

    /// The same model, found by the user's name at that place among the aliases.
    pub(crate) fn by_alias(self, place: usize) -> Self {
        let alias = u32::try_from(place + 1).ok().and_then(NonZeroU32::new);
        Self { alias, ..self }
    }

    /// Whether the model is another provider's than the seller: then its variants are not known to be sold.
    pub(crate) const fn is_borrowed(&self) -> bool {
        self.provider != self.seller
    }
}
