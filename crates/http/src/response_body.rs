//! A response body that is read as it passes.

use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::failure::Failure;
use crate::response_recorder::ResponseRecorder;

pin_project! {
    /// A response body whose bytes pass unchanged. The span of a watched call stays open until the body ends or is
    /// dropped.
    ///
    /// The last frame waits until a long request was read, one slice a poll: some 0.2 ms for a megabyte of text, 50 ms of
    /// work at most.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        body: B,
        recorder: Option<ResponseRecorder>,
        end: Option<End>,
    }
}

/// The end of a body that waits until the request was read: its last frame, if that was known to be the last.
#[derive(Debug)]
struct End(Option<Frame<Bytes>>);

impl<B: Body<Data = Bytes>> ResponseBody<B> {
    pub(crate) fn new(body: B, mut recorder: Option<ResponseRecorder>) -> Self {
        // A body that is already at its end may not be polled.
        let is_ended = body.is_end_stream();
        if let Some(recorder) = recorder.take_if(|recorder| is_ended && !recorder.has_more_request()) {
            recorder.complete();
        }
        let end = (is_ended && recorder.is_some()).then_some(End(None));
        Self { body, recorder, end }
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Display + 'static,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        if this.end.is_some() {
            if this
                .recorder
                .as_ref()
                .is_some_and(|recorder| recorder.read_request_on(context))
            {
                return Poll::Pending;
            }
            if let Some(recorder) = this.recorder.take() {
                recorder.complete();
            }
            let last = this.end.take().and_then(|End(frame)| frame);
            return Poll::Ready(last.map(Ok));
        }
        let polled = this.body.as_mut().poll_frame(context);
        let Some(recorder) = this.recorder.as_mut() else {
            return polled;
        };
        let last = match polled {
            Poll::Pending => {
                recorder.read_request(context);
                return Poll::Pending;
            }
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(bytes) = frame.data_ref() {
                    recorder.bytes(bytes);
                }
                if !this.body.is_end_stream() {
                    return Poll::Ready(Some(Ok(frame)));
                }
                Some(frame)
            }
            Poll::Ready(Some(Err(error))) => {
                recorder.fail(&Failure::of(&error));
                *this.recorder = None;
                return Poll::Ready(Some(Err(error)));
            }
            Poll::Ready(None) => None,
        };
        if recorder.has_more_request() {
            *this.end = Some(End(last));
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(recorder) = this.recorder.take() {
            recorder.complete();
        }
        Poll::Ready(last.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.end.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.body.size_hint();
        let waiting = self.end.as_ref().and_then(|End(frame)| frame.as_ref()?.data_ref());
        let Some(waiting) = waiting.and_then(|bytes| u64::try_from(bytes.len()).ok()) else {
            return rest;
        };
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(waiting));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(waiting));
        }
        hint
    }
}
