//! Selection of nodes by dbt's grammar: criteria, intersections, unions, graph operators, indirect selection of tests.

pub mod grammar;
mod methods;

use std::collections::{BTreeSet, VecDeque};

use crate::graph::build::Graph;
use crate::graph::nodes::{Node, Nodes, ResourceType};
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
    let mut selection = Selection::default();
    if request.select.is_empty() {
        selection.ids = nodes.enabled.keys().cloned().collect();
    }
    for group in grammar::parse(&request.select)? {
        let found = selector.group(&group.criteria);
        if found.is_empty() {
            selection.unmatched.push(group.text);
        }
        selection.ids.extend(found);
    }
    for group in grammar::parse(&request.exclude)? {
        for id in selector.group(&group.criteria) {
            selection.ids.remove(&id);
        }
    }
    Ok(selection)
}

struct Selector<'g> {
    nodes: &'g Nodes,
    graph: &'g Graph,
    indirect: IndirectSelection,
}

impl Selector<'_> {
    /// Returns what all criteria of a group have in common.
    fn group(&self, criteria: &[Criterion]) -> BTreeSet<String> {
        let mut sets = criteria.iter().map(|criterion| self.criterion(criterion));
        let first = sets.next().unwrap_or_default();
        sets.fold(first, |common, set| common.intersection(&set).cloned().collect())
    }

    fn criterion(&self, criterion: &Criterion) -> BTreeSet<String> {
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
        let tests = self.tests_of(&chosen);
        chosen.extend(tests);
        chosen
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

    /// Returns the tests that come with a set of chosen nodes.
    fn tests_of(&self, chosen: &BTreeSet<String>) -> BTreeSet<String> {
        if self.indirect == IndirectSelection::Empty {
            return BTreeSet::new();
        }
        let mut tests = BTreeSet::new();
        let ancestors = match self.indirect {
            IndirectSelection::Buildable => self.reach(chosen, Depth::All, Direction::Parents),
            _ => BTreeSet::new(),
        };
        for id in chosen {
            for child in self.graph.children(id) {
                let Some(test) =
                    self.nodes.get(child).filter(|node| node.resource_type == ResourceType::Test)
                else {
                    continue;
                };
                if self.comes_along(test, chosen, &ancestors) {
                    tests.insert(child.to_owned());
                }
            }
        }
        tests
    }

    fn comes_along(&self, test: &Node, chosen: &BTreeSet<String>, ancestors: &BTreeSet<String>) -> bool {
        let is_source = |id: &str| self.nodes.get(id).is_some_and(|node| node.source().is_some());
        match self.indirect {
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
