//! Refuses a TOML text that nests too deep before tables are made of it.
//!
//! The `toml` crate bounds a key and the brackets around it to 80 levels each, 6,400 together: to drop such tables takes more
//! stack than a thread may have.

use toml_parser::parser::{EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, Source, Span};

/// Where a text first nests deeper than `limit` brackets and dots of keys.
pub(super) fn too_deep(text: &str, limit: usize) -> Option<usize> {
    let tokens = Source::new(text).lex().into_vec();
    let mut nesting = Nesting {
        limit,
        header: 0,
        in_header: false,
        keys: vec![0],
        dots: 0,
        place: None,
    };
    let brackets = u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1);
    parse_document(&tokens, &mut RecursionGuard::new(&mut nesting, brackets), &mut ());
    nesting.place
}

struct Nesting {
    limit: usize,
    /// Levels of the header above.
    header: usize,
    in_header: bool,
    /// Dots in the present key of the top level and of every open bracket.
    keys: Vec<usize>,
    /// Their sum.
    dots: usize,
    place: Option<usize>,
}

impl Nesting {
    fn begin_header(&mut self, levels: usize) {
        self.end_key();
        self.header = levels;
        self.in_header = true;
    }

    fn end_key(&mut self) {
        if let Some(dots) = self.keys.last_mut() {
            self.dots -= std::mem::take(dots);
        }
    }

    fn open(&mut self, span: Span) {
        self.keys.push(0);
        self.check(span);
    }

    fn close(&mut self) {
        self.end_key();
        if self.keys.len() > 1 {
            self.keys.pop();
        }
    }

    fn check(&mut self, span: Span) {
        if self.header + self.dots + self.keys.len() > self.limit {
            self.place.get_or_insert(span.start());
        }
    }
}

impl EventReceiver for Nesting {
    fn std_table_open(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.begin_header(1);
    }

    fn std_table_close(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.in_header = false;
    }

    fn array_table_open(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.begin_header(2);
    }

    fn array_table_close(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.in_header = false;
    }

    fn inline_table_open(&mut self, span: Span, _error: &mut dyn ErrorSink) -> bool {
        self.open(span);
        true
    }

    fn inline_table_close(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.close();
    }

    fn array_open(&mut self, span: Span, _error: &mut dyn ErrorSink) -> bool {
        self.open(span);
        true
    }

    fn array_close(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.close();
    }

    fn key_sep(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        if self.in_header {
            self.header += 1;
        } else if let Some(dots) = self.keys.last_mut() {
            *dots += 1;
            self.dots += 1;
        }
        self.check(span);
    }

    fn value_sep(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.end_key();
    }

    fn newline(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        if self.keys.len() == 1 {
            self.end_key();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_dots_of_keys_and_headers_count_together() {
        assert_eq!(too_deep("[a.b]\nc.d = [{ e.f = 1 }]\n", 7), None);
        assert_eq!(too_deep("[a.b]\nc.d = [{ e.f = 1 }]\n", 6), Some(16));
        assert_eq!(too_deep("[a.b.c]\n", 3), Some(4));
    }

    #[test]
    fn what_is_closed_or_stands_beside_does_not_count() {
        assert_eq!(
            too_deep("[a.b.c]\n[d]\ne.f = 1\ng.h = [{i.j = 1}, {i.j = 2}]\n", 6),
            None
        );
        assert_eq!(
            too_deep("a = 'x.y.z.[[['\nb = 0.5 # [[[[\n\"c.d.e\" = [[1, 2], [3]]\n", 4),
            None
        );
    }
}
