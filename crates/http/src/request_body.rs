//! A request body that is read while it is sent.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tracing::Span;
use tracing_genai::usage::RequestReader;

use crate::params;

pin_project! {
    /// A request body whose bytes pass unchanged. For a watched call, the request parameters are recorded on its span
    /// once the body was sent.
    #[derive(Debug, Default)]
    pub struct RequestBody<B> {
        #[pin]
        body: B,
        recorder: Option<RequestRecorder>,
    }
}

#[derive(Debug)]
pub(crate) struct RequestRecorder {
    reader: RequestReader,
    span: Span,
    is_openai: bool,
}

impl RequestRecorder {
    /// Records the request parameters on `span`.
    pub(crate) fn new(content_type: Option<&str>, span: Span, is_openai: bool) -> Self {
        Self {
            reader: RequestReader::new(content_type),
            span,
            is_openai,
        }
    }
}

impl<B> RequestBody<B> {
    pub(crate) fn new(body: B, recorder: Option<RequestRecorder>) -> Self {
        Self { body, recorder }
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
                if let (Some(bytes), Some(recorder)) = (frame.data_ref(), this.recorder.as_mut()) {
                    recorder.reader.push(bytes);
                }
                this.body.is_end_stream()
            }
            Poll::Ready(Some(Err(_)) | None) => true,
        };
        if is_over && let Some(recorder) = this.recorder.take() {
            params::record(&recorder.span, recorder.reader.finish(), recorder.is_openai);
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
