//! The known values of `error.type`: a metric label, which must not take whatever a provider or a gateway sends.

mod table;

use table::LISTS;

/// Whether `word` is of the known list: the conventions' words, an HTTP status, a JSON-RPC code, a status of gRPC, or a
/// documented error of a provider.
///
/// ```
/// use tracing_genai_semconv::error_type::is_known;
///
/// assert!(is_known("429"));
/// assert!(is_known("rate_limit_error"));
/// assert!(is_known("-32601"));
/// assert!(!is_known("Rate limit of key sk-123 reached"));
/// ```
pub fn is_known(word: &str) -> bool {
    is_http_status(word) || is_jsonrpc_code(word) || known(word).is_some()
}

/// The word of the list that `word` is; `None` also for statuses and codes.
pub fn known(word: &str) -> Option<&'static str> {
    let mut words = LISTS.iter().flat_map(|(_, words)| *words);
    words.find(|known| **known == word).copied()
}

/// Whether `name` can be the name of an error's type in a program: a path of Rust (`reqwest::error::Error`), a class
/// (`openai.RateLimitError`), or a word of letters (`no_answer`), of at most 128 bytes.
///
/// A program has few of them. What a remote party sends may look like one, and belongs under [`is_known`].
///
/// ```
/// use tracing_genai_semconv::error_type::is_local_name;
///
/// assert!(is_local_name("std::io::error::Error"));
/// assert!(is_local_name("java.net.SocketTimeoutException"));
/// assert!(is_local_name("no_answer"));
/// assert!(!is_local_name("req_011CSHoEeqs5C35K2UUqR7Fy"));
/// assert!(!is_local_name("no such model"));
/// ```
pub fn is_local_name(name: &str) -> bool {
    name.len() <= MAX_NAME_BYTES && (is_word(name) || is_class(name) || is_path(name))
}

const MAX_NAME_BYTES: usize = 128;

/// A longer word is text without blanks.
const MAX_WORD_BYTES: usize = 48;

fn is_http_status(word: &str) -> bool {
    matches!(word.as_bytes(), [b'1'..=b'5', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit())
}

/// The codes that JSON-RPC reserves, MCP's among them: <https://www.jsonrpc.org/specification#error_object>.
fn is_jsonrpc_code(word: &str) -> bool {
    word.len() == 6 && word.parse().is_ok_and(|code: i32| (-32_768..=-32_000).contains(&code))
}

fn is_word(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= MAX_WORD_BYTES
        && bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// A class of Python, Java, .NET, Go (`*url.Error`) or JavaScript, by the ending of its name.
fn is_class(name: &str) -> bool {
    let name = name.strip_prefix('*').unwrap_or(name);
    name.split('.').all(is_identifier) && CLASS_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

const CLASS_ENDINGS: [&str; 9] = [
    "Error",
    "Exception",
    "Timeout",
    "Fault",
    "Failure",
    "Interrupt",
    "Cancelled",
    "Exit",
    "errorString",
];

/// A path of Rust as `std::any::type_name` gives it, with its generics.
fn is_path(name: &str) -> bool {
    let is_of_types = |byte: u8| byte.is_ascii_alphanumeric() || b"_:<>,&' ()[];*+=-".contains(&byte);
    // Blanks as in `Box<dyn Error + Send>`; others are between the words of a text.
    let is_within_type = |(left, right): (&str, &str)| {
        left.ends_with(['+', ',', ';', '>'])
            || left.ends_with("dyn")
            || left.ends_with("mut")
            || right.starts_with(['+', '-'])
    };
    let mut blanks = name
        .match_indices(' ')
        .filter_map(|(at, blank)| Some((name.get(..at)?, name.get(at + blank.len()..)?)));
    if !blanks.all(is_within_type) {
        return false;
    }
    let Some((first, rest)) = name.split_once("::") else {
        return false;
    };
    is_identifier(first.trim_start_matches(['&', '<'])) && rest.bytes().all(is_of_types)
}

fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_are_of_the_list() {
        for word in [
            "timeout",
            "_OTHER",
            "tool_error",
            "100",
            "429",
            "529",
            "599",
            "-32700",
            "-32000",
            "-32042",
            "insufficient_quota",
            "RESOURCE_EXHAUSTED",
            "ThrottlingException",
            "rate_limit_error",
            "1004",
        ] {
            assert!(is_known(word), "{word}");
        }
    }

    #[test]
    fn near_misses_are_not_of_the_list() {
        for word in [
            "",
            "99",
            "099",
            "600",
            "4290",
            "+429",
            "4２9",
            " 429",
            "-3260",
            "-31999",
            "-32769",
            "-326010",
            "32601",
            "Timeout ",
            "rate_limit_error_7",
            "sk-proj-0123456789abcdefghij",
        ] {
            assert!(!is_known(word), "{word}");
        }
    }

    #[test]
    fn every_known_word_is_short_and_stands_once() {
        let mut words: Vec<_> = LISTS.iter().flat_map(|(_, words)| *words).collect();
        let count = words.len();
        for word in &words {
            assert!(
                !word.is_empty() && word.len() <= 64 && !word.contains(char::is_whitespace),
                "{word}"
            );
        }
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
    }

    #[test]
    fn names_of_programs_are_local() {
        for name in [
            "reqwest::error::Error",
            "alloc::boxed::Box<dyn core::error::Error + core::marker::Send>",
            "&std::io::error::Error",
            "openai.RateLimitError",
            "httpx.ReadTimeout",
            "java.net.SocketTimeoutException",
            "AI_APICallError",
            "*url.Error",
            "*errors.errorString",
            "Utf8Error",
            "no_answer",
            "cancelled",
        ] {
            assert!(is_local_name(name), "{name}");
        }
    }

    #[test]
    fn other_values_are_not_local() {
        let long = ["a::", &"b".repeat(200)].concat();
        for name in [
            "",
            "_",
            "req_011CSHoEeqs",
            "429 Too Many",
            "a b",
            "was not found.",
            "Error!",
            "My Error",
            "7Error",
            "a..Error",
            "https://host/Error",
            "key: sk-1::2",
            "é::a",
            "a::é",
            "user@host::Error",
            &long,
        ] {
            assert!(!is_local_name(name), "{name}");
        }
    }
}
