//! The values of each attribute type, checked at compile time.

use opentelemetry::{Array, StringValue, Value};
use tracing_genai_semconv::typed::{Bool, Double, Int, Json, Text, TextArray};

/// A value of a [`Key`](tracing_genai_semconv::typed::Key)'s type: texts, integers of up to 63 bits, doubles, booleans,
/// lists of texts, and for [`Json`] anything that converts to a `serde_json` value.
///
/// ```
/// use tracing_genai::semconv::key;
///
/// let call = tracing_genai::chat("openai", "gpt-4o").set(key::REQUEST_SEED, 7).start();
/// call.set(key::RESPONSE_ID, "chatcmpl-1");
/// ```
///
/// ```compile_fail
/// use tracing_genai::semconv::key;
///
/// tracing_genai::chat("openai", "gpt-4o").set(key::REQUEST_SEED, "seven");
/// ```
pub trait ValueOf<T> {
    /// The attribute's value.
    fn into_value(self) -> Value;
}

impl ValueOf<Text> for String {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl ValueOf<Text> for &str {
    fn into_value(self) -> Value {
        self.to_owned().into()
    }
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl ValueOf<Int> for $integer {
            fn into_value(self) -> Value {
                Value::I64(self.into())
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, u8, u16, u32);

impl ValueOf<Double> for f64 {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl ValueOf<Double> for f32 {
    fn into_value(self) -> Value {
        f64::from(self).into()
    }
}

impl ValueOf<Bool> for bool {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl ValueOf<TextArray> for &[&str] {
    fn into_value(self) -> Value {
        texts(self.iter().map(|text| (*text).to_owned()))
    }
}

impl<const N: usize> ValueOf<TextArray> for [&str; N] {
    fn into_value(self) -> Value {
        texts(self.into_iter().map(str::to_owned))
    }
}

impl ValueOf<TextArray> for Vec<String> {
    fn into_value(self) -> Value {
        texts(self)
    }
}

impl<T: Into<serde_json::Value>> ValueOf<Json> for T {
    fn into_value(self) -> Value {
        // A text is JSON already, such as the result of `message::to_json`.
        match self.into() {
            serde_json::Value::String(text) => text.into(),
            other => other.to_string().into(),
        }
    }
}

pub(crate) fn texts(texts: impl IntoIterator<Item = String>) -> Value {
    Value::Array(Array::String(texts.into_iter().map(StringValue::from).collect()))
}
