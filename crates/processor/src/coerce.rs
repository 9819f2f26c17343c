//! Converts a value to its attribute's type where that loses nothing.

use opentelemetry::{Array, StringValue, Value};
use tracing_genai_semconv::{ValueType, is_count, is_count_text};

/// The largest integer below which every integer is exact in a double: 2⁵³.
const EXACT_IN_DOUBLE: f64 = 9_007_199_254_740_992.0;

/// Converts `value` to `wanted` in place; a value that cannot be converted is unchanged.
///
/// tracing-opentelemetry exports unsigned integers as strings (tokio-rs/tracing-opentelemetry#267), and `tracing`
/// fields hold lists only as text, so both are read here.
pub(crate) fn coerce(value: &mut Value, wanted: ValueType) {
    if wanted == ValueType::TextArray {
        if let Value::String(text) = value {
            *value = list(text);
        }
        return;
    }
    let coerced = match (wanted, &*value) {
        (ValueType::Int, Value::String(text)) => text.as_str().trim().parse().ok().map(Value::I64),
        (ValueType::Int, Value::F64(double)) => whole(*double).map(Value::I64),
        #[expect(clippy::cast_precision_loss, reason = "guarded: the integer is exact in a double")]
        (ValueType::Double, Value::I64(integer)) if integer.unsigned_abs() <= 1 << 53 => {
            Some(Value::F64(*integer as f64))
        }
        (ValueType::Double, Value::String(text)) => text
            .as_str()
            .trim()
            .parse()
            .ok()
            .filter(|double: &f64| double.is_finite())
            .map(Value::F64),
        (ValueType::Text, Value::I64(_) | Value::Bool(_)) => Some(Value::String(value.to_string().into())),
        (ValueType::Bool, Value::String(text)) => text.as_str().parse().ok().map(Value::Bool),
        _ => None,
    };
    if let Some(coerced) = coerced {
        *value = coerced;
    }
}

/// Whether `value` has the type `wanted`.
pub(crate) fn has_type(value: &Value, wanted: ValueType) -> bool {
    match wanted {
        ValueType::Text => matches!(value, Value::String(_)),
        ValueType::TextArray => matches!(value, Value::Array(Array::String(_))),
        ValueType::Int => matches!(value, Value::I64(_)),
        ValueType::Double => matches!(value, Value::F64(_)),
        ValueType::Bool => matches!(value, Value::Bool(_)),
        // Structured attributes are JSON text on spans.
        ValueType::Json => matches!(value, Value::String(_) | Value::Array(_)),
        _ => true,
    }
}

/// Whether a value is a number above zero, as a number or as text: unsigned integers are exported as text.
pub(crate) fn is_above_zero(value: &Value) -> bool {
    match value {
        Value::I64(count) => *count > 0,
        Value::F64(double) => is_count(*double),
        Value::String(text) => is_count_text(text.as_str()),
        _ => false,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "guarded: the double is whole and within the exact range"
)]
fn whole(double: f64) -> Option<i64> {
    (double.trunc().to_bits() == double.to_bits() && double.abs() <= EXACT_IN_DOUBLE).then_some(double as i64)
}

/// An array of a JSON list of strings, or of one other text; malformed JSON stays text.
fn list(text: &mut StringValue) -> Value {
    let text = std::mem::replace(text, StringValue::from(""));
    if text.as_str().trim_start().starts_with('[') {
        return match serde_json::from_str::<Vec<String>>(text.as_str()) {
            Ok(items) => Value::Array(Array::String(items.into_iter().map(StringValue::from).collect())),
            Err(_) => Value::String(text),
        };
    }
    Value::Array(Array::String(vec![text]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn coerced(value: impl Into<Value>, wanted: ValueType) -> Value {
        let mut value = value.into();
        coerce(&mut value, wanted);
        value
    }

    #[test]
    fn whole_numbers_of_any_form_become_integers() {
        assert_eq!(coerced("1210", ValueType::Int), Value::I64(1210));
        assert_eq!(coerced(" 12 ", ValueType::Int), Value::I64(12));
        assert_eq!(coerced(12.0, ValueType::Int), Value::I64(12));
        assert_eq!(coerced("-3", ValueType::Int), Value::I64(-3));
    }

    #[test]
    fn other_values_are_unchanged() {
        for text in ["many", "", "1.5", "18446744073709551615", "0x10", "NaN"] {
            assert_eq!(coerced(text, ValueType::Int), Value::from(text));
        }
        assert_eq!(coerced(1.5, ValueType::Int), Value::F64(1.5));
        assert_eq!(coerced(1e300, ValueType::Int), Value::F64(1e300));
        assert_eq!(coerced("inf", ValueType::Double), Value::from("inf"));
    }

    #[test]
    fn lists_written_as_text_become_arrays() {
        let stop = Value::Array(Array::String(vec!["stop".into()]));
        assert_eq!(coerced("[\"stop\"]", ValueType::TextArray), stop);
        assert_eq!(coerced("stop", ValueType::TextArray), stop);
        assert_eq!(coerced("[1, 2", ValueType::TextArray), Value::from("[1, 2"));
    }

    proptest! {
        #[test]
        fn coercion_is_idempotent(text in ".{0,40}", wanted in 0..6) {
            let wanted = [ValueType::Text, ValueType::TextArray, ValueType::Int, ValueType::Double, ValueType::Bool, ValueType::Json]
                [usize::try_from(wanted).unwrap()];
            let once = coerced(text, wanted);
            prop_assert_eq!(coerced(once.clone(), wanted), once);
        }

        #[test]
        fn integers_are_unchanged(integer in any::<i64>()) {
            prop_assert_eq!(coerced(integer, ValueType::Int), Value::I64(integer));
            prop_assert_eq!(coerced(integer.to_string(), ValueType::Int), Value::I64(integer));
        }
    }
}
