//! Google's lists of counts by modality.

use crate::field::{Count, sum};
use crate::figures::Part;
use crate::reading::Reading;
use crate::unit::Unit;

/// Text, audio, image, video. Document pages are counted as images
/// (<https://ai.google.dev/gemini-api/docs/document-processing>).
type ByModality<T> = [T; 4];

const INPUT: ByModality<Unit> = [
    Unit::InputTextTokens,
    Unit::InputAudioTokens,
    Unit::InputImageTokens,
    Unit::InputVideoTokens,
];
const CACHE: ByModality<Unit> = [
    Unit::CacheTextReadTokens,
    Unit::CacheAudioReadTokens,
    Unit::CacheImageReadTokens,
    Unit::CacheVideoReadTokens,
];
const OUTPUT: ByModality<Unit> = [
    Unit::OutputTextTokens,
    Unit::OutputAudioTokens,
    Unit::OutputImageTokens,
    Unit::OutputVideoTokens,
];
const TOOL_USE: ByModality<Unit> = [
    Unit::InputTextToolTokens,
    Unit::InputAudioToolTokens,
    Unit::InputImageToolTokens,
    Unit::InputVideoToolTokens,
];

/// The counts of one response by modality. The input excludes tool results.
#[derive(Clone, Copy, Default)]
pub(super) struct Modalities {
    pub(super) input: ByModality<Count>,
    pub(super) cache: ByModality<Count>,
    pub(super) output: ByModality<Count>,
    pub(super) tool_use: ByModality<Count>,
}

impl Modalities {
    /// Adds the counts to the usage. `input_excludes_tools` is whether the input's counts exclude tool results.
    pub(super) fn write(&self, reading: &mut Reading, input_excludes_tools: bool) {
        let field = "tokens by modality";
        for ((unit, input), tool_use) in INPUT.into_iter().zip(self.input).zip(self.tool_use) {
            // Tool results are part of the input, and so of its modality.
            let whole = if input_excludes_tools {
                sum(&[input, tool_use])
            } else {
                input
            };
            reading.take(unit, field, whole);
        }
        let parts = [(CACHE, self.cache), (OUTPUT, self.output), (TOOL_USE, self.tool_use)];
        for (units, counts) in parts {
            for (unit, count) in units.into_iter().zip(counts) {
                reading.take(unit, field, count);
            }
        }
    }
}

/// The counts of the list at `path`, each under the key `count`. A modality may occur more than once.
pub(super) fn by_modality(usage: &Part<'_, '_>, path: &str, count: &str) -> ByModality<Count> {
    let mut counts = [Count::Absent; 4];
    for detail in usage.each(path) {
        let modality = detail.text("modality").unwrap_or_default().to_ascii_uppercase();
        let place = match modality.as_str() {
            "TEXT" => 0,
            "AUDIO" => 1,
            "IMAGE" | "DOCUMENT" => 2,
            "VIDEO" => 3,
            _ => continue,
        };
        if let Some(known) = counts.get_mut(place) {
            *known = sum(&[*known, detail.count(count)]);
        }
    }
    counts
}
