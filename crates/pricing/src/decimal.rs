//! Parses the decimal text of a price exactly, without floats.

/// Digits beyond this one are float noise, such as 0.18000000000000002.
pub(crate) const SIGNIFICANT_DIGITS: usize = 12;
/// Decimal places kept of a price: as many as a dollar amount has.
const PLACES: i64 = 15;
/// Digits before the point. A price of 10⁹ dollars per million tokens is a mistake.
const MAX_WHOLE_DIGITS: i64 = 9;

/// A price as plain decimal text, without exponent or needless zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) text: String,
    /// Whether digits were rounded away, half to even.
    pub(crate) snapped: bool,
}

/// Parses a price such as `0.15`, `1.5e-7` or `0.18000000000000002`, which is rounded to 0.18.
///
/// # Errors
///
/// The error as a predicate, to append to the number.
pub(crate) fn decimal(text: &str) -> Result<Decimal, &'static str> {
    if text.starts_with('-') {
        return Err("is negative");
    }
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || !is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)) {
        return Err("is not a decimal number");
    }
    let digits = [whole, fraction].concat();
    let after_zeros = digits.trim_start_matches('0');
    let significant = after_zeros.trim_end_matches('0');
    if significant.is_empty() {
        return Ok(Decimal {
            text: "0".to_owned(),
            snapped: false,
        });
    }
    // An exponent that does not fit exceeds every limit below.
    let beyond = i64::from(if exponent.starts_with('-') { i32::MIN } else { i32::MAX });
    let exponent: i64 = exponent.parse::<i32>().map_or(beyond, i64::from);
    // The price is 0.<significant> times ten to the power of this.
    let point = length(whole) - (length(&digits) - length(after_zeros)) + exponent;
    if point > MAX_WHOLE_DIGITS {
        return Err("is too large for a price");
    }
    let kept = usize::try_from(point + PLACES).unwrap_or(0).min(SIGNIFICANT_DIGITS);
    if kept == 0 {
        return Err("is too small for a price");
    }
    let (head, rest) = significant.split_at_checked(kept).unwrap_or((significant, ""));
    // At most twelve digits.
    let mantissa: u64 = head.parse().unwrap_or(0);
    // Without trailing zeros, text order equals numeric order.
    let up = rest > "5" || (rest == "5" && mantissa % 2 == 1);
    Ok(Decimal {
        text: plain(mantissa + u64::from(up), length(head) - point),
        snapped: !rest.is_empty(),
    })
}

/// The text of `mantissa` divided by ten to the power of `scale`, from -9 to 15.
fn plain(mut mantissa: u64, mut scale: i64) -> String {
    while scale > 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        scale -= 1;
    }
    let zeros = usize::try_from(-scale).unwrap_or(0);
    let places = usize::try_from(scale).unwrap_or(0);
    let digits = format!("{mantissa:0>width$}{:0<zeros$}", "", width = places + 1);
    match digits.split_at_checked(digits.len() - places) {
        Some((whole, fraction)) if !fraction.is_empty() => format!("{whole}.{fraction}"),
        _ => digits,
    }
}

fn length(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::usd::Usd;

    fn exact(text: &str) -> String {
        let decimal = decimal(text).unwrap();
        assert!(!decimal.snapped, "{text}");
        decimal.text
    }

    fn snapped(text: &str) -> String {
        let decimal = decimal(text).unwrap();
        assert!(decimal.snapped, "{text}");
        decimal.text
    }

    #[test]
    fn exact_prices_are_kept() {
        for (text, price) in [
            ("0.003625", "0.003625"),
            ("30", "30"),
            ("0", "0"),
            ("0.000", "0"),
            ("2.50", "2.5"),
            ("007.5", "7.5"),
            ("100000000", "100000000"),
            ("999999999.999", "999999999.999"),
            ("0.000000000000001", "0.000000000000001"),
            ("0.180000000000000000", "0.18"),
        ] {
            assert_eq!(exact(text), price);
        }
    }

    #[test]
    fn exponents_are_exact() {
        for (text, price) in [
            ("1e-7", "0.0000001"),
            ("1.50E-2", "0.015"),
            ("15e0", "15"),
            ("2.5e+3", "2500"),
            ("0.0025e6", "2500"),
            ("0e999999999999", "0"),
            ("1000000000000e-6", "1000000"),
        ] {
            assert_eq!(exact(text), price);
        }
    }

    #[test]
    fn float_noise_is_snapped_half_to_even() {
        for (text, price) in [
            ("0.18000000000000002", "0.18"),
            ("1.0399999999999998", "1.04"),
            ("0.08333333333333334", "0.0833333333333"),
            ("1.8000000000000002e-05", "0.000018"),
            ("1.000000000005", "1"),
            ("1.000000000015", "1.00000000002"),
            ("1.0000000000150000001", "1.00000000002"),
            ("0.9999999999999999", "1"),
            ("99999999.99999", "100000000"),
            ("0.0000000000000019", "0.000000000000002"),
        ] {
            assert_eq!(snapped(text), price);
        }
    }

    #[test]
    fn invalid_prices_are_rejected() {
        for (text, problem) in [
            ("-1", "is negative"),
            ("-0.0", "is negative"),
            ("1e308", "is too large for a price"),
            ("1000000000", "is too large for a price"),
            ("1e99999999999999999999", "is too large for a price"),
            ("1e-17", "is too small for a price"),
            ("1e-99999999999999999999", "is too small for a price"),
            ("", "is not a decimal number"),
            ("NaN", "is not a decimal number"),
            ("inf", "is not a decimal number"),
            ("0x1f", "is not a decimal number"),
            (".5", "is not a decimal number"),
            ("5.", "is not a decimal number"),
            ("1e", "is not a decimal number"),
            ("1e+", "is not a decimal number"),
            ("1 ", "is not a decimal number"),
            ("+1", "is not a decimal number"),
            ("1.2.3", "is not a decimal number"),
            ("1,5", "is not a decimal number"),
            ("١", "is not a decimal number"),
        ] {
            assert_eq!(decimal(text), Err(problem), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn all_notations_parse_to_the_same_number(mantissa in 1..1_000_000_000_000_u64, places in 0..9_usize, exponent in -6..4_i32) {
            let digits = format!("{mantissa:0>width$}", width = places + 1);
            let (whole, fraction) = digits.split_at(digits.len() - places);
            let text = format!("{whole}.{fraction}0e{exponent}");
            if let Ok(decimal) = decimal(&text) {
                // An independent decimal parser, for amounts.
                prop_assert_eq!(decimal.text.parse::<Usd>(), Usd::parse_rounded(&text));
                prop_assert!(!decimal.snapped);
            } else {
                prop_assert!(Usd::parse_rounded(&text).unwrap() >= Usd::from_nano_usd(1_000_000_000_000_000_000));
            }
        }
    }
}
