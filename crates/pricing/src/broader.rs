//! Units without a price of their own, which are charged at the price of a broader one: what that makes uncertain.

use tracing_genai_usage::{CacheTtl, Family, Modality, TokenType, Unit};

use crate::price::UnitPrice;
use crate::reason::Reason;

/// Units of which a provider gives a number away before it charges, and how many are left shows in no response. Source:
/// <https://ai.google.dev/gemini-api/docs/pricing> ("free of charge" up to a number of requests a day or queries a month).
const ALLOWANCES: &[(&str, Unit)] = &[("google", Unit::WebSearches)];

/// What to doubt where units were used: by reason, the units as a bit set.
pub(crate) type Doubts = Box<[(u64, Reason)]>;

/// The doubts of a provider's model with these prices. `equal` are the units that the provider says cost what the unit
/// around them does.
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

/// What it takes for granted to charge `unit` at the price of `broader`; `None` where nothing is.
fn assumption(unit: Unit, broader: Unit) -> Option<Reason> {
    let (unit, broader) = (unit.dimensions(), broader.dimensions());
    if unit.token_type != broader.token_type {
        match unit.token_type {
            Some(TokenType::CacheRead) => return Some(Reason::CacheChargedAsInput),
            Some(TokenType::CacheWrite) => return Some(Reason::CacheWriteChargedAsInput),
            // Every provider in the catalogue charges reasoning as output, and says so: its price is that of the output.
            // What tools put in and what was cited are tokens like any other.
            _ => {}
        }
    }
    if unit.modality != broader.modality && unit.family == Family::Tokens {
        match unit.modality {
            Some(Modality::Audio) => return Some(Reason::AudioChargedAsText),
            Some(Modality::Image) => return Some(Reason::ImageChargedAsText),
            Some(Modality::Video) => return Some(Reason::VideoChargedAsText),
            // The price without a modality is that of text.
            _ => {}
        }
    }
    if unit.page_type != broader.page_type {
        return Some(Reason::AnnotationChargedAsPage);
    }
    // The price without a lifetime is that of the shortest.
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
    fn a_part_without_a_price_is_charged_as_what_it_is_part_of() {
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
    fn what_the_provider_says_costs_the_same_is_not_doubted() {
        let equal = [Unit::InputImageTokens];
        assert!(reasons("input=1", &equal, Unit::InputImageTokens).is_empty());
        assert_eq!(
            reasons("input=1", &equal, Unit::InputAudioTokens),
            [Reason::AudioChargedAsText]
        );
    }
}
