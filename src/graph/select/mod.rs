//! Selection of nodes by dbt's grammar: criteria, intersections, unions, graph operators, indirect selection of tests.

pub mod earlier;
mod error;
mod evaluate;
pub mod grammar;
mod methods;
mod pattern;
pub mod selectors;
mod set;

use std::collections::BTreeSet;

use crate::base::data::DataMap;
use crate::graph::build::Graph;
use crate::graph::nodes::{Node, Nodes};
use crate::graph::select::earlier::Earlier;
use crate::graph::select::evaluate::Evaluator;
use crate::graph::select::grammar::Criterion;
use crate::graph::select::selectors::Selectors;

pub use error::SelectError;

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

impl IndirectSelection {
    /// The modes by name.
    pub const NAMES: [(&str, Self); 4] = [
        ("eager", Self::Eager),
        ("cautious", Self::Cautious),
        ("buildable", Self::Buildable),
        ("empty", Self::Empty),
    ];

    /// Finds a mode.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, mode)| *mode)
    }
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

/// What is selected from.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// All nodes; the enabled ones can be selected.
    pub nodes: &'a Nodes,
    /// How they depend on each other.
    pub graph: &'a Graph,
    /// The selections of `selectors.yml`.
    pub selectors: &'a Selectors,
    /// The name of the root project.
    pub root: &'a str,
    /// Makes a node's configuration with dbt's defaults.
    pub config: fn(&Node) -> DataMap,
    /// Another state of the project, where one is given.
    pub earlier: Option<&'a dyn Earlier>,
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
    /// Criteria of `--select` and `--exclude` that matched no enabled node.
    pub unmatched: Vec<String>,
}

/// Selects among all enabled nodes.
pub fn select(ground: Ground<'_>, request: &Request) -> Result<Selection, SelectError> {
    let evaluator = Evaluator::new(ground, request.indirect);
    let (mut chosen, mut unmatched) = if request.select.is_empty() {
        (evaluator.all(), Vec::new())
    } else {
        evaluator.groups(&grammar::parse(&request.select)?)?
    };
    let (excluded, more) = evaluator.groups(&grammar::parse(&request.exclude)?)?;
    chosen.subtract(&excluded);
    unmatched.extend(more);
    Ok(Selection { ids: evaluator.ids(&chosen), unmatched })
}

/// Selects by a tree, as `selectors.yml` has them. `indirect` holds where a criterion does not say itself.
pub fn select_spec(
    ground: Ground<'_>,
    spec: &Spec,
    indirect: IndirectSelection,
) -> Result<BTreeSet<String>, SelectError> {
    let evaluator = Evaluator::new(ground, indirect);
    Ok(evaluator.ids(&evaluator.spec(spec)?))
}

/// Returns the names of all methods with what they name, for people.
pub fn methods() -> impl Iterator<Item = (&'static str, &'static str)> {
    methods::described()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{Place, SourceMap};
    use crate::base::text::Span;
    use crate::graph::nodes::ResourceType;

    /// A state in which `old` was, and went wrong; or one that knows no nodes.
    struct Before {
        has_nodes: bool,
    }

    impl Earlier for Before {
        fn has_nodes(&self) -> bool {
            self.has_nodes
        }

        fn is(&self, word: &str, node: &Node) -> bool {
            (word == "old") == (node.name == "old")
        }

        fn with_status(&self, status: &str) -> Result<BTreeSet<String>, String> {
            match status {
                "error" => Ok(BTreeSet::from(["model.p.old".to_owned()])),
                _ => Err("the state has no run_results.json".to_owned()),
            }
        }

        fn fresher(&self) -> Result<BTreeSet<String>, String> {
            Err("the state has no sources.json".to_owned())
        }
    }

    fn selected(text: &str, earlier: Option<&dyn Earlier>) -> String {
        let place = Place::new(SourceMap::default().add("p.yml", ""), Span::default());
        let mut nodes = Nodes::default();
        for name in ["old", "new"] {
            let mut node = Node::defined(ResourceType::Model, "p", name, place);
            node.fqn = vec!["p".to_owned(), name.to_owned()];
            nodes.enabled.insert(node.unique_id.clone(), node);
        }
        let graph = Graph::new(&nodes);
        let selectors = Selectors::default();
        let config = |_: &Node| DataMap::new();
        let ground =
            Ground { nodes: &nodes, graph: &graph, selectors: &selectors, root: "p", config, earlier };
        let request = Request { select: vec![text.to_owned()], ..Request::default() };
        match select(ground, &request) {
            Ok(found) => found.ids.into_iter().collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn another_state_is_asked() {
        let asked = |text| selected(text, Some(&Before { has_nodes: true }));
        assert_eq!(asked("state:old"), "model.p.old");
        assert_eq!(asked("state:new"), "model.p.new");
        assert_eq!(asked("state:modified.body"), "model.p.new");
        assert_eq!(asked("result:error"), "model.p.old");
        assert!(asked("result:fail").starts_with("the state has no run_results.json; write it"));
        assert!(asked("source_status:fresher").starts_with("the state has no sources.json; write it"));
        assert!(asked("source_status:older").contains("expected fresher"));
        assert!(asked("state:modfied").contains("expected one of new, old, modified, unmodified"));
        for earlier in [None, Some(&Before { has_nodes: false } as &dyn Earlier)] {
            let error = selected("state:new", earlier);
            assert!(error.starts_with("Got a state selector method, but no comparison manifest; "));
        }
    }
}
