//! What nodes are called in messages, and how many there are of each kind.

use std::collections::BTreeMap;

use crate::base::data::{Data, DataMap};
use crate::compile::node_value::relation_name;
use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};
use crate::run::events::NodeLabel;

/// Returns what a node is called.
pub fn label(project: &Project, node: &Node) -> NodeLabel {
    let target = &project.invocation.target;
    let database =
        if node.database == target.database { String::new() } else { format!("{}.", node.database) };
    let place = format!("{database}{}.{}", node.schema, node.alias);
    let description = match node.resource_type {
        ResourceType::Model if project.runs_in_batches(node) => format!("sql microbatch model {place}"),
        ResourceType::Model => format!("sql {} model {place}", node.materialization()),
        ResourceType::Seed => format!("seed file {place}"),
        ResourceType::Snapshot => format!("snapshot {place}"),
        ResourceType::Function => format!("function {}.{}", node.schema, node.alias),
        ResourceType::Test => format!("test {}", node.name),
        ResourceType::UnitTest => format!("unit_test {}", unit_test_name(node)),
        ResourceType::SavedQuery => format!("saved query {}", node.name),
        _ => format!("{} {}", node.resource_type.name(), node.name),
    };
    NodeLabel {
        unique_id: node.unique_id.clone(),
        name: if node.unit_test().is_some() { unit_test_name(node) } else { node.name.clone() },
        resource_type: node.resource_type.name(),
        description,
        materialized: node.materialization().to_owned(),
        path: node.original_file_path.clone(),
        relation: relation_name(node).unwrap_or_default(),
        database: node.database.clone(),
        schema: node.schema.clone(),
        alias: node.alias.clone(),
        short_path: node.path.clone(),
        checksum: node.checksum.clone(),
        meta: node.config.get("meta").cloned().unwrap_or_else(|| Data::Map(DataMap::new())),
        attached: node.generic_test().and_then(|test| test.attached_node.clone()),
        tested: node.generic_test().map(|test| {
            let column =
                test.column_name.as_ref().map(|column| format!("column `{column}` of ")).unwrap_or_default();
            format!("{column}`{}`, at {}", test.target, project.sources.describe(node.place))
        }),
    }
}

/// Returns what a unit test is called: the model's name, and its own.
fn unit_test_name(node: &Node) -> String {
    format!("{}::{}", node.unit_test().map_or("", |test| &test.model), node.alias)
}

/// Counts the nodes of a project, in dbt's words and order.
pub fn found(project: &Project) -> Vec<String> {
    let count =
        |kind: ResourceType| project.nodes.enabled.values().filter(|node| node.resource_type == kind).count();
    let mut counts = Vec::new();
    let kinds = [
        (ResourceType::Model, "model"),
        (ResourceType::Seed, "seed"),
        (ResourceType::Snapshot, "snapshot"),
        (ResourceType::Analysis, "analysis"),
        (ResourceType::Operation, "operation"),
        (ResourceType::Test, "data test"),
        (ResourceType::Source, "source"),
        (ResourceType::Exposure, "exposure"),
        (ResourceType::Metric, "metric"),
    ];
    for (kind, word) in kinds {
        let number = count(kind);
        if number > 0 {
            counts.push(plural(number, word));
        }
    }
    counts.push(plural(project.macros.all().len(), "macro"));
    if !project.groups.is_empty() {
        counts.push(plural(project.groups.len(), "group"));
    }
    for (kind, word) in
        [(ResourceType::SemanticModel, "semantic model"), (ResourceType::SavedQuery, "saved query")]
    {
        if count(kind) > 0 {
            counts.push(plural(count(kind), word));
        }
    }
    let unit_tests = count(ResourceType::UnitTest);
    if unit_tests > 0 {
        counts.push(plural(unit_tests, "unit test"));
    }
    counts
}

/// Counts the nodes that ran, by what they are.
pub fn ran<'n>(nodes: impl Iterator<Item = &'n Node>) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for node in nodes {
        let word = match node.resource_type {
            ResourceType::Model => format!("{} model", node.materialization()),
            ResourceType::Test => "data test".to_owned(),
            ResourceType::UnitTest => "unit test".to_owned(),
            ResourceType::Operation => "project hook".to_owned(),
            other => other.name().replace('_', " "),
        };
        *counts.entry(word).or_default() += 1;
    }
    counts.into_iter().map(|(word, number)| plural(number, &word)).collect()
}

fn plural(count: usize, word: &str) -> String {
    match (count, word) {
        (1, _) => format!("1 {word}"),
        (_, "saved query") => format!("{count} saved queries"),
        (_, "analysis") => format!("{count} analyses"),
        _ => format!("{count} {word}s"),
    }
}
