//! Reads the body of a response as it passes, through its content encoding.

use std::fmt::Display;
use std::io::{self, Write};

use flate2::write::{MultiGzDecoder, ZlibDecoder};
use tracing_genai::WatchedResponse;

use crate::error_text::error_text;

/// How much of an encoded body is decoded, in bytes: a few kilobytes may say gigabytes.
const MOST_DECODED: usize = 64 * 1024 * 1024;
/// How much is decoded at once: a thousandfold of it is held in memory at most.
const AT_ONCE: usize = 4096;
/// Why a body was not read, or not to its end.
const ENCODING: &str = "content_encoding";

/// A response that is read while it passes. Dropped before [`complete`](Self::complete), it is one that somebody stopped
/// reading.
#[derive(Debug)]
pub(crate) struct Reading {
    response: WatchedResponse,
    encoding: Encoding,
    decoded: usize,
}

#[derive(Debug)]
enum Encoding {
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Deflate(Box<ZlibDecoder<Vec<u8>>>),
    /// Nothing is read any more.
    Unreadable,
}

impl Reading {
    /// Reads a body of this `content-encoding`.
    pub(crate) fn new(mut response: WatchedResponse, encoding: Option<&str>) -> Self {
        let encoding = match encoding.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Encoding::Plain,
            "gzip" | "x-gzip" => Encoding::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            "deflate" => Encoding::Deflate(Box::new(ZlibDecoder::new(Vec::new()))),
            _ => {
                response.unreadable(ENCODING);
                Encoding::Unreadable
            }
        };
        Self {
            response,
            encoding,
            decoded: 0,
        }
    }

    /// Passes audio on: it carries no usage.
    pub(crate) fn of_audio(mut response: WatchedResponse) -> Self {
        response.without_text();
        Self {
            response,
            encoding: Encoding::Unreadable,
            decoded: 0,
        }
    }

    /// Takes the next bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        if matches!(self.encoding, Encoding::Plain) {
            return self.response.bytes(bytes);
        }
        for part in bytes.chunks(AT_ONCE) {
            let Self {
                response,
                encoding,
                decoded,
            } = self;
            let output = match encoding {
                Encoding::Gzip(decoder) => decode(decoder.as_mut(), part).map(|()| decoder.get_mut()),
                Encoding::Deflate(decoder) => decode(decoder.as_mut(), part).map(|()| decoder.get_mut()),
                Encoding::Plain | Encoding::Unreadable => return,
            };
            match output {
                Ok(output) if *decoded <= MOST_DECODED => {
                    *decoded += output.len();
                    response.bytes(output);
                    output.clear();
                }
                _ => {
                    response.unreadable(ENCODING);
                    self.encoding = Encoding::Unreadable;
                }
            }
        }
    }

    /// The body broke off.
    pub(crate) fn fail(&mut self, error_type: &str, error: impl Display) {
        self.response.fail(error_type, error_text(error));
    }

    /// The body was read to its end.
    pub(crate) fn complete(mut self) {
        let end = match &mut self.encoding {
            Encoding::Gzip(decoder) => decoder.try_finish().map(|()| decoder.get_ref()),
            Encoding::Deflate(decoder) => decoder.try_finish().map(|()| decoder.get_ref()),
            Encoding::Plain | Encoding::Unreadable => return self.response.complete(),
        };
        match end {
            Ok(rest) => self.response.bytes(rest),
            Err(_) => self.response.unreadable(ENCODING),
        }
        self.response.complete();
    }
}

/// Decodes a part, and brings out now what it says, not with the next.
fn decode(decoder: &mut impl Write, part: &[u8]) -> io::Result<()> {
    decoder.write_all(part)?;
    decoder.flush()
}
