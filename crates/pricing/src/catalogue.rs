//! The catalogue: all prices, and the cost of a call.

use std::sync::{Arc, LazyLock};

use crate::call::{CallContext, PriceQuery};
use crate::charge::{Multiplied, charge};
use crate::cost::Cost;
use crate::entry::Entry;
use crate::factor::Factor;
use crate::find::{Question, find};
use crate::found::Found;
use crate::kind::{Kind, Service};
use crate::layers::{embedded, layered};
use crate::memo::Memo;
use crate::model_id::ModelId;
use crate::names;
use crate::overlay;
use crate::plan::Owner;
use crate::price_file::{Feed, PriceFileError};
use crate::reason::{Reason, Reasons};
use crate::region::Region;
use crate::table::{CatalogueError, Table};
use crate::user_file::UserFile;

/// Prices of models by provider, with a cache of lookups.
///
/// Shared by reference between threads. A cached model is priced without allocation or search.
///
/// ```
/// use std::time::SystemTime;
/// use tracing_genai_pricing::{Catalogue, PriceQuery, Status};
/// use tracing_genai_usage::{Unit, Usage};
///
/// let usage = Usage::new().with(Unit::InputTokens, 1_200).with(Unit::OutputTokens, 350);
/// let call = PriceQuery::new("openai", &usage, SystemTime::now())
///     .response_model("gpt-4o-2024-08-06")
///     .request_model("gpt-4o");
/// let cost = Catalogue::embedded().cost(&call);
/// assert_eq!(cost.status, Status::Priced);
/// assert_eq!(cost.total.map(|total| total.to_string()).as_deref(), Some("0.0065"));
/// ```
#[derive(Debug)]
pub struct Catalogue {
    table: Table,
    memo: Memo,
}

impl Catalogue {
    /// The catalogue in this crate, parsed at the first call in a few milliseconds.
    pub fn embedded() -> &'static Arc<Self> {
        static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Arc::new(Catalogue::of(embedded())));
        &CATALOGUE
    }

    /// The embedded catalogue, overlaid by a newer table, overlaid by the user's file.
    ///
    /// # Errors
    ///
    /// [`PriceFileError`] with file, line and reason if the file names an unknown provider or model, or contradicts
    /// itself.
    pub fn layered(feed: Option<&Feed>, user_file: Option<&UserFile>) -> Result<Self, PriceFileError> {
        Self::embedded().with(feed, user_file)
    }

    /// This catalogue, overlaid by a newer table, overlaid by the user's file.
    pub(crate) fn with(&self, feed: Option<&Feed>, user_file: Option<&UserFile>) -> Result<Self, PriceFileError> {
        layered(&self.table, Self::is_embedded, feed, user_file).map(Self::of)
    }

    /// Whether the embedded catalogue has a provider of that id.
    fn is_embedded(id: &str) -> bool {
        Self::embedded().providers().any(|provider| **provider == *id)
    }

    pub(crate) const fn table(&self) -> &Table {
        &self.table
    }

    /// Parses the text of a catalogue, in the form of `data/README.md`.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] with the first invalid line.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        Table::parse(text).map(Self::of)
    }

    /// Parses the text of a catalogue and applies overlays in order, as for the embedded catalogue.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] with the first invalid line of a text.
    pub fn parse_with_overlays(text: &str, overlays: &[&str]) -> Result<Self, CatalogueError> {
        let mut table = Table::parse(text)?;
        for overlay in overlays {
            overlay::apply_text(&mut table, overlay)?;
        }
        Ok(Self::of(table))
    }

    fn of(table: Table) -> Self {
        Self {
            table,
            memo: Memo::new(),
        }
    }

    /// The cost of `call`, as far as its usage is complete and its model known.
    pub fn cost(&self, call: &PriceQuery<'_>) -> Cost {
        let mut cost = Cost::unpriced(Reason::NoUsage);
        if !call.usage.is_empty() {
            cost.reasons = Reasons::NONE;
            if let Err(reason) = self.price(call, &mut cost) {
                cost.reasons = Reasons::of(reason);
            }
        }
        if cost.matched.is_none() {
            cost.unmatched = Some(Arc::clone(&self.table.edition));
        }
        cost
    }

    fn price(&self, call: &PriceQuery<'_>, cost: &mut Cost) -> Result<(), Reason> {
        let question = Question {
            provider: call.provider,
            server_address: call.server_address,
            response_model: call.response_model,
            request_model: call.request_model,
            context: (call.context != CallContext::default()).then_some(call.context),
        };
        let found = self.memo.answer(&question, || find(&self.table, &question))?;
        self.price_line(call, &found, cost)
    }

    /// The cost of `call` at the prices of that line, regardless of the call's model.
    pub(crate) fn cost_of_line(&self, call: &PriceQuery<'_>, mut line: Found) -> Cost {
        let mut cost = Cost::unpriced(Reason::NoUsage);
        cost.reasons = Reasons::NONE;
        if let (Some(seller), Some(model)) = (self.table.providers.get(line.seller()), self.table.line(&line)) {
            let service = Service {
                seller: &seller.id,
                is_borrowed: line.is_borrowed(),
                // The question is the cost there, not the location.
                region: Region::Global,
                context: call.context,
            };
            let (kind, reasons) = Kind::of(&service, &model.variants);
            line.kind = kind;
            line.reasons = line.reasons.union(reasons);
        }
        if let Err(reason) = self.price_line(call, &line, &mut cost) {
            cost.reasons = Reasons::of(reason);
        }
        cost
    }

    fn price_line(&self, call: &PriceQuery<'_>, found: &Found, cost: &mut Cost) -> Result<(), Reason> {
        let provider = self
            .table
            .providers
            .get(found.provider())
            .ok_or(Reason::UnknownProvider)?;
        let model = provider.models.get(found.model()).ok_or(Reason::UnknownModel)?;
        let owner = Owner {
            provider: &provider.id,
            edition: &self.table.edition,
        };
        if found.kind.is_prepaid {
            return Err(Reason::ProvisionedThroughput);
        }
        let (plan, reasons) = model.plan(owner, call.started, &found.kind);
        let plan = plan.ok_or(Reason::NoPrice)?;
        cost.reasons = found.reasons.union(reasons);
        let multiplier = self.table.multiplier(found);
        let scale = Multiplied {
            by: multiplier.map_or(Factor::ONE, |multiplier| multiplier.factor),
            fixed_too: multiplier.is_some_and(|multiplier| multiplier.line.is_some()),
        };
        let is_given_away = plan.free && plan.rows.is_empty() && !model.is_own;
        if is_given_away && *provider.id == *"google" && names::is_vertex(call.provider) {
            return Err(Reason::NoPrice);
        }
        charge(plan, scale, call.usage, call.counts, cost);
        if let Some(multiplier) = multiplier {
            cost.multiplier = Some(Arc::clone(&multiplier.text));
        }
        if let Some(alias) = found.alias().and_then(|place| self.table.aliases.get(place)) {
            cost.alias = Some(Arc::clone(&alias.name));
        }
        Ok(())
    }

    /// The source of the prices, such as `genai-prices 0.2.3`.
    pub fn version(&self) -> &str {
        &self.table.edition.version
    }

    /// SHA-256 of the catalogue's price table, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.table.edition.hash
    }

    /// The ids of the providers.
    pub fn providers(&self) -> impl Iterator<Item = &Arc<str>> {
        self.table.providers.iter().map(|provider| &provider.id)
    }

    /// All models with their prices, by provider, in matching order.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.lines().map(|(_, entry)| entry)
    }

    /// The line that prices a call of that model; `None` for unknown models.
    ///
    /// The lookup is that of a call: user aliases, rules, all known forms of the id, and the maker's line for models
    /// that a cloud resells.
    pub fn entry(&self, model: &ModelId) -> Option<Entry<'_>> {
        let question = Question {
            provider: model.provider(),
            server_address: None,
            response_model: Some(model.model()),
            request_model: None,
            context: None,
        };
        let found = find(&self.table, &question).ok()?;
        let provider = self.table.providers.get(found.provider())?;
        Some(Entry::new(provider, provider.models.get(found.model())?))
    }

    /// All lines and their positions.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (Found, Entry<'_>)> {
        let providers = self.table.providers.iter().enumerate();
        providers.flat_map(|(place, own)| {
            let models = own.models.iter().enumerate();
            models.filter_map(move |(model, entry)| Some((Found::at(place, model, place)?, Entry::new(own, entry))))
        })
    }
}
