//! Running one node: compile it, call its materialization, see what came of it.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::base::clock::{self, Stopwatch};
use crate::base::data::Data;
use crate::base::table::{Receipt, Table};
use crate::compile::ephemeral::{Expression, behind, inject};
use crate::compile::warnings::{Treatment, Warnings};
use crate::compile::{node_value, render, written};
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::builtins::relation::Relation;
use crate::jinja::builtins::results::{self, Results, Stored};
use crate::jinja::eval::error::RenderError;
use crate::jinja::eval::{Environment, call, items};
use crate::jinja::host::{Change, Host};
use crate::jinja::macros::MacroValue;
use crate::jinja::provenance::Output;
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Key, Text, Value};
use crate::run::events::Event;
use crate::run::host::{Line, NodeHost};
use crate::run::journal::Doubt;
use crate::run::result::{NodeResult, Status};
use crate::run::seeds::Loading;
use crate::run::session::Session;

/// The stack of a thread that runs nodes: templates may nest deeply, and the evaluator's own limits keep within it.
pub const STACK: usize = 64 << 20;

/// How many rows of a failing test are shown.
const SAMPLE: usize = 5;

/// From how many rows on a table's size is asked for: DuckDB keeps a smaller one in its log, and it does not matter.
const WORTH_MEASURING: i64 = 100_000;

/// How often a node is run that runs into other transactions: hooks of nodes that run side by side may change the
/// same rows, which DuckDB allows one of them only.
const ATTEMPTS: usize = 10;

/// Runs a node to its end. Whatever happens becomes the result; nothing is left open.
pub fn run(session: &Arc<Session>, line: &Line, node: &Node, worker: usize) -> NodeResult {
    let watch = Stopwatch::start();
    let is_whole = session.adapter.transacts() && !acts_outside(node);
    let mut attempts = if is_whole { ATTEMPTS } else { 1 };
    // From the second time on one at a time, so that nodes do not go on running into each other.
    let mut turn = None;
    loop {
        let host = NodeHost::for_node(session, line, node, Some(output_path(session, "run", node)));
        let mut result = NodeResult::new(&node.unique_id, Status::Success);
        let outcome = attempt(session, &host, node, &mut result);
        host.rollback();
        attempts -= 1;
        if outcome.is_err() && host.conflicted() && attempts > 0 {
            let text = format!("{} ran into another transaction, and is run again", node.unique_id);
            session.listener.notice(&Event::Message { text, info: false });
            turn = turn.or_else(|| Some(session.take_turn()));
            continue;
        }
        if let Err(error) = outcome {
            fail(session, node, &mut result, error);
            result.in_doubt = host.is_in_doubt();
        }
        measure(session, &host, node, &mut result);
        result.seconds = watch.seconds();
        result.worker = worker;
        return result;
    }
}

/// Tells whether a node does something that no rollback takes back, so that it must not be done twice.
fn acts_outside(node: &Node) -> bool {
    let outside = |hook: &Data| {
        let transaction = hook.as_map().and_then(|hook| hook.get("transaction")).and_then(Data::as_bool);
        transaction == Some(false)
    };
    ["pre-hook", "post-hook"]
        .iter()
        .any(|key| node.config.get(key).and_then(Data::as_list).unwrap_or_default().iter().any(outside))
}

/// Makes the result of a node whose rows a run that was cut off left in its table. `None` when they are not there, and
/// the node is to be run.
pub fn done_before(
    session: &Arc<Session>,
    line: &Line,
    node: &Node,
    doubt: Doubt,
    worker: usize,
) -> Option<NodeResult> {
    let watch = Stopwatch::start();
    let host = NodeHost::for_node(session, line, node, None);
    host.count_rows(node).filter(|rows| doubt.is_done(*rows))?;
    let mut result = NodeResult::new(&node.unique_id, Status::Success);
    result.receipt.message = "OK".to_owned();
    result.message = Some(
        "its rows were there already: the run before was cut off just after they were committed".to_owned(),
    );
    measure(session, &host, node, &mut result);
    result.seconds = watch.seconds();
    result.worker = worker;
    Some(result)
}

/// Adds to a receipt what all statements of the node amount to.
fn measure(session: &Session, host: &NodeHost, node: &Node, result: &mut NodeResult) {
    let sent = host.sent();
    result.receipt.statements = sent.statements;
    result.receipt.seconds = sent.seconds;
    let relation = session.known(node);
    let is_table = relation.is_some_and(|relation| relation.kind.as_deref() == Some("table"));
    if !is_table {
        // DuckDB counts no rows of a view, and says 0.
        result.receipt.rows_affected = None;
    } else if result.receipt.rows_affected.is_some_and(|rows| rows >= WORTH_MEASURING) {
        result.receipt.bytes = host.stored_bytes(&node_value::relation(node).render());
    }
}

/// Compiles a node without running it, and keeps its SQL where people look for it.
pub fn compile(session: &Arc<Session>, line: &Line, node: &Node, worker: usize) -> NodeResult {
    let watch = Stopwatch::start();
    let host = NodeHost::for_node(session, line, node, None);
    let mut result = NodeResult::new(&node.unique_id, Status::Success);
    let shared: Rc<dyn Host> = host.clone();
    if let Err(error) = compiled(session, &shared, node, &mut result) {
        fail(session, node, &mut result, error);
    }
    host.rollback();
    result.seconds = watch.seconds();
    result.worker = worker;
    result
}

/// Makes the result of a node that failed: the message, and the finding with its place.
pub(super) fn fail(session: &Session, node: &Node, result: &mut NodeResult, mut error: RenderError) {
    result.status = Status::Error;
    result.message = Some(error.message.clone());
    let found = render::finding(&error, &session.project.sources);
    if found.primary.is_none() {
        error.place = Some(node.place);
        error.calls.clear();
    }
    result.findings = vec![if found.primary.is_some() { found } else { error.to_diagnostic() }];
}

/// Returns where a node's SQL is kept: `compiled` as it was written, `run` as it was sent.
pub(super) fn output_path(session: &Session, folder: &str, node: &Node) -> PathBuf {
    session.project.target_folder().join(folder).join(&node.package).join(node.output_path())
}

fn compiled(
    session: &Arc<Session>,
    host: &Rc<dyn Host>,
    node: &Node,
    result: &mut NodeResult,
) -> Result<(Environment, Text), RenderError> {
    let begun = clock::now();
    let compiled = render::node(&session.project, node, Some(host))?;
    match node.resource_type {
        ResourceType::Seed => {}
        // As in dbt, no file is kept of it.
        ResourceType::Snapshot => result.compiled_code = Some(compiled.output.text.clone()),
        _ => keep(session, node, &compiled.output, result)?,
    }
    result.compiled_at = Some((begun, clock::now()));
    result.macros = compiled.names.called_macros();
    result.expressions = told(&compiled.expressions);
    keep_ephemeral(session, &compiled.expressions)?;
    Ok((compiled.names, Text::captured(compiled.output)))
}

/// Writes expressions as artifacts have them.
fn told(expressions: &[Expression]) -> Vec<(String, String)> {
    let text = |one: &Expression| (one.id.clone(), format!(" {} as (\n{}\n)", one.name, one.query.text));
    expressions.iter().map(text).collect()
}

/// Keeps the SQL of ephemeral models, which take no turn of their own, where people look for it: once in a run.
fn keep_ephemeral(session: &Session, expressions: &[Expression]) -> Result<(), RenderError> {
    for one in expressions {
        let Some(node) = session.project.nodes.get(&one.id) else { continue };
        if session.ephemeral().contains_key(&one.id) {
            continue;
        }
        let behind = behind(one, expressions);
        let mut result = NodeResult::new(&one.id, Status::Success);
        keep(session, node, &inject(&one.query, &behind), &mut result)?;
        result.expressions = told(&behind);
        session.ephemeral().insert(one.id.clone(), result);
    }
    Ok(())
}

/// Keeps a node's SQL where people look for it.
pub(super) fn keep(
    session: &Session,
    node: &Node,
    output: &Output,
    result: &mut NodeResult,
) -> Result<(), RenderError> {
    let path = output_path(session, "compiled", node);
    session.project.write(&path, &output.text).map_err(|error| RenderError::new(error.to_string()))?;
    result.compiled_path = Some(path.display().to_string());
    result.compiled_code = Some(output.text.clone());
    Ok(())
}

fn attempt(
    session: &Arc<Session>,
    host: &Rc<NodeHost>,
    node: &Node,
    result: &mut NodeResult,
) -> Result<(), RenderError> {
    let shared: Rc<dyn Host> = host.clone();
    let (names, sql) = compiled(session, &shared, node, result)?;
    let begun = clock::now();
    let outcome = within(session, host, node, &names, || {
        execute(session, &shared, node, &names, &sql, result)?;
        if matches!(result.status, Status::Fail | Status::Warn) {
            result.sample = sample(&shared, &sql);
        }
        Ok(())
    });
    result.executed_at = Some((begun, clock::now()));
    outcome
}

/// Does something for a node under what holds for its statements alone, such as a warehouse; whatever comes of it, what
/// was there before is put back.
pub(super) fn within<T>(
    session: &Arc<Session>,
    host: &Rc<NodeHost>,
    node: &Node,
    names: &Environment,
    does: impl FnOnce() -> Result<T, RenderError>,
) -> Result<T, RenderError> {
    let entered = Value::dict(Vec::<(&str, Value)>::new());
    let around = |name: &str| match session.project.macros.find(&node.package, name) {
        Some(found) => {
            let arguments = Arguments::positional(vec![entered.clone()]);
            call(names, &Value::object(MacroValue(found.clone())), arguments).map(|_| ())
        }
        None => Ok(()),
    };
    let outcome = around("_enter_node").and_then(|()| does());
    if outcome.is_err() {
        host.rollback();
    }
    match (outcome, around("_leave_node")) {
        (Ok(_), Err(error)) => Err(error),
        (outcome, _) => outcome,
    }
}

fn execute(
    session: &Arc<Session>,
    host: &Rc<dyn Host>,
    node: &Node,
    names: &Environment,
    sql: &Text,
    result: &mut NodeResult,
) -> Result<(), RenderError> {
    result.run_path = Some(output_path(session, "run", node).display().to_string());
    let main = materialized(session, host, node, names, sql, result)?;
    result.receipt = receipt(&main);
    if !session.adapter.answers() {
        result.message = Some(result.receipt.message.clone());
    } else if node.resource_type == ResourceType::Test {
        judge(node, &main, session.project.invocation.options.flags.warnings(), result)?;
    } else {
        result.message = Some(result.receipt.message.clone());
    }
    Ok(())
}

/// Calls a node's materialization, and returns what came of its main statement.
pub(super) fn materialized(
    session: &Arc<Session>,
    host: &Rc<dyn Host>,
    node: &Node,
    names: &Environment,
    sql: &Text,
    result: &mut NodeResult,
) -> Result<Stored, RenderError> {
    called(session, host, node, node.materialization(), names, sql, result)?
        .ok_or_else(|| RenderError::new("main is not being called during running model"))
}

/// Calls a materialization for a node, and returns what came of its main statement, if it has one.
pub(super) fn called(
    session: &Arc<Session>,
    host: &Rc<dyn Host>,
    node: &Node,
    materialization: &str,
    names: &Environment,
    sql: &Text,
    result: &mut NodeResult,
) -> Result<Option<Stored>, RenderError> {
    let project = &session.project;
    // The materializations of tests return rows that nobody would keep.
    let is_for_tests =
        node.resource_type == ResourceType::Model && matches!(materialization, "test" | "unit");
    let found = project.macros.materialization(materialization).filter(|_| !is_for_tests);
    let Some(found) = found else {
        let mut error = RenderError::new(format!(
            "No materialization '{materialization}' was found for adapter {}",
            project.invocation.target.adapter
        ));
        error.place = Some(node.place);
        return Err(error.hint(
            "the built-in ones are table, view, incremental, ephemeral, external, snapshot, seed and function",
        ));
    };
    let store = Results::default();
    results::set(names, &store);
    names.set("sql", Value::Str(sql.clone()));
    names.set("compiled_code", Value::Str(sql.clone()));
    if let Some(Value::Dict(model)) = names.get("model") {
        model.borrow_mut().insert(Key::text("compiled_code"), Value::Str(sql.clone()));
    }
    names.set("pre_hooks", hooks(session, node, "pre-hook"));
    names.set("post_hooks", hooks(session, node, "post-hook"));
    if node.batch.as_ref().is_some_and(|batch| batch.incremental) {
        for (name, truth) in [("is_incremental", true), ("should_full_refresh", false)] {
            names.replace(name, Native::value(name, move |_, _| Ok(Value::Bool(truth))));
        }
    }
    let loading = Loading::of(session, node);
    if let Some(loading) = &loading {
        loading.set(names, host);
    }
    let returned = call(names, &Value::object(MacroValue(found.clone())), Arguments::default())
        .map_err(|error| loading.as_ref().map_or(error.clone(), |loading| loading.placed(error)))
        .map_err(|error| in_hook(node, error))?;
    let relations =
        items::item(&returned, &Value::from("relations")).and_then(|relations| relations.iterate());
    let Some(relations) = relations else {
        let message =
            format!("the materialization '{materialization}' did not return {{'relations': [...]}}");
        return Err(RenderError::new(message));
    };
    for relation in relations {
        if let Some(relation) = relation.downcast::<Relation>() {
            host.changed(Change::Added(relation.clone()));
            if node.resource_type == ResourceType::Test {
                result.stored_in = Some(relation.render());
            }
        }
    }
    let main = store.borrow().get("main").cloned().flatten();
    Ok(main)
}

/// An error in a hook has its place in the node that has the hook.
fn in_hook(node: &Node, mut error: RenderError) -> RenderError {
    error.place = error.place.or(Some(node.place));
    error
}

/// Makes the hooks of a node; each text knows where it is written, for what the database says of it.
fn hooks(session: &Session, node: &Node, key: &str) -> Value {
    let hooks = node.config.get(key).and_then(Data::as_list).unwrap_or_default();
    let placed = |hook: &Data| {
        let Data::Map(parts) = node_value::hook_value(hook) else { return Value::None };
        let sql = parts.get("sql").and_then(Data::to_text).unwrap_or_default();
        let mut text = Output::default();
        match written::place(&session.project.sources, node, &sql) {
            Some(place) => text.push(sql.trim(), place, true, None),
            None => text.push_plain(&sql),
        }
        let value = |(key, part): (&String, &Data)| match key.as_str() {
            "sql" => (key.clone(), Value::Str(Text::captured(text.clone()))),
            _ => (key.clone(), Value::from(part)),
        };
        Value::dict(parts.iter().map(value))
    };
    Value::list(hooks.iter().map(placed).collect())
}

pub(super) fn receipt(main: &Stored) -> Receipt {
    let field = |name: &str| items::item(&main.response, &Value::from(name)).filter(|value| !value.is_none());
    Receipt {
        message: field("_message").map_or_else(|| main.response.to_text(), |message| message.to_text()),
        rows_affected: field("rows_affected")
            .and_then(|rows| rows.to_int())
            .and_then(|rows| i64::try_from(rows).ok()),
        query_id: field("query_id").map(|id| id.to_text()),
        ..Receipt::default()
    }
}

/// Tells from the one row of a test's query whether the test passes.
fn judge(
    node: &Node,
    main: &Stored,
    warnings: &Warnings,
    result: &mut NodeResult,
) -> Result<(), RenderError> {
    let row = main.table.iterate().and_then(|rows| rows.into_iter().next()).and_then(|row| row.iterate());
    let Some([failures, should_warn, should_error]) = row.as_deref().and_then(|row| row.first_chunk::<3>())
    else {
        return Err(RenderError::new(
            "a test's query must give one row of three columns: failures, should_warn, should_error",
        ));
    };
    let truth = |value: &Value| match value {
        Value::Str(text) => text.as_str().eq_ignore_ascii_case("true") || text.as_str() == "1",
        other => other.is_true(),
    };
    let count = failures.to_float().map_or(0, |count| count as i64);
    let text = |key: &str| node.config.get(key).and_then(Data::to_text);
    let is_error = !text("severity").is_some_and(|severity| severity.eq_ignore_ascii_case("warn"));
    let plural = if count == 1 { "result" } else { "results" };
    let told = |kind: &str, key: &str| {
        let limit = text(key).unwrap_or_else(|| "!= 0".to_owned());
        format!("Got {count} {plural}, configured to {kind} if {limit}")
    };
    if is_error && truth(should_error) {
        result.status = Status::Fail;
        result.message = Some(told("fail", "error_if"));
    } else if truth(should_warn) && warnings.treat(&["LogTestResult"]) == Treatment::Error {
        result.status = Status::Fail;
        result.message = Some(told("fail", "warn_if"));
    } else if truth(should_warn) {
        result.status = Status::Warn;
        result.message = Some(told("warn", "warn_if"));
    } else {
        result.status = Status::Pass;
    }
    result.failures = Some(if result.status == Status::Pass { 0 } else { count });
    Ok(())
}

/// Returns the first rows that a test found; none when they cannot be had, or must not be shown.
fn sample(host: &Rc<dyn Host>, sql: &Text) -> Option<Table> {
    let query = Text::new(format!("select * from (\n{}\n) as found limit {SAMPLE}", sql.as_str()));
    host.run(&query, false, true, Some(SAMPLE)).ok().map(|(_, table)| table)
}

/// Makes the result of a node that is left out, because of another one or of a hook.
pub fn skipped(node: &Node, because_of: Option<&str>, worker: usize) -> NodeResult {
    let mut result = NodeResult::new(&node.unique_id, Status::Skipped);
    result.worker = worker;
    result.because_of = because_of.map(str::to_owned);
    result
}
