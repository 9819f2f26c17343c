//! Converts the rules of a table to alternatives of conjunctions, the form of a catalogue line.

use super::pattern::{self, Test};
use super::refusal::Refusal;
use crate::document::Node;
use crate::word::escape;

/// The maximum of alternatives: far above hand-written rules.
const MAX_ALTERNATIVES: usize = 256;
/// The maximum nesting of rules; the table nests two deep.
const MAX_DEPTH: usize = 8;

/// The rule in the form of a catalogue line: `=name | ^prefix !/pattern/`. A bare `=` stands for `id`.
///
/// # Errors
///
/// [`Refusal::Part`] for an unknown kind of rule, or one that has no such form.
pub(crate) fn text(rule: &Node<'_>, id: &str) -> Result<String, Refusal> {
    let mut text = String::new();
    for (place, tests) in alternatives(rule, 0)?.iter().enumerate() {
        text.push_str(if place == 0 { "" } else { " | " });
        for (place, test) in tests.iter().enumerate() {
            text.push_str(if place == 0 { "" } else { " " });
            text.push_str(test.sign);
            match test.sign {
                "=" if test.text == id => {}
                "/" | "!/" => text.extend([&*escape(&test.text), "/"]),
                // Names are compared in lower case.
                _ => text.push_str(&escape(&test.text.to_lowercase())),
            }
        }
    }
    Ok(text)
}

fn alternatives<'n>(rule: &'n Node<'_>, depth: usize) -> Result<Vec<Vec<Test<'n>>>, Refusal> {
    let [(kind, what)] = rule.table()? else {
        return Err(Refusal::Part("a rule must have exactly one kind".to_owned()));
    };
    if depth >= MAX_DEPTH {
        return Err(Refusal::Part("its rule nests too deep".to_owned()));
    }
    let within = |rules: &'n Node<'_>| {
        let rules = rules.list()?.iter();
        rules
            .map(|rule| alternatives(rule, depth + 1))
            .collect::<Result<Vec<_>, _>>()
    };
    match &**kind {
        "equals" => test("=", what),
        "starts_with" => test("^", what),
        "ends_with" => test("$", what),
        "contains" => test("~", what),
        "regex" => Ok(vec![pattern::tests(what.text()?)?]),
        "or" => bounded(within(what)?.into_iter().flatten().collect()),
        "and" => {
            let mut all: Vec<Vec<Test<'_>>> = vec![Vec::new()];
            for part in within(what)? {
                let both = |one: &Vec<Test<'n>>| {
                    let one = one.clone();
                    part.iter()
                        .map(move |other| [&*one, other].concat())
                        .collect::<Vec<_>>()
                };
                all = bounded(all.iter().flat_map(both).collect())?;
            }
            bounded(all)
        }
        kind => Err(Refusal::Part(format!("unknown kind of rule `{kind}`"))),
    }
}

fn test<'n>(sign: &'static str, text: &'n Node<'_>) -> Result<Vec<Vec<Test<'n>>>, Refusal> {
    let text = text.text()?;
    if text.is_empty() {
        return Err(Refusal::Part("a rule with an empty text".to_owned()));
    }
    Ok(vec![vec![Test {
        sign,
        text: text.into(),
    }]])
}

fn bounded(alternatives: Vec<Vec<Test<'_>>>) -> Result<Vec<Vec<Test<'_>>>, Refusal> {
    if alternatives.is_empty() || alternatives.iter().any(Vec::is_empty) {
        return Err(Refusal::Part("an empty rule".to_owned()));
    }
    if alternatives.len() > MAX_ALTERNATIVES {
        let problem = format!("its rule has more than {MAX_ALTERNATIVES} alternatives");
        return Err(Refusal::Part(problem));
    }
    Ok(alternatives)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;

    fn written(rule: &str) -> Option<String> {
        text(&json(rule).unwrap(), "m-1").ok()
    }

    #[test]
    fn each_kind_of_rule_has_its_operator() {
        let cases = [
            (r#"{"equals": "m-1"}"#, "="),
            (r#"{"equals": "M-1"}"#, "=m-1"),
            (r#"{"starts_with": "GPT 4"}"#, "^gpt%204"),
            (r#"{"ends_with": "x"}"#, "$x"),
            (r#"{"contains": "|"}"#, "~|"),
            (r#"{"regex": "^A \\d$"}"#, r"/^A%20\d$/"),
            (r#"{"regex": "^(?!x)y"}"#, "!/^(?:x)/ /^y/"),
        ];
        for (rule, expected) in cases {
            assert_eq!(written(rule).as_deref(), Some(expected), "{rule}");
        }
    }

    #[test]
    fn nested_rules_become_alternatives_of_conjunctions() {
        let rule = r#"{"and": [{"or": [{"equals": "a"}, {"equals": "b"}]}, {"or": [{"contains": "c"}, {"and": [{"contains": "d"}, {"contains": "e"}]}]}]}"#;
        assert_eq!(written(rule).as_deref(), Some("=a ~c | =a ~d ~e | =b ~c | =b ~d ~e"));
    }

    #[test]
    fn unsupported_rules_are_rejected() {
        let many = |kind: &str, times: usize, of: &str| format!(r#"{{"{kind}": [{}]}}"#, vec![of; times].join(", "));
        let two = r#"{"or": [{"equals": "a"}, {"equals": "b"}]}"#;
        let mut deep = r#"{"equals": "a"}"#.to_owned();
        for _ in 0..MAX_DEPTH {
            deep = many("or", 1, &deep);
        }
        let rejected = [
            r#"{"equals": ""}"#.to_owned(),
            r#"{"or": []}"#.to_owned(),
            r#"{"and": []}"#.to_owned(),
            r#"{"sounds_like": "a"}"#.to_owned(),
            r#"{"equals": "a", "contains": "b"}"#.to_owned(),
            r#"{"regex": "a(?=b)"}"#.to_owned(),
            r#"{"regex": "("}"#.to_owned(),
            many("or", 257, r#"{"equals": "a"}"#),
            many("and", 9, two),
            deep,
        ];
        for rule in rejected {
            assert_eq!(written(&rule), None, "{rule}");
        }
        assert!(written(&many("and", 8, two)).is_some());
    }
}
