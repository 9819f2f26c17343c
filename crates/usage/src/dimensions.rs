//! What a unit of usage counts, as independent dimensions: the lattice that says which unit contains which.

/// What kind of thing is counted; units of different families never contain one another.
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
    /// How many of the unit one price is for: a token price is for 1,000,000 tokens, an hour's price for 3,600 seconds.
    pub const fn per(self) -> u64 {
        match self {
            Self::Tokens | Self::Characters => 1_000_000,
            Self::Messages | Self::DocumentPages | Self::Rerank | Self::ToolCalls | Self::Requests => 1_000,
            Self::Durations => 3_600,
            Self::Pixels => 1_000_000_000,
        }
    }
}

/// Which way the counted thing travels.
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

/// What became of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenType {
    /// Read from the provider's prompt cache.
    CacheRead,
    /// Written to the provider's prompt cache.
    CacheWrite,
    /// Added by a tool that the provider runs.
    Tool,
    /// Thought, not shown.
    Reasoning,
    /// Cited from a source.
    Citation,
}

/// How long a written cache entry lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CacheTtl {
    /// Five minutes.
    FiveMinutes,
    /// One hour.
    OneHour,
}

/// What was done to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PageType {
    /// Annotated.
    Annotated,
}

/// Which tool of the provider was called.
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

/// The dimensions of one unit. A dimension that is `None` is not narrowed: `input_tokens` has no modality and so
/// contains the input tokens of every modality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Dimensions {
    /// What kind of thing is counted.
    pub family: Family,
    /// Which way it travels.
    pub direction: Option<Direction>,
    /// The form of the content.
    pub modality: Option<Modality>,
    /// What became of the token.
    pub token_type: Option<TokenType>,
    /// How long the cache entry lives.
    pub ttl: Option<CacheTtl>,
    /// What was done to the page.
    pub page_type: Option<PageType>,
    /// Which tool was called.
    pub tool_type: Option<ToolType>,
}

impl Dimensions {
    /// Nothing but the family.
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

    /// How many dimensions are narrowed, the family included.
    pub fn depth(&self) -> u32 {
        1 + u32::from(self.direction.is_some())
            + u32::from(self.modality.is_some())
            + u32::from(self.token_type.is_some())
            + u32::from(self.ttl.is_some())
            + u32::from(self.page_type.is_some())
            + u32::from(self.tool_type.is_some())
    }

    /// Whether everything counted here is also counted by `outer`; true of equal dimensions.
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

    /// The dimensions of what both count, when both narrow in ways that can hold at once: audio and cached input join
    /// in cached audio input, text and audio do not join.
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
        // Where the two disagree, the join took over the first, and so is no part of the second.
        join.is_within(other).then_some(join)
    }
}
