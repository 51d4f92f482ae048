//! What the database tells of relations: columns with their types, comments, statistics. One query a database, by the
//! macro that adapters and projects may override. Knows no artifact.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::jinja::builtins::relation::Relation;
use crate::jinja::eval::items;
use crate::jinja::host::{Host, HostError};
use crate::jinja::value::Value;
use crate::run::catalog::call_macro;
use crate::run::host::{Line, NodeHost};
use crate::run::session::Session;

/// A row of the answer: what each of its columns says.
type Row = BTreeMap<String, Value>;

/// One relation as the database knows it.
#[derive(Debug, Clone, Default)]
pub struct RelationFacts {
    /// Its database.
    pub database: Option<String>,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// What it is: `BASE TABLE`, `VIEW`.
    pub kind: String,
    /// What it is said to be.
    pub comment: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Its columns in their order.
    pub columns: Vec<ColumnFacts>,
    /// What is counted of it, by name.
    pub statistics: BTreeMap<String, Statistic>,
}

/// One column as the database knows it.
#[derive(Debug, Clone)]
pub struct ColumnFacts {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: String,
    /// Its place in the relation.
    pub index: i64,
    /// What it is said to be.
    pub comment: Option<String>,
}

/// Something counted of a relation, as the macro gives it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statistic {
    /// What people call it.
    pub label: String,
    /// What was counted.
    pub value: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// Whether it is to be shown.
    pub include: bool,
}

/// What databases told, and why some did not.
#[derive(Debug, Default)]
pub struct Facts {
    /// The relations.
    pub relations: Vec<RelationFacts>,
    /// What went wrong.
    pub errors: Vec<String>,
}

/// Asks each database for the relations of some of its schemas.
pub fn read(session: &Arc<Session>, wanted: &BTreeMap<String, BTreeSet<String>>) -> Facts {
    let line: Line = Rc::new(RefCell::new(None));
    let host = NodeHost::new(session, &line);
    let shared: Rc<dyn Host> = host.clone();
    let mut facts = Facts::default();
    for (database, schemas) in wanted {
        match read_one(session, &shared, database, schemas) {
            Ok(rows) => facts.relations.extend(gathered(rows)),
            Err(error) => facts.errors.push(error.message),
        }
        host.rollback();
    }
    session.all_ended();
    facts
}

fn read_one(
    session: &Session,
    host: &Rc<dyn Host>,
    database: &str,
    schemas: &BTreeSet<String>,
) -> Result<Vec<Row>, HostError> {
    let inside = Relation::of(session.dialect(), Some(database), None, None);
    let place = Value::object(inside.information_schema(None));
    let schemas = Value::list(schemas.iter().map(|schema| Value::from(schema.as_str())).collect());
    let table = call_macro(session, host, "get_catalog", vec![place, schemas])?;
    let names =
        items::attribute(&table, "column_names").and_then(|names| names.iterate()).unwrap_or_default();
    let names: Vec<String> = names.iter().map(Value::to_text).collect();
    let rows = table.iterate().unwrap_or_default();
    Ok(rows
        .iter()
        .filter_map(Value::iterate)
        .map(|cells| names.iter().cloned().zip(cells).collect())
        .collect())
}

/// Puts the rows of each relation together; the order of the answer stays.
fn gathered(rows: Vec<Row>) -> Vec<RelationFacts> {
    let mut relations: IndexMap<[String; 3], RelationFacts> = IndexMap::new();
    for row in &rows {
        let said = |key: &str| text(row, key).unwrap_or_default();
        let key = ["table_database", "table_schema", "table_name"].map(said);
        let relation = relations.entry(key).or_insert_with(|| RelationFacts {
            database: text(row, "table_database"),
            schema: said("table_schema"),
            name: said("table_name"),
            kind: said("table_type"),
            comment: text(row, "table_comment"),
            owner: text(row, "table_owner"),
            columns: Vec::new(),
            statistics: statistics(row),
        });
        relation.columns.push(ColumnFacts {
            name: said("column_name"),
            data_type: said("column_type"),
            index: said("column_index").parse().unwrap_or_default(),
            comment: text(row, "column_comment"),
        });
    }
    relations.into_values().collect()
}

fn text(row: &Row, key: &str) -> Option<String> {
    row.get(key).filter(|value| !value.is_none()).map(Value::to_text)
}

/// Reads columns like `stats:bytes:label`.
fn statistics(row: &Row) -> BTreeMap<String, Statistic> {
    let mut found: BTreeMap<String, Statistic> = BTreeMap::new();
    for key in row.keys() {
        let Some((name, part)) = key.strip_prefix("stats:").and_then(|rest| rest.split_once(':')) else {
            continue;
        };
        let statistic = found.entry(name.to_owned()).or_default();
        match part {
            "label" => statistic.label = text(row, key).unwrap_or_default(),
            "value" => statistic.value = text(row, key),
            "description" => statistic.description = text(row, key),
            "include" => {
                statistic.include = text(row, key).is_some_and(|said| said.eq_ignore_ascii_case("true"));
            }
            _ => {}
        }
    }
    found
}
