//! A piece of a response, and the room for it.

/// The longest piece that is kept, in bytes. A longer one is skipped, so that a response cannot fill the memory.
pub(super) const MAX_PIECE_BYTES: usize = 16 * 1024 * 1024;

/// Capacity that is kept for the next piece; what a rare long one needed beyond it is given back.
const KEPT_CAPACITY: usize = 64 * 1024;

/// What came out of a response.
pub(crate) enum Piece<'a> {
    /// A JSON text: a body, or the data of one event.
    Json(&'a [u8]),
    /// An error that the framing itself carries, beside any JSON: its name and its JSON.
    Exception(&'a str, &'a [u8]),
    /// A piece that was too long to keep, or was none of this framing.
    Lost,
}

/// The buffer, emptied, for the next piece.
pub(super) fn reuse(mut buffer: Vec<u8>) -> Vec<u8> {
    buffer.clear();
    buffer.shrink_to(KEPT_CAPACITY);
    buffer
}
