//! [`WatchService`] for tower services of reqwest requests, such as its client.

use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tower_service::Service;
use tracing::Span;

use crate::exchange::Exchange;
use crate::reqwest_exchange::{finish, is_streaming, prepare, start, target};
use crate::service::WatchService;

impl<S> Service<reqwest::Request> for WatchService<S>
where
    S: Service<reqwest::Request, Response = reqwest::Response>,
    S::Error: Display + 'static,
{
    type Response = reqwest::Response;
    type Error = S::Error;
    type Future = ReqwestFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: reqwest::Request) -> Self::Future {
        let mut exchange = target(&self.watch, &request).map(|target| start(&self.watch, &target, &request));
        if let Some(exchange) = &mut exchange {
            if is_streaming(&request) {
                exchange.scan();
            }
            prepare(&exchange.preparation(), &mut request);
        }
        let span = exchange.as_ref().map_or_else(Span::none, Exchange::span);
        let future = span.in_scope(|| self.service.call(request));
        ReqwestFuture { future, span, exchange }
    }
}

pin_project! {
    /// The future of a watched reqwest call.
    #[derive(Debug)]
    pub struct ReqwestFuture<F> {
        #[pin]
        future: F,
        span: Span,
        exchange: Option<Exchange>,
    }
}

impl<F, E> Future for ReqwestFuture<F>
where
    F: Future<Output = Result<reqwest::Response, E>>,
    E: Display + 'static,
{
    type Output = Result<reqwest::Response, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Poll::Ready(result) = this.span.in_scope(|| this.future.poll(context)) else {
            if let Some(exchange) = this.exchange {
                exchange.read_slice(context);
            }
            return Poll::Pending;
        };
        Poll::Ready(match this.exchange.take() {
            Some(exchange) => finish(exchange, result),
            None => result,
        })
    }
}
