//! Reads a JSON object of counts and combines its keys so that they match its total.

use serde_json::{Map, Value};
use tracing_genai_semconv::dialect::{Place, Side, UsageKey};
use tracing_genai_semconv::{Attribute, Meaning, is_count, is_count_text, meaning};

use super::usage_values::{Factor, count_of, holds_count, labelled};

/// Maximum depth of nested objects that are read.
const MAX_DEPTH: usize = 4;

/// The counts of a usage object.
#[derive(Default)]
pub(super) struct Counts<'n> {
    /// The name of the usage attribute that holds the object; key paths are appended to it.
    attribute: Option<&'n str>,
    pub(super) input: Option<i64>,
    pub(super) output: Option<i64>,
    /// The total above zero and its path.
    pub(super) total: Option<(String, i64)>,
    parts: Vec<Part>,
    /// The sum of cache write tokens by lifetime, and whether the input includes them.
    by_lifetime: Option<(i64, Place)>,
    /// Whether the input's key is one that includes cached tokens.
    input_includes_cache: bool,
    /// Counts under this project's own names.
    pub(super) own: Vec<(&'static str, i64)>,
    /// Whether the counts are Cohere's billed units, none of which is cached.
    is_billed: bool,
    /// Words that the price depends on.
    pub(super) factors: Vec<(Factor, String)>,
    /// Paths of numbers above zero that are not understood or contradict others.
    pub(super) unread: Vec<String>,
    /// Whether a count's key holds a value that is not a count.
    pub(super) is_malformed: bool,
}

/// A part of the input or output, or a separate count.
struct Part {
    of: Option<Attribute>,
    /// The side to which the part belongs.
    side: Option<Side>,
    place: Place,
    /// The sum of Langfuse's buckets.
    buckets: Option<i64>,
    /// The count under a key that is not a bucket.
    named: Option<i64>,
    path: String,
}

impl Part {
    fn count(&self) -> i64 {
        self.buckets.or(self.named).unwrap_or_default()
    }

    fn is_cache(&self) -> bool {
        matches!(
            self.of,
            Some(Attribute::UsageCacheReadInputTokens | Attribute::UsageCacheWriteInputTokens)
        )
    }
}

/// The sum of the counts present.
fn added(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    }
}

/// What a side's count excludes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// The parts that its keys name as excluded.
    ByKeys,
    /// Nothing.
    Whole,
    /// Cached tokens or reasoning, independent of the keys.
    Net,
}

/// In the order in which they are compared with the total.
const READINGS: [(Reading, Reading); 9] = {
    use Reading::{ByKeys, Net, Whole};
    [
        (ByKeys, ByKeys),
        (Whole, Whole),
        (ByKeys, Whole),
        (Whole, ByKeys),
        (Net, ByKeys),
        (ByKeys, Net),
        (Net, Whole),
        (Whole, Net),
        (Net, Net),
    ]
};

impl<'n> Counts<'n> {
    /// Reads `object`, whose path in the provider's usage is `base`.
    pub(super) fn read(attribute: Option<&'n str>, base: &str, object: &Map<String, Value>) -> Self {
        let mut counts = Self {
            attribute,
            ..Self::default()
        };
        counts.gather("", base, object, 0);
        counts.resolve();
        counts
    }

    fn gather(&mut self, key_path: &str, base: &str, object: &Map<String, Value>, depth: usize) {
        let joined = |before: &str, key: &str| match before {
            "" => key.to_owned(),
            before => [before, ".", key].concat(),
        };
        for (key, value) in object {
            self.take(&joined(key_path, key), &joined(base, key), value, depth);
        }
    }

    /// Reads a value by its path in the attribute and its path in the provider's usage.
    fn take(&mut self, key_path: &str, path: &str, value: &Value, depth: usize) {
        match value {
            Value::Object(inner) if depth < MAX_DEPTH => self.gather(key_path, path, inner, depth + 1),
            Value::Array(items) if depth < MAX_DEPTH => {
                for item in items {
                    match labelled(item) {
                        Some((label, count)) => {
                            let [key_path, path] = [key_path, path].map(|path| [path, ".", &label].concat());
                            self.take(&key_path, &path, count, depth + 1);
                        }
                        None => self.take(key_path, path, item, depth + 1),
                    }
                }
            }
            Value::Object(_) | Value::Array(_) if holds_count(value) => self.unread.push(key_path.to_owned()),
            Value::Null | Value::Object(_) | Value::Array(_) => {}
            value => self.take_scalar(key_path, path, value),
        }
    }

    fn take_scalar(&mut self, key_path: &str, path: &str, value: &Value) {
        if let (Some(factor), Value::String(word)) = (Factor::of(path), value) {
            self.factors.push((factor, word.clone()));
            return;
        }
        let named = self
            .attribute
            .and_then(|attribute| meaning(&[attribute, ".", key_path].concat()));
        let key = match named {
            Some(Meaning::Redundant) => return,
            Some(Meaning::Total) => Some(UsageKey::Total),
            Some(Meaning::Attribute(spelling)) if spelling.attribute.is_usage() => Some(match spelling.attribute {
                Attribute::UsageInputTokens => UsageKey::Whole(Side::Input),
                Attribute::UsageOutputTokens => UsageKey::Whole(Side::Output),
                of => UsageKey::Unit(of),
            }),
            _ => UsageKey::of(path).or_else(|| UsageKey::of(key_path)),
        };
        match (key, count_of(value)) {
            (Some(UsageKey::Redundant(_)), _) => {}
            (Some(key), Some(count)) => self.count(key, key_path, count),
            (Some(_), None) => self.is_malformed = true,
            (None, count) => self.count_unknown(key_path, value, count),
        }
    }

    fn count(&mut self, key: UsageKey, path: &str, count: i64) {
        match key {
            UsageKey::Whole(side) => {
                let last = path.rsplit('.').next().unwrap_or(path);
                self.input_includes_cache |= matches!(last, "prompt_tokens" | "promptTokens");
                self.is_billed |= path.starts_with("billed_units.");
                let whole = match side {
                    Side::Input => &mut self.input,
                    Side::Output => &mut self.output,
                };
                match whole {
                    Some(known) if *known != count && count > 0 => self.unread.push(path.to_owned()),
                    Some(_) => {}
                    None => *whole = Some(count),
                }
            }
            UsageKey::Part(side, place, of) => {
                let is_bucket = place == Place::Beside && is_bucket(path);
                self.part(of, Some(side), place, is_bucket, path, count);
            }
            UsageKey::CacheWrite(place) => self.add_cache_write(place, count),
            UsageKey::CacheWrite1h(place) => {
                self.add_cache_write(place, count);
                let of = Some(Attribute::UsageCacheWrite1hInputTokens);
                self.part(of, None, Place::Within, is_bucket(path), path, count);
            }
            UsageKey::Total if count > 0 => self.total = Some((path.to_owned(), count)),
            UsageKey::Own(name) if count > 0 => self.own.push((name, count)),
            UsageKey::Unit(of) => self.part(Some(of), None, Place::Within, false, path, count),
            _ => {}
        }
    }

    fn add_cache_write(&mut self, place: Place, count: i64) {
        let sum = self.by_lifetime.map_or(0, |(sum, _)| sum);
        self.by_lifetime = Some((sum.saturating_add(count), place));
    }

    /// Notes an unknown count. Langfuse adds any bucket to the side that its name starts with.
    fn count_unknown(&mut self, path: &str, value: &Value, count: Option<i64>) {
        let is_above_zero = match value {
            Value::Number(number) => number.as_f64().is_some_and(is_count),
            Value::String(text) => is_count_text(text),
            _ => false,
        };
        if !is_above_zero {
            return;
        }
        if let (Some(count), true) = (count, is_bucket(path)) {
            let side = if path.starts_with("input_") {
                Side::Input
            } else {
                Side::Output
            };
            self.part(None, Some(side), Place::Beside, true, path, count);
        }
        self.unread.push(path.to_owned());
    }

    /// Adds a count to its part. Buckets are summed; of other keys the first applies, and one that differs is noted as
    /// unread.
    fn part(
        &mut self,
        of: Option<Attribute>,
        side: Option<Side>,
        place: Place,
        is_bucket: bool,
        path: &str,
        count: i64,
    ) {
        let is_same = |part: &&mut Part| of.is_some() && part.of == of || of.is_none() && part.path == path;
        let Some(part) = self.parts.iter_mut().find(is_same) else {
            let (buckets, named) = if is_bucket {
                (Some(count), None)
            } else {
                (None, Some(count))
            };
            let path = path.to_owned();
            self.parts.push(Part {
                of,
                side,
                place,
                buckets,
                named,
                path,
            });
            return;
        };
        if place == Place::Within {
            part.place = place;
        }
        part.side = part.side.or(side);
        if is_bucket {
            part.buckets = added(part.buckets, Some(count));
            return;
        }
        match part.named {
            Some(0) | None => part.named = Some(count),
            Some(known) if known != count && count > 0 => self.unread.push(path.to_owned()),
            Some(_) => {}
        }
    }

    /// Resolves the parts once the whole object is read.
    fn resolve(&mut self) {
        if self.is_billed {
            self.parts.retain(|part| !part.is_cache());
        }
        for part in &self.parts {
            if let (Some(buckets), Some(named)) = (part.buckets, part.named)
                && buckets != named
                && named > 0
            {
                self.unread.push(part.path.clone());
            }
        }
        let is_within = |part: &Part| part.is_cache() && part.side.is_some() && part.place == Place::Within;
        if self.input_includes_cache || self.parts.iter().any(|part| is_within(part) && part.count() > 0) {
            for part in self
                .parts
                .iter_mut()
                .filter(|part| part.is_cache() && part.buckets.is_none())
            {
                part.place = Place::Within;
            }
        }
        if let (Some(_), Some(_), Some((path, _))) = (self.input, self.output, &self.total)
            && self.reading().is_none()
        {
            self.unread.push(path.clone());
        }
    }

    /// Whether the object has any count of usage.
    pub(super) fn is_usage(&self) -> bool {
        self.input.is_some() || self.output.is_some() || self.by_lifetime.is_some() || !self.parts.is_empty()
    }

    /// Whether the total can be compared with this object's counts alone.
    pub(super) const fn has_both_sides(&self) -> bool {
        self.input.is_some() && self.output.is_some()
    }

    /// The counts with their paths, input and output including their parts as in the conventions.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (Attribute, i64, &str)> {
        // Without a total the keys decide.
        let (input, output) = self.reading().unwrap_or((Reading::ByKeys, Reading::ByKeys));
        let add_cache_write = self.by_lifetime.filter(|_| !self.has_written()).map(|(sum, _)| sum);
        let wholes = [
            (Attribute::UsageInputTokens, self.side(Side::Input, input), "input"),
            (Attribute::UsageOutputTokens, self.side(Side::Output, output), "output"),
            (Attribute::UsageCacheWriteInputTokens, add_cache_write, "cache_write"),
        ];
        let wholes = wholes
            .into_iter()
            .filter_map(|(of, count, path)| Some((of, count?, path)));
        let parts = self.parts.iter();
        wholes.chain(parts.filter_map(|part| Some((part.of?, part.count(), part.path.as_str()))))
    }

    fn has_written(&self) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| part.of == Some(Attribute::UsageCacheWriteInputTokens))
    }

    /// The first reading whose sum is the total.
    fn reading(&self) -> Option<(Reading, Reading)> {
        let (_, total) = self.total.as_ref()?;
        let sum = |(input, output): &(Reading, Reading)| {
            added(self.side(Side::Input, *input), self.side(Side::Output, *output))
        };
        READINGS.into_iter().find(|reading| sum(reading) == Some(*total))
    }

    /// A side's count plus the parts that it excludes by `reading`.
    fn side(&self, side: Side, reading: Reading) -> Option<i64> {
        let count = match side {
            Side::Input => self.input,
            Side::Output => self.output,
        };
        let is_excluded = |part: &Part| match (reading, part.place) {
            (Reading::Whole, _) => count.is_none() && part.place == Place::Beside,
            (_, Place::Beside) => true,
            (Reading::Net, Place::Within) => part.is_cache() || part.of == Some(Attribute::UsageReasoningOutputTokens),
            (Reading::ByKeys, Place::Within) => false,
        };
        let mut parts = self
            .parts
            .iter()
            .filter(|part| part.side == Some(side) && is_excluded(part));
        let first = parts.next().map(Part::count);
        let beside = parts.fold(first, |sum, part| added(sum, Some(part.count())));
        let by_lifetime = self.by_lifetime.filter(|(_, place)| {
            let is_beside = *place == Place::Beside && (reading != Reading::Whole || count.is_none());
            side == Side::Input && is_beside && !self.has_written()
        });
        added(added(count, beside), by_lifetime.map(|(sum, _)| sum))
    }
}

/// Whether a key is a Langfuse bucket, which excludes the other buckets.
fn is_bucket(path: &str) -> bool {
    !path.contains('.') && (path.starts_with("input_") || path.starts_with("output_"))
}
