//! Finds an attribute by any of its spellings, in a few nanoseconds and without allocating.

use crate::dialect::{DIALECTS, GENERIC, KINDS, MARKERS, MS_TO_FIRST_CHUNK, OPERATIONS};
use crate::{Attribute, OperationName, PREFIX};

/// A name that was recognised: the attribute it means, and whether it is that attribute's current name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// What the name means.
    pub attribute: Attribute,
    current: bool,
}

impl Spelling {
    /// Whether the name is the conventions' present one.
    pub const fn is_current(self) -> bool {
        self.current
    }
}

impl Attribute {
    /// The attribute that `name` means, in its current or any older spelling; `None` when it means none.
    pub fn from_name(name: &str) -> Option<Spelling> {
        let mut slot = slot(name.as_bytes())?;
        loop {
            // An empty slot holds 0; the first name is 1.
            let index = SLOTS.get(slot)?.checked_sub(1)?;
            let (candidate, spelling) = NAMES.get(usize::from(index))?;
            if *candidate == name {
                return Some(*spelling);
            }
            slot = (slot + 1) % SLOT_COUNT;
        }
    }
}

/// Whether an attribute of that name makes its span a GenAI span: one of the conventions', current or deprecated, or one by
/// which a dialect without them is known.
///
/// ```
/// use tracing_genai_semconv::is_genai;
///
/// assert!(is_genai("gen_ai.request.model") && is_genai("llm.token_count.prompt"));
/// assert!(!is_genai("http.request.method") && !is_genai("llm.my_own"));
/// ```
#[inline]
pub fn is_genai(name: &str) -> bool {
    if name.starts_with(PREFIX) {
        return true;
    }
    // Most names of others are told apart by their first byte.
    matches!(name.as_bytes().first(), Some(b'a' | b'e' | b'l' | b'o' | b't'))
        && MARKERS.iter().any(|marker| name.starts_with(marker))
        && (KINDS.contains(&name) || Attribute::from_name(name).is_some())
}

/// The operation that an attribute of another dialect says the span is; `None` where it says none.
///
/// ```
/// use tracing_genai_semconv::{OperationName, foreign_operation};
///
/// assert_eq!(foreign_operation("openinference.span.kind", "LLM"), Some(OperationName::Chat));
/// assert_eq!(foreign_operation("openinference.span.kind", "CHAIN"), None);
/// ```
pub fn foreign_operation(name: &str, value: &str) -> Option<OperationName> {
    if !KINDS.contains(&name) {
        return None;
    }
    let mut rows = OPERATIONS.iter();
    rows.find(|(of, kind, _)| *of == name && *kind == value)
        .map(|(_, _, operation)| *operation)
}

/// Whether a name that [`Attribute::from_name`] knows may as well be a service's own: it is to be read only on a span that
/// has an attribute `openinference.span.kind`.
pub fn is_generic(name: &str) -> bool {
    GENERIC.contains(&name)
}

/// What a double under that name is multiplied by to be in the conventions' unit: 0.001 for milliseconds; `None` where it is
/// already.
pub fn unit_factor(name: &str) -> Option<f64> {
    (name == MS_TO_FIRST_CHUNK).then_some(0.001)
}

const NAME_COUNT: usize = Attribute::COUNT + rows();
const SLOT_COUNT: usize = 2_048;

static NAMES: [(&str, Spelling); NAME_COUNT] = names();
/// Where in the names to look: small enough to stay in a processor's nearest cache.
static SLOTS: [u16; SLOT_COUNT] = fill();

/// How many spellings the dialects have together.
#[expect(clippy::indexing_slicing, reason = "runs at compile time: a fault is a build error")]
const fn rows() -> usize {
    let (mut rows, mut dialect) = (0, 0);
    while dialect < DIALECTS.len() {
        rows += DIALECTS[dialect].len();
        dialect += 1;
    }
    rows
}

/// Length, ends and middle tell the names apart; hashing all of a name would cost more than comparing it.
const fn slot(name: &[u8]) -> Option<usize> {
    let (Some(head), Some(tail)) = (name.first_chunk::<4>(), name.last_chunk::<4>()) else {
        return None;
    };
    let middle = match name.split_at_checked(name.len() / 2) {
        Some((_, [byte, ..])) => *byte,
        _ => 0,
    };
    let ends = (u32::from_le_bytes(*tail) as u64) ^ ((u32::from_le_bytes(*head) as u64) << 16);
    let mixed = (ends ^ ((name.len() as u64) << 48) ^ ((middle as u64) << 56)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "fewer bits are left than any platform's pointers have"
    )]
    Some((mixed >> (u64::BITS - SLOT_COUNT.trailing_zeros())) as usize)
}

#[expect(clippy::indexing_slicing, reason = "runs at compile time: a fault is a build error")]
const fn names() -> [(&'static str, Spelling); NAME_COUNT] {
    let first = Spelling {
        attribute: Attribute::ALL[0],
        current: true,
    };
    let mut names = [("", first); NAME_COUNT];
    let mut count = 0;
    while count < Attribute::COUNT {
        let attribute = Attribute::ALL[count];
        names[count] = (
            attribute.name(),
            Spelling {
                attribute,
                current: true,
            },
        );
        count += 1;
    }
    let mut dialect = 0;
    while dialect < DIALECTS.len() {
        let mut row = 0;
        while row < DIALECTS[dialect].len() {
            let (name, attribute) = DIALECTS[dialect][row];
            names[count] = (
                name,
                Spelling {
                    attribute,
                    current: false,
                },
            );
            count += 1;
            row += 1;
        }
        dialect += 1;
    }
    names
}

#[expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "runs at compile time: a fault is a build error"
)]
const fn fill() -> [u16; SLOT_COUNT] {
    const { assert!(NAME_COUNT < SLOT_COUNT / 2, "too many names for so few slots") };
    let names = names();
    let mut slots = [0; SLOT_COUNT];
    let mut index = 0;
    while index < NAME_COUNT {
        let Some(mut slot) = slot(names[index].0.as_bytes()) else {
            panic!("a name of fewer than four bytes cannot be looked up");
        };
        while slots[slot] != 0 {
            slot = (slot + 1) % SLOT_COUNT;
        }
        slots[slot] = index as u16 + 1;
        index += 1;
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_spellings_lead_to_the_current_attribute() {
        for (name, attribute) in DIALECTS.iter().copied().flatten() {
            let spelling = Attribute::from_name(name).expect("in the table");
            assert_eq!(spelling.attribute, *attribute, "{name}");
            assert!(!spelling.is_current(), "{name}");
        }
    }

    #[test]
    fn names_of_others_are_not_taken() {
        for name in [
            "",
            "chat",
            "gen_ai",
            "gen_ai.",
            "http.route",
            "gen_ai.usage.input_tokensx",
            "xgen_ai.request.model",
        ] {
            assert_eq!(Attribute::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn the_longest_run_of_slots_stays_short() {
        let longest = SLOTS.split(|slot| *slot == 0).map(<[_]>::len).max();
        assert!(longest <= Some(6), "{longest:?}");
    }
}
