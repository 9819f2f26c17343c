//! Asks an address for newer prices.

use std::fmt;
use std::hash::BuildHasher;
use std::time::{Duration, Instant};

use foldhash::fast::RandomState;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, http};

use super::source::Look;
use crate::hash::hash_of;
use crate::price_file::{MAX_FILE_BYTES, PriceFileError};

/// How long to wait after a first failure; each further one doubles it.
const FIRST_RETRY: Duration = Duration::from_secs(60);
/// A pause is shortened or lengthened by up to one in so many, so that many processes do not ask at once.
const JITTER: u32 = 10;

/// An address.
pub(super) struct Address {
    url: String,
}

/// An address that is asked again and again.
#[derive(Debug)]
pub(super) struct WatchedUrl {
    address: Address,
    agent: Agent,
    interval: Duration,
    due: Instant,
    failures: u32,
    /// Of the answer that was taken into use.
    etag: Option<String>,
    hash: String,
    /// Of an answer that was not judged yet.
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

    /// What may be shown of it: not who asks, and not what with.
    fn shown(&self) -> &str {
        let end = self.url.find(['?', '#']).unwrap_or(self.url.len());
        let shown = self.url.get(..end).unwrap_or_default();
        match shown.split_once("://").and_then(|(_, rest)| rest.split('/').next()) {
            // A name and password before the host.
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
            // An answer over TLS must not be got by a detour without.
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

    /// When to ask next.
    pub(super) const fn due(&self) -> Instant {
        self.due
    }

    /// Asks now.
    pub(super) fn look(&mut self) -> Result<Look, PriceFileError> {
        self.ask().map_err(|error| PriceFileError::Unreadable {
            file: self.name().into(),
            reason: error.to_string(),
        })
    }

    fn ask(&mut self) -> Result<Look, ureq::Error> {
        self.pending = None;
        let mut request = self.agent.get(&self.address.url);
        if let Some(etag) = &self.etag {
            request = request.header(http::header::IF_NONE_MATCH, etag);
        }
        let mut response = request.call()?;
        if response.status() == http::StatusCode::NOT_MODIFIED {
            return Ok(Look::Same);
        }
        let etag = response.headers().get(http::header::ETAG);
        let etag = etag.and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let body = response.body_mut().with_config().limit(MAX_FILE_BYTES);
        let text = body.read_to_string()?;
        let hash = hash_of(&[text.as_bytes()]);
        if hash == self.hash {
            self.etag = etag;
            return Ok(Look::Same);
        }
        self.pending = Some((etag, hash));
        Ok(Look::Text(text))
    }

    /// Asks again soon, in full: the tag of an answer that was refused would only say that it is still the same.
    pub(super) fn plan_after_failure(&mut self) {
        let doubled = FIRST_RETRY.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX));
        self.failures = self.failures.saturating_add(1);
        self.due = after(with_jitter(doubled.min(self.interval)));
    }

    /// Asks again when the interval is over, and only for something else than is in use now.
    pub(super) fn plan_after_success(&mut self) {
        self.failures = 0;
        if let Some((etag, hash)) = self.pending.take() {
            (self.etag, self.hash) = (etag, hash);
        }
        self.due = after(with_jitter(self.interval));
    }
}

/// That long from now; for what is longer than clocks go, in thirty years.
fn after(pause: Duration) -> Instant {
    const LONG: Duration = Duration::from_secs(30 * 365 * 24 * 3_600);
    let now = Instant::now();
    now.checked_add(pause.min(LONG)).unwrap_or(now)
}

/// The pause, give or take a tenth.
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
    fn a_pause_is_moved_by_a_tenth_at_most() {
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
