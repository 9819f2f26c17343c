//! Decodes the body of a response as it passes, and records it on its call.

use std::io::{self, Write};
use std::task::Context;

use flate2::write::{MultiGzDecoder, ZlibDecoder};
use tracing_genai::WatchedResponse;

use crate::failure::Failure;
use crate::request_scan::RequestScan;

/// Limit of decoded bytes of a body, against decompression bombs.
const MAX_DECODED_BYTES: usize = 64 * 1024 * 1024;
/// Encoded bytes decoded at once; decoded, they take up to a thousand times as much memory.
const DECODE_CHUNK_BYTES: usize = 4096;
/// The value of `tracing_genai.response.unread` for a body that could not be decoded.
const UNREAD_REASON: &str = "content_encoding";

/// Records a response while it passes. Dropping it before [`complete`](Self::complete) records a cancelled response.
#[derive(Debug)]
pub(crate) struct ResponseRecorder {
    /// Before the response, whose drop ends the span.
    request: Option<UnfinishedRequest>,
    response: WatchedResponse,
    encoding: Encoding,
    decoded: usize,
}

/// A request that may not be read whole yet. It is read on beside the response; its drop records what was found.
#[derive(Debug)]
struct UnfinishedRequest(RequestScan);

impl Drop for UnfinishedRequest {
    fn drop(&mut self) {
        self.0.finish();
    }
}

#[derive(Debug)]
enum Encoding {
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Deflate(Box<ZlibDecoder<Vec<u8>>>),
    /// The rest of the body is skipped.
    Unreadable,
}

impl ResponseRecorder {
    /// Records a body with this `content-encoding`, and what of the request is not read yet.
    pub(crate) fn new(mut response: WatchedResponse, encoding: Option<&str>, request: Option<RequestScan>) -> Self {
        let encoding = match encoding.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Encoding::Plain,
            "gzip" | "x-gzip" => Encoding::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            "deflate" => Encoding::Deflate(Box::new(ZlibDecoder::new(Vec::new()))),
            _ => {
                response.unreadable(UNREAD_REASON);
                Encoding::Unreadable
            }
        };
        Self {
            request: request.map(UnfinishedRequest),
            response,
            encoding,
            decoded: 0,
        }
    }

    /// Skips an audio body, which has no usage.
    pub(crate) fn of_audio(mut response: WatchedResponse, request: Option<RequestScan>) -> Self {
        response.skip_body();
        Self {
            request: request.map(UnfinishedRequest),
            response,
            encoding: Encoding::Unreadable,
            decoded: 0,
        }
    }

    /// Reads a slice of the request while the response is waited for, and wakes when there is more.
    pub(crate) fn read_request(&self, context: &Context<'_>) {
        if let Some(request) = &self.request {
            request.0.read_slice(Some(context.waker()));
        }
    }

    /// Whether more of the request can be read now.
    pub(crate) fn has_more_request(&self) -> bool {
        self.request.as_ref().is_some_and(|request| request.0.has_more())
    }

    /// Reads a slice of the request after the response ended; returns whether there is more, and wakes then.
    pub(crate) fn read_request_on(&self, context: &Context<'_>) -> bool {
        let request = self.request.as_ref();
        request.is_some_and(|request| request.0.read_on(context.waker()))
    }

    /// Reads the next bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        if let Some(request) = &self.request {
            request.0.read_slice(None);
        }
        if matches!(self.encoding, Encoding::Plain) {
            return self.response.bytes(bytes);
        }
        for part in bytes.chunks(DECODE_CHUNK_BYTES) {
            let Self {
                response,
                encoding,
                decoded,
                ..
            } = self;
            let output = match encoding {
                Encoding::Gzip(decoder) => decode(decoder.as_mut(), part).map(|()| decoder.get_mut()),
                Encoding::Deflate(decoder) => decode(decoder.as_mut(), part).map(|()| decoder.get_mut()),
                Encoding::Plain | Encoding::Unreadable => return,
            };
            match output {
                Ok(output) if *decoded <= MAX_DECODED_BYTES => {
                    *decoded += output.len();
                    response.bytes(output);
                    output.clear();
                }
                _ => {
                    response.unreadable(UNREAD_REASON);
                    self.encoding = Encoding::Unreadable;
                }
            }
        }
    }

    /// Records that the body failed.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        self.response.fail(failure.error_type, &failure.text);
    }

    /// Records that the body ended.
    pub(crate) fn complete(mut self) {
        if let Some(UnfinishedRequest(request)) = &self.request {
            request.finish();
            if let Some(model) = request.take_model() {
                self.response.note_request_model(&model);
            }
        }
        self.request = None;
        let end = match &mut self.encoding {
            Encoding::Gzip(decoder) => decoder.try_finish().map(|()| decoder.get_ref()),
            Encoding::Deflate(decoder) => decoder.try_finish().map(|()| decoder.get_ref()),
            Encoding::Plain | Encoding::Unreadable => return self.response.complete(),
        };
        match end {
            Ok(rest) => self.response.bytes(rest),
            Err(_) => self.response.unreadable(UNREAD_REASON),
        }
        self.response.complete();
    }
}

/// Decodes a part, and flushes so that its output is available now.
fn decode(decoder: &mut impl Write, part: &[u8]) -> io::Result<()> {
    decoder.write_all(part)?;
    decoder.flush()
}
