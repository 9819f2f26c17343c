//! Meters a streamed response: first chunk, gaps, stalls, rate and outcome, also if it is dropped early.

use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_core::Stream;
use pin_project_lite::pin_project;
use tracing_genai_semconv::{Attribute, own};
use tracing_genai_usage::Api;

use crate::Call;
use crate::chunk_timing::ChunkTiming;
use crate::observe::{Events, Items, Observe, Observed, Results};
use crate::outcome::{End, Outcome};

impl Call {
    /// Meters `stream`, whose items are unchanged: time to first chunk, gaps, stalls, output rate and outcome.
    ///
    /// The span stays open until the stream ends or is dropped, and each poll runs inside it. The items are not read;
    /// see [`meter_with`](Self::meter_with) and [`meter_bytes`](Self::meter_bytes) for usage and errors.
    pub fn meter<S: Stream>(self, stream: S) -> Metered<S, Items> {
        Metered::new(self, stream, Items)
    }

    /// [`meter`](Self::meter) that passes each chunk to `record`, which records it on the call. An error in the stream
    /// makes its outcome `failed`, and `error.type` the name of the error's type.
    ///
    /// ```
    /// use futures_util::{StreamExt, stream};
    /// use tracing_genai::usage::{Unit, Usage};
    ///
    /// # futures_util::FutureExt::now_or_never(async {
    /// let chunks = stream::iter([Ok::<_, std::io::Error>(None), Ok(Some(25))]);
    /// let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
    /// let mut chunks = call.meter_with(chunks, |output_tokens: &Option<u64>, call| {
    ///     if let Some(tokens) = output_tokens {
    ///         call.usage(&Usage::new().with(Unit::InputTokens, 1210).with(Unit::OutputTokens, *tokens));
    ///     }
    /// });
    /// while let Some(chunk) = chunks.next().await { /* show it */ }
    /// # });
    /// ```
    pub fn meter_with<S, T, E, R>(self, stream: S, record: R) -> Metered<S, Results<R>>
    where
        S: Stream<Item = Result<T, E>>,
        R: FnMut(&T, &Call),
        E: Display,
    {
        Metered::new(self, stream, Results(record))
    }

    /// [`meter_with`](Self::meter_with) for the raw bytes of a provider's stream, split anywhere: server-sent events,
    /// lines of JSON, or AWS's event stream. Usage, model, finish reasons and errors are read from them.
    pub fn meter_bytes<S, B, E>(self, api: Api, stream: S) -> Metered<S, Events>
    where
        S: Stream<Item = Result<B, E>>,
        B: AsRef<[u8]>,
        E: Display,
    {
        Metered::new(self, stream, Events::new(api))
    }
}

pin_project! {
    /// A stream that is metered on its call's span; made by [`Call::meter`] and its siblings.
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct Metered<S, O>
    where
        S: Stream,
        O: Observe<S::Item>,
    {
        #[pin]
        stream: S,
        meter: Meter<O>,
    }

    impl<S, O> PinnedDrop for Metered<S, O>
    where
        S: Stream,
        O: Observe<S::Item>,
    {
        fn drop(this: Pin<&mut Self>) {
            drop(this.project().meter.end::<S::Item>(End::Cancelled));
        }
    }
}

#[derive(Debug)]
struct Meter<O> {
    /// Present until the stream has ended; its drop ends the span.
    call: Option<Call>,
    observer: O,
    timing: ChunkTiming,
    failed: bool,
}

impl<S, O> Metered<S, O>
where
    S: Stream,
    O: Observe<S::Item>,
{
    fn new(call: Call, stream: S, observer: O) -> Self {
        call.attribute(Attribute::RequestStream.name(), true);
        Self {
            stream,
            meter: Meter {
                call: Some(call),
                observer,
                timing: ChunkTiming::new(),
                failed: false,
            },
        }
    }

    /// The time without a chunk that counts as a stall (`tracing_genai.stream.stalls`). Default: 5 seconds.
    pub fn stall_after(mut self, gap: Duration) -> Self {
        self.meter.timing.stall_after = gap;
        self
    }
}

impl<S, O> Stream for Metered<S, O>
where
    S: Stream,
    O: Observe<S::Item>,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        // The inner stream defines what a poll after its end returns.
        let span = this.meter.call.as_ref().map(|call| call.span().clone());
        let entered = span.as_ref().map(tracing::Span::enter);
        let polled = this.stream.poll_next(context);
        let mut ended = None;
        match &polled {
            Poll::Ready(Some(item)) => this.meter.item(item),
            Poll::Ready(None) => ended = this.meter.end::<S::Item>(End::Completed),
            Poll::Pending => {}
        }
        // The call is dropped last and outside its span, which then closes unless something else holds it.
        drop(entered);
        drop(span);
        drop(ended);
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

impl<O> Meter<O> {
    fn item<T>(&mut self, item: &T)
    where
        O: Observe<T>,
    {
        let Some(call) = &self.call else { return };
        match self.observer.item(item, call) {
            Observed::Failure => self.failed = true,
            Observed::Part => {}
            Observed::Chunk => self.timing.chunk(Instant::now(), call),
        }
    }

    /// Records how the stream ended; returns the ended call.
    fn end<T>(&mut self, end: End) -> Option<Call>
    where
        O: Observe<T>,
    {
        let call = self.call.take()?;
        let end = self.observer.end(&call, if self.failed { End::Cancelled } else { end });
        std::mem::replace(&mut self.timing, ChunkTiming::new()).end(Instant::now(), &call);
        let outcome = Outcome::of(&call, end, self.failed);
        call.attribute(own::STREAM_OUTCOME, outcome.as_str());
        Some(call)
    }
}
