//! When a source was last loaded, and how old it may be: `loaded_at_field`, `loaded_at_query`, `freshness`.

use crate::base::data::{Data, DataMap};
use crate::diagnostic::{Diagnostic, codes};
use crate::yaml::Node;
use crate::yaml::read::Reader;

/// The units of an age.
const PERIODS: [&str; 3] = ["minute", "hour", "day"];

/// What one level says: a source, or a table of it.
#[derive(Debug, Clone, Default)]
pub struct Loading {
    /// The column that tells when a row was loaded.
    pub field: Option<String>,
    /// The query that tells when the table was loaded.
    pub query: Option<String>,
    /// How old the table may be; the inner nothing switches the check off.
    pub freshness: Option<Option<DataMap>>,
}

impl Loading {
    /// Reads the keys from an entry, or from its `config`, which comes first.
    pub(super) fn read(reader: &mut Reader<'_>, findings: &mut Vec<Diagnostic>) -> Self {
        let place = reader.place();
        let outside = Self::take(reader, findings);
        let inside = match reader.node("config") {
            Some(config) => Self::take(&mut Reader::new(config, "a config", &mut Vec::new()), findings),
            None => Self::default(),
        };
        let loading = Self {
            field: inside.field.or(outside.field),
            query: inside.query.or(outside.query),
            freshness: inside.freshness.or(outside.freshness),
        };
        if loading.field.is_some() && loading.query.is_some() {
            let message = "`loaded_at_field` and `loaded_at_query` stand here both";
            findings.push(Diagnostic::at(codes::INVALID_VALUE, place, message).hint("keep one of them"));
        }
        loading
    }

    fn take(reader: &mut Reader<'_>, findings: &mut Vec<Diagnostic>) -> Self {
        let freshness = reader.entry("freshness").map(|entry| &entry.value);
        if let Some(node) = freshness.filter(|node| !node.is_null()) {
            check(node, findings);
        }
        Self {
            field: reader.text("loaded_at_field", findings),
            query: reader.text("loaded_at_query", findings),
            freshness: freshness.map(|node| node.to_data().as_map().cloned()),
        }
    }

    /// Returns what holds for a table: what it says itself comes before what its source says.
    pub fn over(&self, source: &Self) -> (Option<String>, Option<String>, Data) {
        let field = self.field.clone().or_else(|| source.field.clone());
        let inherited = source.query.clone().filter(|_| self.field.is_none());
        let query = self.query.clone().or(inherited);
        let freshness = match (&self.freshness, &source.freshness) {
            (Some(None), _) | (None, Some(None)) => Data::Null,
            (own, inherited) => {
                let maps = [inherited, own].into_iter().flatten().flatten();
                Data::Map(complete(maps))
            }
        };
        (field, query, freshness)
    }
}

/// Returns a freshness with all its keys, later ones over earlier ones.
fn complete<'m>(given: impl Iterator<Item = &'m DataMap>) -> DataMap {
    let age = || {
        let keys = ["count", "period"].map(|key| (key.to_owned(), Data::Null));
        Data::Map(keys.into_iter().collect())
    };
    let mut all: DataMap = [
        ("warn_after".to_owned(), age()),
        ("error_after".to_owned(), age()),
        ("filter".to_owned(), Data::Null),
    ]
    .into_iter()
    .collect();
    for map in given {
        for (key, value) in map {
            // Nothing switches an age off; a filter stays.
            if !value.is_null() || key != "filter" {
                all.insert(key.clone(), value.clone());
            }
        }
    }
    all
}

fn check(node: &Node, findings: &mut Vec<Diagnostic>) {
    if !node.is_map() {
        findings.push(Diagnostic::at(codes::INVALID_VALUE, node.place, "`freshness` must be a mapping"));
    }
    for age in ["warn_after", "error_after"].iter().filter_map(|key| node.get(key)) {
        if let Some(period) = age.get("period").filter(|period| !period.is_null()) {
            let text = period.to_data().to_text().unwrap_or_default();
            if !PERIODS.contains(&text.as_str()) {
                let message = format!("`{text}` is no period: it must be one of {}", PERIODS.join(", "));
                let finding = Diagnostic::at(codes::INVALID_VALUE, period.place, message);
                findings.push(finding.hint_nearest(&text, PERIODS));
            }
        }
        if let Some(count) =
            age.get("count").filter(|count| !count.is_null() && count.to_data().as_i64().is_none())
        {
            let message = "`count` must be a whole number";
            findings.push(Diagnostic::at(codes::INVALID_VALUE, count.place, message));
        }
    }
}
