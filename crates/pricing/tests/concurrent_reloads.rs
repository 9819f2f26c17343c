//! A million calls are priced while tables are replaced and rejected: each call by exactly one table.

#![allow(clippy::unwrap_used)] // Tests and their helpers may panic.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use tracing_genai_pricing::{Counts, PriceQuery, Prices, Refresh, Usd};
use tracing_genai_usage::{Unit, Usage};

const CALLS: u64 = 1_000_000;
const THREADS: u64 = 2;
const OFTEN: Duration = Duration::from_millis(20);

/// The embedded catalogue's text with other prices of one model; input and output always change together.
fn table(input: &str, output: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/catalogue.txt")).unwrap();
    let price = "input=2.5 output=10 storage";
    assert!(text.contains(price));
    text.replace(price, &format!("input={input} output={output} storage"))
}

#[test]
fn a_million_calls_are_each_priced_by_one_whole_table() {
    let folder = std::env::temp_dir().join(format!("tracing-genai-racing-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("table.txt");
    let good = [table("2.5", "10"), table("3", "12"), table("2", "8")];
    let allowed = ["0.0125", "0.015", "0.01"].map(|amount| Some(amount.parse::<Usd>().unwrap()));
    let whole = &good[0];
    let broken = [
        String::new(),
        "tracing-genai catalogue 1\n".to_owned(),
        whole.get(..whole.len() / 2).unwrap().to_owned(),
        whole.get(..whole.len() - 7).unwrap().to_owned(),
        table("-2.5", "10"),
        table("1e308", "10"),
        table("2.5", "1e308"),
        format!("{whole}[openai]\n"),
        whole.replace("\ngpt-4o\t", "\ngpt-4o\t=\tinput=9 output=9\ngpt-4o\t"),
        "{\"providers\": [{\"id\": \"openai\", \"models\": [".to_owned(),
    ];
    fs::write(&file, whole).unwrap();
    let prices = Prices::embedded();
    let refreshing = Refresh::of(&prices).feed_file(&file).every(OFTEN).start().unwrap();

    let (is_stopped, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let usage = Usage::new()
                    .with(Unit::InputTokens, 1_000)
                    .with(Unit::OutputTokens, 1_000);
                while !is_stopped.load(Ordering::Relaxed) || calls.load(Ordering::Relaxed) < CALLS {
                    for _ in 0..1_000 {
                        let cost = prices.cost(
                            &PriceQuery::new("openai", &usage, UNIX_EPOCH + Duration::from_secs(1_795_176_000))
                                .response_model("gpt-4o")
                                .counts(Counts::Inclusive),
                        );
                        assert!(allowed.contains(&cost.total), "{cost:?}");
                    }
                    calls.fetch_add(1_000, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| {
            let texts = broken.iter().zip(good.iter().cycle());
            for (bad, good) in texts {
                for text in [bad, good] {
                    let before = prices.refreshes();
                    fs::write(&file, text).unwrap();
                    let started = std::time::Instant::now();
                    // Polled, and accepted or rejected.
                    loop {
                        let now = prices.refreshes();
                        let is_seen = if text == bad {
                            now.failed > before.failed
                        } else {
                            now.feed_error.is_none()
                        };
                        if is_seen || started.elapsed() > Duration::from_secs(30) {
                            break;
                        }
                        thread::sleep(Duration::from_millis(5));
                    }
                }
            }
            is_stopped.store(true, Ordering::Relaxed);
        });
    });

    let refreshes = prices.refreshes();
    assert!(calls.load(Ordering::Relaxed) >= CALLS);
    assert!(refreshes.updated >= 3, "{refreshes:?}");
    assert!(
        refreshes.failed >= u64::try_from(broken.len()).unwrap(),
        "{refreshes:?}"
    );
    assert_eq!(refreshes.feed_error, None);
    drop(refreshing);
    let _ = fs::remove_dir_all(&folder);
}
