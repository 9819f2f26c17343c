//! Requests newer prices from a URL.

use std::fmt;
use std::hash::BuildHasher;
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, http};

use super::source::Polled;
use crate::hash::hash_of;
use crate::price_file::{MAX_FILE_BYTES, PriceFileError};

/// The pause after a first failure; doubled by each further one.
const FIRST_RETRY: Duration = Duration::from_secs(60);
/// Pauses vary by up to 1/JITTER, so that many processes do not poll at once.
const JITTER: u32 = 10;

/// A URL.
pub(super) struct Address {
    url: String,
}

/// A polled URL.
#[derive(Debug)]
pub(super) struct WatchedUrl {
    address: Address,
    agent: Agent,
    interval: Duration,
    due: Instant,
    failures: u32,
    /// The tag of the answer in use.
    etag: Option<String>,
    hash: String,
    /// The tag of an answer not yet processed.
    pending: Option<(Option<String>, String)>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

impl Address {
    pub(super) const fn new(url: String) -> Self {
        Self { url }
    }

    /// The URL without credentials and query.
    fn shown(&self) -> &str {
        let end = self.url.find(['?', '#']).unwrap_or(self.url.len());
        let shown = self.url.get(..end).unwrap_or_default();
        match shown.split_once("://").and_then(|(_, rest)| rest.split('/').next()) {
            // Remove user name and password before the host.
            Some(authority) if authority.contains('@') => "the address of the feed",
            _ => shown,
        }
    }
}

impl WatchedUrl {
    pub(super) fn new(address: Address, timeout: Duration, interval: Duration) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let agent = Agent::config_builder()
            .timeout_global(Some(timeout))
            // An HTTPS URL must not be redirected to HTTP.
            .https_only(address.url.starts_with("https://"))
            .tls_config(tls)
            .user_agent(concat!("tracing-genai/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Self {
            address,
            agent,
            interval,
            due: Instant::now(),
            failures: 0,
            etag: None,
            hash: String::new(),
            pending: None,
        }
    }

    pub(super) fn name(&self) -> &str {
        self.address.shown()
    }

    /// When to poll next.
    pub(super) const fn due(&self) -> Instant {
        self.due
    }

    /// Polls now.
    pub(super) fn poll(&mut self) -> Result<Polled, PriceFileError> {
        self.ask().map_err(|error| PriceFileError::Unreadable {
            file: self.name().into(),
            reason: error.to_string(),
        })
    }

    fn ask(&mut self) -> Result<Polled, ureq::Error> {
        self.pending = None;
        let mut request = self.agent.get(&self.address.url);
        if let Some(etag) = &self.etag {
            request = request.header(http::header::IF_NONE_MATCH, etag);
        }
        let mut response = request.call()?;
        if response.status() == http::StatusCode::NOT_MODIFIED {
            return Ok(Polled::Same);
        }
        let etag = response.headers().get(http::header::ETAG);
        let etag = etag.and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let body = response.body_mut().with_config().limit(MAX_FILE_BYTES);
        let text = body.read_to_string()?;
        let hash = hash_of(&[text.as_bytes()]);
        if hash == self.hash {
            self.etag = etag;
            return Ok(Polled::Same);
        }
        self.pending = Some((etag, hash));
        Ok(Polled::Text(text))
    }

    /// Plans a retry without the tag: that of a rejected answer would only confirm it as unchanged.
    pub(super) fn plan_after_failure(&mut self) {
        let doubled = FIRST_RETRY.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX));
        self.failures = self.failures.saturating_add(1);
        self.due = after(with_jitter(doubled.min(self.interval)));
    }

    /// Plans the next poll, conditional on a change from the answer in use.
    pub(super) fn plan_after_success(&mut self) {
        self.failures = 0;
        if let Some((etag, hash)) = self.pending.take() {
            (self.etag, self.hash) = (etag, hash);
        }
        self.due = after(with_jitter(self.interval));
    }
}

/// The instant after that pause; at most thirty years, to fit the clock.
fn after(pause: Duration) -> Instant {
    const LONG: Duration = Duration::from_secs(30 * 365 * 24 * 3_600);
    let now = Instant::now();
    now.checked_add(pause.min(LONG)).unwrap_or(now)
}

/// The pause ± 10 %.
fn with_jitter(pause: Duration) -> Duration {
    let tenth = pause / JITTER;
    let random = RandomState::default().hash_one(Instant::now());
    let share = u32::try_from(random % 2_001).unwrap_or_default();
    pause
        .saturating_sub(tenth)
        .saturating_add(tenth.saturating_mul(share) / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_at_most_a_tenth() {
        let hour = Duration::from_secs(3_600);
        for _ in 0..1_000 {
            let pause = with_jitter(hour);
            assert!(
                (Duration::from_secs(3_240)..=Duration::from_secs(3_960)).contains(&pause),
                "{pause:?}"
            );
        }
    }

    #[test]
    fn neither_a_query_nor_a_password_is_shown() {
        let shown = |url: &str| Address::new(url.to_owned()).shown().to_owned();
        assert_eq!(
            shown("https://prices.test/v2.json?key=secret"),
            "https://prices.test/v2.json"
        );
        assert!(!shown("https://me:secret@prices.test/v2.json").contains("secret"));
        assert_eq!(
            shown("https://prices.test/@v2/data.json"),
            "https://prices.test/@v2/data.json"
        );
    }
}
