//! Reads a file's module declarations and paths from its tokens.

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The declarations and paths of a file outside of its tests.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// `mod name;`, with its enclosing inline modules.
    pub(crate) declared: Vec<Named>,
    /// The inline modules, with their enclosing ones.
    pub(crate) inline: Vec<Vec<String>>,
    /// Paths that begin with `crate`, `self` or `super`.
    pub(crate) paths: Vec<Named>,
    /// The imports of `use`, by their name in this file: `(Flaw, document::Flaw)`.
    pub(crate) uses: Vec<(String, Named)>,
}

/// A path or the name of a module, with its position.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// The enclosing inline modules of the file.
    pub(crate) within: Vec<String>,
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// The words that begin an item, which ends with `;` or a block. Other constructs may also end with a comma.
const ITEMS: &[&str] = &[
    "async", "const", "enum", "extern", "fn", "impl", "let", "mod", "pub", "static", "struct", "trait", "type",
    "unsafe", "use",
];

/// Reads the text of a file.
pub(crate) fn parse(text: &str) -> Result<Parsed> {
    let tokens: TokenStream = text.parse().map_err(|error| anyhow!("{error}"))?;
    let mut parsed = Parsed::default();
    parsed.scan(tokens, &[]);
    Ok(parsed)
}

impl Parsed {
    fn scan(&mut self, tokens: TokenStream, within: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let [first, after @ ..] = rest {
            rest = match (first, after) {
                (TokenTree::Punct(sign), [TokenTree::Group(attribute), item @ ..]) if sign.as_char() == '#' => {
                    if is_left_out(attribute) {
                        after_item(item)
                    } else {
                        item
                    }
                }
                (TokenTree::Ident(word), [TokenTree::Ident(name), item @ ..]) if word == "mod" => {
                    self.module(&name.to_string(), first, item, within)
                }
                // `pub(in crate::a)` imports nothing.
                (TokenTree::Ident(word), [TokenTree::Group(of), item @ ..]) if word == "pub" && is_in_path(of) => item,
                (TokenTree::Ident(word), _) if word == "use" => self.uses(after, within),
                (TokenTree::Ident(word), _) if is_start(&word.to_string()) => self.path(rest, within),
                (TokenTree::Group(group), _) => {
                    self.scan(group.stream(), within);
                    after
                }
                _ => after,
            };
        }
    }

    fn module<'t>(&mut self, name: &str, at: &TokenTree, item: &'t [TokenTree], within: &[String]) -> &'t [TokenTree] {
        let path = [within, &[name.to_owned()]].concat();
        match item {
            [TokenTree::Group(body), rest @ ..] if body.delimiter() == Delimiter::Brace => {
                self.scan(body.stream(), &path);
                self.inline.push(path);
                rest
            }
            rest => {
                self.declared.push(named(within, vec![name.to_owned()], at));
                rest
            }
        }
    }

    /// A path outside of `use`. A single segment is ignored: `self` as a value, `pub(crate)`.
    fn path<'t>(&mut self, tokens: &'t [TokenTree], within: &[String]) -> &'t [TokenTree] {
        let mut segments = Vec::new();
        let mut rest = tokens;
        while let [TokenTree::Ident(segment), after @ ..] = rest {
            segments.push(segment.to_string());
            rest = after;
            match after_colons(after) {
                Some(after) => rest = after,
                None => break,
            }
        }
        if let ([at, ..], true) = (tokens, segments.len() > 1) {
            self.paths.push(named(within, segments, at));
        }
        rest
    }

    /// The tree of a `use`, to its `;`.
    fn uses<'t>(&mut self, tokens: &'t [TokenTree], within: &[String]) -> &'t [TokenTree] {
        let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ';');
        let end = tokens.iter().position(is_end).unwrap_or(tokens.len());
        let (tree, rest) = tokens.split_at(end);
        self.tree(tree, &[], within);
        rest
    }

    fn tree(&mut self, tokens: &[TokenTree], before: &[String], within: &[String]) {
        let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',');
        for branch in tokens.split(is_comma).filter(|branch| !branch.is_empty()) {
            self.branch(branch, before, within);
        }
    }

    fn branch(&mut self, branch: &[TokenTree], before: &[String], within: &[String]) {
        let Some(at) = branch.first() else { return };
        let mut segments = before.to_vec();
        let mut name = None;
        let mut rest = branch;
        loop {
            match rest {
                [TokenTree::Ident(word), TokenTree::Ident(alias), ..] if word == "as" => {
                    name = Some(alias.to_string());
                    break;
                }
                // `a::{self}` is `a`.
                [TokenTree::Ident(word), after @ ..] if word == "self" && !segments.is_empty() => rest = after,
                [TokenTree::Ident(segment), after @ ..] => {
                    segments.push(segment.to_string());
                    rest = after;
                }
                [TokenTree::Group(group), ..] => {
                    let branches: Vec<TokenTree> = group.stream().into_iter().collect();
                    return self.tree(&branches, &segments, within);
                }
                // `::` and `*`.
                [_, after @ ..] => rest = after,
                [] => break,
            }
        }
        let Some(name) = name.or_else(|| segments.last().cloned()) else {
            return;
        };
        let used = named(within, segments, at);
        if used.segments.first().is_some_and(|first| is_start(first)) {
            self.paths.push(used.clone());
        }
        self.uses.push((name, used));
    }
}

fn named(within: &[String], segments: Vec<String>, at: &TokenTree) -> Named {
    Named {
        within: within.to_vec(),
        segments,
        line: at.span().start().line,
    }
}

fn is_start(word: &str) -> bool {
    matches!(word, "crate" | "self" | "super")
}

fn is_in_path(of: &Group) -> bool {
    matches!(of.stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "in")
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [TokenTree::Punct(one), TokenTree::Punct(two), rest @ ..] if one.as_char() == ':' && two.as_char() == ':' => {
            matches!(rest.first(), Some(TokenTree::Ident(_))).then_some(rest)
        }
        _ => None,
    }
}

/// Whether the item is ignored: after `[cfg(test)]`, a `cfg` that requires it, or a `[path = ..]`, which is a file of
/// another folder.
fn is_left_out(attribute: &Group) -> bool {
    let tokens: Vec<TokenTree> = attribute.stream().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(word), TokenTree::Group(condition)] if word == "cfg" => needs_test(condition.stream()),
        [TokenTree::Ident(word), ..] => word == "path",
        _ => false,
    }
}

/// Whether `test` is required, alone or as one of `all(..)`.
fn needs_test(condition: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = condition.into_iter().collect();
    let mut rest = tokens.as_slice();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (TokenTree::Ident(word), [TokenTree::Group(inner), after @ ..]) => {
                if word == "all" && needs_test(inner.stream()) {
                    return true;
                }
                rest = after;
            }
            (TokenTree::Ident(word), _) if word == "test" => return true,
            _ => {}
        }
    }
    false
}

/// The tokens after the item, field, variant or arm that begins here.
fn after_item(item: &[TokenTree]) -> &[TokenTree] {
    let mut rest = item;
    while let [TokenTree::Punct(sign), TokenTree::Group(_), after @ ..] = rest {
        if sign.as_char() != '#' {
            break;
        }
        rest = after;
    }
    let first = rest.first().map(ToString::to_string).unwrap_or_default();
    let is_item = ITEMS.contains(&&*first);
    let mut is_use = false;
    while let [token, after @ ..] = rest {
        rest = after;
        match token {
            TokenTree::Ident(word) if word == "use" => is_use = true,
            TokenTree::Punct(sign) if sign.as_char() == ';' || (sign.as_char() == ',' && !is_item) => break,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !is_use => break,
            _ => {}
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        let paths = parse(text).unwrap().paths;
        paths
            .iter()
            .map(|path| format!("{} {}", path.line, path.segments.join("::")))
            .collect()
    }

    #[test]
    fn every_branch_of_a_use_is_a_path() {
        let text = "use std::fmt;\nuse crate::a::{self, b::{C, D as E}, *};\npub(crate) use super::f;";
        assert_eq!(
            paths(text),
            [
                "2 crate::a",
                "2 crate::a::b::C",
                "2 crate::a::b::D",
                "2 crate::a",
                "3 super::f"
            ]
        );
    }

    #[test]
    fn paths_are_found_in_bodies_types_and_macros() {
        let text = "fn f(self, x: crate::A) -> super::super::B<self::C> {\n assert!(crate::d::e(self.x));\n}";
        assert_eq!(
            paths(text),
            ["1 crate::A", "1 super::super::B", "1 self::C", "2 crate::d::e"]
        );
    }

    #[test]
    fn comments_texts_docs_and_visibilities_are_ignored() {
        assert!(
            paths("pub(in crate::v) fn f() {}\n// crate::a\n/// [`crate::b`]\nconst C: &str = \"crate::c\";")
                .is_empty()
        );
    }

    #[test]
    fn only_test_items_are_ignored() {
        let text = "#[cfg(test)]\nuse crate::{a, b};\nstruct S {\n #[cfg(test)]\n x: crate::C,\n y: crate::D,\n}\n\
                    #[cfg(all(test, unix))]\n#[rustfmt::skip]\nfn f<A, B>() { crate::e(); }\n\
                    #[cfg(not(test))]\nfn g() { crate::h(); }\n#[cfg(test)]\nmod tests { use super::i; }";
        assert_eq!(paths(text), ["6 crate::D", "12 crate::h"]);
    }

    #[test]
    fn a_module_from_another_folder_is_ignored() {
        let parsed = parse("#[path = \"../x.rs\"]\nmod x;\nmod y;").unwrap();
        assert_eq!(parsed.declared.len(), 1);
    }

    #[test]
    fn inline_modules_enclose_their_items() {
        let parsed = parse("mod a {\n mod b;\n pub use super::C;\n}").unwrap();
        assert_eq!(parsed.inline, [["a"]]);
        assert_eq!(
            (&*parsed.declared[0].within, &*parsed.declared[0].segments),
            (&["a".into()][..], &["b".into()][..])
        );
        assert_eq!(parsed.paths[0].within, ["a"]);
    }
}
