//! A piece of a response, and its size limits.

/// The longest piece kept, in bytes: bounds the memory. Longer ones are skipped.
pub(super) const MAX_PIECE_BYTES: usize = 16 * 1024 * 1024;

/// Capacity kept for the next piece; more is freed.
const KEPT_CAPACITY: usize = 64 * 1024;

/// A piece of a response.
pub(crate) enum Piece<'a> {
    /// A JSON text: a body, or the data of one event.
    Json(&'a [u8]),
    /// An error of the framing itself: its name and its JSON.
    Exception(&'a str, &'a [u8]),
    /// A piece that was too long or invalid.
    Lost,
}

/// Clears the buffer for the next piece.
pub(super) fn reuse(mut buffer: Vec<u8>) -> Vec<u8> {
    buffer.clear();
    buffer.shrink_to(KEPT_CAPACITY);
    buffer
}
