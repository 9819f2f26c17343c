//! Splits a body into its JSON values and shortens irrelevant content: long texts and long lists of numbers (images,
//! audio, embeddings) are truncated in transit.

use memchr::memchr2;

use super::piece::{MAX_PIECE_BYTES, Piece, reuse};

/// The longest text kept whole, in bytes: ids, models and reasons are shorter, and error messages need no more.
const KEPT_TEXT: usize = 4096;
/// The maximum of scalars kept per list.
const KEPT_SCALARS: u32 = 16;
/// The maximum nesting kept; deeper values become `null`.
const MAX_DEPTH: usize = 64;

/// The longest escape, `\u` and four digits: an escape is kept only if it fits whole.
const LONGEST_ESCAPE: usize = 6;

/// The incomplete value.
#[derive(Default)]
pub(crate) struct JsonValues {
    kept: Vec<u8>,
    /// The open objects and lists.
    open: Vec<Open>,
    /// The number of open levels beyond the maximum.
    too_deep: usize,
    /// Whether the values are elements of an unfinished list.
    in_list: bool,
    text: Option<Text>,
    is_lost: bool,
}

struct Open {
    is_list: bool,
    /// The number of its scalars so far.
    scalars: u32,
    in_scalar: bool,
    /// Whether a comma precedes the next kept value.
    comma_is_due: bool,
}

/// An incomplete text.
#[derive(Default)]
struct Text {
    length: usize,
    in_escape: bool,
    is_cut: bool,
}

impl JsonValues {
    /// Reads the next bytes and emits every completed value.
    pub(crate) fn push(&mut self, mut bytes: &[u8], on_piece: &mut impl FnMut(Piece<'_>)) {
        while let Some((&byte, rest)) = bytes.split_first() {
            if let Some(text) = self.text.take() {
                bytes = self.text_bytes(text, bytes);
                continue;
            }
            bytes = rest;
            match byte {
                b'"' => {
                    self.begin_value();
                    self.keep(byte);
                    self.text = Some(Text::default());
                }
                b'{' | b'[' => self.open_container(byte == b'['),
                b'}' | b']' => self.close_container(byte, on_piece),
                b',' => self.comma(),
                b':' => self.keep(byte),
                _ => self.scalar_byte(byte),
            }
        }
    }

    /// Emits a lost piece for an incomplete value.
    pub(crate) fn finish(self, on_piece: &mut impl FnMut(Piece<'_>)) {
        if !self.open.is_empty() || self.in_list {
            on_piece(Piece::Lost);
        }
    }

    fn keep(&mut self, byte: u8) {
        self.keep_all(&[byte]);
    }

    fn keep_all(&mut self, bytes: &[u8]) {
        if self.open.is_empty() || self.too_deep > 0 {
            return;
        }
        if self.kept.len() + bytes.len() > MAX_PIECE_BYTES {
            self.is_lost = true;
        }
        if self.is_lost {
            self.kept = Vec::new();
        } else {
            self.kept.extend_from_slice(bytes);
        }
    }

    fn open_container(&mut self, is_list: bool) {
        if self.open.is_empty() && is_list && !self.in_list {
            self.in_list = true;
            return;
        }
        if self.too_deep > 0 || self.open.len() >= MAX_DEPTH {
            if self.too_deep == 0 {
                self.begin_value();
                self.keep_all(b"null");
            }
            self.too_deep = self.too_deep.saturating_add(1);
            return;
        }
        self.begin_value();
        self.open.push(Open {
            is_list,
            scalars: 0,
            in_scalar: false,
            comma_is_due: false,
        });
        self.keep(if is_list { b'[' } else { b'{' });
    }

    fn close_container(&mut self, byte: u8, on_piece: &mut impl FnMut(Piece<'_>)) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        match self.open.last() {
            None => {
                self.in_list = false;
                return;
            }
            // A comma before the end is invalid and is kept.
            Some(open) if open.comma_is_due && !open.is_full() => self.keep(b','),
            Some(_) => {}
        }
        self.keep(byte);
        self.open.pop();
        if let Some(open) = self.open.last_mut() {
            open.in_scalar = false;
            return;
        }
        if std::mem::take(&mut self.is_lost) {
            on_piece(Piece::Lost);
        } else {
            on_piece(Piece::Json(&self.kept));
        }
        self.kept = reuse(std::mem::take(&mut self.kept));
    }

    /// A comma, which is omitted with the scalar after it.
    fn comma(&mut self) {
        let Some(open) = self.open.last_mut().filter(|_| self.too_deep == 0) else {
            return;
        };
        open.in_scalar = false;
        if std::mem::replace(&mut open.comma_is_due, true) && !open.is_full() {
            self.keep(b',');
        }
    }

    fn begin_value(&mut self) {
        if self.too_deep == 0
            && let Some(open) = self.open.last_mut()
            && std::mem::take(&mut open.comma_is_due)
        {
            self.keep(b',');
        }
    }

    /// Reads a byte of a number or a word, or white space.
    fn scalar_byte(&mut self, byte: u8) {
        let Some(open) = self.open.last_mut().filter(|_| self.too_deep == 0) else {
            return;
        };
        if byte.is_ascii_whitespace() {
            // Two words must stay separate.
            let ends_scalar = std::mem::take(&mut open.in_scalar) && !open.omits_scalar();
            if ends_scalar {
                self.keep(b' ');
            }
            return;
        }
        if !std::mem::replace(&mut open.in_scalar, true) {
            open.scalars = open.scalars.saturating_add(1);
            if !open.omits_scalar() {
                self.begin_value();
            }
        }
        if self.open.last().is_some_and(|open| !open.omits_scalar()) {
            self.keep(byte);
        }
    }

    /// Reads the bytes of the current text and returns the rest.
    fn text_bytes<'a>(&mut self, mut text: Text, bytes: &'a [u8]) -> &'a [u8] {
        if std::mem::take(&mut text.in_escape) {
            let (escaped, rest) = bytes.split_at(1.min(bytes.len()));
            self.keep_text(&mut text, escaped);
            self.text = Some(text);
            return rest;
        }
        let end = memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len());
        let (plain, rest) = bytes.split_at(end);
        self.keep_text(&mut text, plain);
        match rest.split_first() {
            Some((b'"', rest)) => {
                if text.is_cut {
                    drop_partial_character(&mut self.kept);
                }
                self.keep(b'"');
                rest
            }
            Some((_, rest)) => {
                text.in_escape = true;
                text.is_cut |= text.length + LONGEST_ESCAPE > KEPT_TEXT;
                self.keep_text(&mut text, b"\\");
                self.text = Some(text);
                rest
            }
            None => {
                self.text = Some(text);
                rest
            }
        }
    }

    /// Keeps a part of a text up to the limit.
    fn keep_text(&mut self, text: &mut Text, part: &[u8]) {
        if text.is_cut {
            return;
        }
        let room = KEPT_TEXT.saturating_sub(text.length);
        text.is_cut = part.len() > room;
        text.length += part.len();
        self.keep_all(part.get(..room).unwrap_or(part));
    }
}

impl Open {
    fn is_full(&self) -> bool {
        self.is_list && self.scalars >= KEPT_SCALARS
    }

    /// Whether the current scalar is above the limit.
    fn omits_scalar(&self) -> bool {
        self.is_list && self.scalars > KEPT_SCALARS
    }
}

/// Drops an incomplete character at the end.
fn drop_partial_character(text: &mut Vec<u8>) {
    let tail = text.len().saturating_sub(4);
    let last = text.get(tail..).unwrap_or_default();
    if let Some(lead) = last.iter().rposition(|byte| byte & 0xC0 != 0x80)
        && std::str::from_utf8(last.get(lead..).unwrap_or_default()).is_err()
    {
        text.truncate(tail + lead);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(body: &[u8], step: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut values = JsonValues::default();
        let mut collect = |piece: Piece<'_>| {
            found.push(match piece {
                Piece::Json(json) => std::str::from_utf8(json).unwrap().to_owned(),
                Piece::Lost | Piece::Exception(..) => "(lost)".to_owned(),
            });
        };
        for chunk in body.chunks(step) {
            values.push(chunk, &mut collect);
        }
        values.finish(&mut collect);
        found
    }

    #[test]
    fn a_body_is_one_value_and_lines_and_lists_are_many() {
        assert_eq!(
            pieces(b" {\"a\": [1, {\"b\": \"}\\\"\"}]} \n", 3),
            [r#"{"a":[1,{"b":"}\""}]}"#]
        );
        assert_eq!(pieces(b"{\"a\":1}\n{\"b\":2}\n", 1), [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert_eq!(pieces(b"[{\"a\":1},\n{\"b\":2}]", 2), [r#"{"a":1}"#, r#"{"b":2}"#]);
    }

    #[test]
    fn truncated_values_are_lost() {
        assert_eq!(pieces(b"{\"a\":1", 4), ["(lost)"]);
        assert_eq!(pieces(b"[{\"a\":1},", 4), [r#"{"a":1}"#, "(lost)"]);
        assert_eq!(pieces(b"{\"a\":\"1", 4), ["(lost)"]);
    }

    #[test]
    fn long_texts_are_truncated_between_characters_and_escapes() {
        for filler in ["x", "é", "\u{1F600}", "\\n", "\\u00e9"] {
            for shift in 0..8 {
                let text = ["y".repeat(shift), filler.repeat(5000)].concat();
                let body = format!("{{\"long\":\"{text}\",\"usage\":7}}");
                for step in [1, 5, body.len()] {
                    let [piece] = pieces(body.as_bytes(), step).try_into().unwrap();
                    assert!(piece.len() < KEPT_TEXT + 30, "{filler}: {}", piece.len());
                    let value: serde_json::Value = serde_json::from_str(&piece).unwrap();
                    assert!(text.len() > KEPT_TEXT && value["usage"] == 7, "{filler}");
                    let whole: serde_json::Value = serde_json::from_str(&body).unwrap();
                    let kept = value["long"].as_str().unwrap();
                    assert!(whole["long"].as_str().unwrap().starts_with(kept) && !kept.is_empty());
                }
            }
        }
    }

    #[test]
    fn long_lists_of_numbers_are_truncated_and_other_elements_kept() {
        let numbers = vec!["-0.25"; 3000].join(", ");
        let body = format!("{{\"data\":[{{\"embedding\":[{numbers}, {{\"n\":1}}, 5, \"t\"]}}],\"usage\":{{\"n\":3}}}}");
        let [piece] = pieces(body.as_bytes(), 7).try_into().unwrap();
        let value: serde_json::Value = serde_json::from_str(&piece).unwrap();
        assert_eq!(value["usage"]["n"], 3);
        let list = value["data"][0]["embedding"].as_array().unwrap();
        assert_eq!(list.len(), 18, "{piece}");
        assert_eq!(list[16]["n"], 1);
        assert_eq!(list[17], "t");
    }

    #[test]
    fn invalid_json_stays_invalid() {
        for body in ["{\"a\":1,}", "[[1,,2]]", "{\"a\":1 2}", "{\"a\":tr ue}"] {
            let piece = pieces(body.as_bytes(), 2).concat();
            assert!(
                serde_json::from_str::<serde_json::Value>(&piece).is_err(),
                "{body} became {piece}"
            );
        }
    }

    #[test]
    fn a_gigabyte_of_text_uses_constant_memory() {
        let mut values = JsonValues::default();
        let mut found = Vec::new();
        let mut collect = |piece: Piece<'_>| {
            if let Piece::Json(json) = piece {
                found.push(json.len());
            }
        };
        values.push(b"{\"data\":[{\"b64_json\":\"", &mut collect);
        let megabyte = vec![b'A'; 1 << 20];
        for _ in 0..1024 {
            values.push(&megabyte, &mut collect);
            assert!(values.kept.capacity() <= 2 * KEPT_TEXT);
        }
        values.push(b"\"}],\"usage\":{\"input_tokens\":1}}", &mut collect);
        assert!(matches!(found[..], [length] if length < KEPT_TEXT + 100), "{found:?}");
    }

    #[test]
    fn too_deep_values_are_omitted() {
        let deep = [
            "[".repeat(100_000),
            "1,\"x\",{\"a\":[2]}".to_owned(),
            "]".repeat(100_000),
        ]
        .concat();
        let body = format!("{{\"deep\":{deep},\"usage\":7}}");
        let [piece] = pieces(body.as_bytes(), 999).try_into().unwrap();
        assert_eq!(
            piece,
            format!("{{\"deep\":{}null{},\"usage\":7}}", "[".repeat(63), "]".repeat(63))
        );
    }

    #[test]
    fn a_too_long_value_is_skipped_and_the_next_one_read() {
        let mut values = JsonValues::default();
        let mut found = Vec::new();
        let mut collect = |piece: Piece<'_>| found.push(matches!(piece, Piece::Json(_)));
        values.push(b"{\"a\":[0", &mut collect);
        let many = b",{\"a\":1}".repeat(1 << 16);
        for _ in 0..40 {
            values.push(&many, &mut collect);
        }
        values.push(b"]}{}", &mut collect);
        assert_eq!(found, [false, true]);
    }
}
