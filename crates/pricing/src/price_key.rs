//! The names of unit prices in tables in the form of genai-prices.

use tracing_genai_usage::{Family, Unit};

/// For each family: the suffix of its units and of their price keys.
/// Source: the `units` of the genai-prices table, version 0.2.3.
const ENDINGS: &[(Family, &str, &str)] = &[
    (Family::Tokens, "_tokens", "_mtok"),
    (Family::Characters, "characters", "mchars"),
    (Family::Durations, "seconds", "hours"),
    (Family::Pixels, "pixels", "gpixels"),
    (Family::DocumentPages, "pages", "kpages"),
    (Family::Messages, "", "_kcount"),
    (Family::Rerank, "", "_kcount"),
    (Family::ToolCalls, "", "_kcount"),
    (Family::Requests, "", "_kcount"),
];

/// The price key of `unit` in a table: `input_mtok` for `input_tokens`, which are priced per million.
///
/// ```
/// use tracing_genai_pricing::{price_key, unit_of_price_key};
/// use tracing_genai_usage::Unit;
///
/// assert_eq!(price_key(Unit::CacheReadTokens), "cache_read_mtok");
/// assert_eq!(unit_of_price_key("audio_hours"), Some(Unit::AudioSeconds));
/// ```
pub fn price_key(unit: Unit) -> String {
    let family = unit.dimensions().family;
    let name = unit.name();
    let key = |&(of, ending, in_key): &(Family, &str, &str)| {
        let stem = name.strip_suffix(ending).filter(|_| of == family)?;
        Some([stem, in_key].concat())
    };
    // Every family has a suffix (tested).
    ENDINGS.iter().find_map(key).unwrap_or_else(|| name.to_owned())
}

/// The unit of a price key; `None` if unknown.
pub fn unit_of_price_key(key: &str) -> Option<Unit> {
    let unit = |&(family, ending, in_key): &(Family, &str, &str)| {
        let name = [key.strip_suffix(in_key)?, ending].concat();
        Unit::from_name(&name).filter(|unit| unit.dimensions().family == family)
    };
    ENDINGS.iter().find_map(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{document::json, shared_data};

    #[test]
    fn price_keys_of_all_units_round_trip() {
        for &unit in Unit::ALL {
            let key = price_key(unit);
            assert_ne!(key, unit.name());
            assert_eq!(unit_of_price_key(&key), Some(unit), "{key}");
        }
    }

    #[test]
    fn unknown_keys_have_no_unit() {
        for key in [
            "",
            "_mtok",
            "mtok",
            "input_tokens",
            "input_kcount",
            "input_tokens_kcount",
            "input_hours",
            "web_searches_mtok",
        ] {
            assert_eq!(unit_of_price_key(key), None, "{key}");
        }
    }

    #[test]
    fn keys_and_sizes_match_the_table() {
        let Some(path) = shared_data::path("TRACING_GENAI_PRICES") else {
            return;
        };
        let text = std::fs::read_to_string(path).unwrap();
        let table = json(&text).unwrap();
        let units = table.fields().unwrap().required("units").unwrap();
        assert_eq!(units.table().unwrap().len(), Unit::COUNT);
        for (name, row) in units.table().unwrap() {
            let unit = Unit::from_name(name).unwrap();
            let mut row = row.fields().unwrap();
            assert_eq!(row.required("price_key").unwrap().text(), Ok(&*price_key(unit)));
            assert_eq!(
                row.required("per").unwrap().whole_number(),
                Ok(unit.dimensions().family.per())
            );
        }
    }
}
