//! Converts regular expressions of the table to those of Rust, which have no look-around.

use std::borrow::Cow;

use regex_lite::Regex;

use super::refusal::Refusal;

/// One test of a name, such as `^gpt-4`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Test<'a> {
    pub(super) sign: &'static str,
    pub(super) text: Cow<'a, str>,
}

/// The tests equivalent to a pattern. A negative look-ahead at its beginning becomes a separate test.
///
/// # Errors
///
/// [`Refusal::Part`] with the unsupported pattern.
pub(super) fn tests(pattern: &str) -> Result<Vec<Test<'_>>, Refusal> {
    let matches = |text: String| Test {
        sign: "/",
        text: text.into(),
    };
    let tests = match look_ahead(pattern) {
        Some((forbidden, required)) => {
            let mut tests = vec![Test {
                sign: "!/",
                text: format!("^(?:{forbidden})").into(),
            }];
            if !required.is_empty() {
                tests.push(matches(format!("^{required}")));
            }
            tests
        }
        None => vec![matches(pattern.to_owned())],
    };
    if tests.iter().all(|test| compiles(&test.text)) {
        Ok(tests)
    } else {
        Err(Refusal::Part(format!("the pattern `{pattern}` is unsupported")))
    }
}

/// Whether the regular expression compiles.
pub(super) fn compiles(pattern: &str) -> bool {
    Regex::new(pattern).is_ok()
}

/// The forbidden pattern of a leading look-ahead, and the required rest.
fn look_ahead(pattern: &str) -> Option<(&str, &str)> {
    let rest = pattern.strip_prefix("^(?!")?;
    let (mut depth, mut is_escaped, mut is_in_class) = (1_usize, false, false);
    for (place, sign) in rest.char_indices() {
        match sign {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            '(' if !is_in_class => depth += 1,
            ')' if !is_in_class => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return rest.get(..place).zip(rest.get(place + 1..));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pattern: &str) -> Option<Vec<String>> {
        let tests = tests(pattern).ok()?;
        Some(tests.iter().map(|test| [test.sign, &test.text].concat()).collect())
    }

    #[test]
    fn a_leading_look_ahead_becomes_a_separate_test() {
        assert_eq!(written("^(?!.*-tts(?:$|-))").unwrap(), ["!/^(?:.*-tts(?:$|-))"]);
        assert_eq!(written("^(?![^/)]+/)(?:a|b)").unwrap(), ["!/^(?:[^/)]+/)", "/^(?:a|b)"]);
        assert_eq!(written(r"^(?!\))a").unwrap(), [r"!/^(?:\))", "/^a"]);
    }

    #[test]
    fn other_look_arounds_are_rejected() {
        for pattern in ["a(?!b)", "(?<=a)b", "^(?!a", "("] {
            assert_eq!(written(pattern), None, "{pattern}");
        }
    }
}
