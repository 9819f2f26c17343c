//! The forms of a model id: with a resource path, a router's prefix, a version, or a compact date.

use std::borrow::Cow;

use chrono::NaiveDate;

/// Resource paths before a model id: the provider, and the text up to which to cut. Sources:
/// <https://ai.google.dev/api/models>,
/// <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>,
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html>.
const RESOURCES: &[(&str, &str)] = &[
    ("google", "/models/"),
    ("google", "models/"),
    ("aws", ":foundation-model/"),
    ("aws", ":inference-profile/"),
];

/// Path prefixes of a provider's model ids that routers let users omit: `glm-5p2` is
/// `accounts/fireworks/models/glm-5p2`. Source: <https://docs.litellm.ai/docs/providers/fireworks_ai>.
const PATHS: &[(&str, &str)] = &[
    ("fireworks", "accounts/fireworks/models/"),
    ("fireworks", "accounts/fireworks/routers/"),
];

/// The maximum of shortening steps: a router's prefix, a resource path, a version.
const MAX_STEPS: usize = 4;

/// The forms of a lower-case `name` that mean the same model of `provider`: from the name itself to the shortest, then
/// the shortest with its omitted path.
///
/// Only the location or the version is removed; the id itself is never shortened, because it could then match another
/// model. `is_own` matches the prefixes by which a router addresses that provider, such as `vertex_ai/gemini-2.5-flash`
/// (<https://docs.litellm.ai/docs/providers>).
pub(crate) fn forms<'a>(
    provider: &str,
    name: &'a str,
    is_own: impl Fn(&str) -> bool,
) -> impl Iterator<Item = Cow<'a, str>> {
    let shorter = move |name: &&'a str| {
        without_resource(provider, name)
            .or_else(|| without_prefix(name, &is_own))
            .or_else(|| without_version(name))
    };
    let forms: Vec<_> = std::iter::successors(Some(name), shorter).take(MAX_STEPS).collect();
    let shortest = forms.last().copied().unwrap_or(name);
    forms
        .into_iter()
        .flat_map(|form| [Some(Cow::Borrowed(form)), dashed_dates(form).map(Cow::Owned)])
        .flatten()
        .chain(with_path(provider, shortest).map(Cow::Owned))
}

/// Only an id without a path can lack one.
fn with_path(provider: &str, name: &str) -> impl Iterator<Item = String> {
    let own = PATHS
        .iter()
        .filter(move |(of, _)| *of == provider && !name.contains('/'));
    own.map(move |(_, path)| [path, name].concat())
}

fn without_resource<'a>(provider: &str, name: &'a str) -> Option<&'a str> {
    let mut own = RESOURCES.iter().filter(|(of, _)| *of == provider);
    own.find_map(|(_, path)| match name.split_once(path)? {
        // `models/` is a resource at the beginning only; elsewhere it is part of an id.
        (before, rest) if before.is_empty() || !path.starts_with(|sign: char| sign.is_alphanumeric()) => Some(rest),
        _ => None,
    })
}

fn without_prefix<'a>(name: &'a str, is_own: &impl Fn(&str) -> bool) -> Option<&'a str> {
    let (prefix, rest) = name.split_once('/')?;
    is_own(prefix).then_some(rest)
}

/// Vertex AI appends a version after `@`: `claude-opus-5@20260514`, `claude-opus-5@default`.
/// Source: <https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude>.
fn without_version(name: &str) -> Option<&str> {
    let (model, version) = name.rsplit_once('@')?;
    let is_version = version == "default"
        || version == "latest"
        || (!version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()));
    (is_version && !model.is_empty()).then_some(model)
}

/// Replaces `-20251211` before `-`, `:` or the end by `-2025-12-11` if it is a valid date; `None` without one.
fn dashed_dates(name: &str) -> Option<String> {
    let mut dashed = String::new();
    let mut rest = name;
    while let Some(dash) = rest.find('-') {
        let (head, tail) = rest.split_at(dash + 1);
        dashed.push_str(head);
        rest = tail;
        if let Some((date, after)) = compact_date(tail) {
            dashed.push_str(&date);
            rest = after;
        }
    }
    dashed.push_str(rest);
    (dashed.len() != name.len()).then_some(dashed)
}

fn compact_date(text: &str) -> Option<(String, &str)> {
    let (digits, after) = text.split_at_checked(8)?;
    let ends = after.is_empty() || after.starts_with(['-', ':']);
    if !ends || !digits.starts_with("20") || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?);
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    Some((format!("{year}-{month}-{day}"), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(provider: &str, name: &str) -> Vec<String> {
        let is_own = |prefix: &str| prefix == provider || (provider == "google" && prefix == "vertex_ai");
        forms(provider, name, is_own).map(Cow::into_owned).collect()
    }

    #[test]
    fn a_plain_id_has_one_form() {
        assert_eq!(of("openai", "gpt-4o"), ["gpt-4o"]);
    }

    #[test]
    fn resources_prefixes_and_versions_are_removed_in_turn() {
        assert_eq!(
            of("google", "models/gemini-2.5-flash"),
            ["models/gemini-2.5-flash", "gemini-2.5-flash"]
        );
        assert_eq!(
            of("google", "vertex_ai/publishers/google/models/gemini-2.5-flash@default"),
            [
                "vertex_ai/publishers/google/models/gemini-2.5-flash@default",
                "gemini-2.5-flash@default",
                "gemini-2.5-flash"
            ]
        );
        let arn = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0";
        assert_eq!(of("aws", arn), [arn, "amazon.nova-lite-v1:0"]);
    }

    #[test]
    fn a_prefix_of_another_provider_stays() {
        assert_eq!(of("openai", "azure/gpt-4o"), ["azure/gpt-4o"]);
        assert_eq!(of("groq", "models/x"), ["models/x"]);
    }

    #[test]
    fn a_path_omitted_by_a_router_is_restored() {
        let paths = [
            "accounts/fireworks/models/glm-5p2",
            "accounts/fireworks/routers/glm-5p2",
        ];
        assert_eq!(of("fireworks", "glm-5p2"), ["glm-5p2", paths[0], paths[1]]);
        assert_eq!(
            of("fireworks", "fireworks/glm-5p2"),
            ["fireworks/glm-5p2", "glm-5p2", paths[0], paths[1]]
        );
        assert_eq!(
            of("fireworks", "accounts/mine/models/glm-5p2"),
            ["accounts/mine/models/glm-5p2"]
        );
        assert_eq!(of("together", "glm-5p2"), ["glm-5p2"]);
    }

    #[test]
    fn only_a_version_may_follow_the_at_sign() {
        assert_eq!(of("openai", "gpt-4o@mini"), ["gpt-4o@mini"]);
        assert_eq!(of("openai", "@cf"), ["@cf"]);
    }

    #[test]
    fn valid_compact_dates_get_dashes() {
        let cases = [
            ("gpt-4o-20240806", Some("gpt-4o-2024-08-06")),
            ("gpt-4o-20240806-x:20", Some("gpt-4o-2024-08-06-x:20")),
            ("a-20240806:free", Some("a-2024-08-06:free")),
            ("a-20240231", None),
            ("a-19990101", None),
            ("a-202408060", None),
            ("20240806", None),
            ("a-2024080é", None),
        ];
        for (name, dashed) in cases {
            assert_eq!(dashed_dates(name).as_deref(), dashed);
        }
    }
}
