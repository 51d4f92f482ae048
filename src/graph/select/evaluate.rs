//! From criteria to sets of nodes: graph operators, set operations, and the tests that come along. Knows nothing of
//! texts and files.

use std::collections::{BTreeSet, HashSet};

use petgraph::Direction;
use petgraph::graph::NodeIndex;

use crate::graph::nodes::Node;
use crate::graph::select::earlier::Earlier;
use crate::graph::select::error::SelectError;
use crate::graph::select::grammar::{Criterion, Depth, Group};
use crate::graph::select::methods::{self, Question};
use crate::graph::select::set::Set;
use crate::graph::select::{Ground, IndirectSelection, Spec};

/// Finds what selections name. Nodes are known by their numbers in the graph.
pub(super) struct Evaluator<'g> {
    pub(super) ground: Ground<'g>,
    indirect: IndirectSelection,
    nodes: Vec<Option<&'g Node>>,
}

/// What a part of a selection names.
struct Found {
    /// Chosen nodes, tests that come along included.
    direct: Set,
    /// The same, and tests that come along when another part brings the other nodes they test.
    possible: Set,
}

impl<'g> Evaluator<'g> {
    /// Makes an evaluator; `indirect` holds where a criterion does not say itself.
    pub(super) fn new(ground: Ground<'g>, indirect: IndirectSelection) -> Self {
        let ids = ground.graph.inner().node_weights();
        Self { ground, indirect, nodes: ids.map(|id| ground.nodes.get(id)).collect() }
    }

    /// Returns all nodes.
    pub(super) fn all(&self) -> Set {
        Set::all(self.nodes.len())
    }

    /// Returns the ids of nodes.
    pub(super) fn ids(&self, set: &Set) -> BTreeSet<String> {
        self.members(set).map(|node| node.unique_id.clone()).collect()
    }

    /// Returns what any of some groups names, and the texts of those that name nothing.
    pub(super) fn groups(&self, groups: &[Group]) -> Result<(Set, Vec<String>), SelectError> {
        let (mut parts, mut unmatched) = (Vec::new(), Vec::new());
        for group in groups {
            let criteria = group.criteria.iter().map(|criterion| self.criterion(criterion, self.indirect));
            let found = self.join(criteria.collect::<Result<_, _>>()?, Set::intersect, self.indirect);
            if found.direct.is_empty() {
                unmatched.push(group.text.clone());
            }
            parts.push(found);
        }
        Ok((self.join(parts, Set::unite, self.indirect).direct, unmatched))
    }

    /// Returns what a tree of sets names.
    pub(super) fn spec(&self, spec: &Spec) -> Result<Set, SelectError> {
        Ok(self.part(spec)?.direct)
    }

    /// Returns the ids of what a selector of `selectors.yml` names.
    pub(super) fn named(&self, name: &str) -> Result<HashSet<&'g str>, SelectError> {
        let selector = self.ground.selectors.find(name)?;
        let set = self.spec(&selector.spec)?;
        Ok(self.members(&set).map(|node| node.unique_id.as_str()).collect())
    }

    /// Returns the other state of the project.
    pub(super) fn earlier(&self, missing: &str) -> Result<&'g dyn Earlier, SelectError> {
        let error = || SelectError::Earlier {
            problem: missing.to_owned(),
            cure: "name the folder with that state's artifacts with `--state FOLDER`",
        };
        self.ground.earlier.ok_or_else(error)
    }

    fn members(&self, set: &Set) -> impl Iterator<Item = &'g Node> {
        set.iter().filter_map(|number| self.node(number))
    }

    fn node(&self, number: usize) -> Option<&'g Node> {
        self.nodes.get(number).copied().flatten()
    }

    fn part(&self, spec: &Spec) -> Result<Found, SelectError> {
        let parts = |parts: &[Spec]| parts.iter().map(|part| self.part(part)).collect::<Result<Vec<_>, _>>();
        // Sets of a file take tests as they are: only criteria say how tests come along.
        let (parts, combine): (_, fn(&mut Set, &Set)) = match spec {
            Spec::Criterion(criterion, indirect) => {
                return self.criterion(criterion, indirect.unwrap_or(self.indirect));
            }
            Spec::Union(specs) => (parts(specs)?, Set::unite),
            Spec::Intersection(specs) => (parts(specs)?, Set::intersect),
            Spec::Difference(from, less) => (vec![self.part(from)?, self.part(less)?], Set::subtract),
        };
        Ok(self.join(parts, combine, IndirectSelection::Eager))
    }

    /// Combines parts, then takes the data tests all of whose nodes are there now.
    fn join(&self, parts: Vec<Found>, combine: fn(&mut Set, &Set), indirect: IndirectSelection) -> Found {
        let joined = parts.into_iter().reduce(|mut all, part| {
            combine(&mut all.direct, &part.direct);
            combine(&mut all.possible, &part.possible);
            all
        });
        let none = || Set::none(self.nodes.len());
        let mut found = joined.unwrap_or_else(|| Found { direct: none(), possible: none() });
        let mut there = found.direct.clone();
        match indirect {
            IndirectSelection::Eager | IndirectSelection::Empty => return found,
            IndirectSelection::Cautious => {}
            IndirectSelection::Buildable => {
                there.unite(&self.reach(&found.direct, Depth::All, Direction::Incoming));
            }
        }
        for number in found.possible.iter() {
            let is_test = self.node(number).is_some_and(|node| node.unit_test().is_none());
            if is_test && self.parents(number).all(|parent| there.contains(parent)) {
                found.direct.insert(number);
            }
        }
        found
    }

    fn criterion(&self, criterion: &Criterion, indirect: IndirectSelection) -> Result<Found, SelectError> {
        let value = criterion.value.to_text().unwrap_or_default();
        let question = Question { criterion, value, evaluator: self };
        let is_meant = methods::prepare(&question)?;
        let mut matched = Set::none(self.nodes.len());
        for (number, node) in self.nodes.iter().enumerate() {
            if node.is_some_and(&is_meant) {
                matched.insert(number);
            }
        }
        let mut chosen = matched.clone();
        if criterion.at {
            chosen.unite(&self.reach(&matched, Depth::All, Direction::Outgoing));
            let ancestors = self.reach(&chosen, Depth::All, Direction::Incoming);
            chosen.unite(&ancestors);
        }
        chosen.unite(&self.reach(&matched, criterion.parents, Direction::Incoming));
        chosen.unite(&self.reach(&matched, criterion.children, Direction::Outgoing));
        Ok(self.with_tests(chosen, indirect))
    }

    /// Returns the nodes within some steps of a set, and the set.
    fn reach(&self, from: &Set, depth: Depth, direction: Direction) -> Set {
        let most = match depth {
            Depth::None => 0,
            Depth::Steps(steps) => steps,
            Depth::All => usize::MAX,
        };
        let mut found = from.clone();
        let mut layer: Vec<usize> = from.iter().collect();
        for _ in 0..most {
            let next = layer.iter().flat_map(|number| self.neighbours(*number, direction));
            layer = next.filter(|number| found.insert(*number)).collect();
            if layer.is_empty() {
                break;
            }
        }
        found
    }

    fn neighbours(&self, number: usize, direction: Direction) -> impl Iterator<Item = usize> {
        self.ground.graph.inner().neighbors_directed(NodeIndex::new(number), direction).map(NodeIndex::index)
    }

    fn parents(&self, number: usize) -> impl Iterator<Item = usize> {
        self.neighbours(number, Direction::Incoming)
    }

    /// Adds the tests that come with chosen nodes.
    fn with_tests(&self, chosen: Set, indirect: IndirectSelection) -> Found {
        let mut there = chosen.clone();
        match indirect {
            IndirectSelection::Empty => return Found { possible: chosen.clone(), direct: chosen },
            IndirectSelection::Buildable => {
                there.unite(&self.reach(&chosen, Depth::All, Direction::Incoming));
            }
            IndirectSelection::Eager | IndirectSelection::Cautious => {}
        }
        let is_there = |number: usize| {
            let source = || self.node(number).is_some_and(|node| node.source().is_some());
            there.contains(number) || indirect == IndirectSelection::Buildable && source()
        };
        let (mut direct, mut possible) = (chosen.clone(), chosen.clone());
        for child in chosen.iter().flat_map(|number| self.neighbours(number, Direction::Outgoing)) {
            if self.node(child).is_some_and(|node| node.resource_type.is_test()) {
                possible.insert(child);
                if indirect == IndirectSelection::Eager || self.parents(child).all(is_there) {
                    direct.insert(child);
                }
            }
        }
        Found { direct, possible }
    }
}
