//! Counts by unit; an unreported count is absent, not zero.

use std::fmt;

use crate::unit::Unit;

/// The largest valid count: 2^53, above which JSON numbers lose precision.
pub const MAX_COUNT: u64 = 1 << 53;

/// The usage of a call, by unit.
///
/// The meaning is that of the OpenTelemetry GenAI conventions: [`Unit::InputTokens`] includes cache reads, cache writes
/// and audio, [`Unit::OutputTokens`] includes reasoning. A unit never set is absent, not zero. Allocates nothing.
///
/// ```
/// use tracing_genai_usage::{Unit, Usage};
///
/// let usage = Usage::new().with(Unit::InputTokens, 1_200).with(Unit::CacheReadTokens, 0);
/// assert_eq!(usage.get(Unit::CacheReadTokens), Some(0));
/// assert_eq!(usage.get(Unit::OutputTokens), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bit n is whether the n-th unit was reported.
    reported: u64,
    /// Zero for unreported units, so that derived equality holds.
    counts: [u64; Unit::COUNT],
}

impl Usage {
    /// Empty usage.
    pub const fn new() -> Self {
        Self {
            reported: 0,
            counts: [0; Unit::COUNT],
        }
    }

    /// This usage with the count of `unit` set.
    pub fn with(mut self, unit: Unit, count: u64) -> Self {
        self.set(unit, count);
        self
    }

    /// Sets the count of `unit`, replacing an earlier one.
    pub fn set(&mut self, unit: Unit, count: u64) {
        if let Some(place) = self.counts.get_mut(unit as usize) {
            *place = count;
            self.reported |= bit(unit);
        }
    }

    /// Makes `unit` absent again.
    pub fn clear(&mut self, unit: Unit) {
        if let Some(place) = self.counts.get_mut(unit as usize) {
            *place = 0;
            self.reported &= !bit(unit);
        }
    }

    /// The count of `unit`; `None` if it was not reported.
    #[inline]
    pub fn get(&self, unit: Unit) -> Option<u64> {
        if self.reported & bit(unit) == 0 {
            None
        } else {
            self.counts.get(unit as usize).copied()
        }
    }

    /// Adds to the count of `unit`; absent counts as zero. The sum saturates at the maximum of `u64`, which is above
    /// [`MAX_COUNT`] and therefore not priced.
    pub fn add(&mut self, unit: Unit, count: u64) {
        self.set(unit, self.get(unit).unwrap_or(0).saturating_add(count));
    }

    /// Adds every count of `other`, as for a parent of several calls.
    pub fn merge(&mut self, other: &Self) {
        for (unit, count) in other.iter() {
            self.add(unit, count);
        }
    }

    /// Whether no unit was reported. A reported zero counts as reported.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.reported == 0
    }

    /// The reported units as a bit set: bit n is the unit of discriminant n.
    #[inline]
    pub const fn reported(&self) -> u64 {
        self.reported
    }

    /// The reported units and their counts, in the order of [`Unit::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Unit, u64)> + '_ {
        Unit::ALL
            .iter()
            .filter_map(|&unit| self.get(unit).map(|count| (unit, count)))
    }
}

impl Default for Usage {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|(unit, count)| (unit.name(), count)))
            .finish()
    }
}

const fn bit(unit: Unit) -> u64 {
    1 << (unit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reported_zero_differs_from_an_absent_count() {
        let zero = Usage::new().with(Unit::OutputTokens, 0);
        assert!(!zero.is_empty());
        assert_ne!(zero, Usage::new());
        assert_eq!(zero.get(Unit::OutputTokens), Some(0));
        assert_eq!(zero.get(Unit::InputTokens), None);
    }

    #[test]
    fn a_cleared_count_leaves_no_trace() {
        let mut usage = Usage::new().with(Unit::InputTokens, 7);
        usage.clear(Unit::InputTokens);
        assert_eq!(usage, Usage::new());
    }

    #[test]
    fn merging_sums_the_counts_of_both() {
        let mut sum = Usage::new().with(Unit::InputTokens, 1).with(Unit::OutputTokens, 2);
        sum.merge(&Usage::new().with(Unit::InputTokens, 10).with(Unit::WebSearches, 1));
        let counts: Vec<_> = sum.iter().collect();
        assert_eq!(
            counts,
            [(Unit::InputTokens, 11), (Unit::OutputTokens, 2), (Unit::WebSearches, 1)]
        );
    }

    #[test]
    fn debug_output_names_what_was_reported() {
        let usage = Usage::new().with(Unit::InputTokens, 3);
        assert_eq!(format!("{usage:?}"), r#"{"input_tokens": 3}"#);
    }
}
