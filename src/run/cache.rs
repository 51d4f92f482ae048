//! Which relations are there, as far as this run knows: filled once per schema, then kept true by what runs.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::jinja::builtins::relation::Relation;
use crate::jinja::host::Change;

/// Database and schema, in small letters.
type SchemaKey = (String, String);

/// Relations by schema and name, each by the name that the database keeps it under.
#[derive(Debug, Default)]
pub struct RelationCache {
    schemas: Mutex<BTreeMap<SchemaKey, BTreeMap<String, Relation>>>,
}

fn key(database: &str, schema: &str) -> SchemaKey {
    (database.to_lowercase(), schema.to_lowercase())
}

fn parts(relation: &Relation) -> Option<(SchemaKey, String)> {
    Some((key(relation.database.as_deref()?, relation.schema.as_deref()?), relation.stored_name()?))
}

impl RelationCache {
    /// Sets what a schema holds.
    pub fn fill(&self, database: &str, schema: &str, relations: Vec<Relation>) {
        let named = relations.into_iter().filter_map(|relation| Some((relation.stored_name()?, relation)));
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        schemas.insert(key(database, schema), named.collect());
    }

    /// Tells whether a schema has been filled.
    pub fn knows(&self, database: &str, schema: &str) -> bool {
        self.schemas.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&key(database, schema))
    }

    /// Finds a relation by the name that the database keeps.
    pub fn get(&self, database: &str, schema: &str, identifier: &str) -> Option<Relation> {
        let schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        schemas.get(&key(database, schema))?.get(identifier).cloned()
    }

    /// Returns the relations of a schema.
    pub fn all(&self, database: &str, schema: &str) -> Vec<Relation> {
        let schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        schemas.get(&key(database, schema)).map(|found| found.values().cloned().collect()).unwrap_or_default()
    }

    /// Takes notice of a change; returns what was known before, so that a rollback can put it back.
    pub fn change(&self, change: &Change) -> Vec<Before> {
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        let mut before = Vec::new();
        let mut remove = |relation: &Relation| {
            let (schema, name) = parts(relation)?;
            let old = schemas.get_mut(&schema)?.remove(&name);
            before.push(Before { schema, name, relation: old.clone() });
            old
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
            let old = schemas.entry(schema.clone()).or_default().insert(name.clone(), relation);
            before.push(Before { schema, name, relation: old });
        }
        before
    }

    /// Puts back what was known before some changes, the last of them first.
    pub fn put_back(&self, changes: Vec<Before>) {
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        for Before { schema, name, relation } in changes.into_iter().rev() {
            let known = schemas.entry(schema).or_default();
            match relation {
                Some(relation) => known.insert(name, relation),
                None => known.remove(&name),
            };
        }
    }
}

/// What was known of a name before a change.
#[derive(Debug)]
pub struct Before {
    schema: SchemaKey,
    name: String,
    relation: Option<Relation>,
}
