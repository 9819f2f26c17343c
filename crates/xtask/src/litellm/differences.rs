//! Why two price tables differ: a rule for each kind of difference. `not settled` means that the provider's pages did
//! not show which is right.

use regex_lite::Regex;
use tracing_genai_pricing::Usd;

use super::model::Model;
use super::probes::Probe;

/// A kind of difference.
#[derive(Debug)]
pub(crate) struct Difference {
    /// Matches LiteLLM's keys of the models.
    pub(crate) keys: &'static str,
    /// The ratio of LiteLLM's amount to ours, in thousandths, from and to.
    pub(crate) ratio: (i128, i128),
    /// Which table is right, or why both are.
    pub(crate) why: &'static str,
}

/// Any ratio: the prices are unrelated.
const ANY: (i128, i128) = (0, i128::MAX);

/// The first match explains a difference.
pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        keys: r"us-gov[.-]|us-gov/",
        ratio: (1_000, 10_000),
        why: "GovCloud has separate prices, missing in genai-prices",
    },
    Difference {
        keys: r"^bedrock(?:_mantle)?/(?:ap|ca|eu|sa|us)-[a-z]+-\d/",
        ratio: (1_000, 2_000),
        why: "Bedrock's price of one region: a request does not name it, and genai-prices has that of us-east-1",
    },
    Difference {
        keys: r"^(?:anthropic\.claude|claude-sonnet-4-5-20250929-v1:0|bedrock_mantle/anthropic\.|(?:bedrock_mantle/)?openai\.gpt-6)",
        ratio: (909, 909),
        why: "a Bedrock id without a profile is served in one region, a tenth dearer in genai-prices; LiteLLM has the global price",
    },
    Difference {
        keys: r"^(?:apac|eu|jp)\.amazon\.nova",
        ratio: (1_040, 1_315),
        why: "Nova's profiles of Europe and Asia are dearer in LiteLLM; genai-prices has one price",
    },
    Difference {
        keys: r"^azure/(?:us|eu)/",
        ratio: (1_095, 1_105),
        why: "an Azure data zone costs a tenth more, to the last digit of a rounded price; a request has no zone",
    },
    Difference {
        keys: r"^azure/(?:eu|apac)/gpt-6",
        ratio: (1_200, 1_200),
        why: "an Azure data zone of Europe or Asia costs a fifth more from gpt-6 on; a request has no zone",
    },
    Difference {
        keys: r"^azure/(?:ada|gpt-3.5-turbo-instruct-0914|gpt-4-turbo|gpt-4-turbo-2024-04-09|o1-preview|text-embedding-(?:ada-002|3-large|3-small)|tts-1-hd)$",
        ratio: (1_100, 1_100),
        why: "LiteLLM lists the price of a data zone under the plain id",
    },
    Difference {
        keys: r"^azure/gpt-audio",
        ratio: (1_200, 1_230),
        why: "LiteLLM has the price of the preview, 40 and 80 USD for audio; the released model costs 32 and 64",
    },
    Difference {
        keys: r"whisper|scribe|chirp|azure-stt",
        ratio: (999, 1_000),
        why: "LiteLLM rounds the price of a second: 0.0000308 for 0.111 USD an hour",
    },
    Difference {
        keys: r"^groq/openai/gpt-oss-safeguard-20b$",
        ratio: (996, 997),
        why: "LiteLLM rounds 0.0375 to 0.037",
    },
    Difference {
        keys: r"^cloudflare/@cf/(?:meta/llama-3\.2|qwen/|zai-org/)",
        ratio: (998, 1_002),
        why: "genai-prices rounds to three decimals, LiteLLM to four",
    },
    Difference {
        keys: r"^cloudflare/@cf/(?:meta/llama-2-7b-chat-fp16|mistral/mistral-7b-instruct-v0.1)$",
        ratio: ANY,
        why: "not settled: LiteLLM has 1.923 USD for every old model of Cloudflare's",
    },
    Difference {
        keys: r"^cloudflare/(?:@cf/cloudflare/)?clef-flash$",
        ratio: (2_368, 2_369),
        why: "not settled: 0.09 or 0.038",
    },
    Difference {
        keys: r"^ovhcloud/",
        ratio: (820, 930),
        why: "LiteLLM has about 0.9 of our dollars throughout: probably euros",
    },
    Difference {
        keys: r"^perplexity/sonar",
        ratio: (0, 999),
        why: "LiteLLM lists the fee of a request by the size of its search context, genai-prices one fee for all",
    },
    Difference {
        keys: r"^bigmodel/",
        ratio: (1_025, 1_040),
        why: "yuan at two exchange rates",
    },
    Difference {
        keys: r"^mistral/(?:magistral-medium-latest|magistral-small-latest|mistral-large-latest|mistral-medium)$",
        ratio: ANY,
        why: "the alias has moved to a newer model in LiteLLM, not in genai-prices",
    },
    Difference {
        keys: r"^mistral/(?:mistral-large-4|mistral-large-4-0)$",
        ratio: (1_940, 2_000),
        why: "not settled: 1.36 or 0.7",
    },
    Difference {
        keys: r"^mistral/open-mistral-nemo$",
        ratio: (2_000, 2_000),
        why: "not settled: 0.3 or 0.15, of an old model",
    },
    Difference {
        keys: r"^deepseek/deepseek-v3.2$",
        ratio: ANY,
        why: "genai-prices has no first-party price of it, but that of the cheapest host",
    },
    Difference {
        keys: r"^gpt-4o(?:-mini)?-transcribe",
        ratio: (600, 700),
        why: "LiteLLM has the price of text for audio, which costs 6 and 3 USD a million in genai-prices",
    },
    Difference {
        keys: r"^(?:azure/)?gpt-4o-mini-tts$",
        ratio: (841, 841),
        why: "LiteLLM lists text output at 10 USD beside audio at 12; the model outputs only audio",
    },
    Difference {
        keys: r"^fireworks_ai/accounts/fireworks/models/(?:gemma-3-27b-it|llama-v3p1-8b-instruct)$",
        ratio: ANY,
        why: "LiteLLM has the price of the model's size, genai-prices the model's own",
    },
    Difference {
        keys: r"^novita/mindai/macaron",
        ratio: (1_818, 1_819),
        why: "not settled: genai-prices has 0.55 of the price in LiteLLM",
    },
    Difference {
        keys: r"^novita/(?:mistralai/mistral-nemo|deepseek/deepseek-v4-pro-0813)$",
        ratio: ANY,
        why: "not settled: a price that Novita changed",
    },
    Difference {
        keys: r"^together_ai/Qwen/Qwen3.7-Max$",
        ratio: (600, 600),
        why: "not settled: LiteLLM has 0.6 of the price in genai-prices",
    },
    Difference {
        keys: r"^xai/grok-code-fast",
        ratio: ANY,
        why: "not settled: LiteLLM has the price of the successor, grok-build-0.1, for the old id",
    },
    Difference {
        keys: r"^perplexity/(?:google/gemini-3.6-flash|openai/gpt-5.3-codex)$",
        ratio: (2_000, 2_000),
        why: "LiteLLM has the price from before a price cut by the maker",
    },
    Difference {
        keys: r"^perplexity/anthropic/claude-sonnet-5-5$",
        ratio: (1_032, 1_033),
        why: "LiteLLM has the cache price from before a price cut by the maker",
    },
    Difference {
        keys: r"^gpt-4o(?:-mini)?-search-preview|^gpt-5-search-api",
        ratio: ANY,
        why: "the fee of a call, which LiteLLM has as search_context_cost_per_query",
    },
    Difference {
        keys: r"^bedrock/(?:ap-northeast-1|eu-central-1)/anthropic.claude-instant-v1$",
        ratio: (3_000, 3_400),
        why: "the price of a region, which is missing in the id",
    },
];

impl Difference {
    /// Whether this is why LiteLLM's amount for the call differs from ours.
    pub(crate) fn explains(&self, model: &Model, probe: &Probe, ours: Usd) -> bool {
        let (from, to) = self.ratio;
        let ratio = probe
            .expected
            .femto_usd()
            .saturating_mul(1_000)
            .checked_div(ours.femto_usd());
        ratio.is_some_and(|ratio| (from..=to).contains(&ratio))
            && Regex::new(self.keys).is_ok_and(|keys| keys.is_match(&model.key))
    }
}
