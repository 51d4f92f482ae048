//! Which node waits for which: the part of the graph that a run takes. Knows nothing of time and of workers.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::graph::build::Graph;
use crate::graph::nodes::{Nodes, ResourceType};

/// The nodes to run and what each waits for.
#[derive(Debug, Default)]
pub struct Plan {
    /// For each node the nodes it waits for.
    pub(super) parents: BTreeMap<String, BTreeSet<String>>,
    pub(super) children: BTreeMap<String, BTreeSet<String>>,
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
            plan.put_unit_tests_first(nodes, chosen);
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
        let is_unit_test = |id: &str| nodes.get(id).is_some_and(|node| node.unit_test().is_some());
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
            blocks.extend(
                blocked
                    .into_iter()
                    .filter(|id| !is_test(id) && !is_unit_test(id))
                    .map(|id| (test.clone(), id)),
            );
        }
        for (test, id) in blocks {
            self.parents.entry(id).or_default().insert(test);
        }
        self.index_children();
    }

    /// Lets a model wait for its unit tests, one after another, and these for what the model waits for: nothing is
    /// built of a text that is known to be wrong.
    fn put_unit_tests_first(&mut self, nodes: &Nodes, chosen: &BTreeSet<String>) {
        let is_unit_test = |id: &&String| nodes.get(id).is_some_and(|node| node.unit_test().is_some());
        for test in chosen.iter().filter(is_unit_test) {
            let Some(model) = nodes.get(test).and_then(|node| node.depends_on.first()) else { continue };
            if let Some(before) = self.parents.get(model).cloned() {
                self.parents.insert(test.clone(), before);
                self.parents.entry(model.clone()).or_default().insert(test.clone());
            }
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

    /// Returns the nodes in an order in which each comes after all it waits for, with their levels: 0 for those that
    /// wait for none, else one more than the highest they wait for. Ties go by id.
    pub fn order(&self) -> Vec<(usize, &str)> {
        let mut waiting: HashMap<&str, usize> =
            self.parents.iter().map(|(id, parents)| (id.as_str(), parents.len())).collect();
        // The last parent to come is one of the highest level, for levels come in turn.
        let mut ready: BTreeSet<(usize, &str)> =
            waiting.iter().filter(|(_, count)| **count == 0).map(|(id, _)| (0, *id)).collect();
        let mut order = Vec::with_capacity(self.parents.len());
        while let Some((level, id)) = ready.pop_first() {
            order.push((level, id));
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
