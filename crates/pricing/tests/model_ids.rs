//! Model ids as they occur on spans, with prefixes, paths, versions and dates, never match another model.

use std::time::{Duration, UNIX_EPOCH};

use tracing_genai_pricing::{Catalogue, Cost, Counts, PriceQuery, Reason, Reasons, Status};
use tracing_genai_usage::{Unit, Usage};

fn cost(provider: &str, model: &str) -> Cost {
    let usage = Usage::new()
        .with(Unit::InputTokens, 1_000)
        .with(Unit::OutputTokens, 100);
    Catalogue::embedded().cost(
        &PriceQuery::new(provider, &usage, UNIX_EPOCH + Duration::from_secs(1_795_176_000))
            .response_model(model)
            .counts(Counts::Inclusive),
    )
}

fn label(provider: &str, model: &str) -> Option<String> {
    cost(provider, model).matched.map(|matched| matched.label.to_string())
}

#[test]
fn all_forms_of_an_id_match_their_model() {
    let cases = [
        ("gcp.gemini", "models/gemini-2.5-flash", "google/gemini-2.5-flash"),
        (
            "gcp.vertex_ai",
            "publishers/google/models/gemini-2.5-flash",
            "google/gemini-2.5-flash",
        ),
        ("gcp.vertex_ai", "vertex_ai/gemini-2.5-flash", "google/gemini-2.5-flash"),
        ("gcp.vertex_ai", "claude-opus-5@20260101", "google/claude-opus-5"),
        ("gcp.gemini", "gemini/gemini-2.5-flash", "google/gemini-2.5-flash"),
        ("openai", "openai/gpt-4o", "openai/gpt-4o"),
        ("openai", "gpt-4o-20240806", "openai/gpt-4o"),
        ("openai", "GPT-4o", "openai/gpt-4o"),
        ("azure.ai.openai", "azure/gpt-4o", "openai/gpt-4o"),
        ("azure.ai.openai", "openai/gpt-4o", "openai/gpt-4o"),
        ("anthropic", "anthropic/claude-opus-5", "anthropic/claude-opus-5"),
        ("groq", "groq/llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"),
        ("openrouter", "openrouter/openai/gpt-4o", "openrouter/openai/gpt-4o"),
        ("x_ai", "xai/grok-4", "x-ai/grok-4-0709"),
        ("fireworks", "glm-5p2", "fireworks/glm-5p2"),
        ("fireworks", "glm-5p2-fast", "fireworks/glm-5p2-fast"),
        ("fireworks-ai", "accounts/fireworks/models/glm-5p2", "fireworks/glm-5p2"),
        ("fireworks_ai", "fireworks_ai/glm-5p2", "fireworks/glm-5p2"),
        (
            "aws.bedrock",
            "bedrock/amazon.nova-lite-v1:0",
            "aws/amazon.nova-lite-v1:0",
        ),
        ("aws.bedrock", "us.amazon.nova-lite-v1:0", "aws/amazon.nova-lite-v1:0"),
        (
            "aws.bedrock",
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
            "aws/amazon.nova-lite-v1:0",
        ),
    ];
    for (provider, model, expected) in cases {
        assert_eq!(label(provider, model).as_deref(), Some(expected), "{provider} {model}");
        // The location of Claude on Vertex AI is missing here, and its price depends on it.
        let expected = match (provider, model.starts_with("claude")) {
            ("gcp.vertex_ai", true) => Reasons::of(Reason::RegionAssumed),
            _ => Reasons::NONE,
        };
        assert_eq!(cost(provider, model).reasons, expected, "{provider} {model}");
    }
}

#[test]
fn bedrock_regions_cost_a_tenth_more_than_the_global_profile() {
    let model = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    let global = cost("aws.bedrock", &format!("global.{model}")).total;
    for region in ["us", "eu", "apac"] {
        let regional = cost("aws.bedrock", &format!("{region}.{model}")).total;
        let (Some(regional), Some(global)) = (regional, global) else {
            panic!("both are known");
        };
        assert_eq!(regional.femto_usd() * 10, global.femto_usd() * 11, "{region}");
    }
}

#[test]
fn unnamed_models_are_not_guessed() {
    let unknown = [
        ("openai", "gpt-4o-max"),
        ("openai", "azure/gpt-4o"),
        ("openai", "gpt-4o@mini"),
        ("openai", "models/gpt-4o"),
        ("openai", "prefix/openai/gpt-4o"),
        ("cohere", "command-a-plus-05-2026"),
        (
            "aws.bedrock",
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
        ),
        ("azure.ai.openai", "prod-chat-eastus"),
        ("fireworks", "accounts/mine/models/glm-5p2"),
        ("fireworks", "mine/glm-5p2"),
        ("fireworks", "glm-5p"),
        ("openai", "accounts/fireworks/models/glm-5p2"),
    ];
    for (provider, model) in unknown {
        let cost = cost(provider, model);
        assert_eq!(
            (cost.status, cost.total),
            (Status::Unpriced, None),
            "{provider} {model}"
        );
    }
    assert_eq!(
        cost("nosuch.provider", "openai/gpt-4o").reasons,
        Reasons::of(Reason::UnknownProvider)
    );
}

#[test]
fn a_routers_prefix_identifies_an_unnamed_provider() {
    let cost = cost("", "groq/llama-3.3-70b-versatile");
    assert_eq!(cost.status, Status::Estimated);
    assert_eq!(cost.reasons, Reasons::of(Reason::ProviderFromModel));
}

#[test]
fn a_makers_exclusive_model_has_the_makers_price_behind_a_compatible_api() {
    let usage = Usage::new()
        .with(Unit::InputTokens, 1_000)
        .with(Unit::OutputTokens, 100);
    let cost = |provider, model| {
        let cost = Catalogue::embedded().cost(
            &PriceQuery::new(provider, &usage, std::time::SystemTime::now())
                .response_model(model)
                .counts(Counts::Inclusive),
        );
        let label = cost.matched.as_ref().map(|matched| matched.label.to_string());
        (label, cost.reasons)
    };
    let guessed = Reasons::of(Reason::ProviderFromModel);
    let vendors = [
        ("openai", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
        ("openai", "anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("openai", "gemini-2.5-flash", "google/gemini-2.5-flash"),
        ("anthropic", "gpt-4o", "openai/gpt-4o"),
        ("litellm", "claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
    ];
    for (provider, model, label) in vendors {
        assert_eq!(
            cost(provider, model),
            (Some(label.to_owned()), guessed),
            "{provider} {model}"
        );
    }
    // Models with open weights are priced per host; a provider with its own API is kept.
    let unknown = [
        ("openai", "deepseek-r1:7b"),
        ("openai", "mistral-7b-instruct"),
        ("anthropic", "gpt-oss-20b"),
        ("groq", "claude-sonnet-4-5"),
        ("openai", "my-model"),
        ("my-gateway", "claude-sonnet-4-5"),
    ];
    for (provider, model) in unknown {
        assert_eq!(cost(provider, model).0, None, "{provider} {model}");
    }
}
