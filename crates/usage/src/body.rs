//! One response, whole.

use crate::api::Api;
use crate::reader::ResponseReader;
use crate::reading::{ReadError, Reading};

/// Reads a whole response: what it used, which model answered, how it ended.
///
/// A body that holds an error object is a reading with [`Reading::error`] set, whatever its status was. A stream that was
/// gathered before it is read is a body, too.
///
/// # Errors
///
/// [`ReadError::Malformed`] when the body is not a JSON object, nor a stream of them.
pub fn read_body(api: Api, body: &[u8]) -> Result<Reading, ReadError> {
    let mut reader = ResponseReader::new(api);
    reader.push(body);
    reader.finish_whole()
}
