//! Asking the database which relations and schemas are there, and making schemas, by way of the macros for it.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::compile::context;
use crate::graph::nodes::Node;
use crate::jinja::builtins::relation::Relation;
use crate::jinja::builtins::results::{self, Results};
use crate::jinja::eval::{Environment, Mode, call};
use crate::jinja::host::{Host, HostError};
use crate::jinja::macros::MacroValue;
use crate::jinja::value::{Arguments, Value};
use crate::run::session::{Line, NodeHost, Session};

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
    let asked = Value::object(Relation::new(Some(database), Some(schema), None));
    let table = call_macro(session, &host, "list_relations_without_caching", vec![asked])?;
    let rows = table.iterate().unwrap_or_default();
    Ok(rows
        .iter()
        .filter_map(|row| {
            let cells: Vec<String> = row.iterate()?.iter().map(Value::to_text).collect();
            let [database, name, schema, kind] = cells.as_slice() else { return None };
            Some(Relation::new(Some(database), Some(schema), Some(name)).kind(Some(kind)))
        })
        .collect())
}

/// Makes the schemas that nodes are written to, where they are missing, and learns what the others hold.
pub fn prepare<'n>(
    session: &Arc<Session>,
    line: &Line,
    nodes: impl Iterator<Item = &'n Node>,
) -> Result<(), HostError> {
    let wanted: BTreeSet<(String, String)> =
        nodes.map(|node| (node.database.clone(), node.schema.clone())).collect();
    let host = NodeHost::new(session, line);
    let shared: Rc<dyn Host> = host.clone();
    let databases: BTreeSet<&String> = wanted.iter().map(|(database, _)| database).collect();
    let mut present: BTreeSet<(String, String)> = BTreeSet::new();
    for database in databases {
        let table = call_macro(session, &shared, "list_schemas", vec![Value::from(database.as_str())])?;
        for row in table.iterate().unwrap_or_default() {
            let name = row.iterate().and_then(|cells| cells.first().map(Value::to_text)).unwrap_or_default();
            present.insert((database.clone(), name.to_lowercase()));
        }
    }
    for (database, schema) in &wanted {
        if present.contains(&(database.clone(), schema.to_lowercase())) {
            host.relations(database, schema)?;
        } else {
            let relation = Relation::new(Some(database), Some(schema), None);
            call_macro(session, &shared, "create_schema", vec![Value::object(relation)])?;
            host.commit()?;
            session.cache.fill(database, schema, Vec::new());
        }
    }
    host.rollback();
    Ok(())
}
