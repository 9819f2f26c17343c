//! One document model for JSON and TOML, with the line of each value and the exact text of each number.

mod json;
mod node;
mod toml;

pub(crate) use json::json;
pub use node::Flaw;
pub(crate) use node::{Fields, Node, Value, clipped};
pub(crate) use toml::toml;

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> Node<'_> {
        json(text).unwrap()
    }

    #[test]
    fn fields_are_read_by_name_and_null_means_missing() {
        let node = node(r#"{"id": "m", "free": null, "window": 7}"#);
        let mut fields = node.fields().unwrap();
        assert_eq!(fields.required("id").unwrap().text(), Ok("m"));
        assert_eq!(fields.optional("free"), None);
        assert_eq!(fields.optional("rule"), None);
        assert_eq!(fields.required("window").unwrap().whole_number(), Ok(7));
        assert_eq!(fields.reject_unknown(), Ok(()));
    }

    #[test]
    fn a_missing_field_is_reported_at_the_line_of_its_table() {
        let node = node("[\n  {\"a\": 1}\n]");
        let mut fields = node.list().unwrap()[0].fields().unwrap();
        assert_eq!(
            fields.required("id").unwrap_err().to_string(),
            "line 2: `id` is missing"
        );
    }

    #[test]
    fn an_unknown_key_is_reported_with_its_line_and_the_known_keys() {
        let node = node("{\n\"id\": 1,\n\"Free\": true}");
        let mut fields = node.fields().unwrap();
        let _ = (fields.optional("id"), fields.optional("free"));
        assert_eq!(
            fields.reject_unknown().unwrap_err().to_string(),
            "line 3: unknown key `Free`; known keys: `id`, `free`"
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_reported_with_both_types() {
        let problem = |text: &str, read: fn(&Node<'_>) -> Option<Flaw>| read(&node(text)).map(|flaw| flaw.problem);
        let cases = [
            (
                problem("1", |node| node.text().err()),
                "expected a text, found a number",
            ),
            (
                problem("\"1\"", |node| node.number().err()),
                "expected a number, found a text",
            ),
            (
                problem("[]", |node| node.table().err()),
                "expected a table, found a list",
            ),
            (
                problem("{}", |node| node.list().err()),
                "expected a list, found a table",
            ),
            (
                problem("null", |node| node.bool().err()),
                "expected `true` or `false`, found null",
            ),
            (
                problem("1.5", |node| node.whole_number().err()),
                "`1.5` is not a whole number",
            ),
            (
                problem("-1", |node| node.whole_number().err()),
                "`-1` is not a whole number",
            ),
        ];
        for (problem, expected) in cases {
            assert_eq!(problem.as_deref(), Some(expected));
        }
    }

    #[test]
    fn long_texts_are_quoted_up_to_a_limit() {
        assert_eq!(clipped("é"), "é");
        assert_eq!(clipped(&"é".repeat(81)), format!("{}…", "é".repeat(80)));
    }
}
