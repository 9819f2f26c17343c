//! Selects the exchanges to replay: a few of every kind of call, spread over all recordings.

use std::collections::BTreeMap;

use tracing_genai_tests::recordings::{self, Exchange};

use super::{price, truth::Used};

/// The maximum number of successful exchanges per kind.
const OF_A_KIND: usize = 4;

const PATHS: [&str; 4] = [
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/embeddings",
    "/v1/messages",
];

/// The calling client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// rig, with its own spans.
    Rig,
    /// async-openai, with our helpers.
    AsyncOpenAi,
    /// A plain request, with its raw response passed to our helpers.
    Reqwest,
}

/// An exchange with its client.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Its recording and index.
    pub name: String,
    pub exchange: Exchange,
    pub client: Client,
    /// `None` for an HTTP error.
    pub used: Option<Used>,
}

impl Chosen {
    pub fn path(&self) -> &str {
        &self.exchange.when.path
    }

    /// The requested model.
    pub fn model(&self) -> String {
        let request = self.exchange.when.json();
        let model = request.as_ref().and_then(|body| body["model"].as_str());
        model.expect("a request with a model").to_owned()
    }

    pub fn provider(&self) -> &'static str {
        if self.path() == "/v1/messages" {
            "anthropic"
        } else {
            "openai"
        }
    }

    pub fn is_stream(&self) -> bool {
        self.exchange.then.is_stream()
    }
}

/// The exchanges of OpenAI and Anthropic to replay: a few of each kind of success (API, streamed or not, cache read,
/// written, or written for an hour), and the first HTTP error of each API.
pub fn choose() -> Vec<Chosen> {
    let mut kinds: BTreeMap<_, Vec<(String, Exchange, Used)>> = BTreeMap::new();
    let mut failures = BTreeMap::new();
    for (name, exchange) in exchanges() {
        let path = exchange.when.path.clone();
        let (status, is_stream) = (exchange.then.status, exchange.then.is_stream());
        if status == 200 {
            let used = Used::of(&path, &exchange.then).filter(|used| price::of(&used.model).is_some());
            if let Some(used) = used {
                let cache = (used.cache_read > 0, used.cache_write > 0, used.cache_write_1h > 0);
                kinds
                    .entry((path, is_stream, cache))
                    .or_default()
                    .push((name, exchange, used));
            }
        } else if (400..500).contains(&status) && status != 429 && exchange.when.json().as_ref().is_some_and(has_model)
        {
            // Clients retry 429, which needs more than one recorded response.
            failures.entry(path).or_insert((name, exchange));
        }
    }
    let successes = kinds.into_values().flat_map(spread);
    let successes = successes.map(|(name, exchange, used)| (name, exchange, Some(used)));
    let failed = failures.into_values().map(|(name, exchange)| (name, exchange, None));
    let mut turns: BTreeMap<String, usize> = BTreeMap::new();
    let chosen = successes.chain(failed).map(|(name, exchange, used)| {
        let turn = turns.entry(exchange.when.path.clone()).or_default();
        *turn += 1;
        Chosen {
            client: client(&exchange, used.as_ref(), *turn),
            name,
            exchange,
            used,
        }
    });
    chosen.collect()
}

fn exchanges() -> impl Iterator<Item = (String, Exchange)> {
    let recordings = recordings::all().into_iter().filter(|recording| {
        ["openai/", "anthropic/"]
            .iter()
            .any(|provider| recording.name.starts_with(provider))
    });
    let exchanges = recordings.flat_map(|recording| {
        let name = recording.name;
        let numbered = recording.exchanges.into_iter().enumerate();
        numbered.map(move |(index, exchange)| (format!("{name}#{index}"), exchange))
    });
    exchanges.filter(|(_, exchange)| exchange.when.method == "POST" && PATHS.contains(&exchange.when.path.as_str()))
}

fn has_model(request: &serde_json::Value) -> bool {
    request["model"].is_string()
}

/// Up to [`OF_A_KIND`], from the first to the last.
fn spread<T>(of_a_kind: Vec<T>) -> Vec<T> {
    let (count, taken) = (of_a_kind.len(), of_a_kind.len().min(OF_A_KIND));
    let places: Vec<usize> = (0..taken)
        .map(|place| place * (count - 1) / (taken - 1).max(1))
        .collect();
    let numbered = of_a_kind.into_iter().enumerate();
    numbered
        .filter(|(index, _)| places.contains(index))
        .map(|(_, item)| item)
        .collect()
}

/// The clients alternate, each for the calls it supports.
fn client(exchange: &Exchange, used: Option<&Used>, turn: usize) -> Client {
    let able: &[Client] = match (exchange.when.path.as_str(), used) {
        // rig does not record the cache lifetime or errors.
        ("/v1/messages", Some(used)) if used.cache_write_1h == 0 => &[Client::Rig, Client::Reqwest],
        ("/v1/messages", _) => &[Client::Reqwest],
        ("/v1/chat/completions" | "/v1/responses", Some(_)) => &[Client::Rig, Client::AsyncOpenAi],
        _ => &[Client::AsyncOpenAi],
    };
    able[turn % able.len()]
}
