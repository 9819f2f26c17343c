//! Days and times of day in UTC: all that dated prices need of a calendar.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_PER_DAY: i64 = 86_400;

/// An instant as prices see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Days since 1970-01-01 in UTC.
    day: i64,
    /// Seconds since midnight in UTC.
    second: u32,
}

/// When a price holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Constraint {
    /// From the beginning of that day, counted from 1970-01-01, on.
    From(i64),
    /// Every day from the first second of the day to before the second; over midnight when the first is the later.
    Daily(u32, u32),
}

impl Moment {
    /// The beginning of a day, such as `2026-11-12`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        day(text).map(|day| Self { day, second: 0 })
    }
}

impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        let seconds = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => {
                let before = before.duration();
                let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
                // A part of a second before the epoch belongs to the second that began earlier.
                -(whole.saturating_add(i64::from(before.subsec_nanos() > 0)))
            }
        };
        let second = u32::try_from(seconds.rem_euclid(SECONDS_PER_DAY)).unwrap_or(0);
        Self {
            day: seconds.div_euclid(SECONDS_PER_DAY),
            second,
        }
    }
}

impl Constraint {
    /// Reads `2026-03-13` or `01:00:00Z-04:00:00Z`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.split_once("Z-") {
            Some((start, end)) => Some(Self::Daily(seconds(start)?, seconds(end.strip_suffix('Z')?)?)),
            None => day(text).map(Self::From),
        }
    }

    /// Whether the price holds at that moment.
    pub(crate) fn is_active(self, moment: Moment) -> bool {
        match self {
            Self::From(day) => moment.day >= day,
            Self::Daily(start, end) if end < start => moment.second >= start || moment.second < end,
            Self::Daily(start, end) => (start..end).contains(&moment.second),
        }
    }
}

fn seconds(text: &str) -> Option<u32> {
    let mut fields = text.split(':');
    let mut field = |limit: u32| fields.next()?.parse::<u32>().ok().filter(|&value| value < limit);
    let (hours, minutes, seconds) = (field(24)?, field(60)?, field(60)?);
    fields.next().is_none().then_some((hours * 60 + minutes) * 60 + seconds)
}

/// Days since 1970-01-01. Source: Howard Hinnant, `days_from_civil`, <https://howardhinnant.github.io/date_algorithms.html>.
fn day(text: &str) -> Option<i64> {
    let mut fields = text.split('-');
    let mut field = || fields.next()?.parse::<i64>().ok();
    let (year, month, day) = (field()?, field()?, field()?);
    if fields.next().is_some() || !is_date(year, month, day) {
        return None;
    }
    // The year begins in March, so that a leap day is its last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Whether the calendar has that day.
pub(crate) fn is_date(year: i64, month: i64, day: i64) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day) && (1..=9999).contains(&year)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment::from(UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("2000-02-29"), Some(11_016));
        assert_eq!(day("2026-03-13"), Some(20_525));
        assert_eq!(day("1969-12-31"), Some(-1));
        for text in ["2025-02-29", "2025-13-01", "2025-00-01", "2025-01", "x", "2025-01-01-1"] {
            assert_eq!(day(text), None, "{text}");
        }
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
    fn times_before_1970_have_a_day_too() {
        let moment = Moment::from(UNIX_EPOCH - Duration::from_millis(1));
        assert_eq!(
            moment,
            Moment {
                day: -1,
                second: 86_399
            }
        );
    }
}
