//! Adds up the calls that have a cost on both sides.

use tracing_genai::pricing::{Cost, Reason, Status, Usd};

/// What calls cost, and what they would have cost, over those for which both are known.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) calls: u64,
    /// Calls whose sum would be beyond any money.
    overflowed: bool,
    cost: Usd,
    estimate: Usd,
    /// Calls whose own cost is not known.
    pub(super) without_cost: u64,
    /// Calls that have a cost, and none on the other model.
    pub(super) without_estimate: u64,
    /// How many estimates assume what.
    assumed: Vec<(Reason, u64)>,
}

/// The sums of a tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) cost: Usd,
    pub(super) estimate: Usd,
    /// The estimate less the cost.
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
            match self.assumed.iter_mut().find(|(assumed, _)| *assumed == reason) {
                Some((_, calls)) => *calls += 1,
                None => self.assumed.push((reason, 1)),
            }
        }
    }

    /// The sums; `None` over no call, since that is not zero.
    pub(super) fn sums(&self) -> Option<Sums> {
        (self.calls > 0 && !self.overflowed).then(|| Sums::of(self.cost, self.estimate))
    }

    /// What was assumed, and of how many calls.
    pub(super) fn assumed(&self) -> &[(Reason, u64)] {
        &self.assumed
    }

    /// How sure the sum of the estimates is.
    pub(super) fn status(&self) -> Status {
        match (self.sums(), self.assumed.is_empty()) {
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

    /// The difference in percent of the cost, with one decimal; `None` of nothing.
    pub(super) fn percent(self) -> Option<String> {
        let per_mille = self.difference.femto_usd().checked_mul(1_000)?;
        let rounded = rounded_quotient(per_mille, self.cost.femto_usd())?;
        let sign = if rounded < 0 { "-" } else { "+" };
        let rounded = rounded.unsigned_abs();
        Some(format!("{sign}{}.{} %", rounded / 10, rounded % 10))
    }
}

/// What is left of `estimate` without `cost`; amounts of calls are far from the ends of the type.
pub(super) fn difference(cost: Usd, estimate: Usd) -> Usd {
    Usd::from_femto_usd(estimate.femto_usd().saturating_sub(cost.femto_usd()))
}

/// Half away from zero.
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
    fn sums_are_over_the_calls_that_have_a_cost_on_both_sides() {
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
    fn a_share_is_rounded_to_a_tenth_and_none_of_nothing() {
        let percent = |cost, estimate| Sums::of(usd(cost), usd(estimate)).percent();
        assert_eq!(percent("3", "1").as_deref(), Some("-66.7 %"));
        assert_eq!(percent("1", "1").as_deref(), Some("+0.0 %"));
        assert_eq!(percent("0.0001", "0.00025").as_deref(), Some("+150.0 %"));
        assert_eq!(percent("0", "1"), None);
    }
}
