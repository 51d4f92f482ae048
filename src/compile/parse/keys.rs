//! The primary key of each model, as its constraints and tests have it (dbt's documented inference).

use std::collections::HashMap;

use crate::base::data::Data;
use crate::graph::nodes::{GenericTest, Node, Nodes};

/// What tests say of one model's columns.
#[derive(Default)]
struct Tested {
    unique: Vec<String>,
    not_null: Vec<String>,
    combined: Vec<String>,
}

/// Fills in the primary key of every model.
pub(super) fn assign(nodes: &mut Nodes) {
    let mut tested: HashMap<String, Tested> = HashMap::new();
    for test in nodes.enabled.values().filter_map(Node::generic_test) {
        let Some(model) = &test.attached_node else { continue };
        note(tested.entry(model.clone()).or_default(), test);
    }
    for node in nodes.enabled.values_mut() {
        node.primary_key = key(node, tested.get(&node.unique_id));
    }
}

fn note(tested: &mut Tested, test: &GenericTest) {
    let column = test.column_name.clone();
    match test.test.as_str() {
        "unique" => tested.unique.extend(column),
        "not_null" => tested.not_null.extend(column),
        "unique_combination_of_columns" => {
            let columns = test.arguments.get("combination_of_columns");
            tested.combined = columns.map(|columns| columns.value.to_texts()).unwrap_or_default();
        }
        _ => {}
    }
}

fn key(node: &Node, tested: Option<&Tested>) -> Vec<String> {
    let is_key = |constraint: &Data| {
        let kind = constraint.as_map().and_then(|map| map.get("type")).and_then(Data::as_str);
        kind == Some("primary_key")
    };
    let list = |data: Option<&Data>| match data {
        Some(Data::List(items)) => items.clone(),
        _ => Vec::new(),
    };
    if let Some(constraint) = list(node.kept.get("constraints")).iter().find(|item| is_key(item)) {
        let columns = constraint.as_map().and_then(|map| map.get("columns"));
        return columns.map(Data::to_texts).unwrap_or_default();
    }
    let constrained = node.columns.iter().find(|column| list(Some(&column.constraints)).iter().any(is_key));
    if let Some(column) = constrained {
        return vec![column.name.clone()];
    }
    let Some(tested) = tested else { return Vec::new() };
    let both: Vec<String> =
        tested.unique.iter().filter(|column| tested.not_null.contains(column)).cloned().collect();
    [both, tested.unique.clone(), tested.combined.clone()]
        .into_iter()
        .find(|columns| !columns.is_empty())
        .unwrap_or_default()
}
