//! The body of a response, read as it passes.

use std::any::type_name;
use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::reading::Reading;

pin_project! {
    /// A response's body whose bytes pass unchanged. Where it answers a call that is watched, the call's span stays open
    /// until it ends or is dropped.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        body: B,
        reading: Option<Reading>,
    }
}

impl<B: Body<Data = Bytes>> ResponseBody<B> {
    pub(crate) fn new(body: B, mut reading: Option<Reading>) -> Self {
        // Nobody asks a body that is over for more.
        if body.is_end_stream()
            && let Some(reading) = reading.take()
        {
            reading.complete();
        }
        Self { body, reading }
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Display,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        let polled = this.body.as_mut().poll_frame(context);
        let Some(reading) = this.reading.as_mut() else {
            return polled;
        };
        match &polled {
            Poll::Pending => return polled,
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(bytes) = frame.data_ref() {
                    reading.bytes(bytes);
                }
                if !this.body.is_end_stream() {
                    return polled;
                }
            }
            Poll::Ready(Some(Err(error))) => {
                reading.fail(type_name::<B::Error>(), error);
                *this.reading = None;
            }
            Poll::Ready(None) => {}
        }
        if let Some(reading) = this.reading.take() {
            reading.complete();
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
