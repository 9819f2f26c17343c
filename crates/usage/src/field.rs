//! The fields of a response: numbers are parsed from their text without floats; invalid values do not affect other
//! fields.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::usage::MAX_COUNT;

/// A field for a count: absent, `null`, or any JSON value.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Field<'a>(#[serde(borrow)] Option<&'a RawValue>);

/// A field that is absent if it has an unexpected type: some gateways send numbers for strings and strings for objects,
/// and one invalid field must not lose the others.
pub(crate) struct Maybe<T>(pub(crate) Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <&RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(value.get()).ok()))
    }
}

/// A field that is absent unless it is an object of the expected shape.
pub(crate) struct Object<T>(pub(crate) Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <&RawValue>::deserialize(deserializer)?;
        Ok(Self(object(value.get().as_bytes()).ok()))
    }
}

/// Parses a JSON object. Lists are rejected: serde would take them for the fields in order.
pub(crate) fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, serde_json::Error> {
    if json.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice(json)
    } else {
        Err(serde::de::Error::custom("not a JSON object"))
    }
}

/// The value of a count field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Count {
    /// Missing, or `null`.
    #[default]
    Absent,
    /// A whole number from 0 to [`MAX_COUNT`].
    Given(u64),
    /// Anything else: negative, fractional, too large or not a number.
    Invalid,
}

impl<'a> Field<'a> {
    /// The field of that value.
    pub(crate) const fn of(json: &'a RawValue) -> Self {
        Self(Some(json))
    }

    /// The count in this field. `12.0` is 12: some gateways write all numbers as floats.
    pub(crate) fn count(&self) -> Count {
        let Some(text) = self.0.map(RawValue::get) else {
            return Count::Absent;
        };
        if text == "null" {
            return Count::Absent;
        }
        let whole = match text.split_once('.') {
            Some((whole, zeros)) if zeros.bytes().all(|digit| digit == b'0') => whole,
            _ => text,
        };
        if !whole.bytes().all(|digit| digit.is_ascii_digit()) {
            return Count::Invalid;
        }
        match whole.parse() {
            Ok(count) if count <= MAX_COUNT => Count::Given(count),
            _ => Count::Invalid,
        }
    }

    /// The number in this field, rounded up: seconds may be fractional, and started seconds count.
    pub(crate) fn count_rounded_up(&self) -> Count {
        match (self.count(), self.0.map(RawValue::get)) {
            (Count::Invalid, Some(text)) => match text.split_once('.') {
                Some((whole, fraction))
                    if !fraction.is_empty() && fraction.bytes().all(|digit| digit.is_ascii_digit()) =>
                {
                    match whole.parse::<u64>() {
                        Ok(whole) if whole < MAX_COUNT => Count::Given(whole + 1),
                        _ => Count::Invalid,
                    }
                }
                _ => Count::Invalid,
            },
            (count, _) => count,
        }
    }

    /// The exact text of the number in this field.
    pub(crate) fn decimal(&self) -> Option<&'a str> {
        self.0
            .map(RawValue::get)
            .filter(|text| text.starts_with(|first: char| first == '-' || first.is_ascii_digit()))
    }

    /// The JSON text in this field; `null` is absent.
    pub(crate) fn json(&self) -> Option<&'a str> {
        self.0.map(RawValue::get).filter(|text| *text != "null")
    }
}

impl Count {
    /// This count, or `earlier` if absent: in a stream the last value applies.
    pub(crate) fn or(self, earlier: Self) -> Self {
        if self == Self::Absent { earlier } else { self }
    }
}

/// The sum of disjoint parts; absent if all are absent, since providers omit unused parts.
pub(crate) fn sum(parts: &[Count]) -> Count {
    let mut total = Count::Absent;
    for part in parts {
        total = match (total, part) {
            (total, Count::Absent) => total,
            (Count::Absent, &part) => part,
            (Count::Given(total), Count::Given(part)) => match total.checked_add(*part) {
                Some(total) if total <= MAX_COUNT => Count::Given(total),
                _ => Count::Invalid,
            },
            (Count::Invalid, _) | (_, Count::Invalid) => Count::Invalid,
        };
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(json: &str) -> Count {
        serde_json::from_str::<Field<'_>>(json).unwrap().count()
    }

    #[test]
    fn whole_numbers_are_counts() {
        assert_eq!(count("0"), Count::Given(0));
        assert_eq!(count("1200"), Count::Given(1200));
        assert_eq!(count("1200.0"), Count::Given(1200));
        assert_eq!(count("9007199254740992"), Count::Given(MAX_COUNT));
        assert_eq!(count("null"), Count::Absent);
    }

    #[test]
    fn started_seconds_count() {
        let seconds = |json| serde_json::from_str::<Field<'_>>(json).unwrap().count_rounded_up();
        assert_eq!(seconds("27"), Count::Given(27));
        assert_eq!(seconds("27.0"), Count::Given(27));
        assert_eq!(seconds("27.01"), Count::Given(28));
        assert_eq!(seconds("-0.5"), Count::Invalid);
        assert_eq!(seconds("1.5e3"), Count::Invalid);
    }

    #[test]
    fn a_sum_is_absent_only_if_all_parts_are() {
        assert_eq!(sum(&[]), Count::Absent);
        assert_eq!(sum(&[Count::Absent, Count::Given(0)]), Count::Given(0));
        assert_eq!(sum(&[Count::Given(2), Count::Absent, Count::Given(3)]), Count::Given(5));
        assert_eq!(sum(&[Count::Given(2), Count::Invalid]), Count::Invalid);
        assert_eq!(sum(&[Count::Given(MAX_COUNT), Count::Given(1)]), Count::Invalid);
    }

    #[test]
    fn other_values_are_invalid() {
        for json in [
            "-1",
            "-0.0",
            "1.5",
            "1e3",
            "9007199254740993",
            "1e400",
            r#""12""#,
            "true",
            "[1]",
            r#"{"n":1}"#,
        ] {
            assert_eq!(count(json), Count::Invalid, "{json}");
        }
    }
}
