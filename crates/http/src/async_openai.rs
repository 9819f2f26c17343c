//! [`WatchService`] for async-openai's HTTP services.

use std::any::type_name;
use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use reqwest::Response;
use tower_service::Service;
use tracing::Instrument;

use crate::reqwest_exchange::{finish, prepare, start, target};
use crate::service::WatchService;

/// Boxed, since async-openai requires a `Send` future.
type ResponseFuture<E> = Pin<Box<dyn Future<Output = Result<Response, E>> + Send>>;

impl<S> Service<HttpRequestFactory> for WatchService<S>
where
    S: Service<HttpRequestFactory, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Display + From<OpenAIError>,
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
            // The factory builds a request per attempt; one more is built to be read.
            let request = factory.build().await?;
            let Some(target) = target(&watch, &request) else {
                return service.call(factory).await;
            };
            let exchange = start(&watch, &target, &request);
            drop(request);
            let preparation = exchange.preparation();
            let prepared = HttpRequestFactory::new(move || {
                let (factory, preparation) = (factory.clone(), preparation.clone());
                async move {
                    let mut request = factory.build().await?;
                    prepare(&preparation, &mut request);
                    Ok(request)
                }
            });
            let call = async { service.call(prepared).await };
            let result = call.instrument(exchange.span()).await;
            finish(exchange, result, |_| type_name::<S::Error>())
        })
    }
}
