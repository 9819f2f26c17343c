//! CrewAI's own telemetry, with unprefixed names.

use super::definition::Dialect;
use crate::Attribute;

pub(super) const CREWAI: Dialect = Dialect {
    name: "CrewAI",
    source: "`crewai/telemetry/telemetry.py` of crewAI, and `internal/crewai` of the Collector's genainormalizerprocessor",
    scopes: &["crewai.telemetry"],
    unprefixed: &[
        ("agent_role", Attribute::AgentName),
        ("crew_id", Attribute::ConversationId),
    ],
    ..Dialect::EMPTY
};
