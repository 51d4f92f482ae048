//! Running the chosen nodes of a project: schemas first, then the plan, then what became of it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::clock::Stopwatch;
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::host::HostError;
use crate::run::events::{Event, NodeLabel};
use crate::run::result::{NodeResult, Status};
use crate::run::scheduler::{self, Outcome, Plan, Turn};
use crate::run::session::{Line, Session};
use crate::run::{catalog, hooks, label, task};

/// What is done with each node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Build and test: a failing test holds back what comes after.
    Build,
    /// Run models, seeds or tests: only what cannot be built holds back.
    Run,
    /// Only compile.
    Compile,
}

/// What became of a run.
#[derive(Debug, Default)]
pub struct RunOutcome {
    /// The nodes with their results, in the order they ended.
    pub results: Vec<(NodeLabel, NodeResult)>,
    /// The seconds from begin to end.
    pub seconds: f64,
    /// The seconds spent inside the database, all workers together.
    pub database_seconds: f64,
}

/// Runs the chosen nodes. Ephemeral models take a turn only to be compiled.
pub fn run(
    session: &Arc<Session>,
    chosen: &BTreeSet<String>,
    action: Action,
    fail_fast: bool,
) -> Result<RunOutcome, HostError> {
    let watch = Stopwatch::start();
    let project = &session.project;
    let takes_turn = |node: &&Node| {
        (action == Action::Compile || !node.is_ephemeral())
            && node.resource_type != ResourceType::Source
            // An exposure only tells whether all it needs was built.
            && (action == Action::Build || node.exposure().is_none())
    };
    let ids: BTreeSet<String> = chosen
        .iter()
        .filter_map(|id| project.nodes.get(id))
        .filter(takes_turn)
        .map(|node| node.unique_id.clone())
        .collect();
    // A process runs one command: what is chosen is chosen once.
    let _ = project.invocation.selected.set(chosen.iter().cloned().collect());
    let plan = Plan::new(&project.nodes, &project.graph, &ids, action == Action::Build);
    let threads = project.invocation.target.threads;
    session.listener.notice(&Event::Concurrency { threads, target: project.invocation.target.name.clone() });
    let line: Line = Rc::new(RefCell::new(None));
    let mut hook_results = Vec::new();
    let mut goes_on = true;
    if action != Action::Compile {
        let written =
            ids.iter().filter_map(|id| project.nodes.get(id)).filter(|node| is_written(session, node));
        catalog::prepare(session, &line, written)?;
        let started = hooks::start(session, &line, &mut hook_results);
        goes_on = started || !project.invocation.options.flags.is_on("skip_nodes_if_on_run_start_fails");
    }
    let results: Mutex<Vec<(NodeLabel, NodeResult)>> = Mutex::default();
    let prepare = |_| -> Line { Rc::new(RefCell::new(None)) };
    scheduler::run(&plan, threads, prepare, |line: &mut Line, turn: Turn<'_>| {
        let Some(node) = project.nodes.get(turn.id) else { return Outcome::Passed };
        let called = label::label(project, node);
        let (index, total) = (turn.index, turn.total);
        let stopped = session.is_stopped();
        let result = if stopped || !goes_on || turn.skipped_for.is_some() {
            let because = turn.skipped_for.as_ref().and_then(|id| project.nodes.get(id));
            task::skipped(node, because, turn.worker)
        } else if node.exposure().is_some() {
            NodeResult::new(&node.unique_id, Status::NoOp).message("NO-OP")
        } else {
            if action != Action::Compile {
                session.listener.notice(&Event::NodeStarted { index, total, node: called.clone() });
            }
            if action == Action::Compile {
                task::compile(session, line, node, turn.worker)
            } else {
                task::run(session, line, node, turn.worker)
            }
        };
        // Compiling builds nothing, so nothing is said to begin or to be created.
        if action != Action::Compile {
            let event =
                Event::NodeFinished { index, total, node: called.clone(), result: Box::new(result.clone()) };
            session.listener.notice(&event);
        }
        let outcome = outcome(&result, action, fail_fast);
        results.lock().unwrap_or_else(PoisonError::into_inner).push((called, result));
        outcome
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut all = hook_results;
    all.extend(complete(session, &plan, results));
    if action != Action::Compile && !session.is_stopped() {
        hooks::end(session, &line, &mut all);
    }
    let seconds = watch.seconds();
    let counts = label::ran(all.iter().filter_map(|(label, _)| project.nodes.get(&label.unique_id)));
    if action != Action::Compile {
        session.listener.notice(&Event::Finished { counts, seconds });
    }
    Ok(RunOutcome { results: all, seconds, database_seconds: session.database_seconds() })
}

/// Tells whether a node writes a relation, so that its schema must be there.
fn is_written(session: &Session, node: &Node) -> bool {
    match node.resource_type {
        ResourceType::Test => {
            let stores = node
                .config
                .boolean("store_failures")
                .unwrap_or(session.project.invocation.options.flags.is_on("store_failures"));
            stores || node.config.text("store_failures_as").is_some_and(|kind| kind != "ephemeral")
        }
        ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot => true,
        _ => false,
    }
}

fn outcome(result: &NodeResult, action: Action, fail_fast: bool) -> Outcome {
    match result.status {
        Status::Error | Status::Fail if fail_fast => Outcome::Stop,
        Status::Error | Status::Skipped => Outcome::Failed,
        Status::Fail if action == Action::Build => Outcome::Failed,
        _ => Outcome::Passed,
    }
}

/// Gives a result to every node of the plan that has none, so that nothing is lost from the report.
fn complete(
    session: &Session,
    plan: &Plan,
    mut results: Vec<(NodeLabel, NodeResult)>,
) -> Vec<(NodeLabel, NodeResult)> {
    let seen: BTreeSet<String> = results.iter().map(|(label, _)| label.unique_id.clone()).collect();
    for id in plan.order() {
        if seen.contains(&id) {
            continue;
        }
        if let Some(node) = session.project.nodes.get(&id) {
            let result = NodeResult::new(&id, Status::Error).message("no worker took this node");
            results.push((label::label(&session.project, node), result));
        }
    }
    results
}
