//! Dates and times of day in UTC, for dated prices.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{NaiveDate, NaiveTime, Timelike};

const SECONDS_PER_DAY: i64 = 86_400;

/// A moment: seconds since 1970-01-01 in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

/// When a price applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Constraint {
    /// From then on.
    From(Moment),
    /// Every day from the first second of the day up to, excluding, the second; over midnight if the first is later.
    Daily(u32, u32),
}

impl Moment {
    /// The beginning of a day, such as `2026-11-12`.
    pub(crate) fn parse(day: &str) -> Option<Self> {
        let day: NaiveDate = day.parse().ok()?;
        Some(Self(day.and_time(NaiveTime::MIN).and_utc().timestamp()))
    }
}

impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        let whole = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
        Self(match time.duration_since(UNIX_EPOCH) {
            Ok(after) => whole(after.as_secs()),
            // A fraction of a second before the epoch belongs to the second that began earlier.
            Err(before) if before.duration().subsec_nanos() > 0 => -1 - whole(before.duration().as_secs()),
            Err(before) => -whole(before.duration().as_secs()),
        })
    }
}

impl Constraint {
    /// Parses `2026-03-13` or `01:00:00Z-04:00:00Z`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // The calendar's parser accepts white space, which separates the words of a catalogue.
        if text.contains(char::is_whitespace) {
            return None;
        }
        let second = |text: &str| Some(text.parse::<NaiveTime>().ok()?.num_seconds_from_midnight());
        match text.split_once("Z-") {
            Some((start, end)) => Some(Self::Daily(second(start)?, second(end.strip_suffix('Z')?)?)),
            None => Moment::parse(text).map(Self::From),
        }
    }

    /// Whether the price applies at that moment.
    pub(crate) fn is_active(self, moment: Moment) -> bool {
        match self {
            Self::From(start) => moment >= start,
            Self::Daily(start, end) => {
                let second = moment.0.rem_euclid(SECONDS_PER_DAY);
                let (is_after, is_before) = (second >= i64::from(start), second < i64::from(end));
                if end < start {
                    is_after || is_before
                } else {
                    is_after && is_before
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::from(UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[test]
    fn invalid_dates_and_times_are_rejected() {
        for text in [
            "2025-02-29",
            "2025-13-01",
            "2025-00-01",
            "2025-01",
            "x",
            "2025-01-01-1",
            "2025- 01-01",
            "24:00:00Z-01:00:00Z",
            "01:00:00-02:00:00",
        ] {
            assert_eq!(Constraint::parse(text), None, "{text}");
        }
        assert!(Constraint::parse("2000-02-29").is_some());
    }

    #[test]
    fn a_dated_price_begins_with_the_first_second_of_its_day_in_utc() {
        let price = Constraint::parse("2026-03-13").unwrap();
        assert!(!price.is_active(at(20_525 * 86_400 - 1)));
        assert!(price.is_active(at(20_525 * 86_400)));
    }

    #[test]
    fn a_daily_window_includes_its_start_and_excludes_its_end() {
        let window = Constraint::parse("01:00:00Z-04:00:00Z").unwrap();
        assert!(!window.is_active(at(3_599)));
        assert!(window.is_active(at(3_600)));
        assert!(window.is_active(at(14_399)));
        assert!(!window.is_active(at(14_400)));
    }

    #[test]
    fn a_daily_window_may_cross_midnight() {
        let window = Constraint::parse("16:30:00Z-00:30:00Z").unwrap();
        assert!(window.is_active(at(23 * 3_600)));
        assert!(window.is_active(at(0)));
        assert!(!window.is_active(at(1_800)));
    }

    #[test]
    fn every_system_time_converts_to_a_moment() {
        assert_eq!(Moment::from(UNIX_EPOCH - Duration::from_millis(1)), Moment(-1));
        assert_eq!(Moment::from(UNIX_EPOCH - Duration::from_secs(1)), Moment(-1));
        assert_eq!(Moment::parse("1969-12-31"), Some(Moment(-SECONDS_PER_DAY)));
    }
}
