//! `run-operation`: one macro, called by somebody, outside of every node.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::base::clock::{self, Stopwatch};
use crate::base::data::DataMap;
use crate::compile::render;
use crate::jinja::eval::call;
use crate::jinja::host::Host;
use crate::jinja::macros::{Macro, MacroValue};
use crate::jinja::value::{Arguments, Value};
use crate::run::catalog;
use crate::run::host::{Line, NodeHost};
use crate::run::result::{NodeResult, Status};
use crate::run::session::Session;

/// Finds the macro that a name means: `name`, or `package.name`.
pub fn find<'s>(session: &'s Session, name: &str) -> Option<&'s Arc<Macro>> {
    let macros = &session.project.macros;
    match name.split_once('.') {
        Some((package, name)) => macros.get(package, name),
        // A macro of any package is found, the project's own and the built-in ones before the others.
        None => macros
            .find(&session.project.invocation.project_name, name)
            .or_else(|| macros.all().into_iter().find(|known| known.name == name)),
    }
}

/// Calls the macro with named arguments. A transaction that it leaves open is taken back.
pub fn run(session: &Arc<Session>, called: &Arc<Macro>, arguments: &DataMap) -> NodeResult {
    let watch = Stopwatch::start();
    let line: Line = Rc::new(RefCell::new(None));
    let host = NodeHost::new(session, &line);
    let shared: Rc<dyn Host> = host.clone();
    let names = catalog::environment(session, &shared);
    render::set_references(&session.project, &names, &shared);
    render::set_graph(&session.project, &names);
    names.set("model", model(called));
    let named = arguments.iter().map(|(name, value)| (name.as_str().into(), Value::from(value)));
    let arguments = Arguments { positional: Vec::new(), named: named.collect() };
    let begun = clock::now();
    let mut result = NodeResult::new(&called.unique_id(), Status::Success);
    result.failures = Some(0);
    result.compiled_at = Some((begun, begun));
    if let Err(error) = call(&names, &Value::object(MacroValue(called.clone())), arguments) {
        result.status = Status::Error;
        result.failures = Some(1);
        result.message = Some(error.message.clone());
        result.findings = vec![render::finding(&error, &session.project.sources)];
    }
    host.rollback();
    result.executed_at = Some((begun, clock::now()));
    result.seconds = watch.seconds();
    result.receipt.statements = host.sent().statements;
    result.receipt.seconds = host.sent().seconds;
    result
}

/// Makes what `model` is: the macro itself.
fn model(called: &Macro) -> Value {
    let id = called.unique_id();
    Value::dict([
        ("name", Value::from(called.name.as_str())),
        ("resource_type", Value::from("macro")),
        ("package_name", Value::from(called.package.as_str())),
        ("path", Value::from(called.path.as_str())),
        ("original_file_path", Value::from(called.path.as_str())),
        ("unique_id", Value::from(id.as_str())),
        ("macro_sql", Value::from(called.sql())),
    ])
}
