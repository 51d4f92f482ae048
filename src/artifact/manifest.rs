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

use super::others;

/// Writes the manifest as JSON; nodes that were compiled carry their SQL. A large project's nodes are written in
/// parallel and joined as text, so that they never stand in memory as a tree of values all at once.
pub fn manifest(project: &Project, results: &[&NodeResult]) -> String {
    let generated_at = stamp(&clock::now());
    let mut metadata = metadata(project, "manifest/v12", &generated_at);
    let invocation = &project.invocation;
    metadata.insert("project_name".to_owned(), invocation.project_name.as_str().into());
    let project_id = hex(&Md5::digest(invocation.project_name.as_bytes()));
    metadata.insert("project_id".to_owned(), project_id.into());
    // Nobody is told who uses the program.
    metadata.insert("user_id".to_owned(), Value::Null);
    metadata.insert("send_anonymous_usage_stats".to_owned(), false.into());
    metadata.insert("adapter_type".to_owned(), invocation.target.adapter.as_str().into());
    let [database, schema, identifier] = project.quoting();
    let quoting = json!({"database": database, "schema": schema, "identifier": identifier, "column": null});
    metadata.insert("quoting".to_owned(), quoting);
    let run_started_at = invocation.started_at.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string();
    metadata.insert("run_started_at".to_owned(), run_started_at.into());
    let compiled: BTreeMap<&str, &NodeResult> =
        results.iter().map(|result| (result.unique_id.as_str(), *result)).collect();
    let of = |wanted: fn(&Node) -> bool| -> Vec<&Node> {
        let nodes = project.nodes.enabled.values().chain(project.nodes.left_out.values());
        nodes.filter(|node| wanted(node)).collect()
    };
    let (sources, exposures) =
        (of(|node| node.resource_type == ResourceType::Source), of(|node| node.exposure().is_some()));
    let unit_tests = of(|node| node.unit_test().is_some());
    let nodes = of(|node| !node.resource_type.is_apart());
    let functions = of(|node| node.resource_type == ResourceType::Function);
    let metrics = of(|node| node.resource_type == ResourceType::Metric);
    let semantic_models = of(|node| node.resource_type == ResourceType::SemanticModel);
    let saved_queries = of(|node| node.resource_type == ResourceType::SavedQuery);
    let disabled: Vec<&Node> = project.nodes.disabled.values().collect();
    let edges = Edges::of(project);
    let ids: Vec<&String> = project.nodes.enabled.keys().chain(project.nodes.left_out.keys()).collect();
    let created_at = invocation.created_at();
    let json = |node: &Node| Data::Map(node_value::node(node, created_at)).to_json();
    let compiled_json =
        |node: &Node| with_compiled(json(node), compiled.get(node.unique_id.as_str()).copied());
    let sections = [
        ("nodes", section(&nodes, compiled_json)),
        ("sources", section(&sources, |node| with_kept(json(node), node))),
        ("macros", Value::Object(others::macros(project)).to_string()),
        ("docs", Value::Object(others::docs(project)).to_string()),
        ("exposures", section(&exposures, json)),
        ("metrics", section(&metrics, json)),
        ("groups", Value::Object(others::groups(project)).to_string()),
        ("selectors", selectors(project)),
        ("disabled", section(&disabled, |node| json!([json(node)]))),
        ("parent_map", object(&ids, |id| (id.as_str(), json!(edges.parents(id)).to_string()))),
        ("child_map", object(&ids, |id| (id.as_str(), json!(edges.children(id)).to_string()))),
        ("group_map", Value::Object(others::group_map(project)).to_string()),
        ("saved_queries", section(&saved_queries, json)),
        ("semantic_models", section(&semantic_models, json)),
        ("unit_tests", section(&unit_tests, json)),
        ("functions", section(&functions, compiled_json)),
    ];
    let mut out = format!("{{\"metadata\":{}", Value::Object(metadata));
    for (key, text) in &sections {
        out.push_str(&format!(",\"{key}\":"));
        out.push_str(text);
    }
    out.push('}');
    out
}

/// What nodes depend on and what depends on them: with the tests that are left out, which no run knows of.
struct Edges<'p> {
    project: &'p Project,
    left_out: BTreeMap<&'p str, Vec<&'p str>>,
}

impl<'p> Edges<'p> {
    fn of(project: &'p Project) -> Self {
        let mut left_out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for node in project.nodes.left_out.values() {
            for parent in &node.depends_on {
                left_out.entry(parent).or_default().push(&node.unique_id);
            }
        }
        Self { project, left_out }
    }

    fn parents(&self, id: &str) -> Vec<&str> {
        let Some(node) = self.project.nodes.left_out.get(id) else { return self.project.graph.parents(id) };
        let mut parents: Vec<&str> = node.depends_on.iter().map(String::as_str).collect();
        parents.sort_unstable();
        parents
    }

    fn children(&self, id: &str) -> Vec<&str> {
        let mut children = self.project.graph.children(id);
        children.extend(self.left_out.get(id).into_iter().flatten());
        children.sort_unstable();
        children
    }
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

/// Adds what compiling a node gave.
fn with_compiled(mut value: Value, result: Option<&NodeResult>) -> Value {
    let Value::Object(map) = &mut value else { return value };
    if let Some(path) = result.and_then(|result| result.run_path.as_deref()) {
        map.insert("build_path".to_owned(), path.into());
    }
    // Seeds have no SQL of their own.
    if map.contains_key("compiled_path") {
        // An empty file has nothing to compile.
        let is_empty = map.get("raw_code").and_then(Value::as_str) == Some("");
        let code = result.filter(|_| !is_empty).and_then(|result| result.compiled_code.as_deref());
        if let (Some(code), Some(result)) = (code, result) {
            map.insert("compiled_path".to_owned(), result.compiled_path.as_deref().into());
            map.insert("compiled".to_owned(), true.into());
            map.insert("compiled_code".to_owned(), code.into());
            map.insert("extra_ctes_injected".to_owned(), true.into());
            let expression = |(id, sql): &(String, String)| json!({"id": id, "sql": sql});
            let expressions: Vec<Value> = result.expressions.iter().map(expression).collect();
            map.insert("extra_ctes".to_owned(), expressions.into());
        }
    }
    add_macros(map, result.map(|result| result.macros.as_slice()).unwrap_or_default());
    value
}

/// Adds the macros that were only called while the node was compiled.
fn add_macros(map: &mut Map<String, Value>, called: &[String]) {
    let Some(Value::Array(macros)) = map.get_mut("depends_on").and_then(|on| on.get_mut("macros")) else {
        return;
    };
    for id in called {
        if !macros.iter().any(|known| known == id) {
            macros.push(id.as_str().into());
        }
    }
}

/// Adds keys of property files that are kept as they are.
fn with_kept(mut value: Value, node: &Node) -> Value {
    if let Value::Object(map) = &mut value {
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
