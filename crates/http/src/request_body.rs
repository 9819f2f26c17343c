//! The body of a request, read as it is sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tracing::Span;
use tracing_genai::usage::RequestReader;

use crate::params;

pin_project! {
    /// A request's body whose bytes pass unchanged. Where it is of a call that is watched, what it asks for stands on the
    /// call's span once it has been sent.
    #[derive(Debug, Default)]
    pub struct RequestBody<B> {
        #[pin]
        body: B,
        reading: Option<Reading>,
    }
}

#[derive(Debug)]
pub(crate) struct Reading {
    reader: RequestReader,
    span: Span,
    is_openai: bool,
}

impl Reading {
    /// Reads what the call of `span` asks for.
    pub(crate) fn new(content_type: Option<&str>, span: Span, is_openai: bool) -> Self {
        Self {
            reader: RequestReader::new(content_type),
            span,
            is_openai,
        }
    }
}

impl<B> RequestBody<B> {
    pub(crate) fn new(body: B, reading: Option<Reading>) -> Self {
        Self { body, reading }
    }
}

impl<B: Body<Data = Bytes>> Body for RequestBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        let polled = this.body.as_mut().poll_frame(context);
        let is_over = match &polled {
            Poll::Pending => false,
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(bytes), Some(reading)) = (frame.data_ref(), this.reading.as_mut()) {
                    reading.reader.push(bytes);
                }
                this.body.is_end_stream()
            }
            Poll::Ready(Some(Err(_)) | None) => true,
        };
        if is_over && let Some(reading) = this.reading.take() {
            params::record(&reading.span, reading.reader.finish(), reading.is_openai);
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
