//! The hooks around a run: statements before the first node and after the last one, outside of transactions.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::base::clock::{self, Stopwatch};
use crate::compile::event_time::Window;
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::compile::render;
use crate::graph::nodes::{Detail, Node};
use crate::jinja::builtins::adapter::host_error;
use crate::jinja::eval::error::RenderError;
use crate::jinja::host::Host;
use crate::jinja::value::{Text, Value, Zone};
use crate::run::events::{Event, NodeLabel};
use crate::run::host::{Line, NodeHost};
use crate::run::result::{BatchResults, NodeResult, Status};
use crate::run::session::Session;
use crate::run::{label, task};

/// The key that the first hooks stand under.
const START: &str = "on-run-start";
/// The key that the last hooks stand under.
const END: &str = "on-run-end";

/// Nodes with their results.
type Results = Vec<(NodeLabel, NodeResult)>;

/// Runs the hooks that come before the nodes. Tells whether all of them did what they should.
pub fn start(session: &Arc<Session>, line: &Line, results: &mut Results) -> bool {
    let done = run_all(session, line, START, &[], results);
    if !results.is_empty() {
        session.listener.notice(&Event::Message { text: String::new(), info: true });
    }
    done
}

/// Runs the hooks that come after the nodes, which are told what became of these.
pub fn end(session: &Arc<Session>, line: &Line, results: &mut Results) {
    if of(&session.project, END).is_empty() {
        return;
    }
    session.listener.notice(&Event::Message { text: String::new(), info: true });
    let extra = told(&session.project, results);
    run_all(session, line, END, &extra, results);
}

/// Returns the hooks of one kind in their order: the root project's first, as in dbt, then those of packages by name.
fn of<'p>(project: &'p Project, wanted: &str) -> Vec<&'p Node> {
    let key = |node: &Node| match &node.detail {
        Detail::Operation { event, index } if *event == wanted => {
            Some((node.package != project.invocation.project_name, node.package.clone(), *index))
        }
        _ => None,
    };
    let mut hooks: Vec<_> =
        project.nodes.enabled.values().filter_map(|node| key(node).map(|key| (key, node))).collect();
    hooks.sort_by(|(a, _), (b, _)| a.cmp(b));
    hooks.into_iter().map(|(_, node)| node).collect()
}

/// Runs hooks one after another; after one that fails, the rest is skipped.
fn run_all(
    session: &Arc<Session>,
    line: &Line,
    event: &str,
    extra: &[(&str, Value)],
    results: &mut Results,
) -> bool {
    let hooks = of(&session.project, event);
    let total = hooks.len();
    let mut failed = false;
    for (index, hook) in hooks.into_iter().enumerate() {
        let called = format!("{}.{event}.{index}", hook.package);
        let node =
            NodeLabel { description: format!("hook: {called}"), ..label::label(&session.project, hook) };
        let index = index + 1;
        let result = if failed {
            NodeResult::new(&hook.unique_id, Status::Skipped).message(format!("{called} skipped"))
        } else {
            session.listener.notice(&Event::NodeStarted { index, total, node: node.clone() });
            run_one(session, line, hook, &called, extra)
        };
        failed |= result.status != Status::Success;
        session.listener.notice(&Event::NodeFinished {
            index,
            total,
            node: node.clone(),
            result: Box::new(result.clone()),
        });
        results.push((node, result));
    }
    !failed
}

fn run_one(
    session: &Arc<Session>,
    line: &Line,
    hook: &Node,
    called: &str,
    extra: &[(&str, Value)],
) -> NodeResult {
    let watch = Stopwatch::start();
    let host = NodeHost::new(session, line);
    let mut result = NodeResult::new(&hook.unique_id, Status::Success).message(format!("{called} passed"));
    result.failures = Some(0);
    if let Err(error) = attempt(session, &host, hook, extra, &mut result) {
        task::fail(session, hook, &mut result, error);
        let said = result.message.take().unwrap_or_default();
        result.message = Some(format!("{called} failed, error:\n {said}"));
        result.failures = Some(1);
    }
    host.rollback();
    result.seconds = watch.seconds();
    result
}

fn attempt(
    session: &Arc<Session>,
    host: &Rc<NodeHost>,
    hook: &Node,
    extra: &[(&str, Value)],
    result: &mut NodeResult,
) -> Result<(), RenderError> {
    let shared: Rc<dyn Host> = host.clone();
    let begun = clock::now();
    let compiled = render::node_with(&session.project, hook, Some(&shared), extra)?;
    task::keep(session, hook, &compiled.output, result)?;
    let compiled_at = clock::now();
    result.compiled_at = Some((begun, compiled_at));
    let sql = Text::captured(compiled.output);
    let ran = shared.run(&sql, false, false, None);
    result.executed_at = Some((compiled_at, clock::now()));
    ran.map(|_| ()).map_err(|error| host_error(&error, Some(&sql)))
}

/// Makes what the last hooks are told: what became of the nodes, and the schemas that something was built in.
fn told(project: &Project, results: &Results) -> [(&'static str, Value); 3] {
    let mut places: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut told = Vec::new();
    for (_, result) in results {
        let Some(node) = project.nodes.get(&result.unique_id) else { continue };
        if node.resource_type.is_refable() && !result.status.is_failure() {
            places.insert((&node.database, &node.schema));
        }
        // A first hook is told of only where it failed.
        if !matches!(node.detail, Detail::Operation { .. }) || result.status == Status::Error {
            told.push(result_value(project, node, result));
        }
    }
    let schemas: BTreeSet<&str> = places.iter().map(|(_, schema)| *schema).collect();
    let pair = |(database, schema)| Value::tuple(vec![Value::from(database), Value::from(schema)]);
    [
        ("results", Value::list(told)),
        ("schemas", Value::list(schemas.into_iter().map(Value::from).collect())),
        ("database_schemas", Value::list(places.into_iter().map(pair).collect())),
    ]
}

/// Makes what a hook sees of one result.
fn result_value(project: &Project, node: &Node, result: &NodeResult) -> Value {
    let mut fields = node_value::node(node, project.invocation.created_at());
    fields.insert("compiled".to_owned(), result.compiled_code.is_some().into());
    fields.insert("compiled_code".to_owned(), result.compiled_code.clone().into());
    fields.insert("compiled_path".to_owned(), result.compiled_path.clone().into());
    let message = |message: &Option<String>| message.as_deref().map_or(Value::None, Value::from);
    let response = result.receipt.response().into_iter();
    let response = response.map(|(name, value)| (name, Value::from(&value)));
    Value::dict([
        ("status", Value::from(result.status.word())),
        ("thread_id", Value::from(result.thread())),
        ("execution_time", Value::Float(result.seconds)),
        ("adapter_response", Value::dict(response)),
        ("message", message(&result.message)),
        ("failures", result.failures.map_or(Value::None, Value::from)),
        ("unique_id", Value::from(result.unique_id.as_str())),
        ("batch_results", result.batches.as_ref().map_or(Value::None, batches_value)),
        ("node", Value::from(&fields)),
    ])
}

/// Makes what a hook sees of a model's batches: pairs of moments.
fn batches_value(batches: &BatchResults) -> Value {
    let pair =
        |window: &Window| Value::tuple(vec![Zone::UTC.moment(window.start), Zone::UTC.moment(window.end)]);
    let pairs = |windows: &[Window]| Value::list(windows.iter().map(pair).collect());
    Value::dict([("successful", pairs(&batches.successful)), ("failed", pairs(&batches.failed))])
}
