//! Parses the time of a call.

use std::time::SystemTime;

use chrono::DateTime;

/// Parses `2026-11-20T12:00:00Z`, with any offset, or `2026-11-20` for midnight in UTC.
pub(crate) fn parse(text: &str) -> Result<SystemTime, String> {
    let is_day = text.len() == "2026-11-20".len();
    let whole = if is_day {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    DateTime::parse_from_rfc3339(&whole)
        .map(SystemTime::from)
        .map_err(|_| format!("`{text}` is not a time; write it like 2026-11-20T12:00:00Z or 2026-11-20"))
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
    }

    #[test]
    fn invalid_times_are_rejected() {
        for text in [
            "",
            "now",
            "2026-02-30",
            "2026-11-20T25:00:00Z",
            "2026-11-20T12:00:00",
            "20.11.2026",
        ] {
            assert!(parse(text).unwrap_err().contains("not a time"), "{text}");
        }
    }
}
