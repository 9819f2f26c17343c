//! Parses the time of a call.

use std::time::SystemTime;

use chrono::{DateTime, NaiveDateTime};

/// Parses `2026-11-20T12:00:00Z`, with any offset, `2026-11-20 12:00:00` in UTC, or `2026-11-20` for midnight in UTC.
pub(crate) fn parse(text: &str) -> Result<SystemTime, String> {
    let is_day = text.len() == "2026-11-20".len();
    let whole = if is_day {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    let parsed = DateTime::parse_from_rfc3339(&whole).map(SystemTime::from);
    parsed
        .or_else(|error| without_offset(text).map(|time| time.and_utc().into()).ok_or(error))
        .map_err(|_| format!("`{text}` is not a time; write it like 2026-11-20T12:00:00Z or 2026-11-20"))
}

/// Whether `text` is a time without an offset, as databases export it; it is taken as UTC.
pub(crate) fn is_without_offset(text: &str) -> bool {
    without_offset(text).is_some()
}

fn without_offset(text: &str) -> Option<NaiveDateTime> {
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    forms
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    /// 2026-11-20T12:00:00Z.
    const NOON: u64 = 1_795_176_000;

    #[test]
    fn offsets_are_applied_and_a_day_is_midnight_in_utc() {
        let seconds = |text: &str| parse(text).unwrap().duration_since(UNIX_EPOCH).unwrap();
        assert_eq!(seconds("2026-11-20T12:00:00Z"), Duration::from_secs(NOON));
        assert_eq!(seconds("2026-11-20T14:00:00+02:00"), Duration::from_secs(NOON));
        assert_eq!(
            seconds("2026-11-20T06:30:00.5-05:30"),
            Duration::from_millis(NOON * 1_000 + 500)
        );
        assert_eq!(seconds("2026-11-20"), Duration::from_secs(NOON - 12 * 3_600));
        assert_eq!(seconds("2026-11-20 12:00:00"), Duration::from_secs(NOON));
        assert_eq!(
            seconds("2026-11-20T12:00:00.25"),
            Duration::from_millis(NOON * 1_000 + 250)
        );
        assert!(is_without_offset("2026-11-20 12:00:00") && !is_without_offset("2026-11-20T12:00:00Z"));
    }

    #[test]
    fn invalid_times_are_rejected() {
        for text in [
            "",
            "now",
            "2026-02-30",
            "2026-11-20T25:00:00Z",
            "2026-11-20 12:00",
            "20.11.2026",
        ] {
            assert!(parse(text).unwrap_err().contains("not a time"), "{text}");
        }
    }
}
