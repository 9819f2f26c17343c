//! Numbers keys of attributes that became the same when they were redacted or cut: OTLP allows each key once.

use std::collections::{HashMap, HashSet};

use opentelemetry::{Key, KeyValue};

use crate::field_bounds::MAX_NAME_BYTES;
use crate::truncate::truncated;

/// Bytes kept for a number.
const MAX_NUMBER_BYTES: usize = 16;

/// Runs `change` on each attribute, which returns whether it changed the key, and keeps changed keys distinct.
pub(crate) fn change_each(attributes: &mut [KeyValue], mut change: impl FnMut(usize, &mut KeyValue) -> bool) {
    let mut changed = Vec::new();
    for (position, attribute) in attributes.iter_mut().enumerate() {
        if change(position, attribute) {
            changed.push(position);
        }
    }
    if !changed.is_empty() {
        number(attributes, &changed);
    }
}

/// Numbers those of the `changed` keys that another attribute has, too: `[redacted]`, `[redacted] 2`.
fn number(attributes: &mut [KeyValue], changed: &[usize]) {
    let is_changed = |position: &usize| changed.binary_search(position).is_ok();
    let unchanged = attributes
        .iter()
        .enumerate()
        .filter(|(position, _)| !is_changed(position));
    let mut taken: HashSet<Key> = unchanged.map(|(_, attribute)| attribute.key.clone()).collect();
    let mut numbers: HashMap<Key, usize> = HashMap::new();
    for position in changed {
        let Some(attribute) = attributes.get_mut(*position) else {
            continue;
        };
        if taken.insert(attribute.key.clone()) {
            continue;
        }
        let number = numbers.entry(attribute.key.clone()).or_insert(1);
        let start = truncated(attribute.key.as_str(), MAX_NAME_BYTES - MAX_NUMBER_BYTES).to_owned();
        loop {
            *number += 1;
            let numbered = Key::from(format!("{start} {number}"));
            if taken.insert(numbered.clone()) {
                attribute.key = numbered;
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_become_the_same_are_numbered_and_others_stay() {
        let mut attributes: Vec<_> = ["a1", "x", "a2", "x 2", "a3", "own", "own"]
            .map(|key| KeyValue::new(key, 1))
            .to_vec();
        change_each(&mut attributes, |_, attribute| {
            let is_changed = attribute.key.as_str().starts_with('a');
            if is_changed {
                attribute.key = Key::from("x");
            }
            is_changed
        });
        let keys: Vec<_> = attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(keys, ["x 3", "x", "x 4", "x 2", "x 5", "own", "own"]);
    }

    #[test]
    fn numbered_keys_keep_the_bound() {
        let mut attributes: Vec<_> = (0..3).map(|_| KeyValue::new("é".repeat(128), 1)).collect();
        change_each(&mut attributes, |_, _| true);
        let keys: HashSet<_> = attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(keys.len(), 3);
        assert!(keys.iter().all(|key| key.len() <= MAX_NAME_BYTES), "{keys:?}");
    }
}
