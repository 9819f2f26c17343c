//! [`WatchService`] for async-openai's HTTP services.

use std::fmt::Display;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use reqwest::{Request, Response};
use tower_service::Service;

use crate::exchange::Preparation;
use crate::reqwest_exchange::{beside, finish, is_streaming, prepare, start, target};
use crate::service::WatchService;

/// Boxed, since async-openai requires a `Send` future.
type ResponseFuture<E> = Pin<Box<dyn Future<Output = Result<Response, E>> + Send>>;

impl<S> Service<HttpRequestFactory> for WatchService<S>
where
    S: Service<HttpRequestFactory, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Display + From<OpenAIError> + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        // `poll_ready` was called on this service, not on its clone.
        let clone = self.service.clone();
        let mut service = std::mem::replace(&mut self.service, clone);
        let watch = self.watch.clone();
        Box::pin(async move {
            // The factory builds a request per attempt. The first is built here, to be read.
            let request = factory.build().await?;
            let Some(target) = target(&watch, &request) else {
                return service.call(beginning_with(request, factory, None)).await;
            };
            let mut exchange = start(&watch, &target, &request);
            if is_streaming(&request) {
                exchange.scan();
            }
            let prepared = beginning_with(request, factory, Some(exchange.preparation()));
            let result = beside(&exchange, async { service.call(prepared).await }).await;
            finish(exchange, result)
        })
    }
}

/// A factory that hands out `first` for the first attempt, and builds a request for every other one.
fn beginning_with(first: Request, factory: HttpRequestFactory, preparation: Option<Preparation>) -> HttpRequestFactory {
    let first = Arc::new(Mutex::new(Some(first)));
    HttpRequestFactory::new(move || {
        let (factory, preparation) = (factory.clone(), preparation.clone());
        let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        async move {
            let mut request = match first {
                Some(first) => first,
                None => factory.build().await?,
            };
            if let Some(preparation) = &preparation {
                prepare(preparation, &mut request);
            }
            Ok(request)
        }
    })
}
