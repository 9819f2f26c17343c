//! The names of attributes and of JSON members that hold secrets.

/// Endings of the names of members and attributes that hold secrets, without `_`, `-` and case: `openai_api_key`.
const SECRET_NAMES: [&str; 16] = [
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
    "cookie",
];

/// A longer name is text, not the name of a secret.
const MAX_NAME_BYTES: usize = 96;

/// Whether a member of JSON or an attribute of this name holds a secret, whatever its form.
pub(crate) fn names_secret(name: &str) -> bool {
    // Fast path: the last letters rule out most names.
    let may_end_one = match name.as_bytes() {
        [.., b'_' | b'-'] => true,
        [.., before, last] => matches!(
            (before | 0x20, last | 0x20),
            (b'e', b'y' | b't' | b'n') | (b'o', b'n') | (b'r' | b'w', b'd') | (b'i', b'e')
        ),
        _ => false,
    };
    if !may_end_one || name.len() > MAX_NAME_BYTES {
        return false;
    }
    let ends_with = |secret: &str| {
        let mut letters = name.bytes().rev().filter(|byte| !matches!(byte, b'_' | b'-'));
        secret
            .bytes()
            .rev()
            .all(|letter| letters.next().is_some_and(|byte| byte.to_ascii_lowercase() == letter))
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
        ] {
            assert!(names_secret(name), "{name}");
        }
        for name in [
            "gen_ai.usage.input_tokens",
            "next_token",
            "key",
            "gen_ai.request.seed",
            "",
            "error.type",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }
}
