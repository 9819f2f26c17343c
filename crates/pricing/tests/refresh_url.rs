//! A newer table from a URL: transferred once per version, and rejected if invalid, too large or too slow.

#![cfg(feature = "refresh-url")]
#![allow(clippy::unwrap_used)] // Tests and their helpers may panic.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

use tracing_genai_pricing::{Counts, PriceQuery, Prices, Refresh, Refreshed, Refreshing};
use tracing_genai_usage::{Unit, Usage};

const OFTEN: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(20);
/// The prices of gpt-4o, unique to that model.
const GPT_4O: &str = "cache_read=1.25 input=2.5 output=10 storage";

/// The server's next answers.
#[derive(Clone)]
enum Answer {
    /// A version and its text; 304 for a request with the version's tag.
    Table(&'static str, String),
    Status(&'static str),
    /// No answer, while the connection stays open.
    Silence,
    /// An endless answer.
    Endless,
}

/// A server on a free local port, and the `If-None-Match` of each request.
struct Server {
    url: String,
    answer: Arc<Mutex<Answer>>,
    requests: Receiver<Option<String>>,
}

impl Server {
    fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/prices.json", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new(answer));
        let (sender, requests) = channel();
        let answers = Arc::clone(&answer);
        // Ends with the test process.
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (answers, sender) = (Arc::clone(&answers), sender.clone());
                thread::spawn(move || {
                    let tag = question(&connection);
                    let answer = answers.lock().unwrap().clone();
                    let _ = sender.send(tag.clone());
                    // The client may have closed the connection.
                    let _ = reply(connection, &answer, tag.as_deref());
                });
            }
        });
        Self { url, answer, requests }
    }

    fn answer_with(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// Waits for a request with that tag.
    fn wait_for_question_with(&self, tag: Option<&str>) {
        while self.requests.recv_timeout(PATIENCE).unwrap().as_deref() != tag {}
    }
}

fn question(connection: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(connection).lines().map_while(Result::ok);
    let headers: Vec<_> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    headers.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("if-none-match")
            .then(|| value.trim().to_owned())
    })
}

fn reply(mut connection: TcpStream, answer: &Answer, tag: Option<&str>) -> std::io::Result<()> {
    match answer {
        Answer::Table(version, _) if tag == Some(version) => {
            write!(
                connection,
                "HTTP/1.1 304 Not Modified\r\netag: {version}\r\nconnection: close\r\n\r\n"
            )
        }
        Answer::Table(version, text) => {
            let length = text.len();
            write!(
                connection,
                "HTTP/1.1 200 OK\r\netag: {version}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}"
            )
        }
        Answer::Status(status) => {
            write!(
                connection,
                "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
        }
        Answer::Silence => {
            thread::sleep(PATIENCE);
            Ok(())
        }
        Answer::Endless => {
            write!(connection, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
            loop {
                connection.write_all(&[b'#'; 16_384])?;
            }
        }
    }
}

/// The embedded catalogue's text with another input price of one model.
fn table(input: &str) -> String {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/catalogue.txt")).unwrap();
    assert!(text.contains(GPT_4O));
    text.replace(GPT_4O, &GPT_4O.replace("input=2.5", &format!("input={input}")))
}

/// The price of a million input tokens.
fn dollars(prices: &Prices) -> Option<String> {
    let usage = Usage::new()
        .with(Unit::InputTokens, 1_000_000)
        .with(Unit::OutputTokens, 0);
    let cost = prices.cost(
        &PriceQuery::new("openai", &usage, UNIX_EPOCH + Duration::from_secs(1_795_176_000))
            .response_model("gpt-4o")
            .counts(Counts::Inclusive),
    );
    cost.total.map(|total| total.to_string())
}

fn started(prices: &Prices, url: &str, timeout: Duration) -> (Refreshing, Receiver<Result<(), String>>) {
    let (sender, reports) = channel();
    let refresh = Refresh::of(prices).feed_url(url).every(OFTEN).timeout(timeout);
    let refresh = refresh.on_change(move |outcome| {
        let _ = sender.send(match outcome {
            Refreshed::Failed(error) => Err(error.to_string()),
            _ => Ok(()),
        });
    });
    (refresh.start().unwrap(), reports)
}

#[test]
fn a_table_is_transferred_once_per_version() {
    let server = Server::start(Answer::Table("\"v1\"", table("3")));
    let prices = Prices::embedded();
    let (refreshing, reports) = started(&prices, &server.url, PATIENCE);
    assert_eq!(reports.recv_timeout(PATIENCE).unwrap(), Ok(()));
    assert_eq!(dollars(&prices).as_deref(), Some("3"));

    // Later requests are conditional.
    for _ in 0..3 {
        server.wait_for_question_with(Some("\"v1\""));
    }
    let refreshes = prices.refreshes();
    assert!(refreshes.unchanged > 0 && refreshes.updated == 1, "{refreshes:?}");

    server.answer_with(Answer::Table("\"v2\"", table("4")));
    assert_eq!(reports.recv_timeout(PATIENCE).unwrap(), Ok(()));
    assert_eq!(dollars(&prices).as_deref(), Some("4"));
    drop(refreshing);
}

#[test]
fn a_rejected_table_leaves_the_previous_one_and_is_requested_again_in_full() {
    let server = Server::start(Answer::Table("\"v1\"", table("3")));
    let prices = Prices::embedded();
    let (refreshing, reports) = started(&prices, &server.url, PATIENCE);
    assert_eq!(reports.recv_timeout(PATIENCE).unwrap(), Ok(()));

    let broken = [
        (Answer::Status("503 Service Unavailable"), "503"),
        (Answer::Table("\"html\"", "<html>sign in</html>".to_owned()), "not JSON"),
        (
            Answer::Table("\"half\"", table("4").split_at(9_000).0.to_owned()),
            "prices.json:",
        ),
        (Answer::Table("\"implausible\"", table("31")), "more than 10 times"),
    ];
    for (answer, problem) in broken {
        server.answer_with(answer);
        // A truncated text is rejected at its last line. The previous request may have had another answer.
        let begun = Instant::now();
        let mut report = reports.recv_timeout(PATIENCE).unwrap().unwrap_err();
        while !report.contains(problem) {
            assert!(begun.elapsed() < PATIENCE, "{report}, not {problem}");
            report = reports.recv_timeout(PATIENCE).unwrap().unwrap_err();
        }
        assert!(report.contains(&server.url), "{report}");
        assert_eq!(dollars(&prices).as_deref(), Some("3"));
        assert!(prices.refreshes().feed_error.is_some());
    }
    // The tag of a rejected text does not block a valid text under the same tag.
    server.answer_with(Answer::Table("\"implausible\"", table("5")));
    let begun = Instant::now();
    while reports.recv_timeout(PATIENCE).unwrap().is_err() {
        assert!(begun.elapsed() < PATIENCE, "{:?}", prices.refreshes());
    }
    assert_eq!(dollars(&prices).as_deref(), Some("5"));
    assert_eq!(prices.refreshes().feed_error, None);
    drop(refreshing);
}

#[test]
fn an_endless_answer_is_rejected_at_the_size_limit() {
    let server = Server::start(Answer::Endless);
    let prices = Prices::embedded();
    let (refreshing, reports) = started(&prices, &server.url, PATIENCE);
    assert!(reports.recv_timeout(PATIENCE).unwrap().is_err());
    assert_eq!(dollars(&prices).as_deref(), Some("2.5"));
    drop(refreshing);
}

#[test]
fn a_silent_server_delays_neither_start_nor_pricing_nor_drop() {
    let server = Server::start(Answer::Silence);
    let prices = Prices::embedded();
    let begun = Instant::now();
    let (refreshing, reports) = started(&prices, &server.url, Duration::from_millis(200));
    assert_eq!(dollars(&prices).as_deref(), Some("2.5"));
    let report = reports.recv_timeout(PATIENCE).unwrap().unwrap_err();
    assert!(report.contains("timeout"), "{report}");
    // During the next request.
    server.wait_for_question_with(None);
    drop(refreshing);
    // The server answers after half a minute; the drop did not wait for it.
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    assert!(prices.refreshes().failed >= 1);
}
