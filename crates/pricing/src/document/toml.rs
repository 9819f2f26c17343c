//! Parses TOML into the document model.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use super::node::{Flaw, Lines, MAX_DEPTH, Node, Value};

/// The maximum of dots in a key. The `toml` crate allows 80 open brackets and 80 parts per key; together they nest so
/// deep that dropping the tables exhausts the stack of a thread.
const MAX_DOTS: usize = 8;

/// Parses TOML.
///
/// A table's line is that of its header, or of the first header or key that names it.
///
/// # Errors
///
/// [`Flaw`] for invalid TOML (including duplicate keys), a key with more than 8 dots, and nesting deeper than 64
/// values.
pub(crate) fn toml(text: &str) -> Result<Node<'_>, Flaw> {
    let lines = Lines::of(text);
    if let Some(place) = key_with_too_many_dots(text) {
        let problem = format!("a key with more than {MAX_DOTS} dots");
        return Err(Flaw::new(lines.at(place), problem));
    }
    let root = DeTable::parse(text).map_err(|error| {
        let line = lines.at(error.span().map_or(0, |span| span.start));
        Flaw::new(line, format!("not TOML: {}", error.message()))
    })?;
    Ok(Node {
        line: 1,
        value: table(root.into_inner(), &lines, MAX_DEPTH - 1)?,
    })
}

/// The position of the first dot above the maximum.
fn key_with_too_many_dots(text: &str) -> Option<usize> {
    let mut dots = 0;
    let too_many = Source::new(text).lex().find(|token| {
        dots = match token.kind() {
            TokenKind::Dot => dots + 1,
            TokenKind::Atom | TokenKind::BasicString | TokenKind::LiteralString | TokenKind::Whitespace => dots,
            _ => 0,
        };
        dots > MAX_DOTS
    })?;
    Some(too_many.span().start())
}

fn node<'a>(value: Spanned<DeValue<'a>>, lines: &Lines, depth: usize) -> Result<Node<'a>, Flaw> {
    let line = lines.at(value.span().start);
    let deeper = || {
        let flaw = || Flaw::new(line, format!("nested deeper than {MAX_DEPTH} values"));
        depth.checked_sub(1).ok_or_else(flaw)
    };
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text),
        DeValue::Integer(number) if number.radix() == 10 => Value::Number(unsigned(number.as_str())),
        DeValue::Integer(number) => Value::Number(number.to_string().into()),
        DeValue::Float(number) => Value::Number(unsigned(number.as_str())),
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(time) => Value::Text(time.to_string().into()),
        DeValue::Array(values) => {
            let depth = deeper()?;
            let nodes = values.into_iter().map(|value| node(value, lines, depth));
            Value::List(nodes.collect::<Result<_, _>>()?)
        }
        DeValue::Table(entries) => table(entries, lines, deeper()?)?,
    };
    Ok(Node { line, value })
}

fn table<'a>(entries: DeTable<'a>, lines: &Lines, depth: usize) -> Result<Value<'a>, Flaw> {
    let mut entries: Vec<_> = entries.into_iter().collect();
    // The crate sorts entries by name.
    entries.sort_by_key(|(key, _)| key.span().start);
    let entries = entries.into_iter();
    let entries = entries.map(|(key, value)| Ok((key.into_inner(), node(value, lines, depth)?)));
    Ok(Value::Table(entries.collect::<Result<_, _>>()?))
}

/// The number without a plus sign; the crate removes the `_`.
fn unsigned<'a>(number: &str) -> Cow<'a, str> {
    number.strip_prefix('+').unwrap_or(number).to_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<(usize, String)> {
        let node = toml(text).unwrap();
        let entries = node.table().unwrap().iter();
        entries
            .map(|(_, node)| (node.line, node.number().unwrap().to_owned()))
            .collect()
    }

    #[test]
    fn numbers_keep_their_text_without_separators_and_plus() {
        assert_eq!(
            numbers("z = 1_000.50\ny = +3\nx = 1e-7\n\nw = -0.0\n"),
            [(1, "1000.50"), (2, "3"), (3, "1e-7"), (5, "-0.0")].map(|(line, text)| (line, text.to_owned()))
        );
    }

    #[test]
    fn non_decimal_numbers_keep_their_text() {
        for text in ["0x1F", "0o17", "0b1", "inf", "-inf", "nan"] {
            assert_eq!(numbers(&format!("a = {text}")), [(1, text.to_owned())]);
        }
    }

    #[test]
    fn dates_and_times_are_texts() {
        let node = toml("a = 2026-03-13\nb = 01:00:00").unwrap();
        let texts: Vec<_> = node.table().unwrap().iter().map(|(_, node)| node.text()).collect();
        assert_eq!(texts, [Ok("2026-03-13"), Ok("01:00:00")]);
    }

    #[test]
    fn tables_keep_their_order_and_line() {
        let node =
            toml("[z.y]\na = 1\n\n[[m]]\nid = 'x'\n[[m]]\nid = 'y'\n[a]\n\"b c\".d = {\n  e = true\n}\n").unwrap();
        let [(z, _), (m, models), (a, rest)] = node.table().unwrap() else {
            panic!("{node:?}")
        };
        assert_eq!([&**z, &**m, &**a], ["z", "m", "a"]);
        let lines: Vec<usize> = models.list().unwrap().iter().map(|node| node.line).collect();
        assert_eq!(lines, [4, 6]);
        assert_eq!(rest.line, 8);
        let [(key, inner)] = rest.table().unwrap() else {
            panic!("{rest:?}")
        };
        let [(_, inline)] = inner.table().unwrap() else {
            panic!("{inner:?}")
        };
        let (_, truth) = &inline.table().unwrap()[0];
        assert_eq!((&**key, inline.line, truth.line), ("b c", 9, 10));
    }

    #[test]
    fn invalid_toml_is_rejected_with_its_line() {
        for (text, line) in [
            ("a = 1\nb =\n", 2),
            ("a = 1\na = 2\n", 2),
            ("[a]\n\n[a]\n", 3),
            ("a = 01", 1),
            ("a = 1__0", 1),
            ("\n\n{", 3),
        ] {
            let flaw = toml(text).unwrap_err();
            assert_eq!(flaw.line, line, "{text:?}: {flaw}");
            assert!(flaw.problem.starts_with("not TOML: "), "{flaw}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("a = {}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(toml(&nested(MAX_DEPTH - 1)).is_ok());
        let flaw = toml(&nested(MAX_DEPTH)).unwrap_err();
        assert_eq!(flaw.to_string(), "line 1: nested deeper than 64 values");
    }

    #[test]
    fn the_deepest_accepted_nesting_does_not_exhaust_the_stack() {
        let nested = |dots: usize| {
            let key = vec!["a"; dots + 1].join(".");
            let open = format!("{key}={{").repeat(79);
            format!("[{key}]\n{open}{key}=1{}\n", "}".repeat(79))
        };
        let flaw = |dots: usize| toml(&nested(dots)).unwrap_err().to_string();
        assert_eq!(flaw(79), "line 1: a key with more than 8 dots");
        assert_eq!(flaw(MAX_DOTS), "line 2: nested deeper than 64 values");
    }

    #[test]
    fn dots_of_texts_numbers_and_other_keys_are_not_counted() {
        let text =
            "a.b = [0.1, 0.2, 0.3, 0.4, 0.5]\n'1.2.3.4.5.6.7.8.9.10' = 'a.b.c.d.e.f.g.h.i.j.k'\n[c.d]\ne.f = 0.6\n";
        assert_eq!(toml(text).map(|node| node.line), Ok(1));
    }
}
