//! Sums the calls with a cost on both sides.

use tracing_genai_pricing::{Cost, Reason, Status, Usd};

/// The costs and estimates of the calls for which both are known.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) calls: u64,
    /// Whether a sum overflowed.
    overflowed: bool,
    cost: Usd,
    estimate: Usd,
    /// Calls without a cost.
    pub(super) without_cost: u64,
    /// Calls with a cost, but without an estimate.
    pub(super) without_estimate: u64,
    /// The number of estimates per assumption.
    assumptions: Vec<(Reason, u64)>,
}

/// The sums of a tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) cost: Usd,
    pub(super) estimate: Usd,
    /// The estimate minus the cost.
    pub(super) difference: Usd,
}

impl Tally {
    pub(super) fn add(&mut self, cost: &Cost, estimate: &Cost) {
        let (Some(amount), Some(estimated)) = (cost.total, estimate.total) else {
            if cost.total.is_none() {
                self.without_cost += 1;
            } else {
                self.without_estimate += 1;
            }
            return;
        };
        let (Some(cost), Some(sum)) = (self.cost.checked_add(amount), self.estimate.checked_add(estimated)) else {
            self.overflowed = true;
            return;
        };
        (self.cost, self.estimate) = (cost, sum);
        self.calls += 1;
        for reason in estimate.reasons.iter() {
            match self.assumptions.iter_mut().find(|(assumed, _)| *assumed == reason) {
                Some((_, calls)) => *calls += 1,
                None => self.assumptions.push((reason, 1)),
            }
        }
    }

    /// The sums; `None` without calls, since unknown is not zero.
    pub(super) fn sums(&self) -> Option<Sums> {
        (self.calls > 0 && !self.overflowed).then(|| Sums::of(self.cost, self.estimate))
    }

    /// The assumptions, with their number of calls.
    pub(super) fn assumptions(&self) -> &[(Reason, u64)] {
        &self.assumptions
    }

    /// The status of the sum of the estimates.
    pub(super) fn status(&self) -> Status {
        match (self.sums(), self.assumptions.is_empty()) {
            (None, _) => Status::Unpriced,
            (Some(_), true) => Status::Priced,
            (Some(_), false) => Status::Estimated,
        }
    }
}

impl Sums {
    pub(super) fn of(cost: Usd, estimate: Usd) -> Self {
        Self {
            cost,
            estimate,
            difference: difference(cost, estimate),
        }
    }

    /// The difference in percent of the cost, with one decimal; `None` for a cost of zero.
    pub(super) fn percent(self) -> Option<String> {
        let per_mille = self.difference.femto_usd().checked_mul(1_000)?;
        let rounded = rounded_quotient(per_mille, self.cost.femto_usd())?;
        let sign = if rounded < 0 { "-" } else { "+" };
        let rounded = rounded.unsigned_abs();
        Some(format!("{sign}{}.{} %", rounded / 10, rounded % 10))
    }
}

/// `estimate` minus `cost`, saturating; amounts of calls are far below the limits.
pub(super) fn difference(cost: Usd, estimate: Usd) -> Usd {
    Usd::from_femto_usd(estimate.femto_usd().saturating_sub(cost.femto_usd()))
}

/// Rounds half away from zero.
fn rounded_quotient(dividend: i128, divisor: i128) -> Option<i128> {
    let (whole, rest) = (dividend.checked_div(divisor)?, dividend.checked_rem(divisor)?);
    let is_up = rest.unsigned_abs() * 2 >= divisor.unsigned_abs();
    Some(whole + if is_up { rest.signum() } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Usd {
        text.parse().unwrap()
    }

    #[test]
    fn sums_are_over_calls_with_a_cost_on_both_sides() {
        let mut tally = Tally::default();
        assert_eq!((tally.sums(), tally.status()), (None, Status::Unpriced));
        let known = Cost::reported(usd("0.5"));
        let unknown = Cost::unpriced(Reason::UnknownModel);
        tally.add(&known, &Cost::reported(usd("0.1")));
        tally.add(&known, &unknown);
        tally.add(&unknown, &known);
        let sums = tally.sums().unwrap();
        assert_eq!(
            (sums.cost, sums.estimate, sums.difference),
            (usd("0.5"), usd("0.1"), usd("-0.4"))
        );
        assert_eq!((tally.calls, tally.without_cost, tally.without_estimate), (1, 1, 1));
    }

    #[test]
    fn percent_has_one_decimal_and_is_none_for_a_cost_of_zero() {
        let percent = |cost, estimate| Sums::of(usd(cost), usd(estimate)).percent();
        assert_eq!(percent("3", "1").as_deref(), Some("-66.7 %"));
        assert_eq!(percent("1", "1").as_deref(), Some("+0.0 %"));
        assert_eq!(percent("0.0001", "0.00025").as_deref(), Some("+150.0 %"));
        assert_eq!(percent("0", "1"), None);
    }
}
