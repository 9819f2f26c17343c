//! Keeps the older names of counts, to report those whose value is dropped.

use opentelemetry::Key;
use tracing_genai_semconv::Attribute;

/// The older name of each count. Empty, without an allocation, for spans with current names.
#[derive(Default)]
pub(crate) struct OlderNames(Vec<(Attribute, Key)>);

impl OlderNames {
    pub(crate) fn keep(&mut self, attribute: Attribute, name: Key) {
        match self.0.iter_mut().find(|(of, _)| *of == attribute) {
            Some((_, known)) => *known = name,
            None => self.0.push((attribute, name)),
        }
    }

    pub(crate) fn of(&self, attribute: Attribute) -> Option<&Key> {
        self.0.iter().find(|(of, _)| *of == attribute).map(|(_, name)| name)
    }
}
