//! The resource: the service's name and other attributes of all its telemetry.

use opentelemetry::trace::TraceId;
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

use super::reader::Reader;

pub(super) fn read(read: &mut Reader<'_>) -> Vec<KeyValue> {
    let mut attributes = Vec::new();
    let variable = "OTEL_RESOURCE_ATTRIBUTES";
    if let Some(list) = read.text(variable) {
        for pair in list.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let decoded = pair
                .split_once('=')
                .and_then(|(key, value)| Some((decoded(key.trim())?, decoded(value.trim())?)));
            match decoded {
                Some((key, value)) if !key.is_empty() => attributes.push(KeyValue::new(key, value)),
                // One malformed pair makes the whole value invalid, by the specification.
                _ => {
                    read.warn(variable, &list, "a comma-separated list of key=value", "none of it");
                    attributes.clear();
                    break;
                }
            }
        }
    }
    if let Some(name) = read.text("OTEL_SERVICE_NAME") {
        set(&mut attributes, "service.name", name);
    }
    if !has(&attributes, "service.name") {
        let program = std::env::current_exe()
            .ok()
            .and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        set(
            &mut attributes,
            "service.name",
            [
                "unknown_service",
                program.as_ref().map_or("", |_| ":"),
                &program.unwrap_or_default(),
            ]
            .concat(),
        );
    }
    // Without it, replicas would overwrite each other's series.
    if !has(&attributes, "service.instance.id") {
        set(
            &mut attributes,
            "service.instance.id",
            uuid(RandomIdGenerator::default().new_trace_id()),
        );
    }
    attributes
}

pub(crate) fn set(attributes: &mut Vec<KeyValue>, key: &'static str, value: impl Into<Value>) {
    attributes.retain(|attribute| attribute.key.as_str() != key);
    attributes.push(KeyValue::new(key, value));
}

fn has(attributes: &[KeyValue], key: &str) -> bool {
    attributes.iter().any(|attribute| attribute.key.as_str() == key)
}

/// Decodes percent-encoding; `None` if malformed.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// 128 random bits as a version 4 UUID, as the convention of `service.instance.id` recommends.
fn uuid(random: TraceId) -> String {
    let bits = (u128::from_be_bytes(random.to_bytes()) & !(0xF << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    let parts = [
        hex.get(..8),
        hex.get(8..12),
        hex.get(12..16),
        hex.get(16..20),
        hex.get(20..),
    ];
    parts.map(Option::unwrap_or_default).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_percent_decoded() {
        assert_eq!(decoded("a%2Cb%3D%C3%A9").as_deref(), Some("a,b=é"));
        assert_eq!(decoded("100%"), None);
        assert_eq!(decoded("%zz"), None);
    }

    #[test]
    fn an_instance_id_is_a_version_4_uuid() {
        let id = uuid(TraceId::from_bytes([0xFF; 16]));
        assert_eq!(id, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid(TraceId::INVALID), "00000000-0000-4000-8000-000000000000");
    }
}
