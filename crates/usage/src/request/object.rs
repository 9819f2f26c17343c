//! Finds the parameters in a request's JSON object, from bytes split anywhere. Everything else is skipped: only nesting
//! and texts are followed, so that work and memory do not depend on what a body holds.

use super::parameters::{Form, Found, Parameter, Place, Request, parameter};
use super::text::text_end;
use super::work::Work;

/// The longest value kept, in bytes: ids and models are shorter. Longer ones stay unknown: a part of a name is another
/// name.
const MAX_VALUE_BYTES: usize = 4096;
/// The longest name of a parameter, each letter as an escape of six bytes.
const MAX_NAME_BYTES: usize = 160;
/// The most texts of a list, which have [`MAX_VALUE_BYTES`] in all.
const MAX_TEXTS: usize = 64;

/// The work of a parameter's value.
const WORK_OF_VALUE: usize = 32;

/// The reading of one object.
#[derive(Clone, Default)]
pub(super) struct ObjectScan {
    state: State,
    /// Whether a text goes on after a backslash.
    is_escaped: bool,
    place: Place,
    /// The meaning of the last name, until its value ended.
    parameter: Option<Parameter>,
    /// The bytes of a name or value in quotes, or of a scalar.
    kept: Vec<u8>,
    /// Whether `kept` lacks bytes.
    is_cut: bool,
    texts: Vec<String>,
    texts_bytes: usize,
    /// The open levels of a skipped value.
    depth: usize,
    found: Found,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before the object.
    #[default]
    Start,
    /// Before a name, or the end of an object.
    BeforeName,
    Name,
    BeforeColon,
    BeforeValue,
    /// In a text that is a parameter.
    Text,
    /// In a number or a word.
    Scalar,
    /// In a list of texts, before an element or the end.
    List,
    /// In a text of that list.
    Element,
    /// In a value that is skipped.
    Skipped,
    /// In a text of it.
    SkippedText,
    /// After the object, or after what is no JSON object.
    Over,
}

impl ObjectScan {
    /// Whether the object ended, or the bytes are no JSON object: the rest is not read.
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Reads on until the work is used up; returns the number of bytes read.
    pub(super) fn read(&mut self, bytes: &[u8], work: &mut Work) -> usize {
        let mut at = 0;
        while at < bytes.len() && !work.is_used_up() {
            let rest = bytes.get(at..).unwrap_or_default();
            at += match self.state {
                State::Start => self.start(rest, work),
                State::BeforeName => self.before_name(rest, work),
                State::Name => self.name(rest, work),
                State::BeforeColon => self.before_colon(rest, work),
                State::BeforeValue => self.before_value(rest, work),
                State::Text => self.text(rest, work),
                State::Scalar => self.scalar(rest, work),
                State::List => self.list(rest, work),
                State::Element => self.element(rest, work),
                State::Skipped => self.skipped(rest, work),
                State::SkippedText => self.skipped_text(rest, work),
                State::Over => rest.len(),
            };
        }
        at
    }

    /// The parameters found.
    pub(super) fn finish(self) -> Request {
        self.found.into_request()
    }

    fn start(&mut self, rest: &[u8], work: &mut Work) -> usize {
        // A byte order mark is three bytes, which may arrive separately.
        let is_nothing = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0xEF | 0xBB | 0xBF);
        let (skipped, next) = skip_while(rest, work, is_nothing);
        match next {
            None => skipped,
            Some(b'{') => {
                // Room for most names and values.
                self.kept.reserve(64);
                self.go(State::BeforeName, skipped + 1)
            }
            Some(_) => self.go(State::Over, skipped),
        }
    }

    fn before_name(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let is_between = |byte: &u8| *byte == b',' || byte.is_ascii_whitespace();
        let (skipped, next) = skip_while(rest, work, is_between);
        match next {
            None => skipped,
            Some(b'"') => {
                self.keep_anew(b"");
                self.go(State::Name, skipped + 1)
            }
            Some(b'}') if self.place != Place::Body => {
                self.place = Place::Body;
                skipped + 1
            }
            Some(_) => self.go(State::Over, skipped),
        }
    }

    fn name(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let (read, is_ended) = text_end(rest, &mut self.is_escaped, work);
        self.keep(rest.get(..read).unwrap_or(rest), MAX_NAME_BYTES);
        if is_ended {
            self.parameter = self.named();
            self.state = State::BeforeColon;
        }
        read
    }

    /// The meaning of the kept name, which ends in a quote.
    fn named(&self) -> Option<Parameter> {
        if self.is_cut {
            return None;
        }
        let (_, name) = self.kept.split_last()?;
        if !name.contains(&b'\\') {
            return parameter(self.place, name);
        }
        let quoted = [b"\"", self.kept.as_slice()].concat();
        let name: String = serde_json::from_slice(&quoted).ok()?;
        parameter(self.place, name.as_bytes())
    }

    fn before_colon(&mut self, rest: &[u8], work: &mut Work) -> usize {
        match skip_while(rest, work, u8::is_ascii_whitespace) {
            (skipped, None) => skipped,
            (skipped, Some(b':')) => self.go(State::BeforeValue, skipped + 1),
            (skipped, Some(_)) => self.go(State::Over, skipped),
        }
    }

    fn before_value(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let (skipped, next) = skip_while(rest, work, u8::is_ascii_whitespace);
        let Some(first) = next else { return skipped };
        let form = self.parameter.map(Parameter::form);
        if form == Some(Form::Any) && first != b'n' {
            self.found.voice();
        }
        match (first, form) {
            (b'"', Some(Form::Text | Form::Texts)) => {
                self.keep_anew(b"\"");
                self.state = State::Text;
            }
            (b'"', _) => {
                self.depth = 0;
                self.state = State::SkippedText;
            }
            (b'{', Some(Form::Object(place))) => {
                self.place = place;
                self.state = State::BeforeName;
            }
            (b'[', Some(Form::Texts)) => {
                self.texts = Vec::new();
                self.texts_bytes = 0;
                self.state = State::List;
            }
            (b'{' | b'[', _) => {
                self.depth = 1;
                self.state = State::Skipped;
            }
            (b'}' | b']' | b',' | b':', _) => self.state = State::Over,
            (_, form) => {
                self.keep_anew(b"");
                self.is_cut = form != Some(Form::Scalar);
                self.state = State::Scalar;
                return skipped;
            }
        }
        skipped + 1
    }

    fn text(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let (read, is_ended) = text_end(rest, &mut self.is_escaped, work);
        self.keep(rest.get(..read).unwrap_or(rest), MAX_VALUE_BYTES);
        if is_ended {
            work.spend(WORK_OF_VALUE);
            if let (Some(parameter), Some(text)) = (self.parameter, self.kept_text()) {
                self.found.text(parameter, text);
            }
            self.state = State::BeforeName;
        }
        read
    }

    fn scalar(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let (read, next) = skip_while(rest, work, |byte| {
            !matches!(byte, b',' | b'}' | b']') && !byte.is_ascii_whitespace()
        });
        self.keep(rest.get(..read).unwrap_or(rest), MAX_VALUE_BYTES);
        if next.is_some() {
            if let Some(parameter) = self.parameter.filter(|_| !self.is_cut) {
                work.spend(WORK_OF_VALUE);
                self.found.scalar(parameter, &self.kept);
            }
            self.state = State::BeforeName;
        }
        read
    }

    fn list(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let is_between = |byte: &u8| *byte == b',' || byte.is_ascii_whitespace();
        let (skipped, next) = skip_while(rest, work, is_between);
        match next {
            None => return skipped,
            Some(b']') => {
                self.give_texts(work);
                self.state = State::BeforeName;
            }
            Some(b'"') if self.texts.len() < MAX_TEXTS => {
                self.keep_anew(b"\"");
                self.state = State::Element;
            }
            // More than are kept.
            Some(b'"') => {
                self.give_texts(work);
                self.depth = 1;
                self.state = State::SkippedText;
            }
            // Not a list of texts.
            Some(_) => {
                self.depth = 1;
                return self.go(State::Skipped, skipped);
            }
        }
        skipped + 1
    }

    fn element(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let (read, is_ended) = text_end(rest, &mut self.is_escaped, work);
        let room = MAX_VALUE_BYTES.saturating_sub(self.texts_bytes);
        self.keep(rest.get(..read).unwrap_or(rest), room);
        if is_ended {
            work.spend(WORK_OF_VALUE);
            self.texts_bytes += self.kept.len();
            let is_kept = !self.is_cut;
            if let Some(text) = self.kept_text() {
                self.texts.push(text);
                self.state = State::List;
            } else {
                if is_kept {
                    // Not a text.
                    self.texts.clear();
                } else {
                    self.give_texts(work);
                }
                self.depth = 1;
                self.state = State::Skipped;
            }
        }
        read
    }

    fn give_texts(&mut self, work: &mut Work) {
        work.spend(WORK_OF_VALUE);
        if let Some(parameter) = self.parameter {
            self.found.texts(parameter, std::mem::take(&mut self.texts));
        }
    }

    fn skipped(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let mut at = 0;
        while !work.is_used_up()
            && let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty())
        {
            let tail = tail.get(..work.left()).unwrap_or(tail);
            let mut depth = self.depth;
            let stop = tail.iter().position(|byte| {
                match byte {
                    b'{' | b'[' => depth = depth.saturating_add(1),
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    b'"' => return true,
                    _ => return false,
                }
                depth == 0
            });
            self.depth = depth;
            let Some(stop) = stop else {
                work.spend(tail.len());
                at += tail.len();
                continue;
            };
            work.spend(stop + 1);
            at += stop + 1;
            if depth == 0 {
                return self.go(State::BeforeName, at);
            }
            let (read, is_ended) = text_end(rest.get(at..).unwrap_or_default(), &mut self.is_escaped, work);
            at += read;
            if !is_ended {
                return self.go(State::SkippedText, at);
            }
        }
        at
    }

    fn skipped_text(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let (read, is_ended) = text_end(rest, &mut self.is_escaped, work);
        if is_ended {
            self.state = if self.depth == 0 {
                State::BeforeName
            } else {
                State::Skipped
            };
        }
        read
    }

    fn go(&mut self, state: State, read: usize) -> usize {
        self.state = state;
        read
    }

    fn keep_anew(&mut self, first: &[u8]) {
        self.kept.clear();
        self.kept.extend_from_slice(first);
        self.is_cut = false;
    }

    fn keep(&mut self, bytes: &[u8], most: usize) {
        self.is_cut |= self.kept.len() + bytes.len() > most;
        if !self.is_cut {
            self.kept.extend_from_slice(bytes);
        }
    }

    /// The kept text, without its quotes; `None` if it is too long or no text.
    fn kept_text(&self) -> Option<String> {
        if self.is_cut {
            return None;
        }
        serde_json::from_slice(&self.kept).ok()
    }
}

/// The number of bytes that `skips` holds for, and the byte after them if the work went that far.
fn skip_while(rest: &[u8], work: &mut Work, skips: impl Fn(&u8) -> bool) -> (usize, Option<u8>) {
    let window = rest.get(..work.left()).unwrap_or(rest);
    let found = window.iter().position(|byte| !skips(byte));
    let skipped = found.unwrap_or(window.len());
    work.spend(skipped + 1);
    (skipped, found.and_then(|found| window.get(found)).copied())
}
