//! Finds the field `model` of a multipart form.

use memchr::memmem;

/// The field `model` of a multipart form.
#[derive(Clone, Default)]
pub(super) struct ModelField {
    /// The bytes from its name on, or the possible beginning of its name.
    kept: Vec<u8>,
    is_found: bool,
}

const MODEL_FIELD: &[u8] = b"name=\"model\"";
/// The rest of the part's head is between the name and the value; both are short.
const LONGEST_FIELD: usize = 1024;

impl ModelField {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.is_found {
            let room = LONGEST_FIELD.saturating_sub(self.kept.len());
            self.kept.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
            return;
        }
        // A split name is in the kept bytes plus as many new ones.
        let joined = bytes.get(..MODEL_FIELD.len()).unwrap_or(bytes);
        self.kept.extend_from_slice(joined);
        if let Some(place) = memmem::find(&self.kept, MODEL_FIELD) {
            self.is_found = true;
            self.kept.drain(..place);
            let rest = bytes.get(joined.len()..).unwrap_or_default();
            return self.push(rest);
        }
        if let Some(place) = memmem::find(bytes, MODEL_FIELD) {
            self.is_found = true;
            self.kept.clear();
            return self.push(bytes.get(place..).unwrap_or_default());
        }
        let all = if joined.len() < bytes.len() {
            self.kept.clear();
            bytes
        } else {
            &std::mem::take(&mut self.kept)
        };
        let end = all.len().saturating_sub(MODEL_FIELD.len() - 1);
        let end = all.get(end..).unwrap_or_default().to_vec();
        self.kept = end;
    }

    /// Whether further bytes are ignored.
    pub(super) fn is_full(&self) -> bool {
        self.is_found && self.kept.len() >= LONGEST_FIELD
    }

    pub(super) fn value(self) -> Option<String> {
        if !self.is_found {
            return None;
        }
        let value = memmem::find(&self.kept, b"\r\n\r\n")? + 4;
        let value = self.kept.get(value..)?;
        let end = memmem::find(value, b"\r\n")?;
        let value = std::str::from_utf8(value.get(..end)?).ok()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}
