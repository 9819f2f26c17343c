//! Whether the helpers record content: the subscriber's layer decides, so that two pipelines in a process can differ.

use tracing::{Dispatch, Span};
use tracing_genai_processor::content::{ContentCapture, ContentPolicy};

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

/// Whether a span may have the texts of a provider's errors, which quote the prompt: not if the policy of the span's
/// subscriber keeps content off spans.
pub(crate) fn may_quote_errors_on(span: &Span) -> bool {
    let policy = span.with_subscriber(|(_, dispatch)| {
        let layer = dispatch.downcast_ref::<BeforeOpenTelemetry>();
        layer.map(BeforeOpenTelemetry::content_policy)
    });
    let export = policy.flatten().and_then(ContentPolicy::export);
    export.is_none_or(ContentCapture::is_on_span)
}

fn is_collected_by(dispatch: &Dispatch) -> bool {
    let layer = dispatch.downcast_ref::<BeforeOpenTelemetry>();
    layer.is_some_and(|layer| layer.content_policy().is_collected())
}
