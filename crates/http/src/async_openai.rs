//! The layer for the services that async-openai takes.

use std::any::type_name;
use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use reqwest::Response;
use tower_service::Service;
use tracing::Instrument;

use crate::reqwest_exchange::{answered, prepare, start, target};
use crate::service::WatchService;

/// Where the future goes that async-openai wants to be able to send.
type Answer<E> = Pin<Box<dyn Future<Output = Result<Response, E>> + Send>>;

impl<S> Service<HttpRequestFactory> for WatchService<S>
where
    S: Service<HttpRequestFactory, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Display + From<OpenAIError>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        // The service that is ready is the one to be called; its clone may not be.
        let clone = self.service.clone();
        let mut service = std::mem::replace(&mut self.service, clone);
        let watch = self.watch.clone();
        Box::pin(async move {
            // What is sent is not at hand: one request is built to be looked at.
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
            let answer = async { service.call(prepared).await };
            match answer.instrument(exchange.span()).await {
                Ok(response) => Ok(answered(exchange, response)),
                Err(error) => {
                    exchange.failed(type_name::<S::Error>(), &error);
                    Err(error)
                }
            }
        })
    }
}
