//! Selection of nodes by dbt's grammar: criteria, intersections, unions, graph operators, indirect selection of tests.

pub mod earlier;
pub mod grammar;
mod methods;
pub mod selectors;

use std::collections::{BTreeSet, VecDeque};

use crate::graph::build::Graph;
use crate::graph::nodes::{Node, Nodes};
use crate::graph::select::grammar::{Criterion, Depth, GrammarError};

/// How tests are chosen that nobody named: by the nodes they test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IndirectSelection {
    /// A test comes with any one of the nodes it tests.
    #[default]
    Eager,
    /// A test comes only with all the nodes it tests.
    Cautious,
    /// A test comes when all the nodes it tests are chosen or come before a chosen one.
    Buildable,
    /// No test comes unless it is named.
    Empty,
}

/// A selection as a tree of sets.
#[derive(Debug, Clone, PartialEq)]
pub enum Spec {
    /// What one criterion names; how its tests come along, where it says so itself.
    Criterion(Criterion, Option<IndirectSelection>),
    /// What any part names.
    Union(Vec<Spec>),
    /// What every part names.
    Intersection(Vec<Spec>),
    /// What the first names and the second does not.
    Difference(Box<Spec>, Box<Spec>),
}

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `--select`; empty means everything.
    pub select: Vec<String>,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// `--indirect-selection`.
    pub indirect: IndirectSelection,
}

/// The chosen nodes and the criteria that matched nothing.
#[derive(Debug, Default)]
pub struct Selection {
    /// The ids chosen.
    pub ids: BTreeSet<String>,
    /// Criteria of `--select` that matched no enabled node.
    pub unmatched: Vec<String>,
}

/// Selects among all enabled nodes.
pub fn select(nodes: &Nodes, graph: &Graph, request: &Request) -> Result<Selection, GrammarError> {
    let selector = Selector { nodes, graph, indirect: request.indirect };
    let mut unmatched = Vec::new();
    let mut chosen = if request.select.is_empty() {
        nodes.enabled.keys().cloned().collect()
    } else {
        let mut groups = Vec::new();
        for group in grammar::parse(&request.select)? {
            let found = selector.group(&group.criteria);
            if found.direct.is_empty() {
                unmatched.push(group.text);
            }
            groups.push(found);
        }
        selector.join(groups, unite, request.indirect).direct
    };
    let mut excluded = Vec::new();
    for group in grammar::parse(&request.exclude)? {
        excluded.push(selector.group(&group.criteria));
    }
    for id in &selector.join(excluded, unite, request.indirect).direct {
        chosen.remove(id);
    }
    Ok(Selection { ids: chosen, unmatched })
}

/// Selects by a tree, as `selectors.yml` has them. `indirect` holds where a criterion does not say itself.
pub fn select_spec(
    nodes: &Nodes,
    graph: &Graph,
    spec: &Spec,
    indirect: IndirectSelection,
) -> BTreeSet<String> {
    Selector { nodes, graph, indirect }.spec(spec).direct
}

struct Selector<'g> {
    nodes: &'g Nodes,
    graph: &'g Graph,
    indirect: IndirectSelection,
}

/// What a part of a selection names.
#[derive(Default)]
struct Found {
    /// Chosen nodes, tests that come along included.
    direct: BTreeSet<String>,
    /// The same, and tests that come along when another part brings the other nodes they test.
    possible: BTreeSet<String>,
}

type Combine = fn(BTreeSet<String>, &BTreeSet<String>) -> BTreeSet<String>;

fn unite(mut all: BTreeSet<String>, more: &BTreeSet<String>) -> BTreeSet<String> {
    all.extend(more.iter().cloned());
    all
}

fn intersect(all: BTreeSet<String>, more: &BTreeSet<String>) -> BTreeSet<String> {
    all.into_iter().filter(|id| more.contains(id)).collect()
}

fn subtract(all: BTreeSet<String>, less: &BTreeSet<String>) -> BTreeSet<String> {
    all.into_iter().filter(|id| !less.contains(id)).collect()
}

impl Selector<'_> {
    fn spec(&self, spec: &Spec) -> Found {
        let parts = |parts: &[Spec]| parts.iter().map(|part| self.spec(part)).collect();
        // Sets of a file take tests as they are: only criteria say how tests come along.
        match spec {
            Spec::Criterion(criterion, indirect) => {
                self.criterion(criterion, indirect.unwrap_or(self.indirect))
            }
            Spec::Union(specs) => self.join(parts(specs), unite, IndirectSelection::Eager),
            Spec::Intersection(specs) => self.join(parts(specs), intersect, IndirectSelection::Eager),
            Spec::Difference(from, less) => {
                self.join(vec![self.spec(from), self.spec(less)], subtract, IndirectSelection::Eager)
            }
        }
    }

    /// Returns what all criteria of a group have in common.
    fn group(&self, criteria: &[Criterion]) -> Found {
        let parts = criteria.iter().map(|criterion| self.criterion(criterion, self.indirect)).collect();
        self.join(parts, intersect, self.indirect)
    }

    /// Combines parts, then takes the tests all of whose nodes are there now.
    fn join(&self, parts: Vec<Found>, combine: Combine, indirect: IndirectSelection) -> Found {
        let Some(mut found) = parts.into_iter().reduce(|all, part| Found {
            direct: combine(all.direct, &part.direct),
            possible: combine(all.possible, &part.possible),
        }) else {
            return Found::default();
        };
        let reached = match indirect {
            IndirectSelection::Eager | IndirectSelection::Empty => return found,
            IndirectSelection::Cautious => BTreeSet::new(),
            IndirectSelection::Buildable => self.reach(&found.direct, Depth::All, Direction::Parents),
        };
        let there = |id: &String| found.direct.contains(id) || reached.contains(id);
        let complete: Vec<String> = found
            .possible
            .difference(&found.direct)
            .filter(|id| self.nodes.get(id).is_some_and(|test| test.depends_on.iter().all(there)))
            .cloned()
            .collect();
        found.direct.extend(complete);
        found
    }

    fn criterion(&self, criterion: &Criterion, indirect: IndirectSelection) -> Found {
        let matched: BTreeSet<String> = self
            .nodes
            .enabled
            .values()
            .filter(|node| methods::matches(criterion, node))
            .map(|node| node.unique_id.clone())
            .collect();
        let mut chosen = matched.clone();
        if criterion.at {
            chosen.extend(self.reach(&matched, Depth::All, Direction::Children));
            let ancestors = self.reach(&chosen, Depth::All, Direction::Parents);
            chosen.extend(ancestors);
        }
        chosen.extend(self.reach(&matched, criterion.parents, Direction::Parents));
        chosen.extend(self.reach(&matched, criterion.children, Direction::Children));
        self.with_tests(chosen, indirect)
    }

    /// Returns the nodes within some steps of a set, without the set.
    fn reach(&self, from: &BTreeSet<String>, depth: Depth, direction: Direction) -> BTreeSet<String> {
        let most = match depth {
            Depth::None => return BTreeSet::new(),
            Depth::Steps(steps) => steps,
            Depth::All => usize::MAX,
        };
        let mut found = BTreeSet::new();
        let mut queue: VecDeque<(String, usize)> = from.iter().map(|id| (id.clone(), 0)).collect();
        while let Some((id, steps)) = queue.pop_front() {
            if steps == most {
                continue;
            }
            let next = match direction {
                Direction::Parents => self.graph.parents(&id),
                Direction::Children => self.graph.children(&id),
            };
            for id in next {
                if !from.contains(id) && found.insert(id.to_owned()) {
                    queue.push_back((id.to_owned(), steps + 1));
                }
            }
        }
        found
    }

    /// Adds the tests that come with chosen nodes.
    fn with_tests(&self, chosen: BTreeSet<String>, indirect: IndirectSelection) -> Found {
        let ancestors = match indirect {
            IndirectSelection::Empty => return Found { possible: chosen.clone(), direct: chosen },
            IndirectSelection::Buildable => self.reach(&chosen, Depth::All, Direction::Parents),
            IndirectSelection::Eager | IndirectSelection::Cautious => BTreeSet::new(),
        };
        let (mut direct, mut possible) = (chosen.clone(), chosen.clone());
        for child in chosen.iter().flat_map(|id| self.graph.children(id)) {
            let test = self.nodes.get(child).filter(|node| node.resource_type.is_test());
            let Some(test) = test else { continue };
            possible.insert(child.to_owned());
            if self.comes_along(test, indirect, &chosen, &ancestors) {
                direct.insert(child.to_owned());
            }
        }
        Found { direct, possible }
    }

    fn comes_along(
        &self,
        test: &Node,
        indirect: IndirectSelection,
        chosen: &BTreeSet<String>,
        ancestors: &BTreeSet<String>,
    ) -> bool {
        let is_source = |id: &str| self.nodes.get(id).is_some_and(|node| node.source().is_some());
        match indirect {
            IndirectSelection::Eager => true,
            IndirectSelection::Cautious => test.depends_on.iter().all(|id| chosen.contains(id)),
            IndirectSelection::Buildable => test
                .depends_on
                .iter()
                .all(|id| chosen.contains(id) || ancestors.contains(id) || is_source(id)),
            IndirectSelection::Empty => false,
        }
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Parents,
    Children,
}
