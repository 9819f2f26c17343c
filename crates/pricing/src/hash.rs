//! The hash that identifies a table.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// SHA-256 of all the pieces, in hexadecimal.
pub(crate) fn hash_of(pieces: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update(piece);
    }
    let digits = hasher.finalize();
    digits.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // A String takes everything.
        text
    })
}
