//! Detects events that differ from an idle one only in their values, by comparing bytes without searching for keys.
//!
//! Most events of a stream follow one template: the same keys and values, except a piece of content, a number, a
//! padding. Two idle events show which values vary. An event that differs only in those has the same keys, so it is
//! idle too.

use std::ops::Range;

use memchr::memmem;

/// The longest event used as a template, in bytes.
const LONGEST: usize = 4096;
/// After PATIENCE mismatches in a row, learning pauses for PAUSE events.
const PATIENCE: u32 = 16;
const PAUSE: u32 = 256;

/// The template of a stream's idle events: field lines, one line of data, a blank line.
#[derive(Default)]
pub(crate) struct IdleTemplate {
    /// An idle event.
    bytes: Vec<u8>,
    values: Vec<Value>,
    /// The comparison steps: a literal followed by a varying value; and the final literal.
    steps: Vec<(Range<usize>, Kind)>,
    last: Range<usize>,
    /// Whether the steps are usable: two events matched.
    is_ready: bool,
    misses: u32,
}

/// A value other than an object, list or word: it can vary.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Value {
    kind: Kind,
    /// Without the quotes of a text.
    place: Range<usize>,
    varies: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
}

impl IdleTemplate {
    /// The length of an idle event of this template at the beginning of `bytes`.
    pub(crate) fn matched(&self, bytes: &[u8]) -> Option<usize> {
        if !self.is_ready {
            return None;
        }
        let mut at = 0;
        for (literal, kind) in &self.steps {
            at = self.literal_ends(bytes, at, literal)?;
            at = match kind {
                Kind::Text => text_ends(bytes, at)?,
                Kind::Number => number_ends(bytes, at),
            };
        }
        self.literal_ends(bytes, at, &self.last)
    }

    /// Learns from an idle event. Useful only if another of its kind follows.
    pub(crate) fn learn(&mut self, event: &[u8]) {
        self.misses = self.misses.saturating_add(1);
        if self.misses > PATIENCE {
            if self.misses > PATIENCE + PAUSE {
                self.misses = 0;
            }
            return;
        }
        let Some(values) = values(event) else { return };
        self.is_ready = self.is_like(event, &values);
        if self.is_ready {
            self.misses = 0;
            for (known, new) in self.values.iter_mut().zip(&values) {
                known.varies |= self.bytes.get(known.place.clone()) != event.get(new.place.clone());
            }
        } else {
            self.bytes.clear();
            self.bytes.extend_from_slice(event);
            self.values = values;
        }
        self.steps.clear();
        let mut literal = 0;
        for value in self.values.iter().filter(|value| value.varies) {
            self.steps.push((literal..value.place.start, value.kind));
            literal = value.place.end;
        }
        self.last = literal..self.bytes.len();
    }

    /// Whether an event with these values differs from the known one only in values.
    fn is_like(&self, event: &[u8], values: &[Value]) -> bool {
        let kinds = |values: &[Value]| values.iter().map(|value| value.kind).collect::<Vec<_>>();
        if self.values.is_empty() || kinds(&self.values) != kinds(values) {
            return false;
        }
        let (mut known_at, mut new_at) = (0, 0);
        for (known, new) in self.values.iter().zip(values) {
            let is_same = self.bytes.get(known_at..known.place.start) == event.get(new_at..new.place.start);
            if !is_same {
                return false;
            }
            (known_at, new_at) = (known.place.end, new.place.end);
        }
        self.bytes.get(known_at..) == event.get(new_at..)
    }

    /// The end of a literal of the template if `bytes` has it at `at`.
    fn literal_ends(&self, bytes: &[u8], at: usize, literal: &Range<usize>) -> Option<usize> {
        let literal = self.bytes.get(literal.clone())?;
        let end = at.checked_add(literal.len())?;
        (bytes.get(at..end)? == literal).then_some(end)
    }
}

/// The closing quote of the text at `at`. `None` if it contains a control character, which JSON forbids and which may
/// end the line.
fn text_ends(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = next_special(bytes, at)?;
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' if *bytes.get(at + 1)? >= b' ' => at += 2,
            _ => return None,
        }
    }
}

/// The position of the next quote, backslash or control character. Compares eight bytes at once: most pieces of content
/// are no longer, and their length is unpredictable for the CPU.
fn next_special(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let found = specials(u64::from_le_bytes(*eight));
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\') || *byte < b' ';
    Some(at + bytes.get(at..)?.iter().position(is_special)?)
}

/// Sets the high bit of each byte that is a quote, a backslash or a control character. Higher bytes may be set by a
/// borrow; the lowest set byte is exact.
const fn specials(eight: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = ONES << 7;
    const fn below(eight: u64, least: u64) -> u64 {
        eight.wrapping_sub(ONES * least) & !eight & HIGHS
    }
    below(eight ^ (ONES * b'"' as u64), 1) | below(eight ^ (ONES * b'\\' as u64), 1) | below(eight, b' ' as u64)
}

fn number_ends(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| is_of_number(**byte)).count()
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}

/// The values of an event with one line of data with one JSON object, and any other fields before it; `None` for other
/// events.
fn values(event: &[u8]) -> Option<Vec<Value>> {
    if event.len() > LONGEST || !event.ends_with(b"\n\n") {
        return None;
    }
    let data = memmem::find(event, b"data:")?;
    let is_line = data == 0 || event.get(data - 1) == Some(&b'\n');
    let mut at = data + b"data:".len();
    let json_end = event.len() - 2;
    if !is_line || event.get(at..json_end)?.contains(&b'\n') {
        return None;
    }
    let mut values = Vec::new();
    // A text is a value after a colon, a bracket or a comma of a list, else a key. Only values after a colon may vary.
    let mut follows_colon = false;
    while at < json_end {
        let byte = *event.get(at)?;
        match byte {
            b'"' => {
                let start = at + 1;
                let end = text_ends(event, start).filter(|end| *end < json_end)?;
                if follows_colon {
                    values.push(Value {
                        kind: Kind::Text,
                        place: start..end,
                        varies: false,
                    });
                }
                at = end + 1;
            }
            b'-' | b'0'..=b'9' if follows_colon => {
                let end = number_ends(event, at).min(json_end);
                values.push(Value {
                    kind: Kind::Number,
                    place: at..end,
                    varies: false,
                });
                at = end;
            }
            _ => at += 1,
        }
        follows_colon = byte == b':' || (follows_colon && byte.is_ascii_whitespace());
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(content: &str, number: u32) -> String {
        format!("event: delta\ndata: {{\"n\": {number},\"delta\":{{\"text\":\"{content}\",\"end\":null}}}}\n\n")
    }

    fn template() -> IdleTemplate {
        let mut template = IdleTemplate::default();
        template.learn(event("a", 1).as_bytes());
        assert_eq!(
            template.matched(event("a", 1).as_bytes()),
            None,
            "one event is not a template"
        );
        template.learn(event("bc", 12).as_bytes());
        template
    }

    #[test]
    fn an_event_that_differs_in_varying_values_matches() {
        let template = template();
        for content in ["", "lake", "a\\nb", "\\\"usage\\\": 1", "é", "\\\\"] {
            let event = event(content, 345);
            assert_eq!(template.matched(event.as_bytes()), Some(event.len()), "{content}");
            let two = [event.as_str(), "data: {}\n\n"].concat();
            assert_eq!(template.matched(two.as_bytes()), Some(event.len()), "{content}");
        }
    }

    #[test]
    fn an_event_with_other_differences_does_not_match() {
        let template = template();
        let usual = event("x", 1);
        let others = [
            usual.replace("null", "\"stop\""),
            usual.replace("\"end\"", "\"usage\""),
            usual.replace("\"x\"", "null"),
            usual.replace("\"x\"", "\"x\",\"usage\":\"1\""),
            usual.replace('x', "x\n"),
            usual.replace('x', "x\\\n"),
            usual.replace("event: delta", "event: other"),
            usual[..usual.len() - 1].to_owned(),
            usual[..usual.len() - 9].to_owned(),
            String::new(),
        ];
        for event in others {
            assert_eq!(template.matched(event.as_bytes()), None, "{event}");
        }
    }

    #[test]
    fn equal_values_must_match_until_they_vary() {
        let mut template = IdleTemplate::default();
        template.learn(event("a", 7).as_bytes());
        template.learn(event("b", 7).as_bytes());
        let other = event("c", 8);
        assert_eq!(template.matched(other.as_bytes()), None);
        template.learn(other.as_bytes());
        assert!(template.matched(event("d", 9).as_bytes()).is_some());
    }

    #[test]
    fn eight_bytes_at_once_find_the_same_as_one_by_one() {
        let bytes: Vec<u8> = (0..=255).collect();
        for byte in bytes {
            for place in 0..24 {
                let mut text = [b'a'; 24];
                text[place] = byte;
                text[23] = b'"';
                let expected = text
                    .iter()
                    .position(|byte| matches!(byte, b'"' | b'\\') || *byte < b' ');
                assert_eq!(next_special(&text, 0), expected, "{byte} at {place}");
            }
        }
        assert_eq!(next_special(b"abc", 0), None);
    }

    #[test]
    fn keys_and_elements_of_lists_never_vary() {
        let mut template = IdleTemplate::default();
        template.learn(b"data: {\"a\":[\"x\"],\"k1\":1}\n\n");
        template.learn(b"data: {\"a\":[\"y\"],\"k1\":2}\n\n");
        assert_eq!(template.matched(b"data: {\"a\":[\"z\"],\"k1\":2}\n\n"), None);
        template.learn(b"data: {\"k1\":1}\n\n");
        template.learn(b"data: {\"k2\":2}\n\n");
        assert_eq!(template.matched(b"data: {\"k3\":2}\n\n"), None);
    }
}
