//! Keys with the type of their values, so that a value of the wrong type does not compile.

use std::fmt;
use std::marker::PhantomData;

use crate::Attribute;

/// The type of a text.
#[derive(Clone, Copy, Debug)]
pub enum Text {}
/// The type of a list of texts.
#[derive(Clone, Copy, Debug)]
pub enum TextArray {}
/// The type of an integer.
#[derive(Clone, Copy, Debug)]
pub enum Int {}
/// The type of a double.
#[derive(Clone, Copy, Debug)]
pub enum Double {}
/// The type of a boolean.
#[derive(Clone, Copy, Debug)]
pub enum Bool {}
/// The type of structured content.
#[derive(Clone, Copy, Debug)]
pub enum Json {}

/// An attribute with values of the type `T`: [`Text`], [`TextArray`], [`Int`], [`Double`], [`Bool`] or [`Json`].
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

// By hand, since derives would require the same of `T`, a marker type.
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

macro_rules! keys {
    ($($variant:ident $constant:ident = $name:literal, $value_type:ident, $about:literal;)*) => {
        /// Every attribute as a key with the type of its values.
        pub mod key {
            use super::{Bool, Double, Int, Json, Key, Text, TextArray};
            use crate::Attribute;

            $(
                #[doc = concat!("`", $name, "`: ", $about)]
                pub const $constant: Key<$value_type> = Key::new(Attribute::$variant);
            )*
        }
    };
}

attribute_table!(keys);
