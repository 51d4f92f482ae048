//! `semantic_manifest.json`: semantic models, metrics and saved queries for programs that compute metrics. The same as in
//! the manifest, without what belongs to a project.

use serde_json::{Map, Value, json};

use crate::base::data::Data;
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};

/// The model that dbt took for a time spine before models could say that they are one.
const OLD_TIME_SPINE: &str = "metricflow_time_spine";

/// Makes the semantic manifest.
pub fn semantic_manifest(project: &Project) -> Value {
    let of = |kind: ResourceType, keys: &[&str]| -> Vec<Value> {
        let nodes = project.nodes.enabled.values().filter(|node| node.resource_type == kind);
        nodes.map(|node| kept(&Data::Map(node_value::node(node, 0.0)).to_json(), keys)).collect()
    };
    let models = of(
        ResourceType::SemanticModel,
        &[
            "name",
            "defaults",
            "description",
            "node_relation",
            "primary_entity",
            "entities",
            "measures",
            "dimensions",
            "label",
            "metadata",
            "config",
        ],
    );
    let metrics = of(
        ResourceType::Metric,
        &[
            "name",
            "description",
            "type",
            "type_params",
            "filter",
            "metadata",
            "label",
            "config",
            "time_granularity",
        ],
    );
    let queries = of(
        ResourceType::SavedQuery,
        &["name", "query_params", "description", "metadata", "label", "exports", "tags"],
    );
    json!({
        "semantic_models": models.into_iter().map(semantic_model).collect::<Vec<_>>(),
        "metrics": metrics.into_iter().map(metric).collect::<Vec<_>>(),
        "project_configuration": configuration(project),
        "saved_queries": queries.into_iter().map(saved_query).collect::<Vec<_>>(),
    })
}

/// Returns an object with some of its keys; of a configuration only what is free information.
fn kept(value: &Value, keys: &[&str]) -> Value {
    let one = |key: &&str| {
        let value = value.get(*key).cloned().unwrap_or_default();
        let value = if *key == "config" { kept(&value, &["meta"]) } else { value };
        ((*key).to_owned(), value)
    };
    Value::Object(keys.iter().map(one).collect::<Map<_, _>>())
}

fn semantic_model(mut value: Value) -> Value {
    for key in ["entities", "measures"] {
        for part in value.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Value::Object(part) = part {
                part.insert("metadata".to_owned(), Value::Null);
            }
        }
    }
    value
}

fn metric(mut value: Value) -> Value {
    if let Some(Value::Object(parameters)) = value.get_mut("type_params") {
        parameters.shift_remove("metric_aggregation_params");
        if let Some(Value::Object(cumulative)) = parameters.get_mut("cumulative_type_params") {
            cumulative.shift_remove("metric");
        }
    }
    value
}

fn saved_query(mut value: Value) -> Value {
    for export in value.get_mut("exports").and_then(Value::as_array_mut).into_iter().flatten() {
        let config = export.get("config").cloned().unwrap_or_default();
        *export = json!({
            "name": export.get("name"), "config": kept(&config, &["export_as", "schema_name", "alias"]),
        });
    }
    value
}

fn configuration(project: &Project) -> Value {
    let models = || project.nodes.enabled.values().filter(|node| node.resource_type == ResourceType::Model);
    let spines: Vec<Value> = models().filter_map(time_spine).collect();
    let has_models =
        project.nodes.enabled.values().any(|node| node.resource_type == ResourceType::SemanticModel);
    let old = models().find(|node| node.name == OLD_TIME_SPINE && time_spine(node).is_none());
    let old: Vec<Value> = old
        .filter(|_| has_models)
        .map(|node| {
            let location = node_value::relation_name(node);
            json!({"location": location, "column_name": "date_day", "grain": "day"})
        })
        .into_iter()
        .collect();
    json!({
        "time_spine_table_configurations": old, "metadata": null,
        "dsi_package_version": {"major_version": "0", "minor_version": "9", "patch_version": "0"},
        "time_spines": spines,
    })
}

fn time_spine(node: &Node) -> Option<Value> {
    let value = Data::Map(node_value::node(node, 0.0)).to_json();
    let spine = value.get("time_spine").filter(|spine| !spine.is_null())?;
    let column = spine.get("standard_granularity_column").and_then(Value::as_str).unwrap_or_default();
    let granularity =
        value.get("columns").and_then(|columns| columns.get(column)?.get("granularity").cloned());
    Some(json!({
        "node_relation": {
            "alias": node.alias, "schema_name": node.schema, "database": node.database,
            "relation_name": node_value::relation_name(node),
        },
        "primary_column": {"name": column, "time_granularity": granularity},
        "custom_granularities": spine.get("custom_granularities"),
    }))
}
