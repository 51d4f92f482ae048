//! Models whose time is over, or will be, and who still refers to them.

use chrono::{DateTime, Utc};

use crate::base::source::Place;
use crate::compile::node_value::moment;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{Node, Nodes, ReferenceTarget, ResourceType};

/// Warns of models past their date, and of models that refer to those that have one.
pub(super) fn check(nodes: &Nodes, now: DateTime<Utc>, findings: &mut Vec<Diagnostic>) {
    for (node, date) in nodes.enabled.values().filter_map(|node| Some((node, date(node)?))) {
        let day = date.format("%Y-%m-%d");
        let called = called(node);
        if date < now {
            let message = format!("{called} is past its deprecation date, {day}");
            let finding = Diagnostic::at(codes::DEPRECATED_MODEL, node.place, message);
            findings.push(finding.hint("disable or remove it, or move the date"));
        }
        for child in nodes.enabled.values().filter(|child| refers(child, node)) {
            let (code, when) = if date < now {
                (codes::DEPRECATED_REFERENCE, "was deprecated on")
            } else {
                (codes::COMING_DEPRECATION, "will be deprecated on")
            };
            let message = format!("`{}` refers to {called}, which {when} {day}", child.name);
            let finding = Diagnostic::at(code, place(child, node), message);
            findings.push(match &node.version {
                Some(version) if version.value != version.latest => finding
                    .hint(format!("its latest version is {}", version.latest.to_text().unwrap_or_default())),
                _ => finding,
            });
        }
    }
}

fn date(node: &Node) -> Option<DateTime<Utc>> {
    let text = moment(node.kept.get("deprecation_date")?.clone());
    DateTime::parse_from_rfc3339(text.as_str()?).ok().map(|date| date.to_utc())
}

fn called(node: &Node) -> String {
    let version = node.version.as_ref().and_then(|version| version.value.to_text());
    version.map_or_else(|| format!("`{}`", node.name), |version| format!("`{}.v{version}`", node.name))
}

fn refers(child: &Node, node: &Node) -> bool {
    child.resource_type == ResourceType::Model && child.depends_on.contains(&node.unique_id)
}

/// Returns where a node refers to another.
fn place(child: &Node, node: &Node) -> Place {
    let named = |name: &str| name == node.name;
    let found = child.references.iter().find(|reference| match &reference.target {
        ReferenceTarget::Ref { name, .. } => named(name),
        ReferenceTarget::Source { .. } | ReferenceTarget::Function { .. } => false,
    });
    found.and_then(|reference| reference.place).unwrap_or(child.place)
}
