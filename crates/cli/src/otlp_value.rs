//! Values of attributes in OTLP JSON, in little memory.

use opentelemetry::{Array, StringValue, Value as SdkValue};
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

use crate::scalar::Scalar;

/// An attribute, or a member of a map.
#[derive(Deserialize)]
pub(crate) struct KeyValue {
    pub(crate) key: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) value: AnyValue,
}

/// The value of an attribute.
#[derive(Default, Deserialize)]
#[serde(from = "WrittenValue")]
pub(crate) enum AnyValue {
    /// Absent, or of a kind that is not read here.
    #[default]
    Other,
    Text(String),
    Integer(i64),
    /// `None` if it is malformed.
    Double(Option<f64>),
    Boolean(bool),
    Array(Vec<Self>),
    Map(Vec<KeyValue>),
}

/// A value as it is written: one of these fields, or another.
#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenValue {
    #[serde(rename = "stringValue")]
    text: Option<String>,
    #[serde(rename = "intValue")]
    integer: Scalar,
    /// A number or a text such as `NaN`.
    #[serde(rename = "doubleValue")]
    double: Scalar,
    #[serde(rename = "boolValue")]
    boolean: Option<bool>,
    #[serde(rename = "arrayValue")]
    array: Option<Values<AnyValue>>,
    #[serde(rename = "kvlistValue")]
    map: Option<Values<KeyValue>>,
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Values<T> {
    #[serde(default = "Vec::new", deserialize_with = "or_default")]
    values: Vec<T>,
}

/// Null is as absent: some exporters write null for empty fields.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl From<WrittenValue> for AnyValue {
    fn from(written: WrittenValue) -> Self {
        if let Some(text) = written.text {
            return Self::Text(text);
        }
        if let Some(integer) = written.integer.integer() {
            return Self::Integer(integer);
        }
        if !matches!(written.double, Scalar::Absent) {
            return Self::Double(written.double.double());
        }
        let other = written.boolean.map(Self::Boolean);
        let other = other.or_else(|| written.array.map(|array| Self::Array(array.values)));
        other
            .or_else(|| written.map.map(|map| Self::Map(map.values)))
            .unwrap_or_default()
    }
}

impl AnyValue {
    /// The value as in an SDK, with maps as JSON text; `None` for other kinds.
    pub(crate) fn sdk_value(&self) -> Option<SdkValue> {
        Some(match self {
            Self::Text(text) => SdkValue::from(text.clone()),
            Self::Integer(integer) => SdkValue::I64(*integer),
            Self::Double(double) => SdkValue::F64((*double)?),
            Self::Boolean(boolean) => SdkValue::Bool(*boolean),
            Self::Array(values) => {
                let texts = values
                    .iter()
                    .map(|value| Some(StringValue::from(value.text()?.to_owned())));
                SdkValue::Array(Array::String(texts.collect::<Option<_>>()?))
            }
            Self::Map(_) => SdkValue::from(self.json().to_string()),
            Self::Other => return None,
        })
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Integer(integer) => (*integer).into(),
            // An integral double stays a double. JSON has no infinite ones.
            Self::Double(double) => double.and_then(Number::from_f64).map_or(Value::Null, Value::Number),
            Self::Boolean(boolean) => (*boolean).into(),
            Self::Array(values) => values.iter().map(Self::json).collect(),
            Self::Map(members) => members
                .iter()
                .map(|member| (member.key.clone(), member.value.json()))
                .collect(),
            Self::Other => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> AnyValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn values_are_those_of_an_sdk() {
        for (json, expected) in [
            (r#"{"stringValue":"a"}"#, Some(SdkValue::from("a"))),
            (r#"{"intValue":"-7"}"#, Some(SdkValue::I64(-7))),
            (r#"{"intValue":7}"#, Some(SdkValue::I64(7))),
            (r#"{"doubleValue":7}"#, Some(SdkValue::F64(7.0))),
            (r#"{"doubleValue":"Infinity"}"#, Some(SdkValue::F64(f64::INFINITY))),
            (r#"{"doubleValue":"much"}"#, None),
            (r#"{"doubleValue":[7]}"#, None),
            (r#"{"intValue":"many","boolValue":true}"#, Some(SdkValue::Bool(true))),
            (r#"{"intValue":{"a":[1,{}]},"stringValue":null}"#, None),
            (r#"{"bytesValue":"AA=="}"#, None),
            (r#"{"arrayValue":{"values":[{"intValue":1}]}}"#, None),
            (
                r#"{"arrayValue":{"values":null}}"#,
                Some(SdkValue::Array(Array::String(Vec::new()))),
            ),
            (
                r#"{"kvlistValue":{"values":[{"key":"a","value":{"doubleValue":2}},{"key":"b"},
                    {"key":"c","value":{"arrayValue":{"values":[{"boolValue":false}]}}}]}}"#,
                Some(SdkValue::from(r#"{"a":2.0,"b":null,"c":[false]}"#)),
            ),
        ] {
            assert_eq!(value(json).sdk_value(), expected, "{json}");
        }
    }

    #[test]
    fn values_are_small() {
        assert!(size_of::<AnyValue>() <= 32, "{}", size_of::<AnyValue>());
        assert!(size_of::<KeyValue>() <= 56, "{}", size_of::<KeyValue>());
    }
}
