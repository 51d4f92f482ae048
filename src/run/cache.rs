//! Which relations are there, as far as this run knows: filled once per schema, then kept true by what runs.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::jinja::builtins::relation::Relation;
use crate::jinja::host::Change;

/// Database and schema, in small letters.
type SchemaKey = (String, String);

/// Relations by schema and name.
#[derive(Debug, Default)]
pub struct RelationCache {
    schemas: Mutex<BTreeMap<SchemaKey, BTreeMap<String, Relation>>>,
}

fn key(database: &str, schema: &str) -> SchemaKey {
    (database.to_lowercase(), schema.to_lowercase())
}

fn parts(relation: &Relation) -> Option<(SchemaKey, String)> {
    Some((key(relation.database.as_deref()?, relation.schema.as_deref()?), relation.identifier.clone()?))
}

impl RelationCache {
    /// Sets what a schema holds.
    pub fn fill(&self, database: &str, schema: &str, relations: Vec<Relation>) {
        let named =
            relations.into_iter().filter_map(|relation| Some((relation.identifier.clone()?, relation)));
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        schemas.insert(key(database, schema), named.collect());
    }

    /// Tells whether a schema has been filled.
    pub fn knows(&self, database: &str, schema: &str) -> bool {
        self.schemas.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&key(database, schema))
    }

    /// Finds a relation.
    pub fn get(&self, database: &str, schema: &str, identifier: &str) -> Option<Relation> {
        let schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        schemas.get(&key(database, schema))?.get(identifier).cloned()
    }

    /// Returns the relations of a schema.
    pub fn all(&self, database: &str, schema: &str) -> Vec<Relation> {
        let schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        schemas.get(&key(database, schema)).map(|found| found.values().cloned().collect()).unwrap_or_default()
    }

    /// Takes notice of a change.
    pub fn change(&self, change: &Change) {
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        let mut remove = |relation: &Relation| {
            let (schema, name) = parts(relation)?;
            schemas.get_mut(&schema)?.remove(&name)
        };
        let added = match change {
            Change::Added(relation) => Some(relation.clone()),
            Change::Dropped(relation) => {
                remove(relation);
                None
            }
            Change::Renamed(from, to) => {
                let kind = remove(from).and_then(|old| old.kind).or_else(|| to.kind.clone());
                Some(Relation::clone(to).kind(kind.as_deref()))
            }
        };
        if let Some((relation, (schema, name))) =
            added.and_then(|relation| parts(&relation).map(|at| (relation, at)))
        {
            schemas.entry(schema).or_default().insert(name, relation);
        }
    }
}
