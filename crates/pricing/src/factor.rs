//! A price multiplier as an exact fraction.

use std::fmt;

/// The maximum of decimal places of a factor.
const PLACES: usize = 9;
/// The largest factor; a larger one is a mistake.
const MOST: u64 = 1_000;

/// A factor above zero, exactly as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Factor {
    pub(crate) numerator: u64,
    /// A power of ten.
    pub(crate) denominator: u64,
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.denominator.ilog10() as usize;
        let (whole, fraction) = (self.numerator / self.denominator, self.numerator % self.denominator);
        match places {
            0 => write!(f, "{whole}"),
            places => write!(f, "{whole}.{fraction:0places$}"),
        }
    }
}

impl Factor {
    /// The neutral factor.
    pub(crate) const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// Parses decimal text such as `0.85`: above 0, at most 1,000, with at most nine decimal places.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        if whole.is_empty() || whole.len() > 4 || fraction.len() > PLACES {
            return None;
        }
        let mut numerator: u64 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            // At most thirteen digits, which fit.
            numerator = numerator * 10 + u64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        }
        let denominator = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let is_plausible = numerator > 0 && numerator <= MOST * denominator;
        is_plausible.then_some(Self { numerator, denominator })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_parsed_exactly() {
        let factor = |text: &str| Factor::parse(text).map(|factor| (factor.numerator, factor.denominator));
        assert_eq!(factor("0.85"), Some((85, 100)));
        assert_eq!(factor("1"), Some((1, 1)));
        assert_eq!(factor("1.100"), Some((11, 10)));
        assert_eq!(factor("1000"), Some((1_000, 1)));
        assert_eq!(factor("0.000000001"), Some((1, 1_000_000_000)));
        for text in ["0.85", "1", "1.1", "1.05", "1000"] {
            assert_eq!(
                Factor::parse(text).map(|factor| factor.to_string()).as_deref(),
                Some(text)
            );
        }
    }

    #[test]
    fn invalid_factors_are_rejected() {
        for text in [
            "",
            "0",
            "0.0",
            "-1",
            "1e3",
            ".5",
            "1000.1",
            "0.0000000001",
            "99999",
            "x",
        ] {
            assert_eq!(Factor::parse(text), None, "{text}");
        }
    }
}
