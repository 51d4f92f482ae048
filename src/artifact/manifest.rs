//! `manifest.json`: the project as it was read, in dbt's schema v12.

use std::collections::BTreeMap;

use md5::{Digest, Md5};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use crate::artifact::{metadata, stamp};
use crate::base::clock;
use crate::base::data::Data;
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};
use crate::project::files::hex;
use crate::run::result::NodeResult;

/// Writes the manifest as JSON; nodes that were compiled carry their SQL. A large project's nodes are written in
/// parallel and joined as text, so that they never stand in memory as a tree of values all at once.
pub fn manifest(project: &Project, results: &[&NodeResult]) -> String {
    let generated_at = stamp(&clock::now());
    let mut metadata = metadata(project, "manifest/v12", &generated_at);
    let invocation = &project.invocation;
    metadata.insert("project_name".to_owned(), invocation.project_name.as_str().into());
    let project_id = hex(&Md5::digest(invocation.project_name.as_bytes()));
    metadata.insert("project_id".to_owned(), project_id.into());
    metadata.insert("adapter_type".to_owned(), invocation.target.adapter.as_str().into());
    let compiled: BTreeMap<&str, &NodeResult> =
        results.iter().map(|result| (result.unique_id.as_str(), *result)).collect();
    let is_source = |node: &&Node| node.resource_type == ResourceType::Source;
    let (sources, nodes): (Vec<&Node>, Vec<&Node>) = project.nodes.enabled.values().partition(is_source);
    let ids: Vec<&String> = project.nodes.enabled.keys().collect();
    let sections = [
        ("nodes", section(&nodes, |node| node_json(node, compiled.get(node.unique_id.as_str()).copied()))),
        ("sources", section(&sources, source_value)),
        ("macros", Value::Object(macros(project)).to_string()),
        (
            "disabled",
            section(&project.nodes.disabled.values().collect::<Vec<_>>(), |node| {
                json!([node_json(node, None)])
            }),
        ),
        ("selectors", selectors(project)),
        ("parent_map", object(&ids, |id| (id.as_str(), json!(project.graph.parents(id)).to_string()))),
        ("child_map", object(&ids, |id| (id.as_str(), json!(project.graph.children(id)).to_string()))),
    ];
    let empty = [
        "docs",
        "exposures",
        "metrics",
        "groups",
        "group_map",
        "saved_queries",
        "semantic_models",
        "unit_tests",
        "functions",
    ];
    let mut out = format!("{{\"metadata\":{}", Value::Object(metadata));
    for (key, text) in
        sections.iter().map(|(key, text)| (*key, text.as_str())).chain(empty.map(|key| (key, "{}")))
    {
        out.push_str(&format!(",\"{key}\":"));
        out.push_str(text);
    }
    out.push('}');
    out
}

/// Writes nodes by their ids.
fn section(nodes: &[&Node], value: impl Fn(&Node) -> Value + Sync) -> String {
    object(nodes, |node| (node.unique_id.as_str(), value(node).to_string()))
}

/// Writes an object; the entries' texts are made in parallel and stand in the order given.
fn object<'i, T: Sync>(items: &'i [T], entry: impl Fn(&'i T) -> (&'i str, String) + Sync) -> String {
    let texts: Vec<String> = items
        .par_iter()
        .map(|item| {
            let (key, text) = entry(item);
            format!("{}:{text}", Value::from(key))
        })
        .collect();
    format!("{{{}}}", texts.join(","))
}

fn node_json(node: &Node, result: Option<&NodeResult>) -> Value {
    let mut value = Data::Map(node_value::node(node)).to_json();
    if let Value::Object(map) = &mut value {
        if node.generic_test().is_some() {
            map.insert("checksum".to_owned(), json!({"name": "none", "checksum": ""}));
        }
        if node.resource_type == ResourceType::Seed {
            for key in ["refs", "sources", "language", "version"] {
                map.remove(key);
            }
        } else {
            let compiled = result.and_then(|result| result.compiled_code.as_deref());
            map.insert("compiled".to_owned(), compiled.is_some().into());
            if let Some(code) = compiled {
                map.insert("compiled_code".to_owned(), code.into());
                map.insert(
                    "compiled_path".to_owned(),
                    result.and_then(|result| result.compiled_path.as_deref()).into(),
                );
            }
            map.remove("root_path");
        }
        for (key, kept) in &node.kept {
            map.insert(key.clone(), kept.to_json());
        }
    }
    value
}

fn source_value(node: &Node) -> Value {
    let mut value = Data::Map(node_value::node(node)).to_json();
    if let (Value::Object(map), Some(source)) = (&mut value, node.source()) {
        for key in [
            "alias",
            "checksum",
            "raw_code",
            "language",
            "refs",
            "sources",
            "depends_on",
            "version",
            "root_path",
            "group",
        ] {
            map.remove(key);
        }
        map.insert("source_name".to_owned(), source.source_name.as_str().into());
        map.insert("source_description".to_owned(), source.source_description.as_str().into());
        map.insert("loader".to_owned(), source.loader.as_str().into());
        map.insert("identifier".to_owned(), source.identifier.as_str().into());
        map.insert("source_meta".to_owned(), Data::Map(source.source_meta.clone()).to_json());
        map.insert("external".to_owned(), source.external.to_json());
        let quoting = ["database", "schema", "identifier"].into_iter().zip(source.quoting);
        let quoting: Map<String, Value> =
            quoting.map(|(key, value)| (key.to_owned(), value.into())).collect();
        map.insert("quoting".to_owned(), Value::Object(quoting));
        for (key, kept) in &node.kept {
            map.insert(key.clone(), kept.to_json());
        }
    }
    value
}

fn selectors(project: &Project) -> String {
    let entries = project
        .selectors
        .all()
        .map(|(name, selector)| (name.to_owned(), Data::Map(selector.normalized.clone()).to_json()));
    Value::Object(entries.collect()).to_string()
}

fn macros(project: &Project) -> Map<String, Value> {
    let described = |package: &str, name: &str| {
        project.macro_properties.iter().find(|(owner, _, macro_)| owner == package && macro_.name == name)
    };
    let one = |entry: &crate::jinja::macros::Macro| {
        let properties = described(&entry.package, &entry.name);
        let arguments: Vec<Value> = properties
            .map(|(_, _, macro_)| {
                macro_
                    .arguments
                    .iter()
                    .map(|(name, kind, text)| json!({"name": name, "type": kind, "description": text}))
                    .collect()
            })
            .unwrap_or_default();
        json!({
            "name": entry.name, "resource_type": "macro", "package_name": entry.package, "path": entry.path,
            "original_file_path": entry.path, "unique_id": entry.unique_id(), "macro_sql": entry.sql(),
            "depends_on": {"macros": []}, "description": properties.map(|(_, _, macro_)| macro_.description.as_str()).unwrap_or_default(),
            "meta": {}, "docs": {"show": true, "node_color": null},
            "patch_path": properties.map(|(owner, path, _)| format!("{owner}://{path}")),
            "arguments": arguments, "supported_languages": null,
        })
    };
    project.macros.all().into_iter().map(|entry| (entry.unique_id(), one(entry))).collect()
}
