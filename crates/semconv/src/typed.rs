//! Keys that know the type of their values, so that a wrong one does not compile.

use std::fmt;
use std::marker::PhantomData;

use crate::Attribute;

/// The type of a text.
#[derive(Clone, Copy, Debug)]
pub enum Text {}
/// The type of a list of texts.
#[derive(Clone, Copy, Debug)]
pub enum TextArray {}
/// The type of a whole number.
#[derive(Clone, Copy, Debug)]
pub enum Int {}
/// The type of a double.
#[derive(Clone, Copy, Debug)]
pub enum Double {}
/// The type of what is true or false.
#[derive(Clone, Copy, Debug)]
pub enum Bool {}
/// The type of structured content.
#[derive(Clone, Copy, Debug)]
pub enum Json {}

/// An attribute whose values are of the type `T` names: [`Text`], [`TextArray`], [`Int`], [`Double`], [`Bool`] or [`Json`].
///
/// ```
/// use tracing_genai_semconv::{Attribute, key};
///
/// const SEED: &str = key::REQUEST_SEED.name();
/// assert_eq!(SEED, "gen_ai.request.seed");
/// assert_eq!(key::REQUEST_SEED.attribute(), Attribute::RequestSeed);
/// ```
pub struct Key<T> {
    attribute: Attribute,
    values: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    pub(crate) const fn new(attribute: Attribute) -> Self {
        Self {
            attribute,
            values: PhantomData,
        }
    }

    /// The attribute.
    pub const fn attribute(self) -> Attribute {
        self.attribute
    }

    /// Its current name.
    pub const fn name(self) -> &'static str {
        self.attribute.name()
    }
}

// By hand: derived ones would ask the same of `T`, which is only a name.
impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Key").field(&self.name()).finish()
    }
}
