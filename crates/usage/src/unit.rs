//! The units of usage and prices, in one table.

use crate::dimensions::CacheTtl::{FiveMinutes, OneHour};
use crate::dimensions::Dimensions;
use crate::dimensions::Direction::{Input, Output};
use crate::dimensions::Family::{
    Characters, DocumentPages, Durations, Messages, Pixels, Requests as RequestCount, Rerank, Tokens, ToolCalls,
};
use crate::dimensions::Modality::{Audio, Image, Text, Video};
use crate::dimensions::PageType::Annotated;
use crate::dimensions::TokenType::{CacheRead, CacheWrite, Citation, Reasoning, Tool};
use crate::dimensions::ToolType::{CodeExecution, SocialSearch, StorageSearch, WebSearch};

macro_rules! units {
    ($($unit:ident = $name:literal: $family:ident { $($dimension:ident: $value:ident),* },)*) => {
        /// A unit of usage. The names are those of the genai-prices table, version 0.2.3.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Unit {
            $(#[doc = concat!("`", $name, "`")] $unit,)*
        }

        impl Unit {
            /// All units, in the table's order; a unit's index is its discriminant.
            pub const ALL: &[Self] = &[$(Self::$unit),*];

            /// The number of units.
            pub const COUNT: usize = Self::ALL.len();

            /// The unit's name in the table, such as `cache_read_tokens`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$unit => $name,)*
                }
            }

            /// The dimensions of the unit.
            pub const fn dimensions(self) -> Dimensions {
                match self {
                    $(Self::$unit => {
                        #[allow(unused_mut)]
                        let mut dimensions = Dimensions::of($family);
                        $(dimensions.$dimension = Some($value);)*
                        dimensions
                    })*
                }
            }
        }
    };
}

#[rustfmt::skip]
units! {
    InputTokens = "input_tokens": Tokens { direction: Input },
    OutputTokens = "output_tokens": Tokens { direction: Output },
    CacheReadTokens = "cache_read_tokens": Tokens { direction: Input, token_type: CacheRead },
    CacheWriteTokens = "cache_write_tokens": Tokens { direction: Input, token_type: CacheWrite },
    CacheWrite5mTokens = "cache_write_5m_tokens": Tokens { direction: Input, token_type: CacheWrite, ttl: FiveMinutes },
    CacheWrite1hTokens = "cache_write_1h_tokens": Tokens { direction: Input, token_type: CacheWrite, ttl: OneHour },
    InputTextTokens = "input_text_tokens": Tokens { direction: Input, modality: Text },
    OutputTextTokens = "output_text_tokens": Tokens { direction: Output, modality: Text },
    CacheTextReadTokens = "cache_text_read_tokens": Tokens { direction: Input, modality: Text, token_type: CacheRead },
    CacheTextWriteTokens = "cache_text_write_tokens": Tokens { direction: Input, modality: Text, token_type: CacheWrite },
    CacheTextWrite5mTokens = "cache_text_write_5m_tokens": Tokens { direction: Input, modality: Text, token_type: CacheWrite, ttl: FiveMinutes },
    CacheTextWrite1hTokens = "cache_text_write_1h_tokens": Tokens { direction: Input, modality: Text, token_type: CacheWrite, ttl: OneHour },
    InputAudioTokens = "input_audio_tokens": Tokens { direction: Input, modality: Audio },
    OutputAudioTokens = "output_audio_tokens": Tokens { direction: Output, modality: Audio },
    CacheAudioReadTokens = "cache_audio_read_tokens": Tokens { direction: Input, modality: Audio, token_type: CacheRead },
    CacheAudioWriteTokens = "cache_audio_write_tokens": Tokens { direction: Input, modality: Audio, token_type: CacheWrite },
    CacheAudioWrite5mTokens = "cache_audio_write_5m_tokens": Tokens { direction: Input, modality: Audio, token_type: CacheWrite, ttl: FiveMinutes },
    CacheAudioWrite1hTokens = "cache_audio_write_1h_tokens": Tokens { direction: Input, modality: Audio, token_type: CacheWrite, ttl: OneHour },
    InputImageTokens = "input_image_tokens": Tokens { direction: Input, modality: Image },
    OutputImageTokens = "output_image_tokens": Tokens { direction: Output, modality: Image },
    CacheImageReadTokens = "cache_image_read_tokens": Tokens { direction: Input, modality: Image, token_type: CacheRead },
    CacheImageWriteTokens = "cache_image_write_tokens": Tokens { direction: Input, modality: Image, token_type: CacheWrite },
    CacheImageWrite5mTokens = "cache_image_write_5m_tokens": Tokens { direction: Input, modality: Image, token_type: CacheWrite, ttl: FiveMinutes },
    CacheImageWrite1hTokens = "cache_image_write_1h_tokens": Tokens { direction: Input, modality: Image, token_type: CacheWrite, ttl: OneHour },
    InputVideoTokens = "input_video_tokens": Tokens { direction: Input, modality: Video },
    OutputVideoTokens = "output_video_tokens": Tokens { direction: Output, modality: Video },
    CacheVideoReadTokens = "cache_video_read_tokens": Tokens { direction: Input, modality: Video, token_type: CacheRead },
    CacheVideoWriteTokens = "cache_video_write_tokens": Tokens { direction: Input, modality: Video, token_type: CacheWrite },
    CacheVideoWrite5mTokens = "cache_video_write_5m_tokens": Tokens { direction: Input, modality: Video, token_type: CacheWrite, ttl: FiveMinutes },
    CacheVideoWrite1hTokens = "cache_video_write_1h_tokens": Tokens { direction: Input, modality: Video, token_type: CacheWrite, ttl: OneHour },
    InputToolTokens = "input_tool_tokens": Tokens { direction: Input, token_type: Tool },
    InputTextToolTokens = "input_text_tool_tokens": Tokens { direction: Input, modality: Text, token_type: Tool },
    InputAudioToolTokens = "input_audio_tool_tokens": Tokens { direction: Input, modality: Audio, token_type: Tool },
    InputImageToolTokens = "input_image_tool_tokens": Tokens { direction: Input, modality: Image, token_type: Tool },
    InputVideoToolTokens = "input_video_tool_tokens": Tokens { direction: Input, modality: Video, token_type: Tool },
    OutputReasoningTokens = "output_reasoning_tokens": Tokens { direction: Output, token_type: Reasoning },
    OutputTextReasoningTokens = "output_text_reasoning_tokens": Tokens { direction: Output, modality: Text, token_type: Reasoning },
    OutputAudioReasoningTokens = "output_audio_reasoning_tokens": Tokens { direction: Output, modality: Audio, token_type: Reasoning },
    OutputImageReasoningTokens = "output_image_reasoning_tokens": Tokens { direction: Output, modality: Image, token_type: Reasoning },
    OutputVideoReasoningTokens = "output_video_reasoning_tokens": Tokens { direction: Output, modality: Video, token_type: Reasoning },
    OutputCitationTokens = "output_citation_tokens": Tokens { direction: Output, token_type: Citation },
    OutputTextCitationTokens = "output_text_citation_tokens": Tokens { direction: Output, modality: Text, token_type: Citation },
    OutputAudioCitationTokens = "output_audio_citation_tokens": Tokens { direction: Output, modality: Audio, token_type: Citation },
    OutputImageCitationTokens = "output_image_citation_tokens": Tokens { direction: Output, modality: Image, token_type: Citation },
    OutputVideoCitationTokens = "output_video_citation_tokens": Tokens { direction: Output, modality: Video, token_type: Citation },
    InputCharacters = "input_characters": Characters { direction: Input },
    InputTextMessages = "input_text_messages": Messages { direction: Input, modality: Text },
    AudioSeconds = "audio_seconds": Durations { modality: Audio },
    InputAudioSeconds = "input_audio_seconds": Durations { direction: Input, modality: Audio },
    OutputAudioSeconds = "output_audio_seconds": Durations { direction: Output, modality: Audio },
    InputPixels = "input_pixels": Pixels { direction: Input },
    InputDocumentPages = "input_document_pages": DocumentPages { direction: Input },
    InputAnnotatedDocumentPages = "input_annotated_document_pages": DocumentPages { direction: Input, page_type: Annotated },
    RerankSearches = "rerank_searches": Rerank {},
    WebSearches = "web_searches": ToolCalls { tool_type: WebSearch },
    SocialSearches = "social_searches": ToolCalls { tool_type: SocialSearch },
    StorageSearches = "storage_searches": ToolCalls { tool_type: StorageSearch },
    CodeExecutions = "code_executions": ToolCalls { tool_type: CodeExecution },
    Requests = "requests": RequestCount {},
}

impl Unit {
    /// The unit of that name, if any.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|unit| unit.name() == name)
    }

    /// The span attribute for this count, if it has one in the GenAI namespace.
    ///
    /// ```
    /// use tracing_genai_usage::Unit;
    ///
    /// assert_eq!(Unit::InputTokens.attribute_name(), Some("gen_ai.usage.input_tokens"));
    /// assert_eq!(Unit::CodeExecutions.attribute_name(), None);
    /// ```
    pub const fn attribute_name(self) -> Option<&'static str> {
        Some(match self {
            Self::InputTokens => "gen_ai.usage.input_tokens",
            Self::OutputTokens => "gen_ai.usage.output_tokens",
            Self::CacheReadTokens => "gen_ai.usage.cache_read.input_tokens",
            Self::CacheWriteTokens => "gen_ai.usage.cache_write.input_tokens",
            Self::CacheWrite1hTokens => "tracing_genai.usage.cache_write_1h.input_tokens",
            Self::OutputReasoningTokens => "gen_ai.usage.reasoning.output_tokens",
            Self::InputTextTokens => "gen_ai.usage.text.input_tokens",
            Self::InputImageTokens => "gen_ai.usage.image.input_tokens",
            Self::InputAudioTokens => "gen_ai.usage.audio.input_tokens",
            Self::OutputTextTokens => "gen_ai.usage.text.output_tokens",
            Self::OutputImageTokens => "gen_ai.usage.image.output_tokens",
            Self::OutputAudioTokens => "gen_ai.usage.audio.output_tokens",
            Self::CacheTextReadTokens => "gen_ai.usage.text.cache_read.input_tokens",
            Self::CacheImageReadTokens => "gen_ai.usage.image.cache_read.input_tokens",
            Self::CacheAudioReadTokens => "gen_ai.usage.audio.cache_read.input_tokens",
            Self::WebSearches => "tracing_genai.usage.web_searches",
            _ => return None,
        })
    }

    /// The unit of exactly these dimensions, if any.
    pub fn from_dimensions(dimensions: &Dimensions) -> Option<Self> {
        Self::ALL.iter().copied().find(|unit| unit.dimensions() == *dimensions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_round_trip_by_name_and_dimensions() {
        for (place, unit) in Unit::ALL.iter().copied().enumerate() {
            assert_eq!(unit as usize, place);
            assert_eq!(Unit::from_name(unit.name()), Some(unit));
            assert_eq!(Unit::from_dimensions(&unit.dimensions()), Some(unit));
        }
        assert_eq!(Unit::COUNT, 59);
        assert_eq!(Unit::from_name("tokens"), None);
    }

    #[test]
    fn cached_audio_lies_within_cached_input_within_input() {
        let audio = Unit::CacheAudioReadTokens.dimensions();
        assert!(audio.is_within(&Unit::CacheReadTokens.dimensions()));
        assert!(audio.is_within(&Unit::InputAudioTokens.dimensions()));
        assert!(audio.is_within(&Unit::InputTokens.dimensions()));
        assert!(!audio.is_within(&Unit::OutputTokens.dimensions()));
        assert!(!Unit::CacheReadTokens.dimensions().is_within(&audio));
    }

    #[test]
    fn audio_and_cached_input_join_in_cached_audio() {
        let join = Unit::InputAudioTokens
            .dimensions()
            .join(&Unit::CacheReadTokens.dimensions());
        assert_eq!(join, Some(Unit::CacheAudioReadTokens.dimensions()));
        assert_eq!(
            Unit::InputAudioTokens
                .dimensions()
                .join(&Unit::InputTextTokens.dimensions()),
            None
        );
    }
}
