//! Units without a price of their own, charged at the price of a broader unit: the reasons this adds to a cost.

use tracing_genai_usage::{CacheTtl, Family, Modality, TokenType, Unit};

use crate::price::UnitPrice;
use crate::reason::Reason;

/// Units with a free allowance per provider; responses do not report how much of it is left. Source:
/// <https://ai.google.dev/gemini-api/docs/pricing> ("free of charge" up to a number of requests a day or queries a
/// month).
const ALLOWANCES: &[(&str, Unit)] = &[("google", Unit::WebSearches)];

/// Reasons that make a cost uncertain if units were used: for each reason, the units as a bit set.
pub(crate) type Doubts = Box<[(u64, Reason)]>;

/// The doubts about a model with these prices. `equal` are the units that the provider states cost the same as their
/// enclosing unit.
pub(crate) fn doubts(provider: &str, prices: &[&UnitPrice], equal: u64) -> Doubts {
    let mut doubts: Vec<(u64, Reason)> = Vec::new();
    let mut doubt = |unit: Unit, reason: Reason| match doubts.iter_mut().find(|(_, known)| *known == reason) {
        Some((units, _)) => *units |= bit(unit),
        None => doubts.push((bit(unit), reason)),
    };
    let has_price = |unit: Unit| prices.iter().any(|price| price.unit == unit);
    for &unit in Unit::ALL
        .iter()
        .filter(|&&unit| !has_price(unit) && equal & bit(unit) == 0)
    {
        let around = prices.iter().filter(|price| is_within(unit, price.unit));
        let Some(closest) = around.clone().map(|price| depth(price.unit)).max() else {
            continue;
        };
        for price in around.filter(|price| depth(price.unit) == closest) {
            if let Some(reason) = assumption(unit, price.unit) {
                doubt(unit, reason);
            }
        }
    }
    for &(_, unit) in ALLOWANCES
        .iter()
        .filter(|(of, unit)| *of == provider && has_price(*unit))
    {
        doubt(unit, Reason::FreeAllowance);
    }
    doubts.into()
}

/// The assumption in charging `unit` at the price of `broader`; `None` if there is no assumption.
fn assumption(unit: Unit, broader: Unit) -> Option<Reason> {
    let (unit, broader) = (unit.dimensions(), broader.dimensions());
    if unit.token_type != broader.token_type {
        match unit.token_type {
            Some(TokenType::CacheRead) => return Some(Reason::CacheChargedAsInput),
            Some(TokenType::CacheWrite) => return Some(Reason::CacheWriteChargedAsInput),
            // Every provider in the catalogue states that reasoning is charged as output. Tool-use and citation tokens
            // are ordinary tokens.
            _ => {}
        }
    }
    if unit.modality != broader.modality && unit.family == Family::Tokens {
        match unit.modality {
            Some(Modality::Audio) => return Some(Reason::AudioChargedAsText),
            Some(Modality::Image) => return Some(Reason::ImageChargedAsText),
            Some(Modality::Video) => return Some(Reason::VideoChargedAsText),
            // A price without a modality is the price of text.
            _ => {}
        }
    }
    if unit.page_type != broader.page_type {
        return Some(Reason::AnnotationChargedAsPage);
    }
    // A price without a lifetime is the price of the shortest lifetime.
    (unit.ttl != broader.ttl && unit.ttl == Some(CacheTtl::OneHour)).then_some(Reason::CacheTtlAssumed)
}

fn is_within(unit: Unit, outer: Unit) -> bool {
    unit.dimensions().is_within(&outer.dimensions())
}

fn depth(unit: Unit) -> u32 {
    unit.dimensions().depth()
}

const fn bit(unit: Unit) -> u64 {
    1 << unit as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(prices: &str, equal: &[Unit], unit: Unit) -> Vec<Reason> {
        let prices: Vec<_> = prices.split(' ').map(|word| UnitPrice::parse(word).unwrap()).collect();
        let prices: Vec<_> = prices.iter().collect();
        let equal = equal.iter().fold(0, |units, &unit| units | bit(unit));
        let doubts = doubts("p", &prices, equal);
        let of_unit = doubts.iter().filter(|(units, _)| units & bit(unit) != 0);
        of_unit.map(|&(_, reason)| reason).collect()
    }

    #[test]
    fn a_part_without_a_price_is_charged_as_its_whole() {
        let plain = "input=1 output=2";
        let cases = [
            (plain, Unit::CacheReadTokens, Some(Reason::CacheChargedAsInput)),
            (plain, Unit::CacheWriteTokens, Some(Reason::CacheWriteChargedAsInput)),
            (plain, Unit::CacheWrite1hTokens, Some(Reason::CacheWriteChargedAsInput)),
            (plain, Unit::InputAudioTokens, Some(Reason::AudioChargedAsText)),
            (plain, Unit::OutputAudioTokens, Some(Reason::AudioChargedAsText)),
            (plain, Unit::InputImageTokens, Some(Reason::ImageChargedAsText)),
            (plain, Unit::InputVideoTokens, Some(Reason::VideoChargedAsText)),
            (plain, Unit::InputTextTokens, None),
            (plain, Unit::OutputReasoningTokens, None),
            (plain, Unit::InputToolTokens, None),
            (plain, Unit::WebSearches, None),
            ("input=1 cache_write=2", Unit::CacheWrite5mTokens, None),
            (
                "input=1 cache_write=2",
                Unit::CacheWrite1hTokens,
                Some(Reason::CacheTtlAssumed),
            ),
            (
                "input=1 cache_read=2",
                Unit::CacheAudioReadTokens,
                Some(Reason::AudioChargedAsText),
            ),
            ("input=1 input_audio=2", Unit::InputAudioTokens, None),
            ("audio_seconds=1", Unit::InputAudioSeconds, None),
            (
                "input_document_pages=1",
                Unit::InputAnnotatedDocumentPages,
                Some(Reason::AnnotationChargedAsPage),
            ),
        ];
        for (prices, unit, reason) in cases {
            assert_eq!(
                reasons(prices, &[], unit),
                Vec::from_iter(reason),
                "{prices}: {}",
                unit.name()
            );
        }
    }

    #[test]
    fn units_of_equal_price_add_no_reason() {
        let equal = [Unit::InputImageTokens];
        assert!(reasons("input=1", &equal, Unit::InputImageTokens).is_empty());
        assert_eq!(
            reasons("input=1", &equal, Unit::InputAudioTokens),
            [Reason::AudioChargedAsText]
        );
    }
}
