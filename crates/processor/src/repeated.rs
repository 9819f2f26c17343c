//! Finds repeated attributes outside the conventions; the last one applies.

use std::collections::HashMap;

use opentelemetry::{Key, KeyValue};

/// Up to this many attributes, repeated ones are found by comparison, which is cheaper than a map.
const FILTER_LIMIT: usize = 64;

/// The attributes so far outside the conventions.
pub(crate) enum RepeatedAttributes {
    /// A filter of 64 bits by a name's length and end; names are compared only if their bit is set.
    Filter(u64),
    Map(HashMap<Key, usize>),
}

impl RepeatedAttributes {
    pub(crate) fn new(attributes: usize) -> Self {
        if attributes <= FILTER_LIMIT {
            Self::Filter(0)
        } else {
            Self::Map(HashMap::new())
        }
    }

    /// Marks an earlier attribute of the same name for removal; returns whether there is one.
    pub(crate) fn remove_earlier(&mut self, before: &mut [KeyValue], found: &KeyValue, position: usize) -> bool {
        let earlier = match self {
            Self::Filter(filter) => {
                let bit = filter_bit(found.key.as_str().as_bytes());
                let may_repeat = *filter & bit != 0;
                *filter |= bit;
                may_repeat
                    .then(|| before.iter_mut().find(|earlier| earlier.key == found.key))
                    .flatten()
            }
            Self::Map(last) => last
                .insert(found.key.clone(), position)
                .and_then(|earlier| before.get_mut(earlier)),
        };
        let is_repeated = earlier.is_some();
        earlier.into_iter().for_each(mark_removed);
        is_repeated
    }
}

/// Marks an attribute for removal: no attribute has an empty key.
pub(crate) fn mark_removed(attribute: &mut KeyValue) {
    attribute.key = Key::from_static_str("");
}

fn filter_bit(name: &[u8]) -> u64 {
    let end = name.last_chunk::<2>().map_or(0, |end| u16::from_le_bytes(*end));
    let mixed = name.len().wrapping_mul(31) ^ usize::from(end).wrapping_mul(13);
    1 << (mixed % 64)
}
