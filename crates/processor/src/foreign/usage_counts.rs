//! What a JSON object of counts says: its keys, added up as its total has it.

use serde_json::{Map, Value};
use tracing_genai_semconv::dialect::{Place, Side, UsageKey};
use tracing_genai_semconv::{Attribute, Meaning, is_count, is_count_text, meaning};

use super::usage_values::{Factor, count_of, holds_count, labelled};

/// How far objects within objects are looked into.
const DEEPEST: usize = 4;

/// What an object of counts says.
#[derive(Default)]
pub(super) struct Counts<'n> {
    /// What the path of a key follows to be an attribute's name, for objects under the name of usage attributes.
    attribute: Option<&'n str>,
    pub(super) input: Option<i64>,
    pub(super) output: Option<i64>,
    /// The total above zero and its path.
    pub(super) total: Option<(String, i64)>,
    parts: Vec<Part>,
    /// The sum of the tokens written to the cache by their lifetimes, and where they stand.
    by_lifetime: Option<(i64, Place)>,
    /// Whether the object's key for the whole input is one that includes the cached tokens.
    input_includes_cache: bool,
    /// Counts under names of ours.
    pub(super) own: Vec<(&'static str, i64)>,
    /// Whether the counts are those that Cohere bills, of which none is cached.
    is_billed: bool,
    /// Words that the price depends on, by their keys.
    pub(super) factors: Vec<(Factor, String)>,
    /// The paths of numbers above zero that are not understood, or that others contradict.
    pub(super) unread: Vec<String>,
    /// Whether the key of a count holds something else.
    pub(super) is_malformed: bool,
}

/// A part of a side, or something counted by itself.
struct Part {
    of: Option<Attribute>,
    /// The side that the part is added to, where it stands beside it.
    side: Option<Side>,
    place: Place,
    /// The sum of Langfuse's buckets.
    buckets: Option<i64>,
    /// The count under any other key.
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

/// The sum of what is there.
fn added(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    }
}

/// A side by what its count leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// The parts that its keys say.
    ByKeys,
    /// Nothing.
    Whole,
    /// Cached tokens or reasoning, whatever the keys say.
    Net,
}

/// In the order in which they are held against the total.
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
    /// Reads `object`, which stands under the path `around` in a provider's usage.
    pub(super) fn read(attribute: Option<&'n str>, around: &str, object: &Map<String, Value>) -> Self {
        let mut counts = Self {
            attribute,
            ..Self::default()
        };
        counts.gather("", around, object, 0);
        counts.settle();
        counts
    }

    fn gather(&mut self, within: &str, around: &str, object: &Map<String, Value>, depth: usize) {
        let joined = |before: &str, key: &str| match before {
            "" => key.to_owned(),
            before => [before, ".", key].concat(),
        };
        for (key, value) in object {
            self.take(&joined(within, key), &joined(around, key), value, depth);
        }
    }

    /// Takes a value by its path in the attribute, and by its path in a provider's usage.
    fn take(&mut self, within: &str, path: &str, value: &Value, depth: usize) {
        match value {
            Value::Object(inner) if depth < DEEPEST => self.gather(within, path, inner, depth + 1),
            Value::Array(items) if depth < DEEPEST => {
                for item in items {
                    match labelled(item) {
                        Some((label, count)) => {
                            let [within, path] = [within, path].map(|path| [path, ".", &label].concat());
                            self.take(&within, &path, count, depth + 1);
                        }
                        None => self.take(within, path, item, depth + 1),
                    }
                }
            }
            Value::Object(_) | Value::Array(_) if holds_count(value) => self.unread.push(within.to_owned()),
            Value::Null | Value::Object(_) | Value::Array(_) => {}
            value => self.take_scalar(within, path, value),
        }
    }

    fn take_scalar(&mut self, within: &str, path: &str, value: &Value) {
        if let (Some(factor), Value::String(word)) = (Factor::of(path), value) {
            self.factors.push((factor, word.clone()));
            return;
        }
        let named = self
            .attribute
            .and_then(|attribute| meaning(&[attribute, ".", within].concat()));
        let key = match named {
            Some(Meaning::Redundant) => return,
            Some(Meaning::Total) => Some(UsageKey::Total),
            Some(Meaning::Attribute(spelling)) if spelling.attribute.is_usage() => Some(match spelling.attribute {
                Attribute::UsageInputTokens => UsageKey::Whole(Side::Input),
                Attribute::UsageOutputTokens => UsageKey::Whole(Side::Output),
                of => UsageKey::Unit(of),
            }),
            _ => UsageKey::of(path).or_else(|| UsageKey::of(within)),
        };
        match (key, count_of(value)) {
            (Some(UsageKey::Redundant(_)), _) => {}
            (Some(key), Some(count)) => self.count(key, within, count),
            (Some(_), None) => self.is_malformed = true,
            (None, count) => self.count_unknown(within, value, count),
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
            UsageKey::CacheWrite(place) => self.written(place, count),
            UsageKey::CacheWrite1h(place) => {
                self.written(place, count);
                let of = Some(Attribute::UsageCacheWrite1hInputTokens);
                self.part(of, None, Place::Within, is_bucket(path), path, count);
            }
            UsageKey::Total if count > 0 => self.total = Some((path.to_owned(), count)),
            UsageKey::Own(name) if count > 0 => self.own.push((name, count)),
            UsageKey::Unit(of) => self.part(Some(of), None, Place::Within, false, path, count),
            _ => {}
        }
    }

    fn written(&mut self, place: Place, count: i64) {
        let sum = self.by_lifetime.map_or(0, |(sum, _)| sum);
        self.by_lifetime = Some((sum.saturating_add(count), place));
    }

    /// Langfuse adds any bucket to the side that its name begins with.
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

    /// Adds up the buckets of one part. Of other names for it one counts, and another that says something else is doubted.
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

    /// Decides what the object as a whole says, once all of it is read.
    fn settle(&mut self) {
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

    /// Whether the object says anything of what was used.
    pub(super) fn is_usage(&self) -> bool {
        self.input.is_some() || self.output.is_some() || self.by_lifetime.is_some() || !self.parts.is_empty()
    }

    /// Whether the total can be held against this object's counts alone.
    pub(super) const fn has_both_sides(&self) -> bool {
        self.input.is_some() && self.output.is_some()
    }

    /// The counts as the conventions have them, whose wholes include their parts; and each one's path.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (Attribute, i64, &str)> {
        // Without a total, as the keys have it.
        let (input, output) = self.reading().unwrap_or((Reading::ByKeys, Reading::ByKeys));
        let written = self.by_lifetime.filter(|_| !self.has_written()).map(|(sum, _)| sum);
        let wholes = [
            (Attribute::UsageInputTokens, self.side(Side::Input, input), "input"),
            (Attribute::UsageOutputTokens, self.side(Side::Output, output), "output"),
            (Attribute::UsageCacheWriteInputTokens, written, "cache_write"),
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

    /// By the first reading that gives the total.
    fn reading(&self) -> Option<(Reading, Reading)> {
        let (_, total) = self.total.as_ref()?;
        let sum = |(input, output): &(Reading, Reading)| {
            added(self.side(Side::Input, *input), self.side(Side::Output, *output))
        };
        READINGS.into_iter().find(|reading| sum(reading) == Some(*total))
    }

    /// A side with what its count leaves out by that reading.
    fn side(&self, side: Side, reading: Reading) -> Option<i64> {
        let count = match side {
            Side::Input => self.input,
            Side::Output => self.output,
        };
        let is_left_out = |part: &Part| match (reading, part.place) {
            (Reading::Whole, _) => count.is_none() && part.place == Place::Beside,
            (_, Place::Beside) => true,
            (Reading::Net, Place::Within) => part.is_cache() || part.of == Some(Attribute::UsageReasoningOutputTokens),
            (Reading::ByKeys, Place::Within) => false,
        };
        let mut parts = self
            .parts
            .iter()
            .filter(|part| part.side == Some(side) && is_left_out(part));
        let first = parts.next().map(Part::count);
        let beside = parts.fold(first, |sum, part| added(sum, Some(part.count())));
        let by_lifetime = self.by_lifetime.filter(|(_, place)| {
            let is_beside = *place == Place::Beside && (reading != Reading::Whole || count.is_none());
            side == Side::Input && is_beside && !self.has_written()
        });
        added(added(count, beside), by_lifetime.map(|(sum, _)| sum))
    }
}

/// Langfuse's keys, of which each is a bucket beside the others.
fn is_bucket(path: &str) -> bool {
    !path.contains('.') && (path.starts_with("input_") || path.starts_with("output_"))
}
