//! Which node waits for which: the part of the graph that a run takes. Knows nothing of time and of workers.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::graph::build::Graph;
use crate::graph::nodes::{Node, Nodes, ResourceType};

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

    /// Plans nodes of which none waits for another.
    pub fn independent(chosen: &BTreeSet<String>) -> Self {
        let parents = chosen.iter().map(|id| (id.clone(), BTreeSet::new())).collect();
        let mut plan = Self { parents, ..Self::default() };
        plan.index_children();
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

    /// Lets every node wait for the chosen tests that test nothing but what it comes after, be that chosen or not.
    /// Exposures, saved queries and functions wait for no test, as in dbt; what comes after a function does.
    fn let_tests_block(&mut self, nodes: &Nodes, graph: &Graph, chosen: &BTreeSet<String>) {
        let waits = |id: &str| chosen.contains(id) && nodes.get(id).is_some_and(waits_for_tests);
        let mut reached: HashMap<&str, HashSet<&str>> = HashMap::new();
        for test in chosen {
            let Some(node) = nodes.get(test).filter(|node| node.resource_type == ResourceType::Test) else {
                continue;
            };
            let Some((first, rest)) = node.depends_on.split_first() else { continue };
            for parent in rest {
                reached.entry(parent).or_insert_with(|| descendants(graph, parent));
            }
            let others: Vec<&HashSet<&str>> = rest.iter().filter_map(|id| reached.get(id.as_str())).collect();
            let blocks = |id: &str| waits(id) && others.iter().all(|after| after.contains(id));
            for id in nearest_children(graph, first, blocks) {
                self.parents.entry(id).or_default().insert(test.clone());
            }
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

/// Tells whether tests of what a node comes after hold it back.
fn waits_for_tests(node: &Node) -> bool {
    use ResourceType::{Analysis, Model, Seed, Snapshot};
    matches!(node.resource_type, Model | Seed | Snapshot | Analysis)
}

/// Returns the nodes of a kind that come after a node, with none of that kind between.
fn nearest_children(graph: &Graph, id: &str, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let (mut found, mut seen) = (BTreeSet::new(), HashSet::new());
    let mut queue: VecDeque<&str> = graph.children(id).into();
    while let Some(child) = queue.pop_front() {
        if wanted(child) {
            found.insert(child.to_owned());
        } else if seen.insert(child) {
            queue.extend(graph.children(child));
        }
    }
    found
}

/// Returns all nodes that come after a node.
fn descendants<'g>(graph: &'g Graph, id: &str) -> HashSet<&'g str> {
    let mut found = HashSet::new();
    let mut queue: VecDeque<&str> = graph.children(id).into();
    while let Some(child) = queue.pop_front() {
        if found.insert(child) {
            queue.extend(graph.children(child));
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
