//! Which node runs when: a fixed pool of workers feeds on the nodes whose parents are done. Knows nothing of what
//! running a node means.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::graph::build::Graph;
use crate::graph::nodes::{Nodes, ResourceType};

/// The nodes to run and what each waits for.
#[derive(Debug, Default)]
pub struct Plan {
    /// For each node the nodes it waits for.
    parents: BTreeMap<String, BTreeSet<String>>,
    children: BTreeMap<String, BTreeSet<String>>,
}

impl Plan {
    /// Plans the chosen nodes; order is kept through nodes that are not chosen. With `tests_block`, as in `build`,
    /// a test holds back every node that comes after all that it tests.
    pub fn new(nodes: &Nodes, graph: &Graph, chosen: &BTreeSet<String>, tests_block: bool) -> Self {
        let mut plan = Self::default();
        for id in chosen {
            plan.parents.insert(id.clone(), nearest_chosen(graph, id, chosen));
        }
        plan.index_children();
        if tests_block {
            plan.let_tests_block(nodes, graph, chosen);
        }
        plan
    }

    fn index_children(&mut self) {
        self.children = self.parents.keys().map(|id| (id.clone(), BTreeSet::new())).collect();
        for (id, parents) in &self.parents {
            for parent in parents {
                self.children.entry(parent.clone()).or_default().insert(id.clone());
            }
        }
    }

    fn let_tests_block(&mut self, nodes: &Nodes, graph: &Graph, chosen: &BTreeSet<String>) {
        let is_test = |id: &str| nodes.get(id).is_some_and(|node| node.resource_type == ResourceType::Test);
        let is_source = |id: &str| nodes.get(id).is_some_and(|node| node.source().is_some());
        let mut blocks: Vec<(String, String)> = Vec::new();
        for test in chosen.iter().filter(|id| is_test(id)) {
            let Some(node) = nodes.get(test) else { continue };
            let tested: Vec<&String> = node.depends_on.iter().collect();
            if !tested.iter().all(|id| chosen.contains(*id) || is_source(id)) {
                continue;
            }
            // Sources take no turn; what comes after them waits for their tests all the same.
            for source in tested.iter().filter(|id| is_source(id)) {
                self.children.entry((*source).clone()).or_insert_with(|| next_chosen(graph, source, chosen));
            }
            let blocked: BTreeSet<String> = match tested.as_slice() {
                [only] => self.children.get(*only).cloned().unwrap_or_default(),
                [first, rest @ ..] => rest.iter().fold(self.descendants(first), |common, parent| {
                    common.intersection(&self.descendants(parent)).cloned().collect()
                }),
                [] => BTreeSet::new(),
            };
            blocks.extend(blocked.into_iter().filter(|id| !is_test(id)).map(|id| (test.clone(), id)));
        }
        for (test, id) in blocks {
            self.parents.entry(id).or_default().insert(test);
        }
        self.index_children();
    }

    fn descendants(&self, id: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut queue: VecDeque<&String> = self.children.get(id).into_iter().flatten().collect();
        while let Some(id) = queue.pop_front() {
            if found.insert(id.clone()) {
                queue.extend(self.children.get(id).into_iter().flatten());
            }
        }
        found
    }

    /// Returns the number of nodes.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    /// Tells whether there is nothing to run.
    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// Returns the nodes in an order in which each comes after all it waits for; ties go by level, then by id.
    pub fn order(&self) -> Vec<String> {
        let mut waiting: HashMap<&str, usize> =
            self.parents.iter().map(|(id, parents)| (id.as_str(), parents.len())).collect();
        let mut ready: BTreeSet<(usize, &str)> =
            waiting.iter().filter(|(_, count)| **count == 0).map(|(id, _)| (0, *id)).collect();
        let mut order = Vec::with_capacity(self.parents.len());
        while let Some((level, id)) = ready.pop_first() {
            order.push(id.to_owned());
            for child in self.children.get(id).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(child.as_str()) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert((level + 1, child));
                    }
                }
            }
        }
        order
    }
}

/// Returns the chosen nodes that come after a node with none chosen between.
fn next_chosen(graph: &Graph, id: &str, chosen: &BTreeSet<String>) -> BTreeSet<String> {
    let (mut found, mut seen) = (BTreeSet::new(), HashSet::new());
    let mut queue: VecDeque<String> = graph.children(id).into_iter().map(str::to_owned).collect();
    while let Some(child) = queue.pop_front() {
        if chosen.contains(&child) {
            found.insert(child);
        } else if seen.insert(child.clone()) {
            queue.extend(graph.children(&child).into_iter().map(str::to_owned));
        }
    }
    found
}

/// Walks up from a node to the nearest chosen nodes.
fn nearest_chosen(graph: &Graph, id: &str, chosen: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut queue: VecDeque<String> = graph.parents(id).into_iter().map(str::to_owned).collect();
    while let Some(parent) = queue.pop_front() {
        if !seen.insert(parent.clone()) {
            continue;
        }
        if chosen.contains(&parent) {
            found.insert(parent);
        } else {
            queue.extend(graph.parents(&parent).into_iter().map(str::to_owned));
        }
    }
    found
}

/// What the scheduler must know of a node that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What comes after it may run.
    Passed,
    /// What comes after it is skipped.
    Failed,
    /// What comes after it is skipped, and nothing new is begun.
    Stop,
}

/// One node handed to a worker.
#[derive(Debug, Clone)]
pub struct Turn<'p> {
    /// The node.
    pub id: &'p str,
    /// Its number in the order of beginning, from 1.
    pub index: usize,
    /// How many nodes there are.
    pub total: usize,
    /// The worker, from 1.
    pub worker: usize,
    /// The node it is skipped because of; empty when everything was stopped; `None` when it runs.
    pub skipped_for: Option<String>,
}

/// Runs a plan on some workers. `work` is called once for each node, in no more than `workers` threads at a time;
/// `prepare` makes what a worker needs, in its own thread.
pub fn run<W>(
    plan: &Plan,
    workers: usize,
    prepare: impl Fn(usize) -> W + Sync,
    work: impl Fn(&mut W, Turn<'_>) -> Outcome + Sync,
) {
    let state = Mutex::new(State::new(plan));
    let changed = Condvar::new();
    let total = plan.len();
    std::thread::scope(|scope| {
        for worker in 1..=workers.clamp(1, total.max(1)) {
            let (state, changed, prepare, work) = (&state, &changed, &prepare, &work);
            // Templates may nest deeply; the evaluator's own limits keep it within this stack.
            let builder =
                std::thread::Builder::new().name(format!("Thread-{worker} (worker)")).stack_size(64 << 20);
            let spawned = builder.spawn_scoped(scope, move || {
                let mut tools: Option<W> = None;
                loop {
                    let Some((id, index, skipped_for)) = next(state, changed) else { return };
                    let tools = tools.get_or_insert_with(|| prepare(worker));
                    let skipped = skipped_for.is_some();
                    let turn = Turn { id, index, total, worker, skipped_for };
                    let outcome = work(tools, turn);
                    let outcome = if skipped { Outcome::Failed } else { outcome };
                    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                    state.finish(plan, id, outcome);
                    changed.notify_all();
                }
            });
            if spawned.is_err() && worker == 1 {
                // Without a single thread nothing can run; the nodes stay without a result and the caller says so.
                return;
            }
        }
    });
}

/// Waits for a node that can be begun; `None` when all are done.
fn next<'p>(state: &Mutex<State<'p>>, changed: &Condvar) -> Option<(&'p str, usize, Option<String>)> {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some((_, id)) = state.ready.pop_first() {
            state.begun += 1;
            state.running += 1;
            let skipped_for = if state.stopped { Some(String::new()) } else { state.lost.get(id).cloned() };
            return Some((id, state.begun, skipped_for));
        }
        if state.running == 0 {
            return None;
        }
        state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

struct State<'p> {
    waiting: HashMap<&'p str, usize>,
    ready: BTreeSet<(usize, &'p str)>,
    level: HashMap<&'p str, usize>,
    lost: HashMap<&'p str, String>,
    begun: usize,
    running: usize,
    stopped: bool,
}

impl<'p> State<'p> {
    fn new(plan: &'p Plan) -> Self {
        let waiting: HashMap<&str, usize> =
            plan.parents.iter().map(|(id, parents)| (id.as_str(), parents.len())).collect();
        let ready =
            plan.parents.iter().filter(|(_, parents)| parents.is_empty()).map(|(id, _)| (0, id.as_str()));
        Self {
            ready: ready.collect(),
            waiting,
            level: HashMap::new(),
            lost: HashMap::new(),
            begun: 0,
            running: 0,
            stopped: false,
        }
    }

    fn finish(&mut self, plan: &'p Plan, id: &'p str, outcome: Outcome) {
        self.running -= 1;
        self.stopped |= outcome == Outcome::Stop;
        let level = self.level.get(id).copied().unwrap_or(0) + 1;
        for child in plan.children.get(id).into_iter().flatten() {
            if outcome != Outcome::Passed {
                self.lost.entry(child.as_str()).or_insert_with(|| id.to_owned());
            }
            let depth = self.level.entry(child.as_str()).or_insert(0);
            *depth = (*depth).max(level);
            let depth = *depth;
            if let Some(count) = self.waiting.get_mut(child.as_str()) {
                *count -= 1;
                if *count == 0 {
                    self.ready.insert((depth, child.as_str()));
                }
            }
        }
    }
}
