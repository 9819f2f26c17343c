//! Computes instants by counting days, independently of the code under test.

/// The first second of a day such as `2026-11-20` in UTC.
pub(crate) fn midnight(day: &str) -> u64 {
    let number = |range: std::ops::Range<usize>| day[range].parse::<u64>().unwrap();
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (year, month) = (number(0..4), number(5..7));
    let years: u64 = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    let february = if is_leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months: u64 = lengths.iter().take(usize::try_from(month - 1).unwrap()).sum();
    (years + months + number(8..10) - 1) * 86_400
}
