//! The values of a usage object by path: each is requested by a rule, or reported as unread.
//!
//! A number that no rule requests may be charged. So requests are recorded, and the remaining numbers, except known
//! irrelevant ones, make a cost uncertain.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::field::{Count, Field};

/// The maximum of values kept per usage object; the largest known has about forty.
const MAX_VALUES: usize = 1024;
/// The maximum nesting; the deepest known has four levels.
const MAX_DEPTH: usize = 6;
/// The longest key that is reported.
const MAX_KEY_BYTES: usize = 64;
/// The placeholder for values beyond [`MAX_VALUES`].
const BEYOND: &str = "...";

/// The values of a JSON object and its nested objects, as written.
#[derive(Default)]
pub(crate) struct Figures<'a> {
    /// The concatenated paths of all values: keys joined by dots, `[2]` for the third element of a list.
    paths: String,
    values: Vec<Value<'a>>,
    /// Whether values were omitted by count or depth.
    is_cut: bool,
}

struct Value<'a> {
    path: Range<usize>,
    json: &'a RawValue,
    is_read: Cell<bool>,
}

/// A usage object, or an object within it. Paths are relative to it.
pub(crate) struct Part<'f, 'a> {
    figures: &'f Figures<'a>,
    /// The path of the object with its separator; empty for the whole.
    prefix: Cow<'static, str>,
}

impl<'a> Figures<'a> {
    /// The whole object.
    pub(crate) fn whole(&self) -> Part<'_, 'a> {
        Part {
            figures: self,
            prefix: Cow::Borrowed(""),
        }
    }

    /// The paths of nonzero numbers that were neither requested nor are `known`, with `[]` for any list index.
    pub(crate) fn unread(&self, known: &[(&str, &str)]) -> impl Iterator<Item = String> {
        let left = self
            .values
            .iter()
            .filter(|value| !value.is_read.get() && value.is_used());
        left.map(|value| without_places(self.paths.get(value.path.clone()).unwrap_or_default()))
            .filter(|path| !known.iter().any(|(known, _)| is_under(path, known)))
            .chain(self.is_cut.then(|| BEYOND.to_owned()))
    }

    fn add(&mut self, path: &mut String, json: &'a RawValue, depth: usize) -> Result<(), serde_json::Error> {
        let is_open = depth < MAX_DEPTH;
        match json.get().as_bytes().first() {
            Some(b'{') if is_open => serde_json::from_str::<Entries<'a>>(json.get()).and_then(|entries| {
                self.is_cut |= entries.0.len() > MAX_VALUES;
                entries.0.into_iter().try_for_each(|(key, json)| {
                    let length = path.len();
                    if length > 0 {
                        path.push('.');
                    }
                    path.push_str(shown(&key));
                    self.add(path, json, depth + 1)?;
                    path.truncate(length);
                    Ok(())
                })
            }),
            Some(b'[') if is_open => serde_json::from_str::<Items<'a>>(json.get()).and_then(|items| {
                self.is_cut |= items.0.len() > MAX_VALUES;
                items.0.into_iter().enumerate().try_for_each(|(place, json)| {
                    let length = path.len();
                    path.push('[');
                    path.push_str(&place.to_string());
                    path.push(']');
                    self.add(path, json, depth + 1)?;
                    path.truncate(length);
                    Ok(())
                })
            }),
            Some(b'{' | b'[') => {
                self.is_cut = true;
                Ok(())
            }
            _ if self.values.len() >= MAX_VALUES => {
                self.is_cut = true;
                Ok(())
            }
            _ => {
                let start = self.paths.len();
                self.paths.push_str(path);
                self.values.push(Value {
                    path: start..self.paths.len(),
                    json,
                    is_read: Cell::new(false),
                });
                Ok(())
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Figures<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?;
        let mut figures = Self::default();
        figures.add(&mut String::new(), json, 0).map_err(de::Error::custom)?;
        Ok(figures)
    }
}

impl<'f, 'a> Part<'f, 'a> {
    /// The count at `path`; an object or a list is invalid.
    pub(crate) fn count(&self, path: &str) -> Count {
        match self.field(path) {
            Some(field) => field.count(),
            None if self.has(path) => Count::Invalid,
            None => Count::Absent,
        }
    }

    /// The count at the first path with a value above zero, else at the first with any: gateways write the same count
    /// under several names, with zeros under unused names.
    pub(crate) fn first(&self, paths: &[&str]) -> Count {
        let mut found = Count::Absent;
        for path in paths {
            let count = self.count(path);
            if matches!(found, Count::Absent | Count::Given(0)) && count != Count::Absent {
                found = count;
            }
        }
        found
    }

    /// The number at `path`, rounded up.
    pub(crate) fn count_rounded_up(&self, path: &str) -> Count {
        self.field(path).unwrap_or_default().count_rounded_up()
    }

    /// The exact text of the number at `path`.
    pub(crate) fn decimal(&self, path: &str) -> Option<&'a str> {
        self.field(path)?.decimal()
    }

    /// The text at `path`.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        serde_json::from_str(self.field(path)?.json()?).ok()
    }

    /// Whether the value at `path` is `true`.
    pub(crate) fn is_true(&self, path: &str) -> bool {
        self.field(path).and_then(|field| field.json()) == Some("true")
    }

    /// Whether there is a value at `path` or beneath it.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.paths().any(|(_, found)| is_under(found, path))
    }

    /// The object at `path`.
    pub(crate) fn within(&self, path: &str) -> Self {
        Self {
            figures: self.figures,
            prefix: Cow::Owned([&self.prefix, path, "."].concat()),
        }
    }

    /// The elements of the list at `path`, each an object.
    pub(crate) fn each(&self, path: &str) -> impl Iterator<Item = Part<'f, 'a>> + use<'f, 'a> {
        let (figures, prefix) = (self.figures, [&self.prefix, path].concat());
        let places = self.paths().filter_map(|(_, found)| {
            let rest = found.strip_prefix(path)?.strip_prefix('[')?;
            rest.split_once(']')?.0.parse::<usize>().ok()
        });
        let length = places.max().map_or(0, |last| last + 1);
        (0..length).map(move |place| Part {
            figures,
            prefix: Cow::Owned(format!("{prefix}[{place}].")),
        })
    }

    /// Marks everything beneath as read: known to be uncharged.
    pub(crate) fn mark_read(&self) {
        for (value, _) in self.paths() {
            value.is_read.set(true);
        }
    }

    fn field(&self, path: &str) -> Option<Field<'a>> {
        let mut field = None;
        // Of duplicate keys the last applies.
        for (value, _) in self.paths().filter(|(_, found)| *found == path) {
            value.is_read.set(true);
            field = Some(Field::of(value.json));
        }
        field
    }

    /// The values beneath, with paths relative to this part.
    fn paths(&self) -> impl Iterator<Item = (&'f Value<'a>, &'f str)> + use<'_, 'f, 'a> {
        let figures = self.figures;
        figures.values.iter().filter_map(move |value| {
            let path = figures.paths.get(value.path.clone())?;
            Some((value, path.strip_prefix(&*self.prefix)?))
        })
    }
}

impl Value<'_> {
    /// Whether it is a nonzero number; some gateways write numbers as texts.
    fn is_used(&self) -> bool {
        let text = self.json.get();
        let text = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .filter(|text| text.parse::<f64>().is_ok())
            .unwrap_or(text);
        let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        let digits = text.split(['e', 'E']).next().unwrap_or_default();
        is_number && digits.bytes().any(|digit| (b'1'..=b'9').contains(&digit))
    }
}

/// Whether `path` is `outer` or beneath it.
fn is_under(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// `iterations[].type` for `iterations[3].type`.
fn without_places(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut is_place = false;
    for sign in path.chars() {
        is_place &= sign.is_ascii_digit();
        if !is_place {
            plain.push(sign);
        }
        is_place |= sign == '[';
    }
    plain
}

fn shown(key: &str) -> &str {
    let mut ends = (0..=MAX_KEY_BYTES.min(key.len())).rev();
    ends.find_map(|end| key.get(..end)).unwrap_or_default()
}

/// The entries of an object, in their order.
struct Entries<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    entries.push((key.0, value));
                    // Entries beyond the limit are not collected.
                    if entries.len() > MAX_VALUES {
                        break;
                    }
                }
                while map.next_entry::<de::IgnoredAny, de::IgnoredAny>()?.is_some() {}
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

/// A key, borrowed unless it contains an escape.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// The elements of a list.
struct Items<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Items<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items<'de>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element::<&'de RawValue>()? {
                    items.push(item);
                    if items.len() > MAX_VALUES {
                        break;
                    }
                }
                while list.next_element::<de::IgnoredAny>()?.is_some() {}
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(Each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(json: &str, known: &[(&str, &str)], ask: impl Fn(&Part<'_, '_>)) -> Vec<String> {
        let figures: Figures<'_> = serde_json::from_str(json).unwrap();
        ask(&figures.whole());
        figures.unread(known).collect()
    }

    #[test]
    fn numbers_without_a_rule_are_unread() {
        let json = r#"{"a":1,"b":{"c":2,"d":3.5},"e":[{"f":4},{"f":5,"g":"x"}],"h":true,"i":null,"j":0,"k":0.0}"#;
        let all = unread(json, &[], |_| {});
        assert_eq!(all, ["a", "b.c", "b.d", "e[].f", "e[].f"]);
        let some = unread(json, &[("b", "")], |part| {
            assert_eq!(part.count("a"), Count::Given(1));
            let fs: Vec<_> = part.each("e").map(|element| element.count("f")).collect();
            assert_eq!(fs, [Count::Given(4), Count::Given(5)]);
        });
        assert!(some.is_empty(), "{some:?}");
    }

    #[test]
    fn a_known_path_covers_its_children_but_not_longer_names() {
        let json = r#"{"cost":1,"cost_details":{"input":2},"cost_detailsx":3}"#;
        assert_eq!(unread(json, &[("cost_details", "")], |_| {}), ["cost", "cost_detailsx"]);
        assert_eq!(
            unread(r#"{"l":[{"n":1}]}"#, &[("l[].n", "")], |_| {}),
            Vec::<String>::new()
        );
    }

    #[test]
    fn the_first_count_above_zero_is_taken() {
        let figures: Figures<'_> = serde_json::from_str(r#"{"a":0,"b":7,"c":9}"#).unwrap();
        let whole = figures.whole();
        assert_eq!(whole.first(&["x", "a", "b", "c"]), Count::Given(7));
        assert_eq!(whole.first(&["a", "x"]), Count::Given(0));
        assert_eq!(whole.first(&["x"]), Count::Absent);
    }

    #[test]
    fn size_and_depth_are_bounded_and_omissions_reported() {
        let wide = (0..100_000).map(|place| format!("\"k{place}\":0"));
        let wide = format!("{{{}}}", wide.collect::<Vec<_>>().join(","));
        assert_eq!(unread(&wide, &[], |_| {}), [BEYOND]);
        let deep = format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100));
        assert_eq!(unread(&deep, &[], |_| {}), [BEYOND]);
        let long = format!("{{\"{}\":1}}", "é".repeat(1_000));
        assert_eq!(unread(&long, &[], |_| {})[0].len(), MAX_KEY_BYTES);
    }
}
