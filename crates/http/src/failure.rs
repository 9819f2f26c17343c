//! What a client's error is called, and what it says: the type and the text of a failed call.

use std::any::{Any, type_name};
use std::error::Error;
use std::fmt::Display;
use std::io;

use crate::error_text::error_text;

/// The most causes of an error that are looked at.
const MAX_CAUSES: usize = 32;

/// Errors of time limits that have no kind, by their whole text: tower's, tokio's and that of tower-http's bodies.
const TIMEOUTS: [&str; 3] = [
    "request timed out",
    "deadline has elapsed",
    "data was not received within the designated timeout",
];

/// The error that ended a call or its response.
#[derive(Debug)]
pub(crate) struct Failure {
    /// `timeout`, `connect`, or the error's type: of low cardinality.
    pub(crate) error_type: &'static str,
    /// What the error says, and what its root cause says, without credentials in URLs.
    pub(crate) text: String,
}

impl Failure {
    /// The failure of `error`, named by its type if it has no better name.
    pub(crate) fn of<E: Display + 'static>(error: &E) -> Self {
        let mut text = error_text(error);
        let outermost = outermost(error);
        let name = outermost.and_then(known_name).unwrap_or(type_name::<E>());
        let mut error_type = is_timeout_text(&text).then_some("timeout");
        let mut root = None;
        let mut next = outermost;
        for _ in 0..MAX_CAUSES {
            let Some(cause) = next else { break };
            if is_timeout(cause) {
                error_type = Some("timeout");
            } else if error_type.is_none() && is_connect(cause) {
                error_type = Some("connect");
            }
            root = Some(cause);
            next = cause_of(cause);
        }
        let root = root.map(root_text).filter(|root| !root.is_empty());
        if let Some(root) = root.filter(|root| !text.to_lowercase().contains(&root.to_lowercase())) {
            text.push_str(": ");
            text.push_str(&root);
        }
        Self {
            error_type: error_type.unwrap_or(name),
            text,
        }
    }
}

/// What a root cause says. An error of the operating system is called by its kind, which no language setting translates.
fn root_text(root: &(dyn Error + 'static)) -> String {
    match root.downcast_ref::<io::Error>() {
        Some(error) if error.raw_os_error().is_some() && is_named(error.kind()) => error.kind().to_string(),
        _ => error_text(root),
    }
}

/// Whether the kind says more than that it is another one.
fn is_named(kind: io::ErrorKind) -> bool {
    kind != io::ErrorKind::Other && !kind.to_string().starts_with("uncategorized")
}

/// `error`, if it is of a type whose causes can be asked for. Others have a text only: a tower service's error need not
/// be [`Error`], and boxed ones are not.
fn outermost<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    let any: &dyn Any = error;
    if let Some(error) = any.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return Some(error.as_ref());
    }
    if let Some(error) = any.downcast_ref::<Box<dyn Error + Send>>() {
        return Some(error.as_ref());
    }
    if let Some(error) = any.downcast_ref::<Box<dyn Error>>() {
        return Some(error.as_ref());
    }
    if let Some(error) = any.downcast_ref::<io::Error>() {
        return Some(error);
    }
    #[cfg(feature = "reqwest-middleware")]
    {
        if let Some(error) = any.downcast_ref::<reqwest::Error>() {
            return Some(error);
        }
        if let Some(error) = any.downcast_ref::<reqwest_middleware::Error>() {
            return Some(error);
        }
        if let Some(error) = any.downcast_ref::<hyper_util::client::legacy::Error>() {
            return Some(error);
        }
        if let Some(error) = any.downcast_ref::<hyper::Error>() {
            return Some(error);
        }
    }
    #[cfg(feature = "async-openai")]
    if let Some(error) = any.downcast_ref::<async_openai::error::OpenAIError>() {
        return Some(error);
    }
    None
}

/// The cause of `error`. Errors that show another one as their own leave it out of their sources.
fn cause_of<'error>(error: &'error (dyn Error + 'static)) -> Option<&'error (dyn Error + 'static)> {
    if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        return Some(inner);
    }
    #[cfg(feature = "reqwest-middleware")]
    match error.downcast_ref::<reqwest_middleware::Error>() {
        Some(reqwest_middleware::Error::Reqwest(inner)) => return Some(inner),
        Some(reqwest_middleware::Error::Middleware(inner)) => {
            let inner: &(dyn Error + Send + Sync + 'static) = inner.as_ref();
            return Some(inner);
        }
        None => {}
    }
    #[cfg(feature = "async-openai")]
    if let Some(async_openai::error::OpenAIError::Boxed(inner)) = error.downcast_ref() {
        return Some(inner.as_ref());
    }
    error.source()
}

fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return error.kind() == io::ErrorKind::TimedOut;
    }
    #[cfg(feature = "reqwest-middleware")]
    if let Some(error) = error.downcast_ref::<reqwest::Error>() {
        return error.is_timeout();
    }
    #[cfg(feature = "reqwest-middleware")]
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return error.is_timeout();
    }
    is_timeout_text(&error_text(error))
}

fn is_timeout_text(text: &str) -> bool {
    TIMEOUTS.contains(&text)
}

/// The name of an error's type, whatever wraps it: the same error of a client is a service's, a middleware's or a body's.
fn known_name(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if error.is::<io::Error>() {
        return Some(type_name::<io::Error>());
    }
    #[cfg(feature = "reqwest-middleware")]
    {
        if error.is::<reqwest::Error>() {
            return Some("reqwest::Error");
        }
        match error.downcast_ref::<reqwest_middleware::Error>() {
            Some(reqwest_middleware::Error::Reqwest(_)) => return Some("reqwest::Error"),
            Some(reqwest_middleware::Error::Middleware(_)) => return Some("reqwest_middleware::Error"),
            None => {}
        }
        if error.is::<hyper_util::client::legacy::Error>() {
            return Some(type_name::<hyper_util::client::legacy::Error>());
        }
        if error.is::<hyper::Error>() {
            return Some(type_name::<hyper::Error>());
        }
    }
    #[cfg(feature = "async-openai")]
    match error.downcast_ref::<async_openai::error::OpenAIError>() {
        Some(async_openai::error::OpenAIError::Reqwest(_)) => return Some("reqwest::Error"),
        Some(_) => return Some(type_name::<async_openai::error::OpenAIError>()),
        None => {}
    }
    None
}

fn is_connect(error: &(dyn Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::NetworkDown
        );
    }
    #[cfg(feature = "reqwest-middleware")]
    if let Some(error) = error.downcast_ref::<reqwest::Error>() {
        return error.is_connect();
    }
    #[cfg(feature = "reqwest-middleware")]
    if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
        return error.is_connect();
    }
    false
}
