//! Looks up the meaning of an attribute's name in any spelling, in a few nanoseconds and without allocation.

use crate::dialect::{Dialect, Indexed, Structure, VALUE_RENAMES};
use crate::{Attribute, OperationName, PREFIX};

/// A recognised name: its attribute, and whether it is the current name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The attribute.
    pub attribute: Attribute,
    current: bool,
}

impl Spelling {
    /// A dialect's spelling of `attribute`.
    pub const fn of_dialect(attribute: Attribute) -> Self {
        Self {
            attribute,
            current: false,
        }
    }

    /// Whether the name is the conventions' current one.
    pub const fn is_current(self) -> bool {
        self.current
    }
}

/// The meaning of a name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Meaning {
    /// An attribute of the conventions, in its current or another spelling.
    Attribute(Spelling),
    /// A dialect's attribute for the operation.
    Kind,
    /// A structured value to be parsed.
    Structure(Structure),
    /// An element of a list; index and field follow the prefix.
    Element(&'static Indexed),
    /// An attribute to be dropped.
    Dropped,
    /// A usage count that repeats others on the span.
    Redundant,
    /// The sum of input and output tokens.
    Total,
}

impl Attribute {
    /// The attribute with that name, current or in any other spelling; `None` if unknown.
    pub fn from_name(name: &str) -> Option<Spelling> {
        match exact_meaning(name)? {
            Meaning::Attribute(spelling) => Some(spelling),
            _ => None,
        }
    }
}

/// The meaning of `name` in the conventions or in any dialect; `None` for unknown names.
///
/// ```
/// use tracing_genai_semconv::{Meaning, meaning};
///
/// assert!(matches!(meaning("gen_ai.prompt.0.content"), Some(Meaning::Element(_))));
/// assert!(matches!(meaning("rig.completion_parent"), Some(Meaning::Dropped)));
/// assert!(meaning("http.route").is_none());
/// ```
pub fn meaning(name: &str) -> Option<Meaning> {
    exact_meaning(name).or_else(|| prefix_meaning(name))
}

fn exact_meaning(name: &str) -> Option<Meaning> {
    let mut slot = slot(name.as_bytes())?;
    loop {
        // An empty slot holds 0; the first name is 1.
        let index = SLOTS.get(slot)?.checked_sub(1)?;
        let (candidate, meaning) = NAMES.get(usize::from(index))?;
        if *candidate == name {
            return Some(*meaning);
        }
        slot = (slot + 1) % SLOT_COUNT;
    }
}

/// The first bytes of all names that are known by their prefix; covered by a test.
const PREFIX_STARTS: [&[u8; 3]; 9] = [b"ai.", b"emb", b"gen", b"inp", b"llm", b"out", b"rer", b"ret", b"tra"];

/// The meaning of a name by its prefix.
fn prefix_meaning(name: &str) -> Option<Meaning> {
    // Fast path: the first bytes rule out most other names.
    if !PREFIX_STARTS.iter().any(|start| name.as_bytes().starts_with(*start)) {
        return None;
    }
    for dialect in Dialect::ALL {
        let element = dialect.indexed.iter().find(|list| {
            let rest = name.strip_prefix(list.prefix);
            rest.is_some_and(|rest| rest.as_bytes().first().is_some_and(u8::is_ascii_digit))
        });
        if let Some(list) = element {
            return Some(Meaning::Element(list));
        }
        if dialect.content_prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            return Some(Meaning::Structure(Structure::Content));
        }
        let mut dropped = dialect.dropped.iter();
        if dropped.any(|(dropped, _)| dropped.ends_with('.') && name.starts_with(dropped)) {
            return Some(Meaning::Dropped);
        }
    }
    None
}

/// Whether an attribute of that name marks a GenAI span: an attribute of the conventions, current or deprecated, or a
/// dialect's marker.
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
    // Fast path: the first byte rules out most other names.
    matches!(name.as_bytes().first(), Some(b'a' | b'e' | b'l' | b'm' | b'o' | b't'))
        && (name == Attribute::McpMethodName.name()
            || MARKERS.iter().any(|marker| name.starts_with(marker)) && meaning(name).is_some())
}

/// The markers of all dialects in one array, since every attribute name is compared with them.
static MARKERS: [&str; marker_count()] = markers();

#[expect(clippy::indexing_slicing, reason = "runs at compile time: a fault is a build error")]
const fn marker_count() -> usize {
    let (mut count, mut at) = (0, 0);
    while at < Dialect::ALL.len() {
        count += Dialect::ALL[at].markers.len();
        at += 1;
    }
    count
}

#[expect(clippy::indexing_slicing, reason = "runs at compile time: a fault is a build error")]
const fn markers() -> [&'static str; marker_count()] {
    let mut markers = [""; marker_count()];
    let (mut count, mut at) = (0, 0);
    while at < Dialect::ALL.len() {
        let mut row = 0;
        while row < Dialect::ALL[at].markers.len() {
            markers[count] = Dialect::ALL[at].markers[row];
            count += 1;
            row += 1;
        }
        at += 1;
    }
    markers
}

/// The operation meant by an attribute of another dialect, ignoring the value's case; `None` if it means none.
///
/// ```
/// use tracing_genai_semconv::{OperationName, foreign_operation};
///
/// assert_eq!(foreign_operation("openinference.span.kind", "LLM"), Some(OperationName::Chat));
/// assert_eq!(foreign_operation("openinference.span.kind", "llm"), Some(OperationName::Chat));
/// assert_eq!(foreign_operation("openinference.span.kind", "CHAIN"), None);
/// ```
pub fn foreign_operation(name: &str, value: &str) -> Option<OperationName> {
    let mut rows = Dialect::ALL.iter().flat_map(|dialect| dialect.operations);
    rows.find(|(of, kind, _)| *of == name && kind.eq_ignore_ascii_case(value))
        .map(|(_, _, operation)| *operation)
}

/// The operation meant by a span's name, in dialects with such names.
///
/// ```
/// use tracing_genai_semconv::{OperationName, operation_of_span};
///
/// assert_eq!(operation_of_span("anthropic.chat"), Some(OperationName::Chat));
/// assert_eq!(operation_of_span("chat"), None);
/// ```
pub fn operation_of_span(name: &str) -> Option<OperationName> {
    let mut names = Dialect::ALL.iter().flat_map(|dialect| dialect.span_names);
    names.find(|(of, _)| *of == name).map(|(_, operation)| *operation)
}

/// The conventions' value for another dialect's value of an attribute; `None` for current and unknown values.
///
/// ```
/// use tracing_genai_semconv::{Attribute, current_word};
///
/// assert_eq!(current_word(Attribute::OutputType, "json_object"), Some("json"));
/// assert_eq!(current_word(Attribute::OutputType, "text"), None);
/// ```
pub fn current_word(attribute: Attribute, word: &str) -> Option<&'static str> {
    let mut words = VALUE_RENAMES.iter();
    words
        .find(|(of, other, _)| *of == attribute && *other == word)
        .map(|(_, _, current)| *current)
}

/// Whether a name known to [`meaning`] is generic, so that it is read only on spans with an attribute of OpenInference.
pub fn is_generic(name: &str) -> bool {
    let mut generic = Dialect::ALL.iter().flat_map(|dialect| dialect.generic);
    generic.any(|own| *own == name || (own.ends_with('.') && name.starts_with(own)))
}

/// The factor from the unit of that name to the conventions' unit: 0.001 for milliseconds; `None` if they are the same.
pub fn unit_factor(name: &str) -> Option<f64> {
    let mut units = Dialect::ALL.iter().flat_map(|dialect| dialect.units);
    units.find(|(of, _)| *of == name).map(|(_, factor)| *factor)
}

const NAME_COUNT: usize = Attribute::COUNT + dialect_name_count();
const SLOT_COUNT: usize = 2_048;

static NAMES: [(&str, Meaning); NAME_COUNT] = names();
/// A hash table of indices into [`NAMES`], small enough for the first-level cache.
static SLOTS: [u16; SLOT_COUNT] = fill_slots();

/// The number of names of all dialects.
#[expect(clippy::indexing_slicing, reason = "runs at compile time: a fault is a build error")]
const fn dialect_name_count() -> usize {
    let (mut count, mut at) = (0, 0);
    while at < Dialect::ALL.len() {
        let dialect = &Dialect::ALL[at];
        count += dialect.renames.len() + dialect.structures.len() + dialect.kinds.len();
        count += dialect.dropped.len() + dialect.redundant.len() + dialect.totals.len();
        at += 1;
    }
    count
}

/// Hashes length, ends and middle of a name; hashing all of it would cost more than the comparison.
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
const fn names() -> [(&'static str, Meaning); NAME_COUNT] {
    let mut names = [("", Meaning::Kind); NAME_COUNT];
    let mut count = 0;
    while count < Attribute::COUNT {
        let attribute = Attribute::ALL[count];
        let spelling = Spelling {
            attribute,
            current: true,
        };
        names[count] = (attribute.name(), Meaning::Attribute(spelling));
        count += 1;
    }
    macro_rules! add {
        ($rows:expr, $row:ident => $name:expr, $meaning:expr) => {
            let mut index = 0;
            while index < $rows.len() {
                let $row = $rows[index];
                names[count] = ($name, $meaning);
                count += 1;
                index += 1;
            }
        };
    }
    let mut at = 0;
    while at < Dialect::ALL.len() {
        let dialect = &Dialect::ALL[at];
        add!(dialect.renames, row => row.0, Meaning::Attribute(Spelling::of_dialect(row.1)));
        add!(dialect.structures, row => row.0, Meaning::Structure(row.1));
        add!(dialect.kinds, row => row, Meaning::Kind);
        add!(dialect.dropped, row => row.0, Meaning::Dropped);
        add!(dialect.redundant, row => row.0, Meaning::Redundant);
        add!(dialect.totals, row => row, Meaning::Total);
        at += 1;
    }
    names
}

#[expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "runs at compile time: a fault is a build error"
)]
const fn fill_slots() -> [u16; SLOT_COUNT] {
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
    fn older_spellings_are_found() {
        for (name, attribute) in Dialect::ALL.iter().flat_map(|dialect| dialect.renames) {
            let spelling = Attribute::from_name(name).expect("in the table");
            assert_eq!(spelling.attribute, *attribute, "{name}");
            assert!(!spelling.is_current(), "{name}");
        }
    }

    #[test]
    fn names_known_by_prefix_are_found() {
        for dialect in Dialect::ALL {
            for list in dialect.indexed {
                let name = [list.prefix, "0.x"].concat();
                assert!(matches!(meaning(&name), Some(Meaning::Element(_))), "{name}");
            }
            let dropped = dialect
                .dropped
                .iter()
                .map(|(name, _)| *name)
                .filter(|name| name.ends_with('.'));
            for prefix in dropped.chain(dialect.content_prefixes.iter().copied()) {
                assert!(meaning(&[prefix, "x"].concat()).is_some(), "{prefix}");
            }
        }
    }

    #[test]
    fn unknown_names_are_not_attributes() {
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
    fn probe_sequences_are_short() {
        let longest = SLOTS.split(|slot| *slot == 0).map(<[_]>::len).max();
        assert!(longest <= Some(6), "{longest:?}");
    }
}
