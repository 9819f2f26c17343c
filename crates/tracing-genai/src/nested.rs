//! Distinguishes a span closed by its last child from one closed by its last handle.
//!
//! A span's children keep it open in the registry. When a child closes, the registry first releases the parent, which
//! closes then if nothing else holds it, and afterwards drops the child's extensions. So a mark set while the child
//! closes, and cleared by a value in the child's extensions, is set for exactly that time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::span::Id;

thread_local! {
    /// The parent of the child that is closing on this thread; 0 for none.
    static PARENT: Arc<AtomicU64> = Arc::default();
}

/// An extension of a closing child, which clears the mark when it is dropped.
pub(crate) struct ClosingChild {
    parent: u64,
    /// Of the thread on which the child closed; the registry may clear a span on another thread that still reads it.
    mark: Arc<AtomicU64>,
}

/// Marks that a child of `parent` is closing on this thread. Without a mark, as during thread teardown, the parent
/// counts as closed by its last handle.
pub(crate) fn mark_child_of(parent: &Id) -> Option<ClosingChild> {
    let mark = PARENT.try_with(Arc::clone).ok()?;
    let parent = parent.into_u64();
    mark.store(parent, Ordering::Relaxed);
    Some(ClosingChild { parent, mark })
}

/// Whether the closing span `id` closes because its last child has closed.
pub(crate) fn is_closed_by_child(id: &Id) -> bool {
    PARENT
        .try_with(|mark| mark.load(Ordering::Relaxed) == id.into_u64())
        .unwrap_or(false)
}

impl Drop for ClosingChild {
    fn drop(&mut self) {
        // A parent that closed meanwhile may have set its own mark.
        let _ = self
            .mark
            .compare_exchange(self.parent, 0, Ordering::Relaxed, Ordering::Relaxed);
    }
}
