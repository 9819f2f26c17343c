//! Finds what an attribute's name means in any spelling, in a few nanoseconds and without allocating.

use crate::dialect::{Dialect, Indexed, Structure, WORDS};
use crate::{Attribute, OperationName, PREFIX};

/// A name that was recognised: the attribute it means, and whether it is that attribute's current name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// What the name means.
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

    /// Whether the name is the conventions' present one.
    pub const fn is_current(self) -> bool {
        self.current
    }
}

/// What a name means.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Meaning {
    /// An attribute of the conventions, in its current or another spelling.
    Attribute(Spelling),
    /// Something by which a dialect says what a span is.
    Kind,
    /// Something to be taken apart.
    Structure(Structure),
    /// An element of a list, whose field and number follow the prefix.
    Element(&'static Indexed),
    /// What does not go on.
    Dropped,
    /// A number of usage that says nothing which others on the span do not.
    Redundant,
    /// The sum of the tokens of both sides.
    Total,
}

impl Attribute {
    /// The attribute that `name` means, in its current or any older spelling; `None` when it means none.
    pub fn from_name(name: &str) -> Option<Spelling> {
        match known(name)? {
            Meaning::Attribute(spelling) => Some(spelling),
            _ => None,
        }
    }
}

/// What `name` means in the conventions or in any dialect; `None` where it is somebody's own.
///
/// ```
/// use tracing_genai_semconv::{Meaning, meaning};
///
/// assert!(matches!(meaning("gen_ai.prompt.0.content"), Some(Meaning::Element(_))));
/// assert!(matches!(meaning("rig.completion_parent"), Some(Meaning::Dropped)));
/// assert!(meaning("http.route").is_none());
/// ```
pub fn meaning(name: &str) -> Option<Meaning> {
    known(name).or_else(|| begun(name))
}

fn known(name: &str) -> Option<Meaning> {
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

/// What every name begins with that is known by how it begins; a test holds it.
const BEGINNINGS: [&[u8; 3]; 9] = [b"ai.", b"emb", b"gen", b"inp", b"llm", b"out", b"rer", b"ret", b"tra"];

/// What a name means by how it begins.
fn begun(name: &str) -> Option<Meaning> {
    // Most names of others are told apart by their first bytes.
    if !BEGINNINGS
        .iter()
        .any(|beginning| name.as_bytes().starts_with(*beginning))
    {
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
    matches!(name.as_bytes().first(), Some(b'a' | b'e' | b'l' | b'm' | b'o' | b't'))
        && (name == Attribute::McpMethodName.name()
            || MARKERS.iter().any(|marker| name.starts_with(marker)) && meaning(name).is_some())
}

/// The markers of all dialects, side by side: every span's names are held against them.
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

/// The operation that an attribute of another dialect says the span is, in whatever case; `None` where it says none.
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

/// The operation of a span by its name, in dialects that name spans by what they are.
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

/// The conventions' word for one of an attribute's values that others write; `None` where it is the conventions' already, or
/// nobody's.
///
/// ```
/// use tracing_genai_semconv::{Attribute, current_word};
///
/// assert_eq!(current_word(Attribute::OutputType, "json_object"), Some("json"));
/// assert_eq!(current_word(Attribute::OutputType, "text"), None);
/// ```
pub fn current_word(attribute: Attribute, word: &str) -> Option<&'static str> {
    let mut words = WORDS.iter();
    words
        .find(|(of, other, _)| *of == attribute && *other == word)
        .map(|(_, _, current)| *current)
}

/// Whether a name that [`meaning`] knows may as well be a service's own: it is to be read only on a span that has an attribute
/// of OpenInference's.
pub fn is_generic(name: &str) -> bool {
    let mut generic = Dialect::ALL.iter().flat_map(|dialect| dialect.generic);
    generic.any(|own| *own == name || (own.ends_with('.') && name.starts_with(own)))
}

/// What a double under that name is multiplied by to be in the conventions' unit: 0.001 for milliseconds; `None` where it is
/// already.
pub fn unit_factor(name: &str) -> Option<f64> {
    let mut units = Dialect::ALL.iter().flat_map(|dialect| dialect.units);
    units.find(|(of, _)| *of == name).map(|(_, factor)| *factor)
}

const NAME_COUNT: usize = Attribute::COUNT + rows();
const SLOT_COUNT: usize = 2_048;

static NAMES: [(&str, Meaning); NAME_COUNT] = names();
/// Where in the names to look: small enough to stay in a processor's nearest cache.
static SLOTS: [u16; SLOT_COUNT] = fill();

/// How many names the dialects have together.
#[expect(clippy::indexing_slicing, reason = "runs at compile time: a fault is a build error")]
const fn rows() -> usize {
    let (mut rows, mut at) = (0, 0);
    while at < Dialect::ALL.len() {
        let dialect = &Dialect::ALL[at];
        rows += dialect.renames.len() + dialect.structures.len() + dialect.kinds.len();
        rows += dialect.dropped.len() + dialect.redundant.len() + dialect.totals.len();
        at += 1;
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
    let mut at = 0;
    while at < Dialect::ALL.len() {
        let dialect = &Dialect::ALL[at];
        let mut row = 0;
        while row < dialect.renames.len() {
            let (name, attribute) = dialect.renames[row];
            let spelling = Spelling {
                attribute,
                current: false,
            };
            names[count] = (name, Meaning::Attribute(spelling));
            count += 1;
            row += 1;
        }
        row = 0;
        while row < dialect.structures.len() {
            let (name, structure) = dialect.structures[row];
            names[count] = (name, Meaning::Structure(structure));
            count += 1;
            row += 1;
        }
        row = 0;
        while row < dialect.kinds.len() {
            names[count] = (dialect.kinds[row], Meaning::Kind);
            count += 1;
            row += 1;
        }
        row = 0;
        while row < dialect.dropped.len() {
            names[count] = (dialect.dropped[row].0, Meaning::Dropped);
            count += 1;
            row += 1;
        }
        row = 0;
        while row < dialect.redundant.len() {
            names[count] = (dialect.redundant[row].0, Meaning::Redundant);
            count += 1;
            row += 1;
        }
        row = 0;
        while row < dialect.totals.len() {
            names[count] = (dialect.totals[row], Meaning::Total);
            count += 1;
            row += 1;
        }
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
        for (name, attribute) in Dialect::ALL.iter().flat_map(|dialect| dialect.renames) {
            let spelling = Attribute::from_name(name).expect("in the table");
            assert_eq!(spelling.attribute, *attribute, "{name}");
            assert!(!spelling.is_current(), "{name}");
        }
    }

    #[test]
    fn whatever_is_known_by_how_it_begins_is_found() {
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
