//! Tells a span that closes because its last child has closed from one that its last holder closes.
//!
//! A span's children keep it open in the registry. When a child closes, the registry clears it: it first lets go of the
//! parent, which closes within that if nothing else holds it, and then drops the child's extensions. So a mark that is made
//! while the child closes, and that a value in the child's extensions takes back, holds for just that time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::span::Id;

thread_local! {
    /// The parent whose child is closing on this thread; 0 where none is.
    static PARENT: Arc<AtomicU64> = Arc::default();
}

/// Goes into the extensions of a closing child, and takes its mark back when it is dropped with them.
pub(crate) struct ClosingChild {
    parent: u64,
    /// Of the thread on which the child closed. The registry clears a span that another thread is looking at on that thread.
    mark: Arc<AtomicU64>,
}

/// Marks that a child of `parent` is closing on this thread. Without a mark, as on a thread that is being torn down, the
/// parent is taken for one that its last holder closes.
pub(crate) fn mark_child_of(parent: &Id) -> Option<ClosingChild> {
    let mark = PARENT.try_with(Arc::clone).ok()?;
    let parent = parent.into_u64();
    mark.store(parent, Ordering::Relaxed);
    Some(ClosingChild { parent, mark })
}

/// Whether the span `id`, which is closing, does so because its last child has closed.
pub(crate) fn is_closed_by_child(id: &Id) -> bool {
    PARENT
        .try_with(|mark| mark.load(Ordering::Relaxed) == id.into_u64())
        .unwrap_or(false)
}

impl Drop for ClosingChild {
    fn drop(&mut self) {
        // A parent that closed within has made a mark of its own, if any.
        let _ = self
            .mark
            .compare_exchange(self.parent, 0, Ordering::Relaxed, Ordering::Relaxed);
    }
}
