//! How old sources are: one query each, by the macros that adapters and projects may override, in parallel; one query a
//! database for those whose age the database knows by itself. Knows no artifact and no terminal.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::base::clock::{self, Stopwatch};
use crate::base::data::Data;
use crate::compile::node_value;
use crate::compile::render;
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::eval::error::RenderError;
use crate::jinja::eval::{items, render as render_template};
use crate::jinja::host::{Host, HostError};
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::Value;
use crate::run::catalog::call_macro;
use crate::run::events::{Event, NodeLabel};
use crate::run::hooks;
use crate::run::host::{Line, NodeHost};
use crate::run::label;
use crate::run::plan::Plan;
use crate::run::result::{NodeResult, Status};
use crate::run::scheduler::{self, Order, Outcome, Turn};
use crate::run::session::Session;
use crate::run::task;

/// How old a source is.
#[derive(Debug, Clone)]
pub struct Age {
    /// When its newest row was loaded; the beginning of time where it has none.
    pub max_loaded_at: DateTime<Utc>,
    /// When it was asked.
    pub snapshotted_at: DateTime<Utc>,
    /// What lies between, in seconds.
    pub seconds: f64,
}

/// What became of one source.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What it is called.
    pub label: NodeLabel,
    /// How it ended: `Fail` is a source that is too old, `Error` one that could not be asked.
    pub result: NodeResult,
    /// How old it is, where that was found out.
    pub age: Option<Age>,
}

/// What became of all.
#[derive(Debug, Default)]
pub struct FreshnessOutcome {
    /// The sources in the order in which they ended.
    pub sources: Vec<Checked>,
    /// The hooks around them.
    pub hooks: Vec<(NodeLabel, NodeResult)>,
    /// The seconds from begin to end.
    pub seconds: f64,
}

/// Tells whether a source says how old it may be.
pub fn is_checked(node: &Node) -> bool {
    node.resource_type == ResourceType::Source
        && ["warn_after", "error_after"].iter().any(|key| limit(node, key).is_some())
}

/// Checks the chosen sources, with the project's hooks around them where they are wanted.
pub fn run(session: &Arc<Session>, chosen: &BTreeSet<String>, with_hooks: bool) -> FreshnessOutcome {
    let watch = Stopwatch::start();
    let project = &session.project;
    let threads = project.invocation.target.threads;
    let target = project.invocation.target.name.clone();
    session.listener.notice(&Event::Concurrency { threads, target, nodes: chosen.len() });
    // A process runs one command: what is chosen is chosen once.
    let _ = project.invocation.selected.set(chosen.iter().cloned().collect());
    let line: Line = Rc::new(RefCell::new(None));
    let mut hooks = Vec::new();
    let goes_on = !with_hooks || hooks::start(session, &line, &mut hooks);
    let plan = Plan::new(&project.nodes, &project.graph, chosen, false);
    let order = Order::by_level(&plan);
    let checked = Mutex::new(Vec::new());
    let nodes = chosen.iter().filter_map(|id| project.nodes.get(id));
    let known = if goes_on { known_ages(session, &line, nodes) } else { Known::new() };
    let prepare = |_| -> Line { Rc::new(RefCell::new(None)) };
    scheduler::run(&plan, &order, threads, prepare, |line: &mut Line, turn: Turn<'_>| {
        if let Some(node) = project.nodes.get(turn.id) {
            let done = one_turn(session, line, node, &turn, goes_on.then_some(&known));
            checked.lock().unwrap_or_else(PoisonError::into_inner).push(done);
        }
        Outcome::Passed
    });
    session.workers_ended();
    if with_hooks && session.halted().is_none() {
        hooks::end(session, &line, &mut hooks);
    }
    session.all_ended();
    let sources = checked.into_inner().unwrap_or_else(PoisonError::into_inner);
    FreshnessOutcome { sources, hooks, seconds: watch.seconds() }
}

/// Checks one source, unless there is nothing known because the run goes no further.
fn one_turn(
    session: &Arc<Session>,
    line: &Line,
    node: &Node,
    turn: &Turn<'_>,
    known: Option<&Known>,
) -> Checked {
    let name =
        node.source().map_or_else(String::new, |source| format!("{}.{}", source.source_name, node.name));
    let label =
        NodeLabel { description: format!("freshness of {name}"), ..label::label(&session.project, node) };
    let (index, total) = (turn.index, turn.total);
    let Some(known) = known.filter(|_| session.halted().is_none()) else {
        let result = NodeResult::new(&node.unique_id, Status::Skipped).message("it was not asked");
        return Checked { label, result, age: None };
    };
    session.listener.notice(&Event::NodeStarted { index, total, node: label.clone() });
    let watch = Stopwatch::start();
    let begun = clock::now();
    let host = NodeHost::for_node(session, line, node, None);
    let mut result = NodeResult::new(&node.unique_id, Status::Pass);
    result.compiled_at = Some((begun, begun));
    let age = match ask(session, &host, node, known) {
        Ok(age) => {
            result.status = judge(node, age.seconds);
            Some(age)
        }
        Err(error) => {
            task::fail(session, node, &mut result, error);
            None
        }
    };
    host.rollback();
    result.executed_at = Some((begun, clock::now()));
    result.seconds = watch.seconds();
    result.worker = turn.worker;
    let finished =
        Event::NodeFinished { index, total, node: label.clone(), result: Box::new(result.clone()) };
    session.listener.notice(&finished);
    Checked { label, result, age }
}

/// What a database knows by itself: ages by id, or why they could not be asked for.
type Known = BTreeMap<String, Result<Age, String>>;

/// Asks each database at once for the ages of all sources that name neither a column nor a query.
fn known_ages<'n>(session: &Arc<Session>, line: &Line, nodes: impl Iterator<Item = &'n Node>) -> Known {
    let mut databases: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    let says_nothing = |node: &&Node| {
        ["loaded_at_query", "loaded_at_field"].iter().all(|key| node.config.text(key).is_none())
    };
    if session.dialect().knows_changes {
        nodes.filter(says_nothing).for_each(|node| databases.entry(&node.database).or_default().push(node));
    }
    let host = NodeHost::new(session, line);
    let mut known = Known::new();
    for nodes in databases.into_values() {
        let ages = last_modified(session, &host, &nodes).map_err(|error| error.message);
        for node in nodes {
            let missing = || format!("the database knows no table {}.{}", node.schema, node.alias);
            let age = ages.clone().and_then(|ages| ages.get(&lowered(node)).cloned().ok_or_else(missing));
            known.insert(node.unique_id.clone(), age);
        }
    }
    host.rollback();
    known
}

/// Returns schema and name as they are told apart.
fn lowered(node: &Node) -> [String; 2] {
    [node.schema.to_lowercase(), node.alias.to_lowercase()]
}

/// Asks the database of these sources when each was changed.
fn last_modified(
    session: &Arc<Session>,
    host: &Rc<NodeHost>,
    nodes: &[&Node],
) -> Result<BTreeMap<[String; 2], Age>, HostError> {
    let relations: Vec<_> = nodes.iter().map(|node| node_value::relation(node)).collect();
    let Some(place) = relations.first().map(|relation| relation.information_schema(None)) else {
        return Ok(BTreeMap::new());
    };
    let shared: Rc<dyn Host> = host.clone();
    let relations = Value::list(relations.into_iter().map(Value::object).collect());
    let arguments = vec![Value::object(place), relations];
    let answer = call_macro(session, &shared, "get_relation_last_modified", arguments)?;
    let mut ages = BTreeMap::new();
    for row in rows(&answer) {
        let [schema, name, modified, asked] = row.as_slice() else {
            return Err(HostError::new("rows of four columns tell when tables were changed"));
        };
        let key = [schema, name].map(|part| part.to_text().to_lowercase());
        ages.insert(key, age(modified, asked)?);
    }
    Ok(ages)
}

fn ask(session: &Arc<Session>, host: &Rc<NodeHost>, node: &Node, known: &Known) -> Result<Age, RenderError> {
    if let Some(age) = known.get(&node.unique_id) {
        return age.clone().map_err(RenderError::new);
    }
    let shared: Rc<dyn Host> = host.clone();
    let relation = Value::object(node_value::relation(node));
    let (macro_name, arguments) = if let Some(query) = node.config.text("loaded_at_query") {
        let query = rendered(session, &shared, node, query)?;
        ("collect_freshness_custom_sql", vec![relation, Value::from(query.as_str())])
    } else if let Some(field) = node.config.text("loaded_at_field") {
        let filter = freshness(node, "filter").and_then(Data::to_text);
        let filter = filter.as_deref().map_or(Value::None, Value::from);
        ("collect_freshness", vec![relation, Value::from(field), filter])
    } else {
        let adapter = &session.project.invocation.target.adapter;
        return Err(RenderError::new(format!(
            "Could not compute freshness for source {}: no 'loaded_at_field' provided and {adapter} adapter does not \
             support metadata-based freshness checks.",
            node.name
        )));
    };
    let answer = call_macro(session, &shared, macro_name, arguments)
        .map_err(|error| RenderError::new(error.message))?;
    read_age(&answer).map_err(|error| RenderError::new(error.message))
}

/// Renders the query that tells when a source was loaded; `this` is the source.
fn rendered(
    session: &Arc<Session>,
    host: &Rc<dyn Host>,
    node: &Node,
    query: &str,
) -> Result<String, RenderError> {
    let names = render::environment(&session.project, node, Some(host), &Rc::default());
    let template = parse(query, &Origin::at(node.file, node.place.span.start as usize), false)
        .map_err(|finding| RenderError::new(finding.message.clone()))?;
    Ok(render_template(&names, &template)?.text)
}

/// Reads the one row of the answer: the newest moment, and the moment of asking.
fn read_age(answer: &Value) -> Result<Age, HostError> {
    let rows = rows(answer);
    let [row] = rows.as_slice() else {
        return Err(HostError::new(format!("one row tells how old a source is, and {} came", rows.len())));
    };
    let [loaded, asked] = row.as_slice() else {
        return Err(HostError::new("a row with two moments tells how old a source is"));
    };
    age(loaded, asked)
}

/// Returns the rows of what a statement gave back.
fn rows(answer: &Value) -> Vec<Vec<Value>> {
    let table = items::attribute(answer, "table").unwrap_or(Value::None);
    table.iterate().unwrap_or_default().iter().filter_map(Value::iterate).collect()
}

fn age(loaded: &Value, asked: &Value) -> Result<Age, HostError> {
    let max_loaded_at = if loaded.is_none() { beginning_of_time() } else { moment(loaded)? };
    let snapshotted_at = moment(asked)?;
    let between: TimeDelta = snapshotted_at - max_loaded_at;
    let seconds = between.num_seconds() as f64 + f64::from(between.subsec_nanos()) / 1e9;
    Ok(Age { max_loaded_at, snapshotted_at, seconds })
}

/// The first moment that Python knows.
fn beginning_of_time() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(1, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0)).unwrap_or_default().and_utc()
}

/// Returns a moment in universal time, which is meant where no zone is named.
fn moment(value: &Value) -> Result<DateTime<Utc>, HostError> {
    match value {
        Value::DateTime(stamp) => Ok(stamp.and_utc()),
        Value::Moment(moment, _) => Ok(moment.to_utc()),
        other => Err(HostError::new(format!(
            "Expected a timestamp value when querying freshness, but received value of type '{}' instead: {}",
            other.type_name(),
            other.to_text()
        ))),
    }
}

fn judge(node: &Node, seconds: f64) -> Status {
    let exceeded = |key: &str| limit(node, key).is_some_and(|limit| seconds > limit);
    if exceeded("error_after") {
        Status::Fail
    } else if exceeded("warn_after") {
        Status::Warn
    } else {
        Status::Pass
    }
}

fn freshness<'n>(node: &'n Node, key: &str) -> Option<&'n Data> {
    node.config.get("freshness")?.as_map()?.get(key)
}

/// Returns an age in seconds that a source may not have.
fn limit(node: &Node, key: &str) -> Option<f64> {
    let limit = freshness(node, key)?.as_map()?;
    let count = limit.get("count")?.as_i64()?;
    let unit = match limit.get("period")?.as_str()? {
        "minute" => 60.0,
        "hour" => 3_600.0,
        _ => 86_400.0,
    };
    Some(count as f64 * unit)
}
