//! What a JSON or a TOML text says: one model for both, with the line of every value and the exact text of every number.

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
    fn fields_are_taken_by_name_and_null_is_as_good_as_missing() {
        let node = node(r#"{"id": "m", "free": null, "window": 7}"#);
        let mut fields = node.fields().unwrap();
        assert_eq!(fields.required("id").unwrap().text(), Ok("m"));
        assert_eq!(fields.optional("free"), None);
        assert_eq!(fields.optional("rule"), None);
        assert_eq!(fields.required("window").unwrap().whole_number(), Ok(7));
        assert_eq!(fields.nothing_else(), Ok(()));
    }

    #[test]
    fn a_missing_field_is_told_with_the_line_of_its_table() {
        let node = node("[\n  {\"a\": 1}\n]");
        let mut fields = node.list().unwrap()[0].fields().unwrap();
        assert_eq!(
            fields.required("id").unwrap_err().to_string(),
            "line 2: `id` is missing"
        );
    }

    #[test]
    fn an_unknown_key_is_told_with_its_line_and_the_keys_that_are_known() {
        let node = node("{\n\"id\": 1,\n\"Free\": true}");
        let mut fields = node.fields().unwrap();
        let _ = (fields.optional("id"), fields.optional("free"));
        assert_eq!(
            fields.nothing_else().unwrap_err().to_string(),
            "line 3: unknown key `Free`; known here: `id`, `free`"
        );
    }

    #[test]
    fn a_value_of_another_kind_is_told_as_what_it_is_and_what_it_should_be() {
        let problem = |text: &str, read: fn(&Node<'_>) -> Option<Flaw>| read(&node(text)).map(|flaw| flaw.problem);
        let cases = [
            (
                problem("1", |node| node.text().err()),
                "a number stands where a text should",
            ),
            (
                problem("\"1\"", |node| node.number().err()),
                "a text stands where a number should",
            ),
            (
                problem("[]", |node| node.table().err()),
                "a list stands where a table should",
            ),
            (
                problem("{}", |node| node.list().err()),
                "a table stands where a list should",
            ),
            (
                problem("null", |node| node.bool().err()),
                "null stands where `true` or `false` should",
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
    fn long_texts_are_quoted_by_their_beginning() {
        assert_eq!(clipped("é"), "é");
        assert_eq!(clipped(&"é".repeat(81)), format!("{}…", "é".repeat(80)));
    }
}
