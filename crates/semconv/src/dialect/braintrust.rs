//! Braintrust, whose usage is a JSON object.

use super::definition::Dialect;
use super::structure::Structure;

/// Its `prompt_tokens` include cached tokens. The model in `braintrust.metadata` is not read: that object has the
/// user's data, and the conventions' names are also present.
pub(super) const BRAINTRUST: Dialect = Dialect {
    name: "Braintrust",
    source: "the Braintrust SDKs for Python, Go, Java and Ruby",
    structures: &[("braintrust.metrics", Structure::Usage)],
    ..Dialect::EMPTY
};
