//! A real Prometheus that receives OTLP, with a client for instant queries.

use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};

use serde::Deserialize;

use crate::{
    backends::{Programs, configuration},
    process::{Server, free_address},
};

/// The timeout for the arrival of a sample.
const ARRIVAL: Duration = Duration::from_secs(30);

/// A running Prometheus.
#[derive(Debug)]
pub struct Prometheus {
    /// Its process.
    pub server: Server,
    url: String,
    otlp: String,
}

impl Prometheus {
    /// Starts it with `collector-config/prometheus.yml` and the OTLP receiver.
    pub async fn start(programs: &Programs) -> Self {
        let address = free_address();
        let mut command = Command::new(&programs.prometheus);
        command
            .arg(format!("--config.file={}", configuration("prometheus.yml").display()))
            .arg(format!("--web.listen-address={address}"))
            .args([
                "--storage.tsdb.path=data",
                "--web.enable-otlp-receiver",
                "--enable-feature=exemplar-storage",
            ]);
        let url = format!("http://{address}");
        let server = Server::start("prometheus", command, format!("{url}/-/ready")).await;
        Self {
            server,
            otlp: format!("{url}/api/v1/otlp"),
            url,
        }
    }

    /// The base URL of its API.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The base URL for OTLP over HTTP, without `/v1/metrics`.
    pub fn otlp(&self) -> &str {
        &self.otlp
    }

    /// The current result of a query; empty if no series matches.
    ///
    /// # Panics
    /// If Prometheus rejects the query, or the result is a native histogram: use `histogram_sum()` for those.
    pub async fn query(&self, promql: &str) -> Vec<Sample> {
        let url = format!("{}/api/v1/query", self.url);
        let response = reqwest::Client::new()
            .get(url)
            .query(&[("query", promql)])
            .send()
            .await
            .unwrap();
        let text = response.text().await.unwrap();
        match serde_json::from_str(&text) {
            Ok(Response::Success {
                data: Data::Vector(samples),
            }) => samples.into_iter().map(Sample::from).collect(),
            Ok(Response::Success {
                data: Data::Scalar(point),
            }) => {
                vec![Sample {
                    labels: BTreeMap::new(),
                    value: number(&point),
                }]
            }
            Ok(Response::Error { error }) => panic!("Prometheus rejects {promql}: {error}"),
            Err(error) => panic!("{promql}: {error} in {text}"),
        }
    }

    /// Waits until the query has a result. A comparison in it waits for a value: `some_total >= 3`.
    ///
    /// # Panics
    /// If it has none after half a minute.
    pub async fn wait_for(&self, promql: &str) -> Vec<Sample> {
        let deadline = Instant::now() + ARRIVAL;
        loop {
            let samples = self.query(promql).await;
            if !samples.is_empty() {
                return samples;
            }
            assert!(Instant::now() < deadline, "no result for {promql}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// One series' value at the time of the query.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Its labels, with the metric's name as `__name__`.
    pub labels: BTreeMap<String, String>,
    /// Its value.
    pub value: f64,
}

impl Sample {
    /// The value of this label; empty if absent, as in queries.
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }
}

impl From<Series> for Sample {
    fn from(series: Series) -> Self {
        let Some(point) = series.value else {
            panic!(
                "{:?} is a native histogram: query its histogram_sum() or histogram_count()",
                series.metric
            );
        };
        Self {
            labels: series.metric,
            value: number(&point),
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Response {
    Success { data: Data },
    Error { error: String },
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Vector(Vec<Series>),
    Scalar(Point),
}

#[derive(Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    value: Option<Point>,
}

/// Seconds since 1970, and a number as text, since JSON has no `NaN` and `+Inf`.
type Point = (f64, String);

fn number(point: &Point) -> f64 {
    match point.1.as_str() {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        finite => finite.parse().unwrap(),
    }
}
