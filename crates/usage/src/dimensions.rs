//! The dimensions of a unit of usage, which determine which units contain each other.

/// The family of a unit; units of different families never contain one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// Tokens, priced by the million.
    Tokens,
    /// Characters, priced by the million.
    Characters,
    /// Messages, priced by the thousand.
    Messages,
    /// Seconds, priced by the hour.
    Durations,
    /// Pixels, priced by the thousand million.
    Pixels,
    /// Document pages, priced by the thousand.
    DocumentPages,
    /// Rerank searches, priced by the thousand.
    Rerank,
    /// Calls of tools that the provider runs, priced by the thousand.
    ToolCalls,
    /// Requests, priced by the thousand.
    Requests,
}

impl Family {
    /// The number of units per price: 1,000,000 for tokens, 3,600 for seconds.
    pub const fn per(self) -> u64 {
        match self {
            Self::Tokens | Self::Characters => 1_000_000,
            Self::Messages | Self::DocumentPages | Self::Rerank | Self::ToolCalls | Self::Requests => 1_000,
            Self::Durations => 3_600,
            Self::Pixels => 1_000_000_000,
        }
    }
}

/// The direction of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the caller to the model.
    Input,
    /// From the model to the caller.
    Output,
}

/// The form of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Modality {
    /// Text.
    Text,
    /// Sound.
    Audio,
    /// Still pictures.
    Image,
    /// Moving pictures.
    Video,
}

/// The handling of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenType {
    /// Read from the provider's prompt cache.
    CacheRead,
    /// Written to the provider's prompt cache.
    CacheWrite,
    /// Added by a tool that the provider runs.
    Tool,
    /// Reasoning.
    Reasoning,
    /// Cited from a source.
    Citation,
}

/// The lifetime of a cache write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CacheTtl {
    /// Five minutes.
    FiveMinutes,
    /// One hour.
    OneHour,
}

/// The handling of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PageType {
    /// Annotated.
    Annotated,
}

/// The provider-run tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolType {
    /// Search of the web.
    WebSearch,
    /// Search of a social network.
    SocialSearch,
    /// Search of stored files.
    StorageSearch,
    /// Execution of code.
    CodeExecution,
}

/// The dimensions of one unit. `None` means unrestricted: `input_tokens` has no modality, so it contains the input
/// tokens of every modality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Dimensions {
    /// The family.
    pub family: Family,
    /// The direction.
    pub direction: Option<Direction>,
    /// The form of the content.
    pub modality: Option<Modality>,
    /// The handling of the token.
    pub token_type: Option<TokenType>,
    /// The lifetime of the cache entry.
    pub ttl: Option<CacheTtl>,
    /// The handling of the page.
    pub page_type: Option<PageType>,
    /// The tool.
    pub tool_type: Option<ToolType>,
}

impl Dimensions {
    /// Only the family.
    pub(crate) const fn of(family: Family) -> Self {
        Self {
            family,
            direction: None,
            modality: None,
            token_type: None,
            ttl: None,
            page_type: None,
            tool_type: None,
        }
    }

    /// The number of restricted dimensions, including the family.
    pub fn depth(&self) -> u32 {
        1 + u32::from(self.direction.is_some())
            + u32::from(self.modality.is_some())
            + u32::from(self.token_type.is_some())
            + u32::from(self.ttl.is_some())
            + u32::from(self.page_type.is_some())
            + u32::from(self.tool_type.is_some())
    }

    /// Whether `outer` counts everything counted here; true for equal dimensions.
    pub fn is_within(&self, outer: &Self) -> bool {
        fn narrows<T: PartialEq>(inner: Option<&T>, outer: Option<&T>) -> bool {
            outer.is_none() || inner == outer
        }
        self.family == outer.family
            && narrows(self.direction.as_ref(), outer.direction.as_ref())
            && narrows(self.modality.as_ref(), outer.modality.as_ref())
            && narrows(self.token_type.as_ref(), outer.token_type.as_ref())
            && narrows(self.ttl.as_ref(), outer.ttl.as_ref())
            && narrows(self.page_type.as_ref(), outer.page_type.as_ref())
            && narrows(self.tool_type.as_ref(), outer.tool_type.as_ref())
    }

    /// The dimensions of the overlap, if both can apply at once: audio and cached input join in cached audio input;
    /// text and audio do not join.
    pub fn join(&self, other: &Self) -> Option<Self> {
        let join = Self {
            family: self.family,
            direction: self.direction.or(other.direction),
            modality: self.modality.or(other.modality),
            token_type: self.token_type.or(other.token_type),
            ttl: self.ttl.or(other.ttl),
            page_type: self.page_type.or(other.page_type),
            tool_type: self.tool_type.or(other.tool_type),
        };
        // On a conflict, the join took the first value, and so is not within the second.
        join.is_within(other).then_some(join)
    }
}
