//! Which node runs when: a fixed pool of workers feeds on the nodes whose parents are done. Knows nothing of what
//! running a node means.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::run::plan::Plan;

/// In which order nodes are begun that could all begin, and which share the machine with no other.
#[derive(Debug, Default)]
pub struct Order<'p> {
    /// The lower, the earlier; ties go by id.
    rank: HashMap<&'p str, u64>,
    /// Nodes that run alone.
    alone: HashSet<&'p str>,
}

impl<'p> Order<'p> {
    /// Orders by level, as dbt does: with one worker there is nothing to gain.
    pub fn by_level(plan: &'p Plan) -> Self {
        let rank = plan.order().into_iter().map(|(level, id)| (id, level as u64)).collect();
        Self { rank, alone: HashSet::new() }
    }

    /// Orders by the longest path of work that begins at a node, so that no worker is left with a long one at the
    /// end. `seconds` tells how long a node takes.
    pub fn by_longest_path(plan: &'p Plan, seconds: impl Fn(&str) -> f64) -> Self {
        let mut path: HashMap<&str, u64> = HashMap::new();
        for (_, id) in plan.order().into_iter().rev() {
            let children = plan.children.get(id).into_iter().flatten();
            let below = children.filter_map(|child| path.get(child.as_str())).max().copied().unwrap_or(0);
            let own = (seconds(id).clamp(0.0, 1e9) * 1e6) as u64;
            path.insert(id, below.saturating_add(own.max(1)));
        }
        let rank = path.into_iter().map(|(id, length)| (id, u64::MAX - length)).collect();
        Self { rank, alone: HashSet::new() }
    }

    /// Lets some nodes run alone.
    #[must_use]
    pub fn alone(mut self, plan: &'p Plan, is_alone: impl Fn(&str) -> bool) -> Self {
        self.alone = plan.parents.keys().map(String::as_str).filter(|id| is_alone(id)).collect();
        self
    }
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

/// Why a node is skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// Another node did not come to be: its id.
    BecauseOf(String),
    /// Nothing new is begun.
    Stopped,
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
    /// Why it is skipped; `None` when it runs.
    pub skip: Option<Skip>,
}

/// Runs a plan on some workers. `work` is called once for each node, in no more than `workers` threads at a time;
/// `prepare` makes what a worker needs, in its own thread.
pub fn run<'p, W>(
    plan: &'p Plan,
    order: &Order<'p>,
    workers: usize,
    prepare: impl Fn(usize) -> W + Sync,
    work: impl Fn(&mut W, Turn<'_>) -> Outcome + Sync,
) {
    let state = Mutex::new(State::new(plan, order));
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
                while let Some((id, index, skip)) = next(state, changed) {
                    let tools = tools.get_or_insert_with(|| prepare(worker));
                    let skipped = skip.is_some();
                    let outcome = work(tools, Turn { id, index, total, worker, skip });
                    let outcome = if skipped { Outcome::Failed } else { outcome };
                    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                    state.finish(id, outcome);
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
fn next<'p>(state: &Mutex<State<'p, '_>>, changed: &Condvar) -> Option<(&'p str, usize, Option<Skip>)> {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(begun) = state.begin() {
            return Some(begun);
        }
        if state.running == 0 && state.ready.is_empty() {
            return None;
        }
        state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

struct State<'p, 'o> {
    plan: &'p Plan,
    order: &'o Order<'p>,
    waiting: HashMap<&'p str, usize>,
    ready: BTreeSet<(u64, &'p str)>,
    lost: HashMap<&'p str, String>,
    begun: usize,
    running: usize,
    /// Whether what runs is to run alone.
    alone: bool,
    stopped: bool,
}

impl<'p, 'o> State<'p, 'o> {
    fn new(plan: &'p Plan, order: &'o Order<'p>) -> Self {
        let waiting = plan.parents.iter().map(|(id, parents)| (id.as_str(), parents.len())).collect();
        let (begun, running, alone, stopped) = (0, 0, false, false);
        let (ready, lost) = (BTreeSet::new(), HashMap::new());
        let mut state = Self { plan, order, waiting, ready, lost, begun, running, alone, stopped };
        for id in plan.parents.iter().filter(|(_, parents)| parents.is_empty()).map(|(id, _)| id.as_str()) {
            state.make_ready(id);
        }
        state
    }

    fn make_ready(&mut self, id: &'p str) {
        self.ready.insert((self.order.rank.get(id).copied().unwrap_or_default(), id));
    }

    /// Takes the first of the nodes that are ready, unless it or what runs wants to be alone.
    fn begin(&mut self) -> Option<(&'p str, usize, Option<Skip>)> {
        let first = *self.ready.first()?;
        let (_, id) = first;
        let skip = match self.lost.get(id) {
            _ if self.stopped => Some(Skip::Stopped),
            lost => lost.cloned().map(Skip::BecauseOf),
        };
        let alone = skip.is_none() && self.order.alone.contains(id);
        if self.alone || alone && self.running > 0 {
            return None;
        }
        self.ready.remove(&first);
        self.alone = alone;
        self.begun += 1;
        self.running += 1;
        Some((id, self.begun, skip))
    }

    fn finish(&mut self, id: &'p str, outcome: Outcome) {
        self.running -= 1;
        self.alone = false;
        self.stopped |= outcome == Outcome::Stop;
        let plan = self.plan;
        for child in plan.children.get(id).into_iter().flatten() {
            if outcome != Outcome::Passed {
                self.lost.entry(child.as_str()).or_insert_with(|| id.to_owned());
            }
            let Some(count) = self.waiting.get_mut(child.as_str()) else { continue };
            *count -= 1;
            if *count == 0 {
                self.make_ready(child);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Makes a plan of edges `parent -> child`, written `a>b`; a name alone is a node without edges.
    fn plan(edges: &str) -> Plan {
        let mut plan = Plan::default();
        for edge in edges.split(' ') {
            let (parent, child) = edge.split_once('>').unwrap_or((edge, edge));
            plan.parents.entry(parent.to_owned()).or_default();
            plan.children.entry(parent.to_owned()).or_default();
            if parent != child {
                plan.parents.entry(child.to_owned()).or_default().insert(parent.to_owned());
                plan.children.entry(parent.to_owned()).or_default().insert(child.to_owned());
            }
        }
        plan
    }

    /// Runs with one worker and returns the order in which nodes were begun.
    fn begun(plan: &Plan, order: &Order<'_>) -> String {
        let seen = Mutex::new(Vec::new());
        run(
            plan,
            order,
            1,
            |_| (),
            |(), turn| {
                seen.lock().unwrap().push(turn.id.to_owned());
                Outcome::Passed
            },
        );
        seen.into_inner().unwrap().join(" ")
    }

    #[test]
    fn levels_come_before_names() {
        let plan = plan("z>b b>c a");
        assert_eq!(begun(&plan, &Order::by_level(&plan)), "a z b c");
    }

    #[test]
    fn the_longest_path_comes_first() {
        let plan = plan("a z>b b>c");
        assert_eq!(begun(&plan, &Order::by_longest_path(&plan, |_| 1.0)), "z b a c");
        let slow = |id: &str| if id == "a" { 9.0 } else { 1.0 };
        assert_eq!(begun(&plan, &Order::by_longest_path(&plan, slow)), "a z b c");
    }

    #[test]
    fn a_node_that_is_to_run_alone_does() {
        let plan = plan("a b c d e f>g");
        let order = Order::by_level(&plan).alone(&plan, |id| id == "c");
        let running = AtomicUsize::new(0);
        let done = AtomicUsize::new(0);
        run(
            &plan,
            &order,
            4,
            |_| (),
            |(), turn| {
                let beside = running.fetch_add(1, Ordering::SeqCst);
                if turn.id == "c" {
                    assert_eq!(beside, 0);
                    std::thread::yield_now();
                    assert_eq!(running.load(Ordering::SeqCst), 1);
                }
                running.fetch_sub(1, Ordering::SeqCst);
                done.fetch_add(1, Ordering::SeqCst);
                Outcome::Passed
            },
        );
        assert_eq!(done.into_inner(), 7);
    }

    #[test]
    fn what_comes_after_a_failure_is_skipped() {
        let plan = plan("a>b b>c d");
        let skips = Mutex::new(Vec::new());
        run(
            &plan,
            &Order::by_level(&plan),
            2,
            |_| (),
            |(), turn| {
                if let Some(Skip::BecauseOf(id)) = turn.skip {
                    skips.lock().unwrap().push(format!("{} for {id}", turn.id));
                }
                if turn.id == "a" { Outcome::Failed } else { Outcome::Passed }
            },
        );
        assert_eq!(skips.into_inner().unwrap(), ["b for a", "c for b"]);
    }
}
