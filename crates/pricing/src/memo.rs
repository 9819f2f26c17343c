//! Caches model lookups by call.

use std::hash::{BuildHasher, Hasher};
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::call::CallContext;
use crate::find::Question;
use crate::found::Found;
use crate::reason::Reason;

/// The maximum of entries; a full cache is cleared.
const MAX_ENTRIES: usize = 4_096;
/// The longest key that is cached, in bytes: bounds the memory.
const MAX_KEY_BYTES: usize = 256;

/// The number of context values in a key. The region is derived from provider and address, so it is omitted.
const CONTEXT: usize = 6;

/// The result of a lookup, misses included: unknown models recur as often as known ones.
type Answer = Result<Found, Reason>;

/// A cache of lookups, bounded in entries and bytes.
///
/// The hash is seeded at random: callers choose model names and must not be able to force collisions.
pub(crate) struct Memo {
    seed: RandomState,
    entries: RwLock<HashTable<Entry>>,
}

struct Entry {
    hash: u64,
    provider: Box<str>,
    server_address: Option<Box<str>>,
    response_model: Option<Box<str>>,
    request_model: Option<Box<str>>,
    /// `None` if the call sets no context.
    context: Option<Box<[Option<Box<str>>; CONTEXT]>>,
    answer: Answer,
}

impl Memo {
    pub(crate) fn new() -> Self {
        Self {
            seed: RandomState::default(),
            entries: RwLock::new(HashTable::new()),
        }
    }

    /// The cached answer, or that of `search`, cached if the key is not too long.
    pub(crate) fn answer(&self, question: &Question<'_>, search: impl FnOnce() -> Answer) -> Answer {
        if key_bytes(question) > MAX_KEY_BYTES {
            return search();
        }
        let hash = self.hash(question);
        // A panic cannot leave an entry half written, so a poisoned lock is usable.
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.find(hash, |entry| entry.is_for(question)) {
            return entry.answer;
        }
        drop(entries);
        let answer = search();
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MAX_ENTRIES {
            entries.clear();
        }
        if entries.find(hash, |entry| entry.is_for(question)).is_none() {
            entries.insert_unique(hash, Entry::new(hash, question, answer), |entry| entry.hash);
        }
        answer
    }

    fn hash(&self, question: &Question<'_>) -> u64 {
        let mut hasher = self.seed.build_hasher();
        hasher.write(question.provider.as_bytes());
        // Addresses are few and not chosen by callers: comparing them is enough.
        for name in [question.response_model, question.request_model] {
            // The length separates adjacent names, and a missing name from an empty one.
            hasher.write_usize(name.map_or(usize::MAX, str::len));
            hasher.write(name.unwrap_or_default().as_bytes());
        }
        if let Some(context) = &question.context {
            for value in values(context).into_iter().flatten() {
                hasher.write(value.as_bytes());
            }
        }
        hasher.finish()
    }
}

impl std::fmt::Debug for Memo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Memo")
            .field("entries", &entries.len())
            .finish_non_exhaustive()
    }
}

impl Entry {
    fn new(hash: u64, question: &Question<'_>, answer: Answer) -> Self {
        Self {
            hash,
            provider: question.provider.into(),
            server_address: question.server_address.map(Into::into),
            response_model: question.response_model.map(Into::into),
            request_model: question.request_model.map(Into::into),
            context: question
                .context
                .as_ref()
                .map(|context| Box::new(values(context).map(|value| value.map(Into::into)))),
            answer,
        }
    }

    fn is_for(&self, question: &Question<'_>) -> bool {
        *self.provider == *question.provider
            && self.response_model.as_deref() == question.response_model
            && self.request_model.as_deref() == question.request_model
            && self.server_address.as_deref() == question.server_address
            && match (&self.context, &question.context) {
                (None, None) => true,
                (Some(own), Some(context)) => own
                    .iter()
                    .zip(values(context))
                    .all(|(own, value)| own.as_deref() == value),
                _ => false,
            }
    }
}

fn values<'a>(context: &CallContext<'a>) -> [Option<&'a str>; CONTEXT] {
    [
        context.service_tier,
        context.processing,
        context.speed,
        context.route,
        context.search_type,
        context.inference_geo,
    ]
}

/// Summed by hand: a chain of iterators took a fifth of a warm cost.
fn key_bytes(question: &Question<'_>) -> usize {
    let length = |name: Option<&str>| name.map_or(0, str::len);
    let names = question
        .provider
        .len()
        .saturating_add(length(question.server_address))
        .saturating_add(length(question.response_model))
        .saturating_add(length(question.request_model));
    let context = question.context.as_ref().map(values).map_or(0, |values| {
        values
            .into_iter()
            .fold(0_usize, |bytes, value| bytes.saturating_add(length(value)))
    });
    names.saturating_add(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question<'a>(provider: &'a str, model: &'a str) -> Question<'a> {
        Question {
            provider,
            server_address: None,
            response_model: Some(model),
            request_model: None,
            context: None,
        }
    }

    fn entries(memo: &Memo) -> usize {
        memo.entries.read().unwrap().len()
    }

    #[test]
    fn a_miss_is_cached() {
        let memo = Memo::new();
        let mut searches = 0;
        for _ in 0..3 {
            let answer = memo.answer(&question("p", "m"), || {
                searches += 1;
                Err(Reason::UnknownModel)
            });
            assert_eq!(answer, Err(Reason::UnknownModel));
        }
        assert_eq!(searches, 1);
    }

    #[test]
    fn names_in_different_fields_are_distinct() {
        let memo = Memo::new();
        let _ = memo.answer(&question("ab", "c"), || Err(Reason::UnknownModel));
        let _ = memo.answer(&question("a", "bc"), || Err(Reason::UnknownModel));
        let request = Question {
            response_model: None,
            request_model: Some("c"),
            ..question("ab", "")
        };
        let _ = memo.answer(&request, || Err(Reason::UnknownModel));
        assert_eq!(entries(&memo), 3);
    }

    #[test]
    fn the_cache_is_bounded_in_entries_and_bytes() {
        let memo = Memo::new();
        for number in 0..10_000 {
            let _ = memo.answer(&question("p", &number.to_string()), || Err(Reason::UnknownModel));
            assert!(entries(&memo) <= MAX_ENTRIES);
        }
        let before = entries(&memo);
        let _ = memo.answer(&question("p", &"x".repeat(MAX_KEY_BYTES)), || Err(Reason::UnknownModel));
        assert_eq!(entries(&memo), before);
    }

    #[test]
    fn a_poisoned_lock_is_recovered() {
        let memo = Memo::new();
        let poison = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _guard = memo.entries.write().unwrap();
            panic!("on purpose");
        }));
        assert!(poison.is_err());
        assert_eq!(
            memo.answer(&question("p", "m"), || Err(Reason::NoUsage)),
            Err(Reason::NoUsage)
        );
        assert_eq!(
            memo.answer(&question("p", "m"), || Err(Reason::UnknownModel)),
            Err(Reason::NoUsage)
        );
    }
}
