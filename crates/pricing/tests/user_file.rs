//! The user's prices override the catalogue: models, aliases, multipliers, fixed prices, free models.

#![allow(clippy::unwrap_used)] // Tests and their helpers may panic.

use std::time::{Duration, UNIX_EPOCH};

use tracing_genai_pricing::{
    CallContext, Catalogue, Cost, Counts, Layer, PriceQuery, Reason, Reasons, Status, Usd, UserFile,
};
use tracing_genai_usage::{Unit, Usage};

fn catalogue(toml: &str) -> Catalogue {
    let file = UserFile::parse(toml, "prices.toml").unwrap();
    Catalogue::layered(None, Some(&file)).unwrap()
}

fn problem(text: &str) -> String {
    let file = UserFile::parse(text, "prices.toml");
    let problem = match file {
        Ok(file) => Catalogue::layered(None, Some(&file)).unwrap_err(),
        Err(problem) => problem,
    };
    problem.to_string()
}

fn million() -> Usage {
    Usage::new()
        .with(Unit::InputTokens, 1_000_000)
        .with(Unit::OutputTokens, 1_000_000)
}

fn cost(catalogue: &Catalogue, provider: &str, model: &str) -> Cost {
    cost_in(catalogue, provider, model, CallContext::default())
}

fn cost_in(catalogue: &Catalogue, provider: &str, model: &str, context: CallContext<'_>) -> Cost {
    catalogue.cost(
        &PriceQuery::new(provider, &million(), UNIX_EPOCH + Duration::from_secs(1_795_176_000))
            .response_model(model)
            .context(context)
            .counts(Counts::Inclusive),
    )
}

fn usd(text: &str) -> Option<Usd> {
    text.parse().ok()
}

#[test]
fn a_users_model_precedes_the_catalogues() {
    let catalogue = catalogue(
        r#"
        [[models]]
        provider = "openai"
        id = "our-gpt"
        match = { or = [{ equals = "gpt-4o" }, { starts_with = "ft:gpt-4o:acme" }] }
        prices = { input_mtok = 1, output_mtok = "2.5" }
        "#,
    );
    for name in ["gpt-4o", "GPT-4o", "ft:gpt-4o:acme:7"] {
        let cost = cost(&catalogue, "openai", name);
        assert_eq!((cost.status, cost.total), (Status::Priced, usd("3.5")), "{name}");
        let matched = cost.matched.unwrap();
        assert_eq!((&*matched.label, matched.layer), ("openai/our-gpt", Layer::User));
    }
    // 2.5 and 10 USD in the catalogue.
    assert_eq!(cost(&catalogue, "openai", "gpt-4o-2024-08-06").total, usd("12.5"));
}

#[test]
fn a_model_of_an_unknown_provider_creates_the_provider() {
    let catalogue = catalogue(
        r#"
        [[models]]
        provider = "vLLM"
        id = "llama"
        match = { starts_with = "meta-llama/" }
        prices = { input_mtok = 0.1, output_mtok = 0.2 }
        [[models]]
        provider = "ibm.watsonx.ai"
        id = "granite"
        prices = { input_mtok = 1, output_mtok = 1 }
        "#,
    );
    assert_eq!(cost(&catalogue, "vllm", "meta-llama/Llama-3").total, usd("0.3"));
    assert_eq!(cost(&catalogue, "ibm.watsonx.ai", "granite").total, usd("2"));
    assert_eq!(cost(&catalogue, "ibm.watsonx.ai", "gpt-4o").total, None);
}

#[test]
fn models_stated_as_free_are_free_and_unknown_ones_stay_unknown() {
    let catalogue = catalogue(
        r#"
        [[models]]
        provider = "ollama"
        id = "any"
        match = { starts_with = "llama" }
        free = true
        [[fixed]]
        provider = "openai"
        model = "gpt-4o-mini"
        free = true
        "#,
    );
    for (provider, model) in [("ollama", "llama3"), ("openai", "gpt-4o-mini")] {
        let cost = cost(&catalogue, provider, model);
        assert_eq!((cost.status, cost.total), (Status::Free, Some(Usd::ZERO)), "{model}");
    }
    assert_eq!(cost(&catalogue, "ollama", "mistral").status, Status::Unpriced);
}

#[test]
fn an_alias_has_the_price_of_its_model() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123";
    let catalogue = catalogue(&format!(
        r#"
        [[aliases]]
        provider = "azure.ai.openai"
        name = "Prod-Chat"
        model = "azure/gpt-4o"
        [[aliases]]
        name = "{arn}"
        model = "aws/amazon.nova-lite-v1:0"
        [[aliases]]
        provider = "openai"
        match = {{ starts_with = "team-" }}
        model = "openai/gpt-6-sol"
        "#
    ));
    let deployment = cost(&catalogue, "azure.ai.openai", "prod-chat");
    assert_eq!((deployment.status, deployment.total), (Status::Priced, usd("12.5")));
    assert_eq!(deployment.alias.as_deref(), Some("Prod-Chat"));
    assert_eq!(cost(&catalogue, "openai", "prod-chat").status, Status::Unpriced);
    // An alias without a provider applies to unknown providers.
    let nova = cost(&catalogue, "aws.bedrock", "amazon.nova-lite-v1:0").total;
    assert!(nova.is_some());
    assert_eq!(cost(&catalogue, "aws.bedrock", arn).total, nova);
    assert_eq!(cost(&catalogue, "our-gateway", arn).total, nova);
    // As if the call had that model's name: its variants apply too.
    let flex = CallContext::default().service_tier("flex");
    let direct = cost_in(&catalogue, "openai", "gpt-6-sol", flex);
    let by_alias = cost_in(&catalogue, "openai", "team-red", flex);
    assert_eq!((by_alias.total, by_alias.status), (direct.total, Status::Priced));
    assert_ne!(by_alias.total, cost(&catalogue, "openai", "team-red").total);
}

#[test]
fn a_multiplier_applies_to_calls_of_its_provider() {
    let catalogue = catalogue(
        r#"
        [[multipliers]]
        provider = "azure"
        factor = 0.8
        [[multipliers]]
        provider = "azure"
        model = "gpt-4o-mini"
        factor = "0.333333333"
        "#,
    );
    // 2.5 + 10, by 0.8.
    let azure = cost(&catalogue, "azure.ai.openai", "gpt-4o");
    assert_eq!((azure.status, azure.total), (Status::Priced, usd("10")));
    assert_eq!(azure.multiplier.as_deref(), Some("0.8"));
    assert_eq!(azure.parts.input, usd("2"));
    // 0.15 + 0.6, by 0.333333333: the model's own multiplier precedes, and is exact.
    assert_eq!(
        cost(&catalogue, "azure.ai.openai", "gpt-4o-mini").total,
        usd("0.24999999975")
    );
    // OpenAI itself has no multiplier.
    let openai = cost(&catalogue, "openai", "gpt-4o");
    assert_eq!((openai.total, openai.multiplier), (usd("12.5"), None));
}

#[test]
fn a_multiplier_of_a_provider_does_not_change_the_users_prices() {
    let catalogue = catalogue(
        r#"
        [[multipliers]]
        provider = "openai"
        factor = 2
        [[models]]
        provider = "openai"
        id = "mine"
        prices = { input_mtok = 1, output_mtok = 1 }
        [[fixed]]
        provider = "openai"
        model = "gpt-4o"
        prices = { output_mtok = 1 }
        "#,
    );
    assert_eq!(cost(&catalogue, "openai", "mine").total, usd("2"));
    // 2.5 USD by two, and the fixed USD unchanged.
    assert_eq!(cost(&catalogue, "openai", "gpt-4o").total, usd("6"));
    assert_eq!(cost(&catalogue, "openai", "gpt-4o-mini").total, usd("1.5"));
}

#[test]
fn a_multiplier_that_names_a_model_multiplies_its_fixed_prices_too() {
    let catalogue = catalogue(
        r#"
        [[fixed]]
        provider = "openai"
        model = "gpt-4o"
        prices = { output_mtok = 1 }
        [[multipliers]]
        provider = "openai"
        model = "gpt-4o"
        factor = 0.5
        "#,
    );
    assert_eq!(cost(&catalogue, "openai", "gpt-4o").total, usd("1.75"));
}

#[test]
fn a_provider_matched_only_by_a_rule_can_be_defined() {
    let catalogue = catalogue(
        r#"
        [[models]]
        provider = "my-openai-proxy"
        id = "any"
        match = { regex = ".*" }
        free = true
        "#,
    );
    assert_eq!(cost(&catalogue, "my-openai-proxy", "gpt-4o").status, Status::Free);
    assert_eq!(cost(&catalogue, "openai", "gpt-4o").status, Status::Priced);
    assert_eq!(cost(&catalogue, "azure.ai.openai", "gpt-4o").status, Status::Priced);
}

#[test]
fn a_users_model_keeps_the_other_models_of_a_provider_matched_by_rule() {
    let catalogue = catalogue(
        r#"
        [[models]]
        provider = "amazon-bedrock"
        id = "mine"
        prices = { input_mtok = 1, output_mtok = 1 }
        "#,
    );
    let sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    assert_eq!(cost(&catalogue, "amazon-bedrock", "mine").total, usd("2"));
    let known = cost(&catalogue, "aws.bedrock", sonnet).total;
    assert!(known.is_some());
    assert_eq!(cost(&catalogue, "amazon-bedrock", sonnet).total, known);
}

#[test]
fn a_model_stated_as_free_is_free_on_vertex() {
    let catalogue = catalogue(
        r#"
        [[models]]
        provider = "gcp.vertex_ai"
        id = "ours"
        free = true
        [[fixed]]
        provider = "google"
        model = "gemini-2.5-flash"
        free = true
        "#,
    );
    for model in ["ours", "gemini-2.5-flash"] {
        assert_eq!(cost(&catalogue, "gcp.vertex_ai", model).status, Status::Free, "{model}");
    }
}

#[test]
fn a_fixed_price_applies_to_every_day_and_kind_of_call() {
    let catalogue = catalogue(
        r#"
        [[fixed]]
        provider = "openai"
        model = "gpt-6-sol"
        prices = { input_mtok = 1, output_mtok = 2 }
        [[fixed]]
        provider = "azure.ai.openai"
        model = "gpt-4o"
        prices = { output_mtok = 4 }
        "#,
    );
    for service_tier in [None, Some("flex"), Some("priority")] {
        let context = CallContext::default().service_tier(service_tier);
        let cost = cost_in(&catalogue, "openai", "gpt-6-sol", context);
        assert_eq!(cost.total, usd("3"), "{service_tier:?}");
        assert_eq!(cost.matched.unwrap().layer, Layer::User);
    }
    // The model's other prices stay, and the other seller's price.
    assert_eq!(cost(&catalogue, "azure.ai.openai", "gpt-4o").total, usd("6.5"));
    assert_eq!(
        cost(&catalogue, "azure.ai.openai", "gpt-4o-2024-08-06").total,
        usd("6.5")
    );
    assert_eq!(cost(&catalogue, "openai", "gpt-4o").total, usd("12.5"));
}

#[test]
fn a_gateway_has_the_prices_of_its_fallback_providers() {
    let catalogue = catalogue(
        r#"
        [[providers]]
        id = "my-gateway"
        provider_match = { starts_with = "my-gateway" }
        api_pattern = 'https://llm\.acme\.test'
        fallback_model_providers = ["openai", "anthropic"]
        "#,
    );
    assert_eq!(cost(&catalogue, "my-gateway-eu", "gpt-4o").total, usd("12.5"));
    assert_eq!(cost(&catalogue, "my-gateway", "openai/gpt-4o").total, usd("12.5"));
    let usage = million();
    let by_address = catalogue.cost(
        &PriceQuery::new("", &usage, UNIX_EPOCH + Duration::from_secs(1_795_176_000))
            .server_address("llm.acme.test")
            .response_model("claude-opus-5")
            .counts(Counts::Inclusive),
    );
    // 5 and 25 USD.
    assert_eq!((by_address.status, by_address.total), (Status::Priced, usd("30")));
}

#[test]
fn json_and_toml_are_equivalent() {
    let json = r#"{
        "models": [{ "provider": "acme", "id": "m",
            "prices": [{ "prices": { "input_mtok": { "base": 1, "tiers": [{ "start": 200000, "price": 2 }] } } },
                       { "constraint": { "start_date": "2030-01-01" }, "prices": { "input_mtok": 7 } }],
            "price_variants": [{ "when": { "speed": "fast" }, "prices": { "input_mtok": 3 } }] }],
        "multipliers": [{ "provider": "acme", "model": "m", "factor": 0.5 }]
    }"#;
    let file = UserFile::parse(json, "prices.json").unwrap();
    let catalogue = Catalogue::layered(None, Some(&file)).unwrap();
    let cost_of = |context| cost_in(&catalogue, "acme", "m", context);
    // A million in the higher tier; output has no price, so the cost is an estimate without it.
    let plain = cost_of(CallContext::default());
    assert_eq!(
        (plain.total, plain.reasons),
        (usd("1"), Reasons::of(Reason::UnitWithoutPrice))
    );
    let fast = CallContext::default().speed("fast");
    assert_eq!(cost_of(fast).total, usd("1.5"));
}

#[test]
fn the_catalogue_version_names_its_files() {
    let catalogue = catalogue("# nothing");
    assert_eq!(catalogue.version(), "genai-prices 0.2.3 + prices.toml");
    assert_eq!(catalogue.hash().len(), 64);
    assert_ne!(catalogue.hash(), Catalogue::embedded().hash());
    let cost = cost(&catalogue, "openai", "gpt-4o");
    assert_eq!(cost.edition().unwrap().version.as_ref(), catalogue.version());
    let unknown = self::cost(&catalogue, "openai", "nobody-knows");
    assert_eq!(unknown.edition().unwrap().hash.as_ref(), catalogue.hash());
}

#[test]
fn errors_have_file_line_and_reason() {
    let cases = [
        ("[[models]\n", "prices.toml:1: "),
        ("\n[[model]]\nid = 1\n", "prices.toml:2: unknown key `model`"),
        (
            "[[models]]\nprovider = 'p'\nid = 'm'\nprices = { input_mtok = -1 }\n",
            "prices.toml:4: ",
        ),
        (
            "[[models]]\nprovider = 'p'\nid = 'm'\nprices = { input_mtok = nan }\n",
            "prices.toml:4: ",
        ),
        (
            "[[models]]\nprovider = 'p'\nid = 'm'\nprices = { inputs = 1 }\n",
            "prices.toml:4: ",
        ),
        (
            "[[models]]\nprovider = 'p'\nid = 'm'\n",
            "prices.toml:1: `prices` is missing",
        ),
        (
            "[[models]]\nid = 'm'\nfree = true\n",
            "prices.toml:1: `provider` is missing",
        ),
        (
            "[[models]]\nprovider = 'p'\nid = 'm'\nfree = true\nprices = { input_mtok = 1 }\n",
            "prices.toml:5: `prices` and `free` contradict each other",
        ),
        (
            "[[aliases]]\nname = 'x'\nmodel = 'gpt-4o'\n",
            "prices.toml:3: the model is not `provider/model`",
        ),
        (
            "\n\n[[aliases]]\nname = 'x'\nmodel = 'openai/gpt-99'\n",
            "prices.toml:3: `openai` has no model `gpt-99`",
        ),
        (
            "[[aliases]]\nname = 'x'\nprovider = 'nobody'\nmodel = 'openai/gpt-4o'\n",
            "prices.toml:1: unknown provider `nobody`",
        ),
        (
            "[[multipliers]]\nprovider = 'openai'\nfactor = 0\n",
            "prices.toml:3: `0` is not a factor",
        ),
        (
            "[[multipliers]]\nprovider = 'openai'\nfactor = 1e308\n",
            "prices.toml:3: `1e308` is not a factor",
        ),
        (
            "[[multipliers]]\nprovider = 'openai'\nfactor = 1\n[[multipliers]]\nprovider = 'openai'\nfactor = 2\n",
            "prices.toml:4: duplicate multiplier",
        ),
        (
            "[[fixed]]\nprovider = 'openai'\nmodel = 'gpt-4o'\n",
            "prices.toml:1: fixed prices need either `prices` or `free = true`",
        ),
        (
            "[[providers]]\nid = 'openai'\n",
            "prices.toml:1: the catalogue already has a provider `openai`",
        ),
        (
            "[[providers]]\nid = 'vertex_ai'\n",
            "prices.toml:1: `vertex_ai` is a name of the provider `google`",
        ),
        (
            "[[providers]]\nid = 'p'\nfallback_model_providers = ['opneai']\n",
            "prices.toml:1: unknown provider `opneai`",
        ),
        (
            "[[models]]\nprovider = 'p'\nid = 'm'\nfree = true\n[[models]]\nprovider = 'P'\nid = 'm'\nfree = true\n",
            "prices.toml:5: duplicate model",
        ),
        (
            "[[aliases]]\nname = 'x'\nmodel = 'openai/gpt-4o'\n[[aliases]]\nname = 'X'\nmodel = 'openai/gpt-4'\n",
            "prices.toml:4: duplicate alias",
        ),
        (
            "[[models]]\nprovider = 'p'\nid = 'm'\nprices = [{ contraint = { start_date = '2026-01-01' }, prices = {} }]\n",
            "prices.toml:4: unknown key `contraint`",
        ),
        (
            "[[models]]\nprovider = 'p'\nid = 'm'\nprices = { input_mtok = { base = 1, tiers = [], per = 2 } }\n",
            "prices.toml:4: unknown key `per`",
        ),
        (
            "[[models]]\nprovider = 'p'\nid = 'm'\nprices = {}\n[[models.price_variants]]\nwhen = { teir = 'flex' }\nprices = {}\n",
            "prices.toml:6: unknown key `teir`",
        ),
        (
            "[[fixed]]\nprovider = 'openai'\nmodel = 'gpt-4o'\nfree = true\n[[fixed]]\nprovider = 'openai'\nmodel = 'gpt-4o'\nfree = true\n",
            "prices.toml:5: duplicate fixed prices",
        ),
        (" \n", "prices.toml:1: the file is empty"),
        ("{\n\"models\": [\n{\"id\": }]}", "prices.toml:3: "),
    ];
    for (text, beginning) in cases {
        let problem = problem(text);
        assert!(problem.starts_with(beginning), "{text}\nreported as: {problem}");
    }
}

#[test]
fn an_invalid_pattern_omits_only_its_model() {
    let text = r#"
        [[models]]
        provider = "openai"
        id = "broken"
        match = { regex = "(" }
        prices = { input_mtok = 1, output_mtok = 1 }
        [[models]]
        provider = "openai"
        id = "sound"
        match = { regex = "^sound-\\d+$" }
        prices = { input_mtok = 1, output_mtok = 1 }
        "#;
    let file = UserFile::parse(text, "prices.toml").unwrap();
    assert_eq!(file.warnings().len(), 1);
    assert!(
        file.warnings()[0].starts_with("prices.toml:2: openai/broken is left out"),
        "{:?}",
        file.warnings()
    );
    let catalogue = Catalogue::layered(None, Some(&file)).unwrap();
    assert_eq!(cost(&catalogue, "openai", "sound-7").total, usd("2"));
    assert_eq!(cost(&catalogue, "openai", "broken").status, Status::Unpriced);
}
