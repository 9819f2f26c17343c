//! Reads a request's body beside the request, one slice a poll, and records its parameters on the span of the call.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use bytes::Bytes;
use tracing_genai::usage::{Request, RequestReader};

use crate::params::{self, Target, Unread};

/// The most bytes that wait to be read, beside one frame of any size. They are those of the body, which is not copied.
/// The rest of a body that is sent faster than it is read is not read.
const MAX_WAITING_BYTES: usize = 64 * 1024 * 1024;

/// The reading of one call's request, shared by what sends the body and what waits for the response. What is not read
/// by the end of the call stays unknown.
#[derive(Clone, Debug)]
pub(crate) struct RequestScan(Arc<Mutex<Scan>>);

#[derive(Debug)]
struct Scan {
    /// `None` before a body, while a slice is read, and at the end.
    reader: Option<RequestReader>,
    /// Whether a slice is read now, without the lock.
    is_reading: bool,
    /// Whether the reading ends with the slice that is read now.
    is_stopped: bool,
    /// Bytes that were sent, and not read yet.
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
    /// Whether no more bytes will be sent.
    is_whole: bool,
    /// Why the body is not read whole, if that is known before its end.
    unread: Option<Unread>,
    /// The number of the body that is read: each attempt may send one.
    body: u32,
    /// `None` at the end: then the parameters are recorded.
    target: Option<Target>,
    /// What waits for the response.
    waker: Option<Waker>,
    findings: Findings,
    /// The model, at the end.
    model: Option<String>,
}

/// What the response's reading depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) asks_for_stream: bool,
    /// Characters of a speech request; the audio response does not count them.
    pub(crate) characters: Option<u64>,
}

impl Findings {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            asks_for_stream: request.stream == Some(true),
            characters: request.characters,
        }
    }
}

impl RequestScan {
    /// A reading whose parameters are recorded on `target`.
    pub(crate) fn new(target: Target) -> Self {
        Self(Arc::new(Mutex::new(Scan {
            reader: None,
            is_reading: false,
            is_stopped: false,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            is_whole: false,
            unread: None,
            body: 0,
            target: Some(target),
            waker: None,
            findings: Findings::default(),
            model: None,
        })))
    }

    /// Reads `rest` too, the last bytes of a body that `reader` has begun.
    #[cfg(feature = "reqwest-middleware")]
    pub(crate) fn read_rest(&self, reader: RequestReader, rest: Bytes) {
        let mut scan = self.lock();
        scan.reader = Some(reader);
        scan.waiting_bytes = rest.len();
        scan.waiting.push_back(rest);
        scan.is_whole = true;
    }

    /// Begins with a body that will be sent; `None` if the parameters are known from an earlier attempt.
    pub(crate) fn begin(&self, content_type: Option<&str>) -> Option<SentBody> {
        let mut scan = self.lock();
        if scan.is_stopped {
            return None;
        }
        scan.reader = Some(RequestReader::new(content_type));
        scan.is_reading = false;
        let waiting = std::mem::take(&mut scan.waiting);
        scan.waiting_bytes = 0;
        scan.is_whole = false;
        scan.body = scan.body.wrapping_add(1);
        let body = scan.body;
        drop(scan);
        drop(waiting);
        Some(SentBody {
            scan: self.clone(),
            body,
        })
    }

    /// Reads a slice of what waits. `waker` is woken when there is more: at once, or when more was sent.
    pub(crate) fn read_slice(&self, waker: Option<&Waker>) {
        let mut scan = self.lock();
        if scan.is_stopped {
            return;
        }
        let (reader, body) = (scan.reader.take(), scan.body);
        let (reader, bytes) = match (reader, scan.waiting.pop_front()) {
            (Some(reader), Some(bytes)) => (reader, bytes),
            (reader, bytes) => {
                scan.reader = reader;
                if let Some(bytes) = bytes {
                    scan.waiting.push_front(bytes);
                }
                if let Some(waker) = waker.filter(|_| !scan.is_whole) {
                    scan.wake_later(waker);
                }
                return;
            }
        };
        scan.waiting_bytes -= bytes.len();
        scan.is_reading = true;
        drop(scan);
        if self.read(reader, &bytes, body)
            && let Some(waker) = waker
        {
            waker.wake_by_ref();
        }
    }

    /// Whether bytes wait that can be read now.
    pub(crate) fn has_more(&self) -> bool {
        self.lock().has_more()
    }

    /// Reads a slice of what waits, and returns whether there is more, to be read by the next poll. Bytes that were not
    /// sent yet are not waited for.
    pub(crate) fn read_on(&self, waker: &Waker) -> bool {
        self.read_slice(None);
        let has_more = self.has_more();
        if has_more {
            waker.wake_by_ref();
        }
        has_more
    }

    /// Reads a slice of `bytes`, which come next in `body`; returns whether more waits. No lock is held meanwhile.
    fn read(&self, mut reader: RequestReader, bytes: &Bytes, body: u32) -> bool {
        let read = reader.push_slice(bytes).min(bytes.len());
        let mut scan = self.lock();
        if scan.body != body {
            // Another attempt sends its body.
            return false;
        }
        scan.is_reading = false;
        let rest = bytes.slice(read..);
        if !rest.is_empty() {
            scan.waiting_bytes += rest.len();
            scan.waiting.push_front(rest);
        }
        let is_read = scan.waiting.is_empty() && scan.is_whole;
        let is_over = reader.is_done() || is_read || scan.is_stopped;
        scan.reader = Some(reader);
        if is_over {
            Scan::finish(scan);
            return false;
        }
        !scan.waiting.is_empty()
    }

    /// Ends the reading, and records what was found.
    pub(crate) fn finish(&self) {
        Scan::finish(self.lock());
    }

    /// What was found; nothing before the end of the reading.
    pub(crate) fn findings(&self) -> Findings {
        self.lock().findings
    }

    /// The model that was recorded; none before the end of the reading, and once.
    pub(crate) fn take_model(&self) -> Option<String> {
        self.lock().model.take()
    }

    fn lock(&self) -> MutexGuard<'_, Scan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scan {
    fn has_more(&self) -> bool {
        !self.is_stopped && (self.is_reading || (self.reader.is_some() && !self.waiting.is_empty()))
    }

    /// Why the body is not read whole, at the end of its reading.
    fn unread(&self) -> Option<Unread> {
        let reader = self.reader.as_ref()?;
        if reader.is_cut() {
            return Some(Unread::TooLong);
        }
        let is_read = reader.is_done() || (self.is_whole && self.waiting.is_empty());
        self.unread.or((!is_read).then_some(Unread::CallEnded))
    }

    fn wake_later(&mut self, waker: &Waker) {
        match &mut self.waker {
            Some(known) => known.clone_from(waker),
            None => self.waker = Some(waker.clone()),
        }
    }

    /// Records what was found, without the lock. While a slice is read elsewhere, that reading does.
    fn finish(mut scan: MutexGuard<'_, Self>) {
        scan.is_stopped = true;
        if scan.is_reading {
            return;
        }
        let unread = scan.unread();
        let waiting = std::mem::take(&mut scan.waiting);
        scan.waiting_bytes = 0;
        let waker = scan.waker.take();
        let found = scan.reader.take().map(RequestReader::finish);
        if let Some(found) = &found {
            scan.findings = Findings::of(found);
        }
        let target = scan.target.take();
        if target.as_ref().is_some_and(|target| !target.has_model) {
            scan.model = found.as_ref().and_then(|found| found.model.clone());
        }
        drop(scan);
        drop((waiting, waker));
        if let (Some(target), Some(found)) = (target, found) {
            params::record(&target, found);
            if let Some(why) = unread {
                params::record_unread(&target, why);
            }
        }
    }
}

/// A body that is read as it is sent.
#[derive(Debug)]
pub(crate) struct SentBody {
    scan: RequestScan,
    body: u32,
}

impl SentBody {
    /// Reads a slice of the next bytes; the rest waits.
    pub(crate) fn bytes(&self, bytes: &Bytes) {
        let mut scan = self.scan.lock();
        if scan.body != self.body || scan.is_stopped {
            return;
        }
        let is_next = scan.waiting.is_empty();
        if let Some(reader) = scan.reader.take_if(|_| is_next) {
            scan.is_reading = true;
            drop(scan);
            if !self.scan.read(reader, bytes, self.body) {
                return;
            }
            scan = self.scan.lock();
        } else if is_next || scan.waiting_bytes.saturating_add(bytes.len()) <= MAX_WAITING_BYTES {
            scan.waiting_bytes = scan.waiting_bytes.saturating_add(bytes.len());
            scan.waiting.push_back(bytes.clone());
        } else {
            scan.unread = Some(Unread::TooLong);
            return Scan::finish(scan);
        }
        let waker = scan.waker.take();
        drop(scan);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Notes that no more bytes will come.
    pub(crate) fn end(self) {
        let mut scan = self.scan.lock();
        if scan.body != self.body {
            return;
        }
        scan.is_whole = true;
        if scan.waiting.is_empty() && scan.reader.is_some() {
            Scan::finish(scan);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"stream":true,"voice":"x","input":"abc"}"#;

    fn scan() -> RequestScan {
        RequestScan::new(Target {
            span: tracing::Span::none(),
            is_openai: false,
            has_model: false,
        })
    }

    fn found(scan: &RequestScan) -> (bool, Option<u64>) {
        let findings = scan.findings();
        (findings.asks_for_stream, findings.characters)
    }

    #[test]
    fn a_body_is_read_once_it_was_sent() {
        let scan = scan();
        let sent = scan.begin(None).unwrap();
        for part in BODY.chunks(7) {
            sent.bytes(&Bytes::from_static(part));
        }
        sent.end();
        assert_eq!(found(&scan), (true, Some(3)));
        assert!(scan.begin(None).is_none(), "another attempt is not read");
    }

    #[test]
    fn an_attempt_that_broke_off_leaves_the_next_one_to_be_read() {
        let scan = scan();
        let first = scan.begin(None).unwrap();
        first.bytes(&Bytes::from_static(BODY.split_at(20).0));
        let second = scan.begin(None).unwrap();
        first.bytes(&Bytes::from_static(b"}"));
        first.end();
        assert_eq!(found(&scan), (false, None));
        second.bytes(&Bytes::from_static(BODY));
        second.end();
        assert_eq!(found(&scan), (true, Some(3)));
    }

    #[test]
    fn a_bounded_number_of_bytes_waits() {
        let scan = scan();
        let sent = scan.begin(None).unwrap();
        sent.bytes(&Bytes::from_static(br#"{"stream":true,"messages":"#));
        let frame = Bytes::from(vec![b'['; 1 << 20]);
        for _ in 0..100 {
            sent.bytes(&frame);
            assert!(scan.lock().waiting_bytes <= MAX_WAITING_BYTES);
        }
        assert_eq!(found(&scan), (true, None), "what was read before is known");
        assert!(scan.lock().waiting.is_empty());
    }

    #[test]
    fn a_body_sent_by_another_thread_is_read_in_order() {
        let scan = scan();
        let sent = scan.begin(None).unwrap();
        let body = [
            br#"{"messages":["#.as_slice(),
            &b"[],".repeat(100_000),
            b"1],\"stream\":true}",
        ]
        .concat();
        let sending = std::thread::spawn(move || {
            for part in body.chunks(40_000) {
                sent.bytes(&Bytes::copy_from_slice(part));
            }
            sent.end();
        });
        while !scan.lock().is_stopped {
            scan.read_slice(None);
        }
        sending.join().unwrap();
        assert_eq!(found(&scan), (true, None));
    }
}
