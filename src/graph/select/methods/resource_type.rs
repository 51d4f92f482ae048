//! `resource_type:` nodes of a kind: `model`, `seed`, `snapshot`, `test`, `unit_test`, `source`, `exposure`, ...

use crate::graph::nodes::ResourceType;
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// The kinds of nodes, in the order in which people think of them.
const KINDS: [ResourceType; 13] = [
    ResourceType::Model,
    ResourceType::Seed,
    ResourceType::Snapshot,
    ResourceType::Test,
    ResourceType::UnitTest,
    ResourceType::Source,
    ResourceType::Exposure,
    ResourceType::Metric,
    ResourceType::SemanticModel,
    ResourceType::SavedQuery,
    ResourceType::Function,
    ResourceType::Analysis,
    ResourceType::Operation,
];

/// Kinds of dbt's that are no nodes: asked for, they name nothing.
const NO_NODES: &[&str] = &["rpc", "sql_operation", "doc", "macro", "group", "fixture"];

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let kinds = KINDS.map(ResourceType::name);
    let value = question.value.as_str();
    if !kinds.contains(&value) && !NO_NODES.contains(&value) {
        return Err(question.refuse(format!("one of {}", kinds.join(", "))));
    }
    Ok(Box::new(move |node| node.resource_type.name() == value))
}
