//! The work of one slice, in units of about a nanosecond.

/// The bytes of a text that are searched in one unit.
const TEXT_BYTES: usize = 8;

/// The units that are left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work(usize);

impl Work {
    pub(super) const fn new(units: usize) -> Self {
        Self(units)
    }

    pub(super) const fn left(self) -> usize {
        self.0
    }

    pub(super) const fn is_used_up(self) -> bool {
        self.0 == 0
    }

    pub(super) fn spend(&mut self, units: usize) {
        self.0 = self.0.saturating_sub(units);
    }

    /// Spends what searching `bytes` bytes of a text takes.
    pub(super) fn spend_text(&mut self, bytes: usize) {
        self.spend(bytes / TEXT_BYTES);
    }

    /// The beginning of `text` that may be searched.
    pub(super) fn window(self, text: &[u8]) -> &[u8] {
        text.get(..self.0.saturating_mul(TEXT_BYTES)).unwrap_or(text)
    }
}
