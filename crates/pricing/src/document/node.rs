//! A value of a document with its line, and typed access to it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The maximum nesting depth: bounds the stack.
pub(super) const MAX_DEPTH: usize = 64;

/// A value and its line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<'a> {
    /// The line on which the value begins, from 1.
    pub(crate) line: usize,
    pub(crate) value: Value<'a>,
}

/// The values of JSON and TOML.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// A text; in TOML also a date or time, as written.
    Text(Cow<'a, str>),
    /// The number as written; in TOML without `+` and `_`. TOML also has `inf`, `nan`, `0x1f`, `0o17` and `0b1`.
    Number(Cow<'a, str>),
    Bool(bool),
    /// Only in JSON.
    Null,
    List(Vec<Node<'a>>),
    /// In document order, without duplicate keys.
    Table(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// An error in a text and its line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
#[non_exhaustive]
pub struct Flaw {
    /// The line number, from 1.
    pub line: usize,
    /// The problem and, if useful, the fix.
    pub problem: String,
}

/// The fields of a table, read by name; records the requested names.
#[derive(Debug)]
pub(crate) struct Fields<'n, 'a> {
    line: usize,
    entries: &'n [(Cow<'a, str>, Node<'a>)],
    known: Vec<&'static str>,
}

impl<'a> Node<'a> {
    /// An error at this value.
    pub(crate) fn flaw(&self, problem: impl Into<String>) -> Flaw {
        Flaw::new(self.line, problem)
    }

    /// The text, or an error for other types.
    pub(crate) fn text(&self) -> Result<&str, Flaw> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.wrong_type("a text")),
        }
    }

    /// The number as written; the caller checks that it is finite and decimal.
    pub(crate) fn number(&self) -> Result<&str, Flaw> {
        match &self.value {
            Value::Number(number) => Ok(number),
            _ => Err(self.wrong_type("a number")),
        }
    }

    /// The whole number, or an error for other values.
    pub(crate) fn whole_number(&self) -> Result<u64, Flaw> {
        match &self.value {
            Value::Number(number) => number
                .parse()
                .map_err(|_| self.flaw(format!("`{}` is not a whole number", clipped(number)))),
            _ => Err(self.wrong_type("a whole number")),
        }
    }

    /// The boolean, or an error for other types.
    pub(crate) fn bool(&self) -> Result<bool, Flaw> {
        match self.value {
            Value::Bool(value) => Ok(value),
            _ => Err(self.wrong_type("`true` or `false`")),
        }
    }

    /// The values of the list, or an error for other types.
    pub(crate) fn list(&self) -> Result<&[Self], Flaw> {
        match &self.value {
            Value::List(nodes) => Ok(nodes),
            _ => Err(self.wrong_type("a list")),
        }
    }

    /// The entries of the table in document order: for tables whose keys are data.
    pub(crate) fn table(&self) -> Result<&[(Cow<'a, str>, Self)], Flaw> {
        match &self.value {
            Value::Table(entries) => Ok(entries),
            _ => Err(self.wrong_type("a table")),
        }
    }

    /// The fields of the table: for tables with known keys.
    ///
    /// ```ignore
    /// let mut fields = node.fields()?;
    /// let id = fields.required("id")?.text()?;
    /// let free = fields.optional("free").map(Node::bool).transpose()?;
    /// fields.reject_unknown()?;
    /// ```
    pub(crate) fn fields(&self) -> Result<Fields<'_, 'a>, Flaw> {
        Ok(Fields {
            line: self.line,
            entries: self.table()?,
            known: Vec::new(),
        })
    }

    fn wrong_type(&self, expected: &str) -> Flaw {
        let kind = match &self.value {
            Value::Text(_) => "a text",
            Value::Number(_) => "a number",
            Value::Bool(_) => "`true` or `false`",
            Value::Null => "null",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        };
        self.flaw(format!("expected {expected}, found {kind}"))
    }
}

impl<'n, 'a> Fields<'n, 'a> {
    /// The value of that key; `None` if missing or null.
    pub(crate) fn optional(&mut self, key: &'static str) -> Option<&'n Node<'a>> {
        self.known.push(key);
        let (_, node) = self.entries.iter().find(|(name, _)| name == key)?;
        (node.value != Value::Null).then_some(node)
    }

    /// The value of a required key.
    pub(crate) fn required(&mut self, key: &'static str) -> Result<&'n Node<'a>, Flaw> {
        let line = self.line;
        self.optional(key)
            .ok_or_else(|| Flaw::new(line, format!("`{key}` is missing")))
    }

    /// Rejects unknown keys. Not called for tables that may have newer keys.
    pub(crate) fn reject_unknown(self) -> Result<(), Flaw> {
        let is_unknown = |(key, _): &&(Cow<'a, str>, Node<'a>)| !self.known.contains(&&**key);
        let Some((key, node)) = self.entries.iter().find(is_unknown) else {
            return Ok(());
        };
        let mut problem = format!("unknown key `{}`; known keys:", clipped(key));
        for (place, known) in self.known.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            let _ = write!(problem, "{comma} `{known}`"); // A String takes everything.
        }
        Err(node.flaw(problem))
    }
}

impl Flaw {
    /// An error at that line.
    pub(crate) fn new(line: usize, problem: impl Into<String>) -> Self {
        Self {
            line,
            problem: problem.into(),
        }
    }

    /// The same error, prefixed with its subject.
    pub(crate) fn within(self, subject: &str) -> Self {
        Self::new(self.line, format!("{subject}: {}", self.problem))
    }
}

/// The beginning of a quoted text: bounds the length of an error message.
pub(crate) fn clipped(text: &str) -> Cow<'_, str> {
    const MAX_QUOTED_CHARACTERS: usize = 80;
    match text.char_indices().nth(MAX_QUOTED_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

/// Maps byte offsets to lines.
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
