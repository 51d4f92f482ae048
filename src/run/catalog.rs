//! Asking the database which relations and schemas are there, and making schemas, by way of the macros for it.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::compile::context;
use crate::graph::nodes::Node;
use crate::jinja::builtins::relation::Relation;
use crate::jinja::builtins::results::{self, Results};
use crate::jinja::builtins::table::TableValue;
use crate::jinja::eval::{Environment, Mode, call};
use crate::jinja::host::{Host, HostError};
use crate::jinja::macros::MacroValue;
use crate::jinja::value::{Arguments, Value};
use crate::run::host::{Line, NodeHost};
use crate::run::session::Session;
use crate::run::side_by_side::side_by_side;

/// Makes an environment for macros that belong to no node.
pub fn environment(session: &Session, host: &Rc<dyn Host>) -> Environment {
    let project = &session.project;
    let package = project.invocation.project_name.as_str();
    let names = Environment::new(project.macros.clone(), package, Mode::Execute);
    context::node(&names, &project.invocation, package, Some(host));
    results::set(&names, &Results::default());
    names
}

/// Calls a macro that belongs to no node.
pub(super) fn call_macro(
    session: &Session,
    host: &Rc<dyn Host>,
    name: &str,
    arguments: Vec<Value>,
) -> Result<Value, HostError> {
    let project = &session.project;
    let Some(found) = project.macros.find(&project.invocation.project_name, name) else {
        return Err(HostError::new(format!("there is no macro `{name}`")));
    };
    let names = environment(session, host);
    call(&names, &Value::object(MacroValue(found.clone())), Arguments::positional(arguments))
        .map_err(|error| HostError::new(error.message))
}

/// Returns the relations of a schema.
pub fn relations(
    session: &Arc<Session>,
    host: &NodeHost,
    database: &str,
    schema: &str,
) -> Result<Vec<Relation>, HostError> {
    // The macro needs the outside as a shared value; a second one on the same connection serves.
    let host: Rc<dyn Host> = host.sibling();
    let dialect = session.dialect();
    let asked = Value::object(Relation::of(dialect, Some(database), Some(schema), None));
    let table = call_macro(session, &host, "list_relations_without_caching", vec![asked])?;
    let named = ["database_name", "name", "schema_name", "kind"].map(|name| place_of(&table, name));
    // Macros of projects give the four by their places.
    let places = if let [Some(a), Some(b), Some(c), Some(d)] = named { [a, b, c, d] } else { [0, 1, 2, 3] };
    let flags = ["is_dynamic", "is_iceberg"].map(|name| place_of(&table, name));
    let relation = |row: &Value| {
        let cells: Vec<String> = row.iterate()?.iter().map(Value::to_text).collect();
        let [database, name, schema, kind] = places.map(|at| cells.get(at).map(String::as_str));
        let says = |at: Option<usize>| at.and_then(|at| cells.get(at)).is_some_and(|text| is_yes(text));
        let kind =
            if says(flags[0]) { "dynamic_table".to_owned() } else { kind?.to_lowercase().replace(' ', "_") };
        let mut relation = Relation::of(dialect, database, schema, name).kind(Some(&kind));
        // Names are told as they are kept.
        relation.quote = [true; 3];
        relation.table_format = says(flags[1]).then(|| "iceberg".to_owned());
        Some(relation)
    };
    Ok(table.iterate().unwrap_or_default().iter().filter_map(relation).collect())
}

fn is_yes(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "y" | "yes" | "true")
}

/// Returns the place of a column, whatever the case of its name.
fn place_of(table: &Value, name: &str) -> Option<usize> {
    let table = table.downcast::<TableValue>()?;
    table.column_names().iter().position(|known| known.eq_ignore_ascii_case(name))
}

/// Makes the schemas that nodes are written to, where they are missing, and learns what the others hold. Where each
/// statement is a journey, schemas are looked at side by side.
pub fn prepare<'n>(
    session: &Arc<Session>,
    line: &Line,
    nodes: impl Iterator<Item = &'n Node>,
) -> Result<(), HostError> {
    let wanted: BTreeSet<(String, String)> =
        nodes.map(|node| (node.database.clone(), node.schema.clone())).collect();
    let databases: BTreeSet<&String> = wanted.iter().map(|(database, _)| database).collect();
    // Elsewhere names that differ in case alone are the same.
    let capitals = session.dialect().capitals;
    let mut present: BTreeSet<(String, String)> = BTreeSet::new();
    let host = NodeHost::new(session, line);
    for database in databases {
        let shared: Rc<dyn Host> = host.clone();
        let table = call_macro(session, &shared, "list_schemas", vec![Value::from(database.as_str())])?;
        let place = place_of(&table, "name").unwrap_or(0);
        for row in table.iterate().unwrap_or_default() {
            let name =
                row.iterate().and_then(|cells| cells.get(place).map(Value::to_text)).unwrap_or_default();
            present.insert((database.clone(), if capitals { name } else { name.to_lowercase() }));
        }
    }
    host.rollback();
    let wanted: Vec<(String, String)> = wanted.into_iter().collect();
    let threads = session.project.invocation.target.threads.min(wanted.len());
    let learn = |line: &Line, (database, schema): &(String, String)| {
        let kept = if capitals { session.stored_schema(schema) } else { schema.to_lowercase() };
        let is_present = present.contains(&(database.clone(), kept));
        learn(session, line, database, schema, is_present)
    };
    if threads < 2 || !session.adapter.is_remote() {
        return wanted.iter().try_for_each(|one| learn(line, one));
    }
    side_by_side(&wanted, threads, learn)?.into_iter().collect()
}

/// Learns what a schema holds, or makes it.
pub(super) fn learn(
    session: &Arc<Session>,
    line: &Line,
    database: &str,
    schema: &str,
    is_present: bool,
) -> Result<(), HostError> {
    let host = NodeHost::new(session, line);
    if is_present {
        host.relations(database, schema)?;
    } else {
        let shared: Rc<dyn Host> = host.clone();
        let mut relation = Relation::of(session.dialect(), Some(database), Some(schema), None);
        relation.quote = session.project.quoting();
        call_macro(session, &shared, "create_schema", vec![Value::object(relation)])?;
        host.commit()?;
        session.cache.fill(database, schema, Vec::new());
    }
    host.rollback();
    Ok(())
}
