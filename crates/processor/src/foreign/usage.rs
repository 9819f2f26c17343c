//! Reads counts and costs from JSON: Langfuse's details, and the usage that providers and SDKs pass on.

use opentelemetry::Value as Attributed;
use serde_json::{Map, Value};
use tracing_genai_pricing::Usd;
use tracing_genai_semconv::dialect::{Place, Side, UsageKey};
use tracing_genai_semconv::{Attribute, ValueType};

use super::{NOTHING, Read, set};
use crate::coerce::coerce;
use crate::operation::Operation;
use crate::unread::Unread;

/// How far objects within objects are looked into.
const DEEPEST: usize = 4;

/// Attributes that hold the details of a side alone, which stand within the usage elsewhere.
const DETAILS: [&str; 2] = ["input_token_details", "output_token_details"];

/// Reads a JSON object of counts. One that holds something else under the key of a count stays, as does one that counts more
/// than is understood.
pub(super) fn read(operation: &mut Operation<'_>, name: &str, text: &str) -> Read {
    let Ok(Value::Object(object)) = serde_json::from_str(text) else {
        operation.unread_usage.add(name);
        return Err(Some((Attribute::UsageInputTokens, Unread::Json)));
    };
    let details = DETAILS.into_iter().find(|details| name.ends_with(details));
    let mut counts = Counts::default();
    counts.gather(details.unwrap_or_default(), &object, 0);
    if counts.is_malformed {
        operation.unread_usage.add(name);
        return Err(Some((Attribute::UsageInputTokens, Unread::Type)));
    }
    name_unknown(operation, name, &counts);
    for (of, count) in counts.attributes() {
        let stated = match of {
            Attribute::UsageInputTokens => counts.input.count,
            Attribute::UsageOutputTokens => counts.output.count,
            _ => None,
        };
        // The span repeats what the provider counts without its parts.
        if stated.is_some() && operation.integer(of) == stated {
            operation.set(of, count);
        } else {
            set(operation, of, count);
        }
    }
    let is_read = counts.is_usage() && counts.unknown.is_empty();
    if is_read { Ok(()) } else { NOTHING }
}

/// Names the counts of a provider's `usage` that are not understood.
pub(super) fn find_unread(operation: &mut Operation<'_>, name: &str, usage: &Map<String, Value>) {
    let mut counts = Counts::default();
    counts.gather("", usage, 0);
    name_unknown(operation, name, &counts);
}

fn name_unknown(operation: &mut Operation<'_>, name: &str, counts: &Counts) {
    for key in &counts.unknown {
        operation.unread_usage.add(&[name, ".", key].concat());
    }
    // A total that no reading of the parts gives holds something that is not understood.
    if counts.total.is_some_and(|total| total > 0) && counts.reading().is_none() {
        operation.unread_usage.add(&[name, ".total"].concat());
    }
}

/// What an object of counts says.
#[derive(Default)]
struct Counts {
    input: Whole,
    output: Whole,
    total: Option<i64>,
    /// Each attribute once.
    parts: Vec<(Attribute, i64)>,
    /// The sum of the tokens written to the cache by their lifetimes.
    written_by_lifetime: Option<i64>,
    /// The paths of counts above zero that are not understood.
    unknown: Vec<String>,
    /// Whether the key of a count holds something else.
    is_malformed: bool,
}

/// One side of a call.
#[derive(Clone, Copy, Default)]
struct Whole {
    count: Option<i64>,
    /// The sum of the parts that stand beside it.
    beside: Option<i64>,
}

impl Whole {
    /// The count with all its parts.
    fn sum(self, has_parts_beside: bool) -> Option<i64> {
        let beside = self.beside.filter(|_| has_parts_beside || self.count.is_none());
        added(self.count, beside)
    }
}

/// The sum of what is there.
fn added(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    }
}

impl Counts {
    fn gather(&mut self, around: &str, object: &Map<String, Value>, depth: usize) {
        for (key, value) in object {
            let path = if around.is_empty() {
                key.clone()
            } else {
                [around, ".", key].concat()
            };
            self.take(&path, value, depth);
        }
    }

    fn take(&mut self, path: &str, value: &Value, depth: usize) {
        match value {
            Value::Null => {}
            Value::Object(inner) if depth < DEEPEST => self.gather(path, inner, depth + 1),
            Value::Array(items) if depth < DEEPEST => items.iter().for_each(|item| self.take(path, item, depth + 1)),
            value => match (UsageKey::of(path), count_of(value)) {
                (Some(UsageKey::Redundant(_)), _) | (None, None) => {}
                (Some(key), Some(count)) => self.count(key, count),
                (Some(_), None) => self.is_malformed = true,
                (None, Some(count)) => self.count_unknown(path, count),
            },
        }
    }

    fn count(&mut self, key: UsageKey, count: i64) {
        match key {
            UsageKey::Whole(side) => {
                let whole = self.side(side);
                whole.count = whole.count.or(Some(count));
            }
            UsageKey::Part(side, place, of) => {
                self.place(side, place, count);
                if let Some(of) = of {
                    self.part(of, count);
                }
            }
            UsageKey::CacheWrite(place) => {
                self.place(Side::Input, place, count);
                self.written_by_lifetime = added(self.written_by_lifetime, Some(count));
            }
            UsageKey::CacheWrite1h(place) => {
                self.place(Side::Input, place, count);
                self.written_by_lifetime = added(self.written_by_lifetime, Some(count));
                self.part(Attribute::UsageCacheWrite1hInputTokens, count);
            }
            UsageKey::Total => self.total = Some(count),
            UsageKey::Unit(of) => self.part(of, count),
            _ => {}
        }
    }

    /// Langfuse adds any bucket to the side that its name begins with.
    fn count_unknown(&mut self, path: &str, count: i64) {
        if count <= 0 {
            return;
        }
        for (start, side) in [("input_", Side::Input), ("output_", Side::Output)] {
            if path.starts_with(start) && !path.contains('.') {
                self.place(side, Place::Beside, count);
            }
        }
        self.unknown.push(path.to_owned());
    }

    const fn side(&mut self, side: Side) -> &mut Whole {
        match side {
            Side::Input => &mut self.input,
            Side::Output => &mut self.output,
        }
    }

    fn place(&mut self, side: Side, place: Place, count: i64) {
        if place == Place::Beside {
            let whole = self.side(side);
            whole.beside = added(whole.beside, Some(count));
        }
    }

    /// Two spellings of one part are buckets of it.
    fn part(&mut self, of: Attribute, count: i64) {
        match self.parts.iter_mut().find(|(part, _)| *part == of) {
            Some((_, sum)) => *sum = sum.saturating_add(count),
            None => self.parts.push((of, count)),
        }
    }

    fn is_usage(&self) -> bool {
        self.input.sum(true).is_some()
            || self.output.sum(true).is_some()
            || !self.parts.is_empty()
            || self.written_by_lifetime.is_some()
    }

    /// The counts as the conventions have them, whose wholes include their parts.
    fn attributes(&self) -> impl Iterator<Item = (Attribute, i64)> {
        // Without a total, as the keys have it.
        let (input_is_apart, output_is_apart) = self.reading().unwrap_or((true, true));
        let has_written = |(of, _): &(Attribute, i64)| *of == Attribute::UsageCacheWriteInputTokens;
        let written = self.written_by_lifetime.filter(|_| !self.parts.iter().any(has_written));
        let wholes = [
            (Attribute::UsageInputTokens, self.input.sum(input_is_apart)),
            (Attribute::UsageOutputTokens, self.output.sum(output_is_apart)),
            (Attribute::UsageCacheWriteInputTokens, written),
        ];
        let wholes = wholes.into_iter().filter_map(|(of, count)| Some((of, count?)));
        wholes.chain(self.parts.iter().copied())
    }

    /// Whether the parts of input, and of output, stand beside them, by the first reading that gives the total.
    fn reading(&self) -> Option<(bool, bool)> {
        let sum = |(input, output): (bool, bool)| added(self.input.sum(input), self.output.sum(output));
        let readings = [(true, true), (false, false), (true, false), (false, true)];
        let total = self.total?;
        readings.into_iter().find(|reading| sum(*reading) == Some(total))
    }
}

/// A whole number, however it was written.
fn count_of(value: &Value) -> Option<i64> {
    let mut count = match value {
        Value::Number(number) => match number.as_i64() {
            Some(count) => return Some(count),
            None => Attributed::F64(number.as_f64()?),
        },
        Value::String(text) => Attributed::from(text.clone()),
        _ => return None,
    };
    coerce(&mut count, ValueType::Int);
    match count {
        Attributed::I64(count) => Some(count),
        _ => None,
    }
}

/// Reads a JSON object of costs in US dollars: the total, or the sum of the parts. One of nothing but zeros is what Langfuse
/// writes of a call that failed.
pub(super) fn read_cost(operation: &mut Operation<'_>, text: &str) -> Read {
    let unread = Err(Some((Attribute::UsageCost, Unread::Json)));
    let Ok(Value::Object(costs)) = serde_json::from_str(text) else {
        return unread;
    };
    let amount = |value: &Value| Usd::parse_rounded(&value.as_number()?.to_string()).ok();
    let total = match costs.get("total").or_else(|| costs.get("total_cost")) {
        Some(total) => amount(total),
        None => costs
            .values()
            .try_fold(Usd::default(), |sum, part| sum.checked_add(amount(part)?)),
    };
    let Some(total) = total else { return unread };
    if total == Usd::default() {
        return NOTHING;
    }
    set(operation, Attribute::UsageCost, total.to_f64());
    Ok(())
}
