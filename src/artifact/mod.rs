//! dbt's artifacts: what a run leaves behind for other programs. Own shapes, made from the domain; no logic.

pub mod catalog;
pub mod manifest;
mod others;
pub mod run_results;
pub mod semantic_manifest;
pub mod sources;

use serde_json::Value;

use crate::base::data::Data;
use crate::base::fs::FileError;
use crate::compile::changes::{content, fingerprints};
use crate::compile::flags::metadata_variables;
use crate::compile::project::{DBT_VERSION, Project};
use crate::run::result::NodeResult;

/// Returns the `metadata` that every artifact begins with.
fn metadata(project: &Project, schema: &str, generated_at: &str) -> serde_json::Map<String, Value> {
    let invocation = &project.invocation;
    let mut metadata = serde_json::Map::new();
    let mut set = |key: &str, value: Value| {
        metadata.insert(key.to_owned(), value);
    };
    set("dbt_schema_version", format!("https://schemas.getdbt.com/dbt/{schema}.json").into());
    set("dbt_version", DBT_VERSION.into());
    set("generated_at", generated_at.into());
    set("invocation_id", invocation.id.as_str().into());
    set("invocation_started_at", stamp(&invocation.started_at).into());
    set("env", Data::Map(metadata_variables(&invocation.environment)).to_json());
    metadata
}

/// Writes a moment as dbt does.
fn stamp(moment: &chrono::DateTime<chrono::Utc>) -> String {
    moment.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Makes the artifacts that tell of the project itself, each with its file's name: what was read, and the SQL of nodes
/// that were compiled.
pub fn of_project(project: &Project, results: &[&NodeResult]) -> Vec<(&'static str, String)> {
    let mut prints = fingerprints(project);
    // Seeds that were loaded have been read as a whole anyway.
    let loaded = results.iter().filter_map(|result| project.nodes.get(&result.unique_id));
    for seed in loaded.filter(|node| node.checksum == node.original_file_path) {
        prints.0.entry(seed.unique_id.clone()).or_default().content = content(seed);
    }
    vec![
        ("manifest.json", manifest::manifest(project, results)),
        ("semantic_manifest.json", semantic_manifest::semantic_manifest(project).to_string()),
        ("fingerprints.json", prints.to_json().to_string()),
    ]
}

/// Writes artifacts into the target folder, each by its file's name.
pub fn write(project: &Project, artifacts: &[(&str, String)]) -> Result<(), FileError> {
    let folder = project.target_folder();
    artifacts.iter().try_for_each(|(name, text)| project.write(&folder.join(name), text))
}
