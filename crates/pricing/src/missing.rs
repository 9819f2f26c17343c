//! Missing counts of a call: its cost is then unknown, because a missing count is not zero.

use tracing_genai_usage::{Family, Unit, Usage};

use crate::Reason;

/// The sides of usage that a call has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sides {
    /// Input and output.
    Both,
    /// Input only: embeddings.
    Input,
}

/// The missing side of a call's usage. Calls measured only in other units, such as seconds, pages or searches, have
/// neither.
///
/// ```
/// use tracing_genai_pricing::{Reason, Sides, missing_side};
/// use tracing_genai_usage::{Unit, Usage};
///
/// let input = Usage::new().with(Unit::InputTokens, 9);
/// assert_eq!(missing_side(&input, Sides::Both), Some(Reason::MissingOutput));
/// assert_eq!(missing_side(&input, Sides::Input), None);
/// assert_eq!(missing_side(&Usage::new().with(Unit::AudioSeconds, 30), Sides::Both), None);
/// ```
pub fn missing_side(usage: &Usage, expected: Sides) -> Option<Reason> {
    let (input, output) = (usage.get(Unit::InputTokens), usage.get(Unit::OutputTokens));
    let mut families = usage.iter().map(|(unit, _)| unit.dimensions().family);
    let is_measured_otherwise = input.is_none() && output.is_none() && families.any(measures_whole_calls);
    match (input, output) {
        _ if is_measured_otherwise => None,
        (Some(_), Some(_)) => None,
        (Some(_), None) => (expected == Sides::Both).then_some(Reason::MissingOutput),
        (None, _) => Some(Reason::MissingInput),
    }
}

/// Whether the family alone can measure a call: tools and requests accompany tokens.
const fn measures_whole_calls(family: Family) -> bool {
    matches!(
        family,
        Family::Durations | Family::Characters | Family::DocumentPages | Family::Rerank | Family::Pixels
    )
}
