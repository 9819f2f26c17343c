//! Finds secrets in any text: keys and tokens of known forms, named secrets, credentials and queries of URLs.

mod hint;
mod names;
mod patterns;

use std::borrow::Cow;

use hint::may_hold_secret;
pub(crate) use names::names_secret;
use patterns::{WHOLE_QUERY, by_patterns};

/// The replacement of a redacted text.
pub const REDACTED: &str = "[redacted]";

/// `text` without secrets of known forms. Texts without a hint of one, as most are, cost a look at each byte.
pub(crate) fn redact_secrets(text: &str) -> Cow<'_, str> {
    if may_hold_secret(text) {
        by_patterns(text)
    } else {
        Cow::Borrowed(text)
    }
}

/// An error's text without secrets, and without the queries of URLs, in which some providers take the key.
pub(crate) fn redact_error(text: &str) -> Cow<'_, str> {
    let mut redacted = redact_secrets(text);
    if redacted.contains("://")
        && let Cow::Owned(replaced) = WHOLE_QUERY.replace_all(&redacted, "${1}[redacted]")
    {
        redacted = Cow::Owned(replaced);
    }
    redacted
}

/// `text` for a log: without secrets, and without the queries of URLs.
pub fn without_secrets(text: &str) -> String {
    redact_error(text).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILL: &str = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0";

    /// One of each known form.
    fn keys() -> Vec<String> {
        let mut keys: Vec<String> = [
            "sk-",
            "csk-",
            "sk-ant-api03-",
            "sk-proj-",
            "gsk_",
            "hf_",
            "r8_",
            "fw_",
            "glsa_",
            "npm_",
            "pcsk_",
            "jina_",
            "vck_",
            "lsv2_pt_",
            "lsv2_sk_",
            "dop_v1_",
            "api_org_",
            "xai-",
            "pplx-",
            "nvapi-",
            "glpat-",
            "tvly-",
            "GOCSPX-",
            "ya29.",
            "1//0",
            "ABSK",
            "bedrock-api-key-",
            "ghp_",
            "gho_",
            "ghu_",
            "ghs_",
            "ghr_",
            "github_pat_",
            "xoxb-",
            "xapp-",
            "sk_live_",
            "rk_test_",
            "sk_",
        ]
        .iter()
        .map(|start| [*start, FILL].concat())
        .collect();
        keys.extend([
            "AKIAIOSFODNN7EXAMPLE".to_owned(),
            "ASIAIOSFODNN7EXAMPLE".to_owned(),
            format!("AIza{}", &FILL[..35]),
            "dapi0123456789abcdef0123456789abcdef".to_owned(),
            format!("SG.{FILL}.{FILL}"),
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl".to_owned(),
            ["AGE-SECRET-KEY-1", &FILL.to_uppercase()].concat(),
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ\n-----END PGP PRIVATE KEY BLOCK-----".to_owned(),
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----".to_owned(),
        ]);
        keys
    }

    #[test]
    fn keys_of_known_forms_are_redacted_anywhere_in_a_text() {
        for key in keys() {
            for (before, after) in [
                ("", ""),
                ("\\n", ""),
                ("Bearer%20", ""),
                ("a%2520", ""),
                ("<\\u003c", "\\u003e"),
                ("\\u5bc6\\u94a5", ""),
                ("\\\\x1b", ""),
                ("\u{1b}[31m", "\u{1b}[0m"),
                ("\\u001b[1;38;2;255;0;0m", ""),
                ("user_", ""),
                ("API_KEY_", ""),
                ("token", ""),
                ("apiKey", ""),
                ("it is ", " ok"),
                ("(", ")"),
                ("é", "é"),
                ("a.", ""),
                ("\n", "\n"),
                ("\"", "\""),
            ] {
                let text = [before, &key, after].concat();
                assert_eq!(redact_secrets(&text), [before, REDACTED, after].concat(), "{text}");
            }
        }
    }

    #[test]
    fn values_after_names_of_secrets_are_redacted() {
        for (text, expected) in [
            (
                "Authorization: Bearer abcdef1234567890",
                "Authorization: Bearer [redacted]",
            ),
            ("api_key=abcdef123456&x=1", "api_key=[redacted]&x=1"),
            ("password: 'hunter2hunter'", "password: '[redacted]'"),
            ("DB_PASSWORD=hunter2hunter", "DB_PASSWORD=[redacted]"),
            ("MY_API_KEY=abcdef123456", "MY_API_KEY=[redacted]"),
            (
                "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG",
                "AWS_SECRET_ACCESS_KEY=[redacted]",
            ),
            ("access_token=abcdef123456", "access_token=[redacted]"),
            (
                r#"{\"client_secret\": \"abcdef123456\"}"#,
                r#"{\"client_secret\": \"[redacted]\"}"#,
            ),
            (
                "Incorrect API key provided: 0a1b2c3d4e5f. You can find your API key at",
                "Incorrect API key provided: [redacted] You can find your API key at",
            ),
            (
                "Ocp-Apim-Subscription-Key: 0a1b2c3d4e5f",
                "Ocp-Apim-Subscription-Key: [redacted]",
            ),
            ("CLOUDFLARE_API_TOKEN=abcdef123456", "CLOUDFLARE_API_TOKEN=[redacted]"),
            ("api_token: abcdef123456", "api_token: [redacted]"),
            ("id_token=abcdef123456", "id_token=[redacted]"),
            (
                "EndpointSuffix=x;AccountKey=abc+def/12==;",
                "EndpointSuffix=x;AccountKey=[redacted];",
            ),
            ("Uid=app;Pwd=hunter2xx;", "Uid=app;Pwd=[redacted];"),
            ("password=ab,cdefghijkl x", "password=[redacted] x"),
            ("api_key := abcdef123456", "api_key := [redacted]"),
            ("secret => abcdef123456", "secret => [redacted]"),
            (
                "serve --api-key abcdef123456 --port 1",
                "serve --api-key [redacted] --port 1",
            ),
            ("x-api-key: [\"abcdef012345\"]", "x-api-key: [\"[redacted]\"]"),
        ] {
            assert_eq!(redact_secrets(text), expected);
        }
        let long = "x".repeat(2_000);
        assert_eq!(redact_secrets(&format!("secret={long} end")), "secret=[redacted] end");
    }

    #[test]
    fn a_mark_that_was_cut_stays() {
        for text in ["'authorization':[redact…", "api_key=[redac", "Authorization: Token …"] {
            assert_eq!(redact_secrets(text), text);
        }
        assert_eq!(redact_secrets("api_key=abcdefgh…"), "api_key=[redacted]");
    }

    #[test]
    fn values_of_headers_with_credentials_are_redacted() {
        for (text, expected) in [
            ("Authorization: Token 0123abcd", "Authorization: Token [redacted]"),
            ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic [redacted]"),
            ("Authorization: Bearer 'abc' x", "Authorization: Bearer '[redacted]' x"),
            (
                r#"{\"Authorization\":\"Token ab\"}"#,
                r#"{\"Authorization\":\"Token [redacted]\"}"#,
            ),
            (
                r#""Authorization":["Token abcdef"]"#,
                r#""Authorization":["Token [redacted]"]"#,
            ),
            ("Authorization: 0123abcd refused", "Authorization: [redacted] refused"),
            (
                "Authorization: Digest nonce=1a, uri=/, response=2b\nx",
                "Authorization: [redacted]\nx",
            ),
            (
                "Cookie: session=0123; theme=dark\nHost: x",
                "Cookie: [redacted]\nHost: x",
            ),
            (
                r#"{"Set-Cookie":"sid=0123abcd; Path=/"}"#,
                r#"{"Set-Cookie":"[redacted]"}"#,
            ),
            ("Bearer 'abcdef1234567890'", "Bearer '[redacted]'"),
            ("Bearer+abcdef1234567890", "Bearer+[redacted]"),
        ] {
            assert_eq!(redact_secrets(text), expected);
        }
    }

    #[test]
    fn names_signs_and_quotes_in_escapes_are_found() {
        for (text, expected) in [
            ("api_key%3D0123456789abcdef", "api_key%3D[redacted]"),
            ("%22api_key%22%3A%220123456789abcdef", "%22api_key%22%3A%22[redacted]"),
            ("api_key%253D0123456789abcdef", "api_key%253D[redacted]"),
            (
                r"\u0022api_key\u0022:\u00220123456789abcdef\u0022",
                r"\u0022api_key\u0022:\u0022[redacted]\u0022",
            ),
            (r"api_key\u003d0123456789abcdef", r"api_key\u003d[redacted]"),
            (
                "&quot;secret&quot;: &quot;0123456789",
                "&quot;secret&quot;: &quot;[redacted]",
            ),
            (
                r"https://h/x?alt=sse\u0026key=0123",
                r"https://h/x?alt=sse\u0026key=[redacted]",
            ),
            (
                "https://h/x?alt=sse&amp;key=0123",
                "https://h/x?alt=sse&amp;key=[redacted]",
            ),
            (
                "u=https%3A%2F%2Fh%2Fx%3Fa%3D1%26key%3D0123 x",
                "u=https%3A%2F%2Fh%2Fx%3Fa%3D1%26key%3D[redacted] x",
            ),
        ] {
            assert_eq!(redact_secrets(text), expected);
        }
        assert_eq!(
            redact_error(r"at https://h/x?alt=sse\u0026q=hi\n"),
            r"at https://h/x?[redacted]\n"
        );
    }

    #[test]
    fn credentials_and_keys_in_urls_are_redacted() {
        for (text, expected) in [
            (
                "postgres://app:s3cr3tpw@db:5432/x",
                "postgres://app:[redacted]@db:5432/x",
            ),
            ("redis://:s3cr3tpw@cache", "redis://:[redacted]@cache"),
            ("https://user:p@ss:w@rd@host/a@b", "https://user:[redacted]@host/a@b"),
            (
                "https://0123456789abcdef0123@sentry.io/1",
                "https://[redacted]@sentry.io/1",
            ),
            (
                "https://host/v1/models?alt=sse&key=0123#top",
                "https://host/v1/models?alt=sse&key=[redacted]#top",
            ),
            (
                "https://b.s3.amazonaws.com/o?X-Amz-Credential=AB%2Fc&X-Amz-Signature=0a1b&X-Amz-Date=1",
                "https://b.s3.amazonaws.com/o?X-Amz-Credential=[redacted]&X-Amz-Signature=[redacted]&X-Amz-Date=1",
            ),
            ("/container/blob?sv=1&sig=abc%3D", "/container/blob?sv=1&sig=[redacted]"),
        ] {
            assert_eq!(redact_secrets(text), expected);
        }
    }

    #[test]
    fn errors_quote_no_query() {
        for (text, expected) in [
            (
                "error sending request for url (https://u:p@host/v1/m:generate?alt=sse&prompt=hi): refused",
                "error sending request for url (https://u:[redacted]@host/v1/m:generate?[redacted]): refused",
            ),
            ("https://host#token", "https://host#[redacted]"),
            ("what? no URL", "what? no URL"),
            ("see https://host/path.", "see https://host/path."),
        ] {
            assert_eq!(redact_error(text), expected);
        }
    }

    #[test]
    fn ordinary_text_is_unchanged() {
        for text in [
            "How many tokens has this? Tokens: 1210",
            "see https://example.com:8080/path and mail me@example.com",
            "http://a:1\",\"mail\":\"x@y",
            "ssh://git@github.com/x",
            "task-list of sk-eptics",
            "risk-assessment-methodology",
            "jina_embeddings_v2_base_en",
            "The password is easy to forget.",
            "Basic knowledge of bearer tokens",
            "anthropic.claude-3-haiku-20240307-v1:0",
            "https://host/search?q=a&page=2",
            "npm_install_dependencies",
            "npm_config_registry_override_url",
            "hf_transformers_integration_test",
            "fw_firmware_update_status",
            "gsk_calculate_total_amount_due",
            "r8_register_allocation_pass",
            "sk-toggleable__content",
            "pplx-embed-context-v1-4b-int8",
            "hf_meta_llama_3_70b_instruct",
            "docker pull library/secret:latest",
            "the basic responsibilities of a nurse",
            "Basic troubleshooting.",
            "https://host/zoo?monkey=banana",
            "A cookie: chocolate",
            "the PWD=/home/service",
        ] {
            assert!(matches!(redact_secrets(text), Cow::Borrowed(_)), "{text}");
        }
    }

    /// Pieces of which secrets and near misses are made.
    fn piece() -> impl Strategy<Value = String> {
        let fixed = [
            "sk",
            "-",
            "_",
            ".",
            "gsk",
            "hf",
            "AIza",
            "AKIA",
            "eyJ",
            "Bearer",
            "basic",
            " ",
            "api_key",
            "API key provided",
            "secret",
            "Token",
            ":",
            "=",
            "\"",
            "\\",
            "'",
            "://",
            "https",
            "@",
            "?",
            "&",
            "key",
            "sig",
            "/",
            "1//0",
            "SG",
            "-----BEGIN",
            " PRIVATE KEY-----",
            "é",
            "\n",
            "\t",
            "0123456789abcdef",
            "ABCDEFGHIJKLMNOP",
            "%20",
            "%25",
            "%",
            "\\u003c",
            "\\x3c",
            "[31m",
            "[",
            "m",
            "\\n",
            "n",
            "xoxb",
            "dapi",
            "auth",
            "user",
            "Authorization",
            "cookie",
            "Pwd",
            "%22",
            "%2522",
            "%3D",
            "%26",
            "\\u0026",
            "\\u003d",
            "\\u0022",
            "&quot;",
            "&amp;",
            "--",
            "+",
            ",",
            ";",
            "AGE-",
        ];
        prop_oneof![
            prop::sample::select(fixed.to_vec()).prop_map(str::to_owned),
            "[a-zA-Z0-9_-]{1,40}",
            ".{0,3}"
        ]
    }

    proptest! {
        #[test]
        fn a_text_without_a_hint_matches_no_pattern(pieces in prop::collection::vec(piece(), 0..12)) {
            let text = pieces.concat();
            let by_patterns = by_patterns(&text);
            prop_assert_eq!(redact_secrets(&text), by_patterns);
        }

        #[test]
        fn redaction_is_idempotent(pieces in prop::collection::vec(piece(), 0..12)) {
            let once = redact_error(&pieces.concat()).into_owned();
            let twice = redact_error(&once).into_owned();
            prop_assert_eq!(redact_error(&twice).into_owned(), twice);
        }
    }
}
