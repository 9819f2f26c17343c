//! Whether the helpers record content: the subscriber's layer decides, so that two pipelines in a process can differ.

use tracing::{Dispatch, Span};

use crate::layer::BeforeOpenTelemetry;

/// Whether the layer of the current subscriber records content. Check it before building expensive messages.
///
/// False without a layer made by [`wrap`](crate::wrap) and its siblings.
pub fn is_content_collected() -> bool {
    tracing::dispatcher::get_default(is_collected_by)
}

/// Whether the layer of the span's subscriber records content.
pub(crate) fn is_collected_on(span: &Span) -> bool {
    span.with_subscriber(|(_, dispatch)| is_collected_by(dispatch))
        .unwrap_or_default()
}

fn is_collected_by(dispatch: &Dispatch) -> bool {
    let layer = dispatch.downcast_ref::<BeforeOpenTelemetry>();
    layer.is_some_and(|layer| layer.content_policy().is_collected())
}
