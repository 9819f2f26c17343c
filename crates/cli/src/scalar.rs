//! A number or a text of JSON. Other values are read, but not kept: a list of numbers takes 16 times its text.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// A number, or a text, such as a 64-bit integer.
#[derive(Default)]
pub(crate) enum Scalar {
    #[default]
    Absent,
    Unsigned(u64),
    Negative(i64),
    Double(f64),
    Text(String),
    /// A value of another type, which is not kept.
    Other,
}

impl Scalar {
    /// A non-negative integer.
    pub(crate) fn unsigned(&self) -> Option<u64> {
        match self {
            Self::Unsigned(integer) => Some(*integer),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether an enum has that value, by number or name.
    pub(crate) fn is(&self, number: u64, name: &str) -> bool {
        match self {
            Self::Unsigned(integer) => *integer == number,
            Self::Text(text) => text == name,
            _ => false,
        }
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Unsigned(integer) => i64::try_from(*integer).ok(),
            Self::Negative(integer) => Some(*integer),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn double(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "written as a double")]
            Self::Unsigned(integer) => Some(*integer as f64),
            #[expect(clippy::cast_precision_loss, reason = "written as a double")]
            Self::Negative(integer) => Some(*integer as f64),
            Self::Double(double) => Some(*double),
            Self::Text(text) => text.parse().ok(),
            Self::Absent | Self::Other => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a text")
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Scalar, E> {
        Ok(Scalar::Unsigned(integer))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Scalar, E> {
        Ok(u64::try_from(integer).map_or(Scalar::Negative(integer), Scalar::Unsigned))
    }

    fn visit_f64<E>(self, double: f64) -> Result<Scalar, E> {
        Ok(Scalar::Double(double))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Scalar, A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Scalar, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_are_kept_and_other_values_are_not() {
        let read = |json: &str| serde_json::from_str::<Scalar>(json).unwrap();
        assert_eq!(read("7").unsigned(), Some(7));
        assert_eq!(read("\"7\"").integer(), Some(7));
        assert_eq!(read("-7").integer(), Some(-7));
        assert_eq!(read("-7").unsigned(), None);
        assert_eq!(read("1.5").double(), Some(1.5));
        assert_eq!(read("\"a\\n\"").text(), Some("a\n"));
        assert!(read("2").is(2, "TWO") && read("\"TWO\"").is(2, "TWO") && !read("\"2\"").is(2, "TWO"));
        assert!(matches!(read("null"), Scalar::Absent));
        for other in ["true", "[1, [2]]", "{\"a\": {\"b\": 1}}"] {
            assert!(matches!(read(other), Scalar::Other), "{other}");
        }
    }
}
