//! From references to edges: which node each `ref` and `source` means, and the graph they make.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::graph::{DiGraph, NodeIndex};

use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{Node, Nodes, Reference, ReferenceTarget, ResourceType};

/// The dependency graph: an edge goes from a node to each node that depends on it.
#[derive(Debug, Default)]
pub struct Graph {
    graph: DiGraph<String, ()>,
    index: HashMap<String, NodeIndex>,
}

impl Graph {
    /// Makes the graph of the `depends_on` lists of all enabled nodes.
    pub fn new(nodes: &Nodes) -> Self {
        let mut graph = DiGraph::with_capacity(nodes.enabled.len(), nodes.enabled.len() * 2);
        let index: HashMap<String, NodeIndex> =
            nodes.enabled.keys().map(|id| (id.clone(), graph.add_node(id.clone()))).collect();
        for node in nodes.enabled.values() {
            for parent in &node.depends_on {
                if let (Some(from), Some(to)) = (index.get(parent), index.get(&node.unique_id)) {
                    graph.add_edge(*from, *to, ());
                }
            }
        }
        Self { graph, index }
    }

    /// Returns petgraph's own graph.
    pub fn inner(&self) -> &DiGraph<String, ()> {
        &self.graph
    }

    /// Returns the ids of the nodes that a node depends on directly.
    pub fn parents(&self, id: &str) -> Vec<&str> {
        self.neighbours(id, petgraph::Direction::Incoming)
    }

    /// Returns the ids of the nodes that depend on a node directly.
    pub fn children(&self, id: &str) -> Vec<&str> {
        self.neighbours(id, petgraph::Direction::Outgoing)
    }

    fn neighbours(&self, id: &str, direction: petgraph::Direction) -> Vec<&str> {
        let Some(index) = self.index.get(id) else { return Vec::new() };
        let mut ids: Vec<&str> = self
            .graph
            .neighbors_directed(*index, direction)
            .filter_map(|index| self.graph.node_weight(index).map(String::as_str))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// What a reference of one node means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// An enabled node.
    Found(String),
    /// A node that is disabled.
    Disabled(String),
    /// Nothing of that name.
    Missing,
}

/// Finds nodes by the names that `ref` and `source` use.
#[derive(Debug, Default)]
pub struct Resolver {
    root: String,
    own_first: bool,
    named: BTreeMap<String, Vec<Candidate>>,
    sources: HashMap<(String, String), Vec<Candidate>>,
    functions: BTreeMap<String, Vec<Candidate>>,
}

#[derive(Debug)]
struct Candidate {
    package: String,
    id: String,
    enabled: bool,
    rank: u8,
    /// The version, and whether it is the one taken when none is named.
    version: Option<(String, bool)>,
}

impl Resolver {
    /// Indexes all nodes; `root` is the root project's package. With `own_first` a package's own nodes count before
    /// those of the root.
    pub fn new(nodes: &Nodes, root: &str, own_first: bool) -> Self {
        let mut resolver = Self { root: root.to_owned(), own_first, ..Self::default() };
        for (enabled, node) in nodes
            .enabled
            .values()
            .map(|node| (true, node))
            .chain(nodes.disabled.values().map(|node| (false, node)))
        {
            // Where a model and a seed share a name, dbt takes the seed.
            let rank = u8::from(node.resource_type != ResourceType::Seed);
            let candidate = Candidate {
                package: node.package.clone(),
                id: node.unique_id.clone(),
                enabled,
                rank,
                version: node.version.as_ref().map(|version| (version.text(), version.is_latest())),
            };
            if node.resource_type.is_refable() {
                resolver.named.entry(node.name.clone()).or_default().push(candidate);
            } else if node.resource_type == ResourceType::Function {
                resolver.functions.entry(node.name.clone()).or_default().push(candidate);
            } else if let Some(source) = node.source() {
                let key = (source.source_name.clone(), source.table_name.clone());
                resolver.sources.entry(key).or_default().push(candidate);
            }
        }
        for candidates in resolver.named.values_mut() {
            candidates.sort_by(|a, b| (!a.enabled, a.rank, &a.id).cmp(&(!b.enabled, b.rank, &b.id)));
        }
        resolver
    }

    /// Finds what a reference in a node of a package means: the root's node first, then the package's (or these the
    /// other way round), then any.
    pub fn resolve(&self, package: &str, target: &ReferenceTarget) -> Resolution {
        let (candidates, wanted, version) = match target {
            ReferenceTarget::Ref { package, name, version } => {
                (self.named.get(name), package.as_deref(), version.as_deref())
            }
            ReferenceTarget::Source { source, table } => {
                (self.sources.get(&(source.clone(), table.clone())), None, None)
            }
            ReferenceTarget::Function { package, name } => {
                (self.functions.get(name), package.as_deref(), None)
            }
        };
        let meant = |candidate: &&Candidate| match (&candidate.version, version) {
            (None, None) => true,
            (Some((_, is_latest)), None) => *is_latest,
            (Some((own, _)), Some(wanted)) => own == wanted,
            (None, Some(_)) => false,
        };
        let candidates: Vec<&Candidate> = candidates.into_iter().flatten().filter(meant).collect();
        let of = |owner: &str| candidates.iter().copied().find(|candidate| candidate.package == owner);
        let [first, second] = if self.own_first { [package, &self.root] } else { [&self.root, package] };
        let found = match wanted {
            Some(owner) => of(owner),
            None => of(first)
                .filter(|candidate| candidate.enabled)
                .or_else(|| of(second).filter(|candidate| candidate.enabled))
                .or_else(|| candidates.iter().copied().find(|candidate| candidate.enabled))
                .or_else(|| candidates.first().copied()),
        };
        match found {
            Some(candidate) if candidate.enabled => Resolution::Found(candidate.id.clone()),
            Some(candidate) => Resolution::Disabled(candidate.id.clone()),
            None => Resolution::Missing,
        }
    }

    /// Returns all names that `ref` could use, sorted.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.named.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// Returns all names that `function` could use, sorted.
    pub fn function_names(&self) -> Vec<&str> {
        self.functions.keys().map(String::as_str).collect()
    }

    /// Returns the versions of a model.
    fn versions(&self, name: &str) -> Vec<&str> {
        let candidates = self.named.get(name).into_iter().flatten();
        candidates.filter_map(|candidate| candidate.version.as_ref()).map(|(text, _)| text.as_str()).collect()
    }

    /// Returns all pairs that `source` could use, as `source.table`, sorted.
    pub fn source_names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.sources.keys().map(|(source, table)| format!("{source}.{table}")).collect();
        names.sort_unstable();
        names
    }
}

/// Resolves the references of every enabled node and fills `depends_on`. A test that refers to an absent or disabled
/// node is disabled with a warning, as in dbt; any other node gets an error.
pub fn resolve_all(nodes: &mut Nodes, resolver: &Resolver, findings: &mut Vec<Diagnostic>) {
    // Of what takes no part from the beginning nothing is missed, and what there is is told.
    for node in nodes.left_out.values_mut() {
        let mut references: Vec<&Reference> = node.references.iter().collect();
        references.sort_by_key(|reference| order(&reference.target));
        let found = references.iter().filter_map(|one| match resolver.resolve(&node.package, &one.target) {
            Resolution::Found(id) => Some(id),
            _ => None,
        });
        node.depends_on = found.collect::<indexmap::IndexSet<_>>().into_iter().collect();
    }
    let mut left_out = Vec::new();
    for node in nodes.enabled.values_mut() {
        let given = std::mem::take(&mut node.depends_on);
        let mut parents = Vec::new();
        let mut seen: BTreeSet<&ReferenceTarget> = BTreeSet::new();
        let mut lost = false;
        let mut references: Vec<&Reference> = node.references.iter().collect();
        references.sort_by_key(|reference| order(&reference.target));
        for reference in references {
            match resolver.resolve(&node.package, &reference.target) {
                Resolution::Found(id) => {
                    if !parents.contains(&id) {
                        parents.push(id);
                    }
                }
                _ if seen.contains(&reference.target) => {}
                resolution => {
                    seen.insert(&reference.target);
                    let disabled = matches!(resolution, Resolution::Disabled(_));
                    let finding = unresolved(node, reference, disabled, resolver);
                    if node.resource_type == ResourceType::Test {
                        lost = true;
                        if !disabled {
                            findings.push(as_left_out(finding));
                        }
                    } else {
                        findings.push(finding);
                    }
                }
            }
        }
        // Metrics of an exposure stand behind what it refers to, as in dbt.
        parents.extend(given.into_iter().filter(|id| !parents.contains(id)).collect::<Vec<_>>());
        node.depends_on = parents;
        if lost {
            left_out.push(node.unique_id.clone());
        }
    }
    for id in left_out {
        if let Some(mut node) = nodes.enabled.shift_remove(&id) {
            node.config.set("enabled", crate::base::data::Data::Bool(false));
            nodes.left_out.insert(id, node);
        }
    }
}

/// In which order dbt resolves the kinds of references.
fn order(target: &ReferenceTarget) -> u8 {
    match target {
        ReferenceTarget::Source { .. } => 0,
        ReferenceTarget::Ref { .. } => 1,
        ReferenceTarget::Function { .. } => 2,
    }
}

fn as_left_out(finding: Diagnostic) -> Diagnostic {
    let severity = codes::TEST_LEFT_OUT.severity;
    Diagnostic { code: codes::TEST_LEFT_OUT, severity, ..finding }.note("the test is left out")
}

fn unresolved(node: &Node, reference: &Reference, disabled: bool, resolver: &Resolver) -> Diagnostic {
    let place = reference.place.unwrap_or(node.place);
    let what = format!("{} `{}`", node.resource_type.name(), node.name);
    match &reference.target {
        ReferenceTarget::Function { name, .. } if disabled => Diagnostic::at(
            codes::DISABLED_REF,
            place,
            format!("{what} depends on a function named `{name}` which is disabled"),
        )
        .hint("enable it with `enabled: true`, or remove this call"),
        ReferenceTarget::Function { package, name } => {
            let of = package.as_ref().map(|package| format!(" of package `{package}`")).unwrap_or_default();
            let message = format!("{what} depends on a function named `{name}`{of} which was not found");
            Diagnostic::at(codes::UNKNOWN_REF, place, message)
                .label("no function of this name")
                .hint_nearest(name, resolver.function_names())
        }
        ReferenceTarget::Ref { name, .. } if disabled => Diagnostic::at(
            codes::DISABLED_REF,
            place,
            format!("{what} depends on a node named `{name}` which is disabled"),
        )
        .hint("enable it with `enabled: true`, or remove this `ref`"),
        ReferenceTarget::Ref { name, version: Some(version), .. } if resolver.named.contains_key(name) => {
            let known = resolver.versions(name);
            let message = format!("{what} depends on version `{version}` of `{name}` which was not found");
            let finding = Diagnostic::at(codes::UNKNOWN_REF, place, message);
            match known.as_slice() {
                [] => finding.hint(format!("`{name}` has no versions: leave the version out")),
                known => finding.hint(format!("its versions: {}", known.join(", "))),
            }
        }
        ReferenceTarget::Ref { package, name, .. } => {
            let of = package.as_ref().map(|package| format!(" of package `{package}`")).unwrap_or_default();
            let message = format!("{what} depends on a node named `{name}`{of} which was not found");
            Diagnostic::at(codes::UNKNOWN_REF, place, message)
                .label("no model, seed or snapshot of this name")
                .hint_nearest(name, resolver.names())
        }
        ReferenceTarget::Source { source, table } => {
            let message = format!("{what} depends on a source named `{source}.{table}` which was not found");
            let names = resolver.source_names();
            Diagnostic::at(codes::UNKNOWN_SOURCE, place, message)
                .label("no source table of this name")
                .hint_nearest(&format!("{source}.{table}"), names.iter().map(String::as_str))
        }
    }
}

/// Returns the place where a node refers to another, for messages about the edge.
pub fn edge_place(child: &Node, parent: &str, resolver: &Resolver) -> Place {
    child
        .references
        .iter()
        .find(|reference| {
            resolver.resolve(&child.package, &reference.target) == Resolution::Found(parent.to_owned())
        })
        .and_then(|reference| reference.place)
        .unwrap_or(child.place)
}
