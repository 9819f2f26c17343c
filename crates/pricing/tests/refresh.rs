//! Prices refreshed at runtime: valid changes are taken into use, invalid ones are rejected, and both are reported.

#![allow(clippy::unwrap_used)] // Tests and their helpers may panic.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, UNIX_EPOCH};

use tracing_genai_pricing::{Catalogue, Cost, Counts, PriceQuery, Prices, Refresh, Refreshed, Refreshing};
use tracing_genai_usage::{Unit, Usage};

const OFTEN: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(30);

/// The prices of gpt-4o, unique to that model.
const GPT_4O: &str = "cache_read=1.25 input=2.5 output=10 storage";

/// A temporary folder, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tracing-genai-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn cost(prices: &Prices, provider: &str, model: &str) -> Cost {
    let usage = Usage::new()
        .with(Unit::InputTokens, 1_000_000)
        .with(Unit::OutputTokens, 0);
    prices.cost(
        &PriceQuery::new(provider, &usage, UNIX_EPOCH + Duration::from_secs(1_795_176_000))
            .response_model(model)
            .counts(Counts::Inclusive),
    )
}

fn dollars(prices: &Prices, provider: &str, model: &str) -> Option<String> {
    cost(prices, provider, model).total.map(|total| total.to_string())
}

/// Starts a refresh and collects its reports.
fn started(refresh: Refresh) -> (Refreshing, Receiver<Result<String, String>>) {
    let (sender, reports) = channel();
    let refresh = refresh.every(OFTEN).on_change(move |outcome| {
        let outcome = match outcome {
            Refreshed::Updated { version, .. } => Ok((*version).to_owned()),
            Refreshed::Failed(error) => Err(error.to_string()),
            _ => return,
        };
        let _ = sender.send(outcome);
    });
    (refresh.start().unwrap(), reports)
}

/// Writes to another file and renames it, so that no partial file is visible.
fn write(path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
    let beside = path.as_ref().with_extension("new");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, path).unwrap();
}

fn own_model(price: u32) -> String {
    format!("[[models]]\nprovider = 'acme'\nid = 'm'\nprices = {{ input_mtok = {price}, output_mtok = 0 }}\n")
}

/// The embedded catalogue's text with one price changed.
fn feed(from: &str, to: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/catalogue.txt")).unwrap();
    assert!(text.contains(from), "{from}");
    text.replace(from, to)
}

/// The text of a catalogue without the counts in its header.
fn without_counts(text: &str) -> String {
    let is_count = |line: &&str| {
        !["providers\t", "models\t", "prices\t"]
            .iter()
            .any(|count| line.starts_with(count))
    };
    text.lines()
        .filter(is_count)
        .fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn a_changed_user_file_is_applied_and_an_invalid_one_rejected() {
    let folder = Folder::new("user-file");
    let file = folder.path("prices.toml");
    write(&file, own_model(1));
    let prices = Prices::embedded();
    let (refreshing, reports) = started(Refresh::of(&prices).user_file(&file));
    // The first read is complete when start() returns.
    assert_eq!(dollars(&prices, "acme", "m").as_deref(), Some("1"));
    assert!(reports.recv_timeout(PATIENCE).unwrap().is_ok());

    write(&file, own_model(2));
    assert!(reports.recv_timeout(PATIENCE).unwrap().is_ok());
    assert_eq!(dollars(&prices, "acme", "m").as_deref(), Some("2"));

    write(
        &file,
        "[[models]]\nprovider = 'acme'\nid = 'm'\nprices = { input_mtok = -3 }\n",
    );
    let problem = reports.recv_timeout(PATIENCE).unwrap().unwrap_err();
    assert!(problem.contains("prices.toml:4: "), "{problem}");
    assert_eq!(dollars(&prices, "acme", "m").as_deref(), Some("2"));
    // Rejected once, and not retried until it changes.
    std::thread::sleep(OFTEN * 5);
    let refreshes = prices.refreshes();
    assert_eq!(refreshes.failed, 1);
    assert_eq!(refreshes.user_file_error.as_deref(), Some(&*problem));

    write(&file, own_model(4));
    assert_eq!(reports.recv_timeout(PATIENCE).unwrap().err(), None);
    assert_eq!(dollars(&prices, "acme", "m").as_deref(), Some("4"));
    let refreshes = prices.refreshes();
    assert_eq!((refreshes.updated, refreshes.failed), (3, 1));
    assert_eq!(refreshes.user_file_error, None);
    assert!(refreshes.current.unwrap().elapsed().unwrap() < PATIENCE);
    drop(refreshing);
}

#[test]
fn a_missing_file_is_used_once_it_exists() {
    let folder = Folder::new("missing");
    let file = folder.path("prices.toml");
    let prices = Prices::embedded();
    let (refreshing, reports) = started(Refresh::of(&prices).user_file(&file));
    assert!(
        reports
            .recv_timeout(PATIENCE)
            .unwrap()
            .unwrap_err()
            .contains("prices.toml")
    );
    assert!(prices.refreshes().user_file_error.is_some());
    assert_eq!(dollars(&prices, "openai", "gpt-4o").as_deref(), Some("2.5"));
    write(&file, own_model(1));
    while reports.recv_timeout(PATIENCE).unwrap().is_err() {}
    assert_eq!(dollars(&prices, "acme", "m").as_deref(), Some("1"));
    drop(refreshing);
}

#[test]
fn a_newer_table_overrides_the_embedded_one_but_not_the_users_file() {
    let folder = Folder::new("layers");
    let (table, file) = (folder.path("table.txt"), folder.path("prices.toml"));
    write(&table, feed(GPT_4O, "cache_read=1.25 input=3 output=10 storage"));
    write(&file, "[[multipliers]]\nprovider = 'openai'\nfactor = 2\n");
    let prices = Prices::embedded();
    let (refreshing, reports) = started(Refresh::of(&prices).feed_file(&table).user_file(&file));
    for _ in 0..2 {
        assert_eq!(reports.recv_timeout(PATIENCE).unwrap().err(), None);
    }
    assert_eq!(dollars(&prices, "openai", "gpt-4o").as_deref(), Some("6"));
    assert!(prices.catalogue().version().ends_with("prices.toml"));
    drop(refreshing);
}

#[test]
fn an_implausible_table_is_rejected_with_the_reason() {
    let folder = Folder::new("implausible");
    let table = folder.path("table.txt");
    let whole = feed(GPT_4O, "cache_read=1.25 input=2.4 output=10 storage");
    let half = whole.lines().take(1_100).collect::<Vec<_>>().join("\n");
    let cases = [
        (String::new(), "table.txt"),
        ("[]".to_owned(), "0 providers where the one in use has"),
        ("{\"providers\": [".to_owned(), "table.txt:1: "),
        (half.clone(), "table.txt:"),
        (without_counts(&half), "less than 80 %"),
        (
            feed(GPT_4O, "cache_read=1.25 input=250 output=10 storage"),
            "changes the price of openai/gpt-4o",
        ),
        (
            feed(GPT_4O, "cache_read=1.25 input=0 output=10 storage"),
            "changes the price of openai/gpt-4o",
        ),
        (
            without_counts(&feed(GPT_4O, "cache_read=1.25 input=2.4 storage")),
            "it no longer has a price of openai/gpt-4o for output_tokens",
        ),
        (
            feed(GPT_4O, "cache_read=1.25 input=2.4>1000:250000 output=10 storage"),
            "from 2.4 to 250000 USD",
        ),
        (
            without_counts(&feed(
                GPT_4O,
                "cache_read=1.25 input=2.4 output=10\t@2099-01-01 input=99999 storage",
            )),
            "from 2.4 to 99999 USD",
        ),
        (
            feed(GPT_4O, "cache_read=1.25 input=-2.5 output=10 storage"),
            "table.txt:",
        ),
        (
            feed(GPT_4O, "cache_read=1.25 input=1e308 output=10 storage"),
            "table.txt:",
        ),
        (
            without_counts(&feed("\ngpt-4o-mini\t", "\nother-mini\t").replace("=gpt-4o-mini", "=other-mini")),
            "gpt-4o-mini",
        ),
    ];
    write(&table, &whole);
    let prices = Prices::embedded();
    let (refreshing, reports) = started(Refresh::of(&prices).feed_file(&table));
    assert_eq!(reports.recv_timeout(PATIENCE).unwrap().err(), None);
    for (text, reason) in cases {
        write(&table, &text);
        let mut problem = reports.recv_timeout(PATIENCE).unwrap().unwrap_err();
        // A poll may happen between the truncation of a file and its writing.
        while !problem.contains(reason) {
            problem = reports.recv_timeout(PATIENCE).unwrap().unwrap_err();
        }
        assert_eq!(
            dollars(&prices, "openai", "gpt-4o").as_deref(),
            Some("2.4"),
            "{problem}"
        );
    }
    drop(refreshing);
}

#[test]
fn a_user_file_waits_for_the_table_it_needs_and_blocks_tables_that_break_it() {
    let folder = Folder::new("waiting");
    let (table, own) = (folder.path("table.txt"), folder.path("prices.toml"));
    let with_new_model = feed("\n[openai]", "\n[openai]");
    let header = with_new_model
        .lines()
        .find(|line| line.starts_with("[openai]"))
        .unwrap();
    let with_new_model = with_new_model.replace(header, &format!("{header}\ngpt-99\t=\tinput=7 output=7"));
    write(&table, feed(GPT_4O, GPT_4O));
    write(&own, "[[aliases]]\nname = 'ours'\nmodel = 'openai/gpt-99'\n");
    let prices = Prices::embedded();
    let (refreshing, reports) = started(Refresh::of(&prices).feed_file(&table).user_file(&own));
    assert!(reports.recv_timeout(PATIENCE).unwrap().is_ok());
    let problem = reports.recv_timeout(PATIENCE).unwrap().unwrap_err();
    assert!(
        problem.contains("prices.toml:1: `openai` has no model `gpt-99`"),
        "{problem}"
    );
    assert_eq!(dollars(&prices, "openai", "ours"), None);

    // The table with the model activates the unchanged file.
    write(&table, without_counts(&with_new_model));
    assert!(reports.recv_timeout(PATIENCE).unwrap().is_ok());
    assert_eq!(dollars(&prices, "openai", "ours").as_deref(), Some("7"));
    let refreshes = prices.refreshes();
    assert_eq!((refreshes.user_file_error, refreshes.feed_error), (None, None));

    // A table without it would invalidate the file: it is rejected as long as the file needs the model.
    write(&table, feed(GPT_4O, &GPT_4O.replace("input=2.5", "input=2.4")));
    assert!(reports.recv_timeout(PATIENCE).unwrap().is_err());
    assert_eq!(dollars(&prices, "openai", "ours").as_deref(), Some("7"));
    assert!(prices.refreshes().feed_error.is_some());
    write(&own, own_model(1));
    while reports.recv_timeout(PATIENCE).unwrap().is_err() {}
    assert_eq!(dollars(&prices, "openai", "gpt-4o").as_deref(), Some("2.4"));
    assert_eq!(dollars(&prices, "acme", "m").as_deref(), Some("1"));
    assert_eq!(prices.refreshes().feed_error, None);
    drop(refreshing);
}

#[test]
fn nothing_is_read_once_the_refreshing_is_dropped() {
    let folder = Folder::new("dropped");
    let file = folder.path("prices.toml");
    write(&file, own_model(1));
    let prices = Prices::embedded();
    let (refreshing, reports) = started(Refresh::of(&prices).user_file(&file));
    assert!(reports.recv_timeout(PATIENCE).unwrap().is_ok());
    drop(refreshing);
    write(&file, own_model(2));
    // The hook is dropped with the thread, which closes the channel.
    assert_eq!(reports.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
    assert_eq!(dollars(&prices, "acme", "m").as_deref(), Some("1"));
}

#[test]
fn a_temporarily_missing_file_is_reported_once_and_used_again() {
    let folder = Folder::new("gone");
    let file = folder.path("prices.toml");
    write(&file, own_model(1));
    let prices = Prices::embedded();
    let (refreshing, reports) = started(Refresh::of(&prices).user_file(&file));
    assert!(reports.recv_timeout(PATIENCE).unwrap().is_ok());

    fs::remove_file(&file).unwrap();
    assert!(reports.recv_timeout(PATIENCE).unwrap().is_err());
    let begun = prices.refreshes().failed;
    while prices.refreshes().failed < begun + 3 {
        std::thread::sleep(OFTEN);
    }
    // A repeated problem is not reported, and the prices stay.
    assert!(reports.try_recv().is_err());
    assert_eq!(dollars(&prices, "acme", "m").as_deref(), Some("1"));

    write(&file, own_model(1));
    let begun = Instant::now();
    while prices.refreshes().user_file_error.is_some() {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::sleep(OFTEN);
    }
    assert_eq!(prices.refreshes().updated, 1);
    drop(refreshing);
}

#[test]
fn a_feed_with_the_embedded_text_is_accepted() {
    let folder = Folder::new("same");
    let table = folder.path("table.txt");
    write(&table, feed("input=2.5", "input=2.5"));
    let prices = Prices::embedded();
    let (refreshing, reports) = started(Refresh::of(&prices).feed_file(&table));
    assert_eq!(
        reports.recv_timeout(PATIENCE).unwrap().as_deref(),
        Ok(Catalogue::embedded().version())
    );
    // Rewritten with the same text: read, and unchanged.
    write(&table, feed("input=2.5", "input=2.5"));
    let started = Instant::now();
    while prices.refreshes().unchanged == 0 {
        assert!(started.elapsed() < PATIENCE, "{:?}", prices.refreshes());
        std::thread::sleep(OFTEN);
    }
    assert_eq!(prices.refreshes().updated, 1);
    drop(refreshing);
}

#[test]
fn a_hook_that_panics_does_not_end_the_refreshing() {
    let folder = Folder::new("hook");
    let file = folder.path("prices.toml");
    write(&file, own_model(1));
    let prices = Prices::embedded();
    let refresh = Refresh::of(&prices).user_file(&file).every(OFTEN);
    let refreshing = refresh.on_change(|_| panic!("on purpose")).start().unwrap();
    write(&file, own_model(2));
    let started = Instant::now();
    while dollars(&prices, "acme", "m").as_deref() != Some("2") {
        assert!(started.elapsed() < PATIENCE, "{:?}", prices.refreshes());
        std::thread::sleep(OFTEN);
    }
    drop(refreshing);
}
