//! Error texts without credentials: clients quote whole URLs, and some providers take the API key in the query.

/// `text` with query, fragment and user info removed from URLs.
pub(crate) fn without_credentials(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        safe.push_str(before);
        safe.push_str("://");
        let is_end = |letter: char| letter.is_whitespace() || matches!(letter, ')' | '"' | '\'' | '>' | ']');
        let (url, end) = after.split_at(after.find(is_end).unwrap_or(after.len()));
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = url.split_at(url.find('/').unwrap_or(url.len()));
        safe.push_str(authority.rsplit_once('@').map_or(authority, |(_, host)| host));
        safe.push_str(path);
        rest = end;
    }
    safe.push_str(rest);
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_and_user_are_removed_from_urls() {
        let cases = [
            (
                "error sending request for url (https://u:p@host/v1/m:generate?alt=sse&key=SECRET): refused",
                "error sending request for url (https://host/v1/m:generate): refused",
            ),
            ("https://host?key=SECRET", "https://host"),
            ("no URL at all?", "no URL at all?"),
            ("a://b?c d://e#f", "a://b d://e"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_credentials(text), expected);
        }
    }
}
