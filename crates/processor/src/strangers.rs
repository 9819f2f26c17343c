//! Finds attributes of others that repeat: the last one holds.

use std::collections::HashMap;

use opentelemetry::{Key, KeyValue};

/// Up to this many attributes, repeated ones are found by comparing; a map would cost more.
const FEW: usize = 64;

/// The attributes met so far that are not the convention's, to find those that repeat.
pub(crate) enum Strangers {
    /// A name's length and ends choose one of 64 marks; only a mark met twice is worth comparing.
    Few(u64),
    Many(HashMap<Key, usize>),
}

impl Strangers {
    pub(crate) fn new(attributes: usize) -> Self {
        if attributes <= FEW {
            Self::Few(0)
        } else {
            Self::Many(HashMap::new())
        }
    }

    /// Strikes the earlier attribute of the same name: the last one holds.
    pub(crate) fn strike_earlier(&mut self, before: &mut [KeyValue], found: &KeyValue, position: usize) -> bool {
        let earlier = match self {
            Self::Few(marks) => {
                let mark = mark(found.key.as_str().as_bytes());
                let is_met = *marks & mark != 0;
                *marks |= mark;
                is_met
                    .then(|| before.iter_mut().find(|earlier| earlier.key == found.key))
                    .flatten()
            }
            Self::Many(last) => last
                .insert(found.key.clone(), position)
                .and_then(|earlier| before.get_mut(earlier)),
        };
        let is_repeated = earlier.is_some();
        earlier.into_iter().for_each(strike);
        is_repeated
    }
}

/// Marks an attribute for removal: no attribute has an empty key.
pub(crate) fn strike(attribute: &mut KeyValue) {
    attribute.key = Key::from_static_str("");
}

fn mark(name: &[u8]) -> u64 {
    let end = name.last_chunk::<2>().map_or(0, |end| u16::from_le_bytes(*end));
    let mixed = name.len().wrapping_mul(31) ^ usize::from(end).wrapping_mul(13);
    1 << (mixed % 64)
}
