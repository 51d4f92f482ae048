//! Running the chosen nodes of a project: schemas first, then the plan, then what became of it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::clock::Stopwatch;
use crate::base::data::Data;
use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::host::HostError;
use crate::run::events::{Event, NodeLabel};
use crate::run::host::Line;
use crate::run::journal::{self, Doubt};
use crate::run::plan::Plan;
use crate::run::result::{Halt, NodeResult, Status};
use crate::run::scheduler::{self, Order, Outcome, Skip, Turn};
use crate::run::session::Session;
use crate::run::timings::Timings;
use crate::run::{catalog, cloning, hooks, label, microbatch, task, unit_tests};

/// What is done with each node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Build and test: a failing test holds back what comes after.
    Build,
    /// Run models, seeds or tests: only what cannot be built holds back.
    Run,
    /// Only compile.
    Compile,
    /// Put relations of another environment under the nodes' own names.
    Clone,
}

impl Action {
    /// Tells whether hooks run around the nodes, and each node says when it begins and ends.
    fn is_a_run(self) -> bool {
        matches!(self, Action::Build | Action::Run)
    }
}

/// How nodes are to be run.
#[derive(Debug)]
pub struct Asked {
    /// What is done with each node.
    pub action: Action,
    /// Whether the first failure is to be the last.
    pub fail_fast: bool,
    /// Nodes whose rows may be there already, since the run before was cut off while they were made to last, with what
    /// tells.
    pub in_doubt: BTreeMap<String, Doubt>,
}

impl Asked {
    /// Asks for compiling alone.
    pub fn compile() -> Self {
        Self { action: Action::Compile, fail_fast: false, in_doubt: BTreeMap::new() }
    }
}

/// What became of a run.
#[derive(Debug, Default)]
pub struct RunOutcome {
    /// The nodes with their results, in the order they ended.
    pub results: Vec<(NodeLabel, NodeResult)>,
    /// The ephemeral models that were compiled on the way: no results of the run, as they take no turn.
    pub ephemeral: Vec<NodeResult>,
    /// The seconds from begin to end.
    pub seconds: f64,
}

impl RunOutcome {
    /// Returns the seconds spent inside the database, all workers together.
    pub fn database_seconds(&self) -> f64 {
        self.results.iter().map(|(_, result)| result.receipt.seconds).sum()
    }
}

/// What the workers of a run have in common.
struct Run<'r> {
    session: &'r Arc<Session>,
    asked: &'r Asked,
    action: Action,
    /// Whether the nodes may run at all: a hook before them can say no.
    goes_on: bool,
    results: Mutex<Vec<(NodeLabel, NodeResult)>>,
}

/// Runs the chosen nodes. Ephemeral models take a turn only to be compiled.
pub fn run(
    session: &Arc<Session>,
    chosen: &BTreeSet<String>,
    asked: &Asked,
) -> Result<RunOutcome, HostError> {
    let watch = Stopwatch::start();
    let action = asked.action;
    let project = &session.project;
    let ids = taking_turns(project, chosen, action);
    // A process runs one command: what is chosen is chosen once.
    let _ = project.invocation.selected.set(chosen.iter().cloned().collect());
    let plan = match action {
        Action::Clone => Plan::independent(&ids),
        _ => Plan::new(&project.nodes, &project.graph, &ids, action == Action::Build),
    };
    let threads = project.invocation.target.threads;
    let target = project.invocation.target.name.clone();
    session.listener.notice(&Event::Concurrency { threads, target, nodes: ids.len() });
    let line: Line = Rc::new(RefCell::new(None));
    let mut all = Vec::new();
    let mut goes_on = true;
    if action != Action::Compile {
        if session.adapter.answers() {
            session.keep_journal(&ids, &asked.in_doubt);
        }
        let written =
            ids.iter().filter_map(|id| project.nodes.get(id)).filter(|node| is_written(session, node));
        catalog::prepare(session, &line, written)?;
    }
    if action.is_a_run() {
        let started = hooks::start(session, &line, &mut all);
        goes_on = started || !project.invocation.options.flags.is_on("skip_nodes_if_on_run_start_fails");
    }
    let timings = Timings::read(&journal::state_folder(project));
    let order = order(project, &plan, threads, &timings);
    let run = Run { session, asked, action, goes_on, results: Mutex::default() };
    let prepare = |_| -> Line { Rc::new(RefCell::new(None)) };
    scheduler::run(&plan, &order, threads, prepare, |line: &mut Line, turn: Turn<'_>| run.turn(line, &turn));
    let results = run.results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let results = complete(session, &plan, results);
    if action.is_a_run() && session.halted().is_none() {
        compile_unused(session, &line, chosen);
    }
    session.workers_ended();
    let first = results.iter().find(|(_, result)| result.status.is_failure());
    if let Some((node, result)) = first.filter(|_| asked.fail_fast && session.halted().is_none()) {
        session.listener.notice(&Event::Failure { node: node.clone(), result: Box::new(result.clone()) });
    }
    all.extend(results);
    if action.is_a_run() && session.halted().is_none() {
        hooks::end(session, &line, &mut all);
    }
    session.all_ended();
    let seconds = watch.seconds();
    let counts = label::ran(all.iter().filter_map(|(label, _)| project.nodes.get(&label.unique_id)));
    if action.is_a_run() {
        session.listener.notice(&Event::Finished { counts, seconds });
        if session.adapter.answers() {
            learn(session, timings, &all);
        }
    }
    let ephemeral = std::mem::take(&mut *session.ephemeral()).into_values().collect();
    Ok(RunOutcome { results: all, ephemeral, seconds })
}

/// Compiles the chosen ephemeral models that no other node was built with. As in dbt, the run does not fail for one that
/// cannot be compiled: who uses it does.
fn compile_unused(session: &Arc<Session>, line: &Line, chosen: &BTreeSet<String>) {
    let nodes = chosen.iter().filter_map(|id| session.project.nodes.get(id));
    for node in nodes.filter(|node| node.is_ephemeral()) {
        if session.ephemeral().contains_key(&node.unique_id) {
            continue;
        }
        let result = task::compile(session, line, node, 0);
        if !result.status.is_failure() {
            session.ephemeral().insert(node.unique_id.clone(), result);
        }
    }
}

/// Returns the chosen nodes that take a turn.
fn taking_turns(project: &Project, chosen: &BTreeSet<String>, action: Action) -> BTreeSet<String> {
    let takes_turn = |node: &&Node| {
        (action == Action::Compile || !node.is_ephemeral())
            && !matches!(
                node.resource_type,
                ResourceType::Source | ResourceType::Metric | ResourceType::SemanticModel
            )
            // Exposures and saved queries only tell whether all they need was built.
            && (action == Action::Build || !node.resource_type.is_no_op())
            // Building runs the unit tests of what it builds, and no others.
            && (action != Action::Build
                || node.unit_test().is_none()
                || node.depends_on.iter().all(|id| chosen.contains(id)))
    };
    let nodes = chosen.iter().filter_map(|id| project.nodes.get(id));
    nodes.filter(takes_turn).map(|node| node.unique_id.clone()).collect()
}

/// Returns the order in which nodes are begun.
fn order<'p>(project: &Project, plan: &'p Plan, threads: usize, timings: &Timings) -> Order<'p> {
    let order = if threads == 1 {
        Order::by_level(plan)
    } else {
        Order::by_longest_path(plan, |id| timings.seconds(id))
    };
    order.alone(plan, |id| project.nodes.get(id).is_some_and(runs_alone))
}

/// Keeps how long nodes took, and ends the journal.
fn learn(session: &Session, timings: Timings, results: &[(NodeLabel, NodeResult)]) {
    let taken = results.iter().filter(|(_, result)| !result.status.is_failure());
    let learned = timings.learn(taken.map(|(_, result)| (result.unique_id.as_str(), result.seconds)));
    if let Err(error) = learned {
        session.listener.notice(&Event::Message { text: error.to_string(), info: false });
    }
    if let Some(journal) = session.journal().filter(|_| session.halted().is_none()) {
        journal.ended();
    }
}

/// Tells whether a node asks to have the machine for itself: `run_alone`, as a config of its own or under `meta`,
/// where dbt takes any key without a word.
fn runs_alone(node: &Node) -> bool {
    let under_meta = || node.config.get("meta").and_then(Data::as_map)?.get("run_alone")?.as_bool();
    node.config.boolean("run_alone").or_else(under_meta).unwrap_or_default()
}

impl Run<'_> {
    /// Does what is to be done with one node, and tells what the scheduler must know of it.
    fn turn(&self, line: &Line, turn: &Turn<'_>) -> Outcome {
        let project = &self.session.project;
        let Some(node) = project.nodes.get(turn.id) else { return Outcome::Passed };
        let called = label::label(project, node);
        let result = self.result(line, turn, node, &called);
        if let Some(journal) = self.session.journal() {
            journal.finished(&result);
        }
        // Compiling builds nothing, so nothing is said to begin or to be created; what never began ends in silence.
        let halt = result.halt.filter(|_| result.status == Status::Skipped);
        if self.action.is_a_run() && halt.is_none() {
            let (index, total) = (turn.index, turn.total);
            let result = Box::new(result.clone());
            self.session.listener.notice(&Event::NodeFinished { index, total, node: called.clone(), result });
        }
        let outcome = outcome(&result, self.action, self.asked.fail_fast);
        if outcome == Outcome::Stop {
            self.session.stop(Halt::FailFast);
        }
        self.results.lock().unwrap_or_else(PoisonError::into_inner).push((called, result));
        outcome
    }

    fn result(&self, line: &Line, turn: &Turn<'_>, node: &Node, called: &NodeLabel) -> NodeResult {
        let skip = match &turn.skip {
            _ if self.session.halted().is_some() => Some(Skip::Stopped),
            None if !self.goes_on => return task::skipped(node, None, turn.worker),
            skip => skip.clone(),
        };
        match skip {
            Some(Skip::Stopped) => return self.halted(node, turn.worker),
            Some(Skip::BecauseOf(id)) => return task::skipped(node, Some(&id), turn.worker),
            None => {}
        }
        // A unit test is made of the types that the database tells of its inputs.
        if node.resource_type.is_no_op() || node.unit_test().is_some() && !self.session.adapter.answers() {
            return NodeResult::new(&node.unique_id, Status::NoOp).message("NO-OP");
        }
        if self.action == Action::Compile {
            return match node.unit_test() {
                Some(test) => unit_tests::compile(self.session, line, node, test, turn.worker),
                None => task::compile(self.session, line, node, turn.worker),
            };
        }
        if self.action.is_a_run() {
            let (index, total) = (turn.index, turn.total);
            self.session.listener.notice(&Event::NodeStarted { index, total, node: called.clone() });
        }
        if let Some(journal) = self.session.journal() {
            journal.started(&node.unique_id);
        }
        let doubt = self.asked.in_doubt.get(&node.unique_id);
        let done = doubt.and_then(|doubt| task::done_before(self.session, line, node, *doubt, turn.worker));
        let result = done.unwrap_or_else(|| {
            let _lane = self.session.lanes.enter();
            if self.action == Action::Clone {
                cloning::run(self.session, line, node, turn.worker)
            } else if let Some(test) = node.unit_test() {
                unit_tests::run(self.session, line, node, test, turn.worker)
            } else if self.session.project.runs_in_batches(node) {
                microbatch::run(self.session, line, node, turn.worker)
            } else {
                task::run(self.session, line, node, turn.worker)
            }
        });
        if result.status == Status::Error && self.session.halted().is_some() {
            self.session.listener.notice(&Event::Cancelled { node: called.clone() });
            return self.halted(node, turn.worker);
        }
        result
    }

    /// Makes the result of a node that was stopped, or never began for that reason.
    fn halted(&self, node: &Node, worker: usize) -> NodeResult {
        let halt = self.session.halted().unwrap_or(Halt::Interrupted);
        let mut result = NodeResult::new(&node.unique_id, Status::Skipped).message(halt.message());
        result.halt = Some(halt);
        result.worker = worker;
        result
    }
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
        ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot | ResourceType::Function => true,
        _ => false,
    }
}

fn outcome(result: &NodeResult, action: Action, fail_fast: bool) -> Outcome {
    match result.status {
        Status::Error | Status::Fail | Status::PartialSuccess if fail_fast => Outcome::Stop,
        Status::Error | Status::Skipped | Status::PartialSuccess => Outcome::Failed,
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
    for (_, id) in plan.order() {
        if seen.contains(id) {
            continue;
        }
        if let Some(node) = session.project.nodes.get(id) {
            let result = NodeResult::new(id, Status::Error).message("no worker took this node");
            results.push((label::label(&session.project, node), result));
        }
    }
    results
}
