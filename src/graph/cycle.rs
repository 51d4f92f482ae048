//! Circles of dependencies, each reported once with the place of every edge that takes part.

use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graph::NodeIndex;

use crate::diagnostic::{Diagnostic, codes};
use crate::graph::build::{Graph, Resolver, edge_place};
use crate::graph::nodes::Nodes;

/// Finds one shortest circle in each group of nodes that depend on each other.
pub fn find(graph: &Graph, nodes: &Nodes, resolver: &Resolver) -> Vec<Diagnostic> {
    let inner = graph.inner();
    let mut findings = Vec::new();
    for group in tarjan_scc(inner) {
        let looped = group.first().is_some_and(|node| inner.contains_edge(*node, *node));
        if group.len() < 2 && !looped {
            continue;
        }
        let name = |index: &NodeIndex| inner.node_weight(*index).map(String::as_str).unwrap_or_default();
        let Some(start) = group.iter().min_by_key(|index| name(index)) else { continue };
        let circle: Vec<&str> = shortest_circle(graph, *start, &group).iter().map(name).collect();
        findings.extend(report(&circle, nodes, resolver));
    }
    findings
}

/// Returns the nodes of a shortest circle through `start`, each the parent of the next, without repeating `start`.
fn shortest_circle(graph: &Graph, start: NodeIndex, group: &[NodeIndex]) -> Vec<NodeIndex> {
    let inner = graph.inner();
    let members: HashSet<NodeIndex> = group.iter().copied().collect();
    let mut came_from: HashMap<NodeIndex, NodeIndex> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let mut next: Vec<NodeIndex> = inner.neighbors(node).filter(|next| members.contains(next)).collect();
        next.sort_by_key(|index| inner.node_weight(*index));
        for child in next {
            if child == start {
                let mut circle = vec![node];
                let mut at = node;
                while let Some(parent) = came_from.get(&at) {
                    circle.push(*parent);
                    at = *parent;
                }
                circle.reverse();
                return circle;
            }
            if let std::collections::hash_map::Entry::Vacant(e) = came_from.entry(child) {
                e.insert(node);
                queue.push_back(child);
            }
        }
    }
    vec![start]
}

fn report(circle: &[&str], nodes: &Nodes, resolver: &Resolver) -> Option<Diagnostic> {
    let names: Vec<&str> =
        circle.iter().filter_map(|id| nodes.get(id)).map(|node| node.name.as_str()).collect();
    let first = names.first()?;
    // The circle lists parents before children; people read "a needs b", so it is told the other way round.
    let story: Vec<&str> = std::iter::once(*first).chain(names.iter().rev().copied()).collect();
    let mut finding: Option<Diagnostic> = None;
    for step in 0..circle.len() {
        let child = nodes.get(circle.get((circle.len() - step) % circle.len())?)?;
        let parent = nodes.get(circle.get((circle.len() - step - 1) % circle.len())?)?;
        let place = edge_place(child, &parent.unique_id, resolver);
        let text = format!("`{}` needs `{}` here", child.name, parent.name);
        finding = Some(match finding {
            None => {
                let message = format!("these nodes depend on each other in a circle: {}", story.join(" -> "));
                Diagnostic::at(codes::CYCLE, place, message).label(text)
            }
            Some(finding) => finding.also(place, text),
        });
    }
    finding.map(|finding| {
        finding.hint("take one of these references out, or move the shared part into a model of its own")
    })
}
