//! What the manifest holds besides nodes: macros, docs and groups.

use serde_json::{Map, Value, json};

use crate::base::data::Data;
use crate::compile::node_value::GROUP_OF_TESTED;
use crate::compile::project::Project;
use crate::compile::{macro_calls, node_value};
use crate::jinja::macros::Macro;

/// Returns all macros.
pub(super) fn macros(project: &Project) -> Map<String, Value> {
    let created_at = project.invocation.created_at();
    project
        .macros
        .all()
        .into_iter()
        .map(|entry| (entry.unique_id(), one_macro(project, entry, created_at)))
        .collect()
}

fn one_macro(project: &Project, entry: &Macro, created_at: f64) -> Value {
    let described = project
        .macro_properties
        .iter()
        .find(|(owner, _, described)| *owner == entry.package && described.name == entry.name);
    let arguments: Vec<Value> = described.map_or_else(Vec::new, |(_, _, described)| {
        let arguments = described.arguments.iter();
        let one = |(name, kind, text): &(
            String,
            Option<String>,
            crate::project::properties::prose::Prose,
        )| { json!({"name": name, "type": kind, "description": text.text}) };
        arguments.map(one).collect()
    });
    let config = described.map(|(_, _, described)| &described.config);
    let meta = config.and_then(|config| config.get("meta")).map_or_else(|| json!({}), Data::to_json);
    let mut docs = json!({"show": true, "node_color": null});
    if let (Value::Object(docs), Some(Data::Map(given))) =
        (&mut docs, config.and_then(|config| config.get("docs")))
    {
        docs.extend(given.iter().map(|(key, value)| (key.clone(), value.to_json())));
    }
    json!({
        "name": entry.name, "resource_type": "macro", "package_name": entry.package, "path": entry.path,
        "original_file_path": entry.path, "unique_id": entry.unique_id(), "macro_sql": entry.sql(),
        "depends_on": {"macros": macro_calls::called_by(project, entry)},
        "description": described.map(|(_, _, described)| described.description.text.as_str()).unwrap_or_default(),
        "meta": meta, "docs": docs, "config": {"meta": meta, "docs": docs},
        "patch_path": described.map(|(owner, path, _)| format!("{owner}://{path}")),
        "arguments": arguments, "created_at": created_at, "supported_languages": null,
    })
}

/// Returns all docs blocks.
pub(super) fn docs(project: &Project) -> Map<String, Value> {
    let one = |doc: &crate::compile::project::DocBlock| {
        json!({
            "name": doc.name, "resource_type": "doc", "package_name": doc.package, "path": doc.path,
            "original_file_path": doc.original_file_path, "unique_id": doc.unique_id(),
            "block_contents": doc.contents,
        })
    };
    project.docs.iter().map(|doc| (doc.unique_id(), one(doc))).collect()
}

/// Returns all groups.
pub(super) fn groups(project: &Project) -> Map<String, Value> {
    let one = |group: &crate::compile::project::Group| Data::Map(node_value::group(group)).to_json();
    project.groups.iter().map(|group| (group.unique_id(), one(group))).collect()
}

/// Returns the members of each group.
pub(super) fn group_map(project: &Project) -> Map<String, Value> {
    let members = |name: &str| -> Vec<&str> {
        let nodes = project.nodes.enabled.values();
        nodes
            .filter(|node| {
                let of_tested = node.kept.get(GROUP_OF_TESTED).and_then(Data::as_str);
                of_tested.or_else(|| node.config.text("group")) == Some(name)
            })
            .map(|node| node.unique_id.as_str())
            .collect()
    };
    let names = project.groups.iter().map(|group| group.properties.name.as_str());
    names.map(|name| (name.to_owned(), json!(members(name)))).collect()
}
