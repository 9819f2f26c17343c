//! Compares model names.

/// Whether two names are of one model: equal except for a prefix up to a slash, as `models/`, or for a version suffix
/// of one of them.
pub(crate) fn is_same_model(one: &str, other: &str) -> bool {
    let last = |name| str::rsplit_once(name, '/').map_or(name, |(_, last)| last);
    let (one, other) = (last(one), last(other));
    let is_version_of = |whole: &str, of: &str| whole.strip_prefix(of).is_some_and(is_version);
    !one.is_empty() && !other.is_empty() && (one == other || is_version_of(one, other) || is_version_of(other, one))
}

/// Whether a suffix of a model's name is only a version: a date, a number as `-001`, a revision as `@20240620`,
/// Bedrock's `-v1:0`, or that after a date. A size (`-32k`, `-4b`, `-32768`), a generation (`-5`) and a word (`-mini`,
/// `-preview`) are other models.
fn is_version(suffix: &str) -> bool {
    if let Some(revision) = suffix.strip_prefix('@') {
        return !revision.is_empty();
    }
    let Some(suffix) = suffix.strip_prefix('-') else {
        return false;
    };
    match suffix.rsplit_once('-') {
        Some((date, last)) if is_bedrock_version(last) => is_date_or_number(date),
        _ => is_bedrock_version(suffix) || is_date_or_number(suffix),
    }
}

/// `v1:0`, the ending of Bedrock's names.
fn is_bedrock_version(text: &str) -> bool {
    let numbers = text.strip_prefix('v').and_then(|numbers| numbers.split_once(':'));
    numbers.is_some_and(|(major, minor)| number(major).is_some() && number(minor).is_some())
}

/// Providers' forms of dates: `2024-08-06`, `20240806`, `240806` (`ByteDance`), `0613` (month and day: `OpenAI`, xAI),
/// `2411` (year and month: Mistral, Qwen), `08-2024` (Cohere), `05-20` (Gemini's previews). And `001`, Gemini's version
/// numbers.
fn is_date_or_number(text: &str) -> bool {
    let mut parts = text.split('-');
    let parts = [parts.next(), parts.next(), parts.next(), parts.next()].map(Option::unwrap_or_default);
    let [first, second, third, ""] = parts else {
        return false;
    };
    match (first.len(), second.len(), third.len()) {
        (4, 2, 2) => is_year(first) && is_month(second) && is_day(third),
        (2, 4, 0) => is_month(first) && is_year(second),
        (2, 2, 0) => is_month(first) && is_day(second),
        (8, 0, 0) => first
            .split_at_checked(4)
            .is_some_and(|(year, day)| is_year(year) && is_month_and_day(day)),
        (6, 0, 0) => first
            .split_at_checked(2)
            .is_some_and(|(year, day)| is_short_year(year) && is_month_and_day(day)),
        (4, 0, 0) => is_month_and_day(first) || is_short_year_and_month(first),
        (3, 0, 0) => first.starts_with('0') && number(first).is_some(),
        _ => false,
    }
}

fn is_month_and_day(text: &str) -> bool {
    text.split_at_checked(2)
        .is_some_and(|(month, day)| is_month(month) && is_day(day))
}

fn is_short_year_and_month(text: &str) -> bool {
    text.split_at_checked(2)
        .is_some_and(|(year, month)| is_short_year(year) && is_month(month))
}

fn is_year(text: &str) -> bool {
    number(text).is_some_and(|year| (2020..2100).contains(&year))
}

fn is_short_year(text: &str) -> bool {
    number(text).is_some_and(|year| (20..40).contains(&year))
}

fn is_month(text: &str) -> bool {
    number(text).is_some_and(|month| (1..=12).contains(&month))
}

fn is_day(text: &str) -> bool {
    number(text).is_some_and(|day| (1..=31).contains(&day))
}

/// A number of digits only.
fn number(text: &str) -> Option<u32> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_versions_are_the_same_model() {
        for (one, other) in [
            ("gpt-4o", "gpt-4o"),
            ("models/gemini-2.5-flash", "gemini-2.5-flash"),
            ("gpt-4o", "gpt-4o-2024-08-06"),
            ("openai/gpt-4o-2024-08-06", "gpt-4o"),
            ("gpt-4", "gpt-4-0613"),
            ("gpt-4-32k", "gpt-4-32k-0613"),
            ("grok-2", "grok-2-1212"),
            ("mistral-large", "mistral-large-2411"),
            ("qwen3-235b-a22b", "qwen3-235b-a22b-2507"),
            ("doubao-pro-32k", "doubao-pro-32k-240515"),
            ("command-r", "command-r-08-2024"),
            ("gemini-2.5-flash-preview", "gemini-2.5-flash-preview-05-20"),
            ("gemini-2.0-flash", "gemini-2.0-flash-001"),
            ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
            ("claude-sonnet-4-5", "claude-sonnet-4-5@20250929"),
            ("claude-sonnet-4-5", "claude-sonnet-4-5@default"),
            ("amazon.nova-pro", "amazon.nova-pro-v1:0"),
            ("anthropic.claude-3-haiku", "anthropic.claude-3-haiku-20240307-v1:0"),
            (
                "anthropic.claude-3-haiku-20240307",
                "anthropic.claude-3-haiku-20240307-v1:0",
            ),
            ("my model", "my model"),
        ] {
            assert!(is_same_model(one, other), "{one}, {other}");
            assert!(is_same_model(other, one), "{other}, {one}");
        }
    }

    #[test]
    fn sizes_generations_and_words_are_other_models() {
        for (one, other) in [
            ("gpt-4o", "gpt-4o-mini"),
            ("gpt-4o", ""),
            ("", ""),
            ("o", "gpt-4o"),
            ("models/", "models/"),
            ("gpt-4", "gpt-4-32k"),
            ("gpt-4", "gpt-4-32k-0613"),
            ("gpt-4", "gpt-4.1"),
            ("gpt-4", "gpt-4-"),
            ("gpt-4", "gpt-4@"),
            ("gpt-4", "gpt-4-1106-preview"),
            ("gpt-4", "gpt-40613"),
            ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
            ("gemma-3", "gemma-3-4b"),
            ("llama3-70b", "llama3-70b-8192"),
            ("mixtral-8x7b", "mixtral-8x7b-32768"),
            ("claude-sonnet-4", "claude-sonnet-4-5"),
            ("claude-sonnet-4", "claude-sonnet-4-5-20250929"),
            ("claude-3", "claude-3-5-sonnet"),
            ("gemini-2.5-flash", "gemini-2.5-flash-lite"),
            ("text-embedding-3-small", "text-embedding-3-small-512"),
            ("deepseek-chat", "deepseek-chat-v3"),
            ("anthropic.claude-3-haiku", "anthropic.claude-3-haiku-v1:0:28k"),
            ("m", "m-2024-13-01"),
            ("m", "m-20240632"),
            ("m", "m-1999-01-01"),
            ("m", "m-+613"),
            ("m", "m-2024-08-06-1"),
            ("m", "m-0é13"),
            ("m", "m-é13"),
        ] {
            assert!(!is_same_model(one, other), "{one}, {other}");
            assert!(!is_same_model(other, one), "{other}, {one}");
        }
    }
}
