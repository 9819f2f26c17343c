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
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        body: B,
        recorder: Option<ResponseRecorder>,
    }
}

impl<B: Body<Data = Bytes>> ResponseBody<B> {
    pub(crate) fn new(body: B, mut recorder: Option<ResponseRecorder>) -> Self {
        // A body that is already at its end may not be polled.
        if body.is_end_stream()
            && let Some(recorder) = recorder.take()
        {
            recorder.complete();
        }
        Self { body, recorder }
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
        let polled = this.body.as_mut().poll_frame(context);
        let Some(recorder) = this.recorder.as_mut() else {
            return polled;
        };
        match &polled {
            Poll::Pending => return polled,
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(bytes) = frame.data_ref() {
                    recorder.bytes(bytes);
                }
                if !this.body.is_end_stream() {
                    return polled;
                }
            }
            Poll::Ready(Some(Err(error))) => {
                recorder.fail(&Failure::of(error));
                *this.recorder = None;
            }
            Poll::Ready(None) => {}
        }
        if let Some(recorder) = this.recorder.take() {
            recorder.complete();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
