//! The names of attributes and of JSON members that hold secrets.

/// Endings of the names of members and attributes that hold secrets, without signs and case: `openai_api_key`. Those of
/// no token are known in the plural, too; numbers of tokens are counts.
const SECRET_NAMES: [&str; 21] = [
    "apikey",
    "authorization",
    "password",
    "passwd",
    "secret",
    "secretkey",
    "accesskey",
    "privatekey",
    "subscriptionkey",
    "accesstoken",
    "refreshtoken",
    "authtoken",
    "sessiontoken",
    "securitytoken",
    "bearertoken",
    "apitoken",
    "idtoken",
    "hftoken",
    "accountkey",
    "credential",
    "cookie",
];

/// A longer name is text, not the name of a secret.
const MAX_NAME_BYTES: usize = 96;

/// Whether a member of JSON or an attribute of this name holds a secret, whatever its form.
pub(crate) fn names_secret(name: &str) -> bool {
    // Fast path: the last letters rule out most names.
    let may_end_one = match name.as_bytes() {
        [.., b'_' | b'-' | b'.'] => true,
        [.., before, last] => matches!(
            (before | 0x20, last | 0x20),
            (b'e', b'y' | b't' | b'n')
                | (b'o', b'n')
                | (b'r' | b'w', b'd')
                | (b'i', b'e')
                | (b'a', b'l')
                | (b'y' | b't' | b'd' | b'e' | b'l', b's')
        ),
        _ => false,
    };
    if !may_end_one || name.len() > MAX_NAME_BYTES {
        return false;
    }
    let ends_with = |secret: &str| {
        let letters = name.bytes().rev().filter(|byte| !matches!(byte, b'_' | b'-' | b'.'));
        let mut letters = letters.map(|byte| byte.to_ascii_lowercase()).peekable();
        if !secret.ends_with("token") {
            letters.next_if_eq(&b's');
        }
        secret.bytes().rev().all(|letter| letters.next() == Some(letter))
    };
    SECRET_NAMES.iter().any(|secret| ends_with(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_found_in_any_spelling() {
        for name in [
            "api_key",
            "apiKey",
            "OPENAI_API_KEY",
            "x-api-key",
            "http.request.header.authorization",
            "set-cookie",
            "password_",
            "api.key",
            "openai.api.key",
            "api_keys",
            "db.passwords",
            "aws.credentials",
            "set-cookies",
            "hf_token",
            "id_token",
            "AccountKey",
        ] {
            assert!(names_secret(name), "{name}");
        }
        for name in [
            "gen_ai.usage.input_tokens",
            "next_token",
            "session_tokens",
            "access_tokens",
            "keys",
            "total",
            "secretary",
            "monkeys",
            "key",
            "gen_ai.request.seed",
            "",
            "error.type",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }
}
