//! Selects the recorded exchange for a request.

use serde_json::Value;

use crate::recordings::Exchange;

/// The exchanges of a replay, with a mark on those already played.
#[derive(Debug)]
pub(crate) struct Playlist {
    exchanges: Vec<(Exchange, bool)>,
}

impl Playlist {
    pub(crate) fn new(exchanges: Vec<Exchange>) -> Self {
        Self {
            exchanges: exchanges.into_iter().map(|exchange| (exchange, false)).collect(),
        }
    }

    /// The exchange for a request: the next unplayed one with the same method and path, preferably with an equal body.
    /// Repeated requests get the same response again.
    pub(crate) fn play(&mut self, method: &str, path: &str, body: &[u8]) -> Option<Exchange> {
        let json: Option<Value> = serde_json::from_slice(body).ok();
        let rank = |exchange: &Exchange, played: bool| {
            let same_body = match &json {
                Some(json) => exchange.when.json().as_ref() == Some(json),
                None => exchange.when.body == body,
            };
            match (same_body, played) {
                (true, false) => Some(0),
                (true, true) => Some(1),
                (false, false) => Some(2),
                (false, true) => None,
            }
        };
        let matches = |exchange: &Exchange| exchange.when.method == method && exchange.when.path == path;
        let candidates = self
            .exchanges
            .iter()
            .enumerate()
            .filter(|(_, (exchange, _))| matches(exchange));
        let ranked = candidates.filter_map(|(index, (exchange, played))| Some((rank(exchange, *played)?, index)));
        let (_, index) = ranked.min()?;
        let (exchange, played) = &mut self.exchanges[index];
        *played = true;
        Some(exchange.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recordings::{Request, Response};

    fn exchange(path: &str, request: &'static str, response: &'static str) -> Exchange {
        let (query, headers) = (Vec::new(), Vec::new());
        let body = request.as_bytes().into();
        let when = Request {
            method: "POST".to_owned(),
            path: path.to_owned(),
            query,
            headers,
            body,
        };
        Exchange {
            when,
            then: Response {
                status: 200,
                headers: Vec::new(),
                body: response.as_bytes().into(),
            },
        }
    }

    fn play(playlist: &mut Playlist, path: &str, body: &str) -> Option<Vec<u8>> {
        playlist
            .play("POST", path, body.as_bytes())
            .map(|exchange| exchange.then.body.to_vec())
    }

    #[test]
    fn an_equal_body_wins_for_any_order_of_keys() {
        let exchanges = vec![
            exchange("/chat", r#"{"a":1}"#, "first"),
            exchange("/chat", r#"{"b":1,"c":2}"#, "second"),
        ];
        let mut playlist = Playlist::new(exchanges);

        assert_eq!(play(&mut playlist, "/chat", r#"{"c": 2, "b": 1}"#).unwrap(), b"second");
    }

    #[test]
    fn an_unknown_body_gets_the_next_unplayed_exchange_of_its_path() {
        let exchanges = vec![
            exchange("/embed", "{}", "other"),
            exchange("/chat", "{}", "first"),
            exchange("/chat", "{}", "second"),
        ];
        let mut playlist = Playlist::new(exchanges);

        assert_eq!(play(&mut playlist, "/chat", r#"{"new":true}"#).unwrap(), b"first");
        assert_eq!(play(&mut playlist, "/chat", r#"{"new":true}"#).unwrap(), b"second");
        assert_eq!(play(&mut playlist, "/chat", r#"{"new":true}"#), None);
    }

    #[test]
    fn equal_requests_get_their_responses_in_order_and_then_the_first_again() {
        let exchanges = vec![exchange("/chat", "{}", "first"), exchange("/chat", "{}", "second")];
        let mut playlist = Playlist::new(exchanges);

        let answers: Vec<_> = (0..3).map(|_| play(&mut playlist, "/chat", "{}").unwrap()).collect();
        assert_eq!(answers, [b"first".to_vec(), b"second".to_vec(), b"first".to_vec()]);
    }

    #[test]
    fn another_path_or_method_has_no_response() {
        let mut playlist = Playlist::new(vec![exchange("/chat", "{}", "first")]);

        assert_eq!(play(&mut playlist, "/v1/chat", "{}"), None);
        assert!(playlist.play("GET", "/chat", b"{}").is_none());
    }
}
