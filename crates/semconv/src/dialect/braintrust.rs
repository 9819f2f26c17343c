//! Braintrust, whose metrics are a JSON object.

use super::{Dialect, Structure};

/// Its `prompt_tokens` include what the cache read and took. The model stands in `braintrust.metadata`, among what is the
/// user's, and is not read: the conventions' names beside it are.
pub(super) const BRAINTRUST: Dialect = Dialect {
    name: "Braintrust",
    source: "the Braintrust SDKs for Python, Go, Java and Ruby",
    structures: &[("braintrust.metrics", Structure::Usage)],
    ..Dialect::NOTHING
};
