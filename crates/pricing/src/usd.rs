//! Exact dollars: an integer count of 10⁻¹⁵ USD.

use crate::factor::Factor;
use std::fmt;
use std::str::FromStr;

/// Decimal places of an amount.
const PLACES: usize = 15;
/// Femto-dollars per dollar.
const FEMTO_PER_USD: i128 = 1_000_000_000_000_000;
/// Femto-dollars per nano-dollar.
const FEMTO_PER_NANO: i128 = 1_000_000;
/// The longest accepted text: far above any amount.
const MAX_TEXT_BYTES: usize = 64;

/// An exact amount of US dollars, counted in femto-dollars (10⁻¹⁵ USD).
///
/// One token of the cheapest model costs thousands of these; the largest amount is above 10²³ dollars.
///
/// ```
/// use tracing_genai_pricing::Usd;
///
/// let amount: Usd = "0.0065".parse()?;
/// assert_eq!(amount.to_string(), "0.0065");
/// assert_eq!(amount.nano_usd_rounded_up(), Some(6_500_000));
/// # Ok::<(), tracing_genai_pricing::ParseUsdError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd(i128);

/// Why a text is not a valid amount of dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseUsdError {
    /// The text is not a decimal number.
    #[error("not a decimal number of dollars; write it like 0.0065")]
    NotDecimal,
    /// The number is finer than 10⁻¹⁵ USD.
    #[error("finer than 10^-15 USD; write at most 15 decimal places or read it with Usd::parse_rounded")]
    TooFine,
    /// The number overflows.
    #[error("too many dollars for an exact amount; the largest is about 1.7e23")]
    TooLarge,
}

impl Usd {
    /// Zero dollars.
    pub const ZERO: Self = Self(0);

    /// The amount of that many femto-dollars (10⁻¹⁵ USD).
    pub const fn from_femto_usd(femto_usd: i128) -> Self {
        Self(femto_usd)
    }

    /// This amount in femto-dollars (10⁻¹⁵ USD).
    pub const fn femto_usd(self) -> i128 {
        self.0
    }

    /// The amount of that many nano-dollars (10⁻⁹ USD).
    pub const fn from_nano_usd(nano_usd: i64) -> Self {
        // An i64 widened and multiplied by 10^6 stays below 2^84.
        Self(nano_usd as i128 * FEMTO_PER_NANO)
    }

    /// Parses decimal text such as `0.0065` or `1.5e-7`, rounded half to even at 10⁻¹⁵ USD.
    ///
    /// # Errors
    ///
    /// [`ParseUsdError::NotDecimal`] or [`ParseUsdError::TooLarge`].
    pub fn parse_rounded(text: &str) -> Result<Self, ParseUsdError> {
        parse(text).map(|(amount, _)| amount)
    }

    /// The sum, or `None` on overflow.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// This amount by that factor, rounded down at 10⁻¹⁵ USD, for the display of a price. Costs are computed from
    /// rates.
    pub(crate) fn times(self, factor: Factor) -> Self {
        let product = self.0.saturating_mul(i128::from(factor.numerator));
        Self(product / i128::from(factor.denominator.max(1)))
    }

    /// The nearest double, for telemetry. Add and compare amounts before this conversion.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // The one place where an amount leaves for a wire that has no decimals.
    pub fn to_f64(self) -> f64 {
        // Most amounts are below a dollar, where the slow division of 128 bits is unnecessary.
        if self.0.unsigned_abs() < FEMTO_PER_USD.unsigned_abs() {
            return self.0 as i64 as f64 / FEMTO_PER_USD as f64;
        }
        let whole = self.0 / FEMTO_PER_USD;
        let rest = self.0 % FEMTO_PER_USD;
        // 10^15 and the remainder below it are exact doubles, so only the final operations round.
        whole as f64 + rest as f64 / FEMTO_PER_USD as f64
    }

    /// This amount in nano-dollars (10⁻⁹ USD), rounded up so that a budget never counts too little; `None` if it is
    /// negative or does not fit.
    pub fn nano_usd_rounded_up(self) -> Option<u64> {
        let up = i128::from(self.0 % FEMTO_PER_NANO > 0);
        u64::try_from(self.0 / FEMTO_PER_NANO + up).ok().filter(|_| self.0 >= 0)
    }
}

impl FromStr for Usd {
    type Err = ParseUsdError;

    /// Parses decimal text exactly; text finer than 10⁻¹⁵ USD is rejected.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match parse(text)? {
            (amount, true) => Ok(amount),
            (_, false) => Err(ParseUsdError::TooFine),
        }
    }
}

impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let unit = FEMTO_PER_USD.unsigned_abs();
        let fraction = format!("{:0PLACES$}", magnitude % unit);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        f.pad_integral(self.0 >= 0, "", &format!("{}{point}{fraction}", magnitude / unit))
    }
}

impl fmt::Debug for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} USD")
    }
}

/// The amount, and whether it is exact.
fn parse(text: &str) -> Result<(Usd, bool), ParseUsdError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(ParseUsdError::NotDecimal);
    }
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| ParseUsdError::NotDecimal)?),
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() + fraction.len() == 0 {
        return Err(ParseUsdError::NotDecimal);
    }
    let digits = || whole.bytes().chain(fraction.bytes());
    if !digits().all(|digit| digit.is_ascii_digit()) {
        return Err(ParseUsdError::NotDecimal);
    }
    // Position of the last digit kept, from the first digit of the text.
    let kept = i64::try_from(whole.len() + PLACES).unwrap_or(i64::MAX) + i64::from(exponent);
    let mut femto: i128 = 0;
    for (place, digit) in (0_i64..).zip(digits().chain(std::iter::repeat(b'0'))) {
        let all_read = place >= i64::try_from(whole.len() + fraction.len()).unwrap_or(i64::MAX);
        if place >= kept || (all_read && femto == 0) {
            break;
        }
        femto = femto
            .checked_mul(10)
            .and_then(|shifted| shifted.checked_add(i128::from(digit - b'0')))
            .ok_or(ParseUsdError::TooLarge)?;
    }
    let (up, exact) = rounding(digits(), kept, femto % 2 != 0);
    femto = femto.checked_add(i128::from(up)).ok_or(ParseUsdError::TooLarge)?;
    Ok((Usd(if negative { -femto } else { femto }), exact))
}

/// Whether the digits from position `kept` on round up (half to even), and whether they are all zero.
fn rounding(digits: impl Iterator<Item = u8>, kept: i64, odd: bool) -> (bool, bool) {
    // Digits before the text are zeros, so a first dropped digit left of it makes the rest less than half.
    let left_of_text = kept < 0;
    let mut dropped = digits.skip(usize::try_from(kept).unwrap_or(0));
    let first = if left_of_text {
        b'0'
    } else {
        dropped.next().unwrap_or(b'0')
    };
    let rest = dropped.any(|digit| digit != b'0');
    let up = first > b'5' || (first == b'5' && (rest || odd));
    (up, first == b'0' && !rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_text_is_kept_exactly() {
        for text in [
            "0",
            "1",
            "0.0065",
            "0.00016382",
            "-2.5",
            "123456789.000000000000001",
            "0.000000000000001",
        ] {
            assert_eq!(text.parse::<Usd>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn exponents_and_leading_or_trailing_zeros_are_the_same_amount() {
        let amount = |text: &str| text.parse::<Usd>().unwrap();
        assert_eq!(amount("1.5e-7"), amount("0.00000015"));
        assert_eq!(amount("15E-8"), amount("0.00000015"));
        assert_eq!(amount("2e3"), amount("2000"));
        assert_eq!(amount("007.500"), amount("7.5"));
        assert_eq!(amount(".5"), amount("0.5"));
        assert_eq!(amount("0e9"), Usd::ZERO);
    }

    #[test]
    fn text_finer_than_a_femto_dollar_is_rejected_or_rounded_half_to_even() {
        assert_eq!("0.0000000000000001".parse::<Usd>(), Err(ParseUsdError::TooFine));
        let femto = |text: &str| Usd::parse_rounded(text).unwrap().femto_usd();
        assert_eq!(femto("0.0000000000000005"), 0);
        assert_eq!(femto("0.0000000000000015"), 2);
        assert_eq!(femto("0.00000000000000251"), 3);
        assert_eq!(femto("5e-16"), 0);
        assert_eq!(femto("6e-16"), 1);
        assert_eq!(femto("9e-17"), 0);
        assert_eq!(femto("0.18000000000000002"), 180_000_000_000_000);
    }

    #[test]
    fn invalid_amounts_are_rejected() {
        for text in ["", ".", "-", "1,5", "NaN", "1e", "0x1", "1 ", "1.2.3"] {
            assert_eq!(text.parse::<Usd>(), Err(ParseUsdError::NotDecimal), "{text:?}");
        }
        assert_eq!("1e30".parse::<Usd>(), Err(ParseUsdError::TooLarge));
        assert_eq!("1e2147483647".parse::<Usd>(), Err(ParseUsdError::TooLarge));
    }

    #[test]
    fn nano_dollars_are_rounded_up() {
        assert_eq!(Usd::from_femto_usd(1).nano_usd_rounded_up(), Some(1));
        assert_eq!(Usd::from_femto_usd(1_000_000).nano_usd_rounded_up(), Some(1));
        assert_eq!(Usd::from_femto_usd(1_000_001).nano_usd_rounded_up(), Some(2));
        assert_eq!(Usd::ZERO.nano_usd_rounded_up(), Some(0));
        assert_eq!(Usd::from_femto_usd(-1).nano_usd_rounded_up(), None);
    }

    #[test]
    fn a_double_is_the_nearest_to_the_decimal() {
        for text in ["0.0065", "0.00000015", "1.245006", "12345.678901234"] {
            let amount: Usd = text.parse().unwrap();
            let expected: f64 = text.parse().unwrap();
            assert!((amount.to_f64() - expected).abs() <= expected * f64::EPSILON, "{text}");
        }
    }
}
