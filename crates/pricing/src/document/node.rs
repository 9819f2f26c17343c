//! A value of a text, with its line, and how it is read by those who know what should stand there.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Values nested deeper are refused, so that no text can exhaust the stack.
pub(super) const MAX_DEPTH: usize = 64;

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<'a> {
    /// The line on which the value begins, from 1.
    pub(crate) line: usize,
    pub(crate) value: Value<'a>,
}

/// What JSON and TOML can say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// A text; in TOML also a day or a time, as it is written.
    Text(Cow<'a, str>),
    /// The number as it is written; in TOML without `+` and `_`. TOML also has `inf`, `nan`, `0x1f`, `0o17` and `0b1`.
    Number(Cow<'a, str>),
    Bool(bool),
    /// Only in JSON.
    Null,
    List(Vec<Node<'a>>),
    /// In the order of the text; no key stands twice.
    Table(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
#[non_exhaustive]
pub struct Flaw {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong there, and where it helps, what to write instead.
    pub problem: String,
}

/// The fields of a table, taken by name; remembers which names were asked for.
#[derive(Debug)]
pub(crate) struct Fields<'n, 'a> {
    line: usize,
    entries: &'n [(Cow<'a, str>, Node<'a>)],
    known: Vec<&'static str>,
}

impl<'a> Node<'a> {
    /// Something wrong with this value.
    pub(crate) fn flaw(&self, problem: impl Into<String>) -> Flaw {
        Flaw::new(self.line, problem)
    }

    /// The text, when it is one.
    pub(crate) fn text(&self) -> Result<&str, Flaw> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.unlike("a text")),
        }
    }

    /// The number as it is written; whether it is finite or decimal is for the caller to see.
    pub(crate) fn number(&self) -> Result<&str, Flaw> {
        match &self.value {
            Value::Number(number) => Ok(number),
            _ => Err(self.unlike("a number")),
        }
    }

    /// The number, when it is a plain whole number that fits.
    pub(crate) fn whole_number(&self) -> Result<u64, Flaw> {
        match &self.value {
            Value::Number(number) => number
                .parse()
                .map_err(|_| self.flaw(format!("`{}` is not a whole number", clipped(number)))),
            _ => Err(self.unlike("a whole number")),
        }
    }

    /// The truth value, when it is one.
    pub(crate) fn bool(&self) -> Result<bool, Flaw> {
        match self.value {
            Value::Bool(value) => Ok(value),
            _ => Err(self.unlike("`true` or `false`")),
        }
    }

    /// The values of the list, when it is one.
    pub(crate) fn list(&self) -> Result<&[Self], Flaw> {
        match &self.value {
            Value::List(nodes) => Ok(nodes),
            _ => Err(self.unlike("a list")),
        }
    }

    /// The keys and values of the table in the order of the text, when it is one: for tables whose keys are data.
    pub(crate) fn table(&self) -> Result<&[(Cow<'a, str>, Self)], Flaw> {
        match &self.value {
            Value::Table(entries) => Ok(entries),
            _ => Err(self.unlike("a table")),
        }
    }

    /// The fields of the table, when it is one: for tables whose keys are known.
    ///
    /// ```ignore
    /// let mut fields = node.fields()?;
    /// let id = fields.required("id")?.text()?;
    /// let free = fields.optional("free").map(Node::bool).transpose()?;
    /// fields.nothing_else()?;
    /// ```
    pub(crate) fn fields(&self) -> Result<Fields<'_, 'a>, Flaw> {
        Ok(Fields {
            line: self.line,
            entries: self.table()?,
            known: Vec::new(),
        })
    }

    fn unlike(&self, expected: &str) -> Flaw {
        let kind = match &self.value {
            Value::Text(_) => "a text",
            Value::Number(_) => "a number",
            Value::Bool(_) => "`true` or `false`",
            Value::Null => "null",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        };
        self.flaw(format!("{kind} stands where {expected} should"))
    }
}

impl<'n, 'a> Fields<'n, 'a> {
    /// The value of that key, unless it is missing or null.
    pub(crate) fn optional(&mut self, key: &'static str) -> Option<&'n Node<'a>> {
        self.known.push(key);
        let (_, node) = self.entries.iter().find(|(name, _)| name == key)?;
        (node.value != Value::Null).then_some(node)
    }

    /// The value of that key, which must be there.
    pub(crate) fn required(&mut self, key: &'static str) -> Result<&'n Node<'a>, Flaw> {
        let line = self.line;
        self.optional(key)
            .ok_or_else(|| Flaw::new(line, format!("`{key}` is missing")))
    }

    /// Refuses keys that were not asked for. Not called where a text may say more than we know.
    pub(crate) fn nothing_else(self) -> Result<(), Flaw> {
        let is_unknown = |(key, _): &&(Cow<'a, str>, Node<'a>)| !self.known.contains(&&**key);
        let Some((key, node)) = self.entries.iter().find(is_unknown) else {
            return Ok(());
        };
        let mut problem = format!("unknown key `{}`; known here:", clipped(key));
        for (place, known) in self.known.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let _ = write!(problem, "{comma} `{known}`"); // A String takes everything.
        }
        Err(node.flaw(problem))
    }
}

impl Flaw {
    /// Something wrong with that line.
    pub(crate) fn new(line: usize, problem: impl Into<String>) -> Self {
        Self {
            line,
            problem: problem.into(),
        }
    }

    /// The same, with whose fault it is before it.
    pub(crate) fn within(self, whose: &str) -> Self {
        Self::new(self.line, format!("{whose}: {}", self.problem))
    }
}

/// The beginning of a text that is quoted in an error: whoever wrote it may have written megabytes.
pub(crate) fn clipped(text: &str) -> Cow<'_, str> {
    const MAX_QUOTED_CHARACTERS: usize = 80;
    match text.char_indices().nth(MAX_QUOTED_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

/// From a place in a text to its line.
pub(super) struct Lines {
    ends: Vec<usize>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self {
            ends: text.match_indices('\n').map(|(place, _)| place).collect(),
        }
    }

    /// The line of that byte, from 1.
    pub(super) fn at(&self, byte: usize) -> usize {
        self.ends.partition_point(|&end| end < byte) + 1
    }
}
