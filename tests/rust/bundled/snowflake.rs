//! The bundled project as its second target sees it, as far as that can be told without a database.

use std::process::Command;

use tempfile::TempDir;

/// Reads the project for Snowflake and returns its manifest.
fn manifest() -> serde_json::Value {
    let folder = TempDir::new().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_martlet"))
        .args(["--quiet", "parse", "--target", "snowflake", "--project-dir", env!("CARGO_MANIFEST_DIR")])
        .arg("--target-path")
        .arg(folder.path())
        .env("SNOWFLAKE_ACCOUNT", "account")
        .env("SNOWFLAKE_USER", "user")
        .env("SNOWFLAKE_PRIVATE_KEY_PATH", "key.p8")
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_str(&std::fs::read_to_string(folder.path().join("manifest.json")).unwrap()).unwrap()
}

#[test]
fn names_fold_as_snowflake_folds_them() {
    let manifest = manifest();
    let names =
        ["nodes", "sources"].into_iter().flat_map(|kind| manifest[kind].as_object().unwrap().values());
    let names: Vec<&str> = names.filter_map(|node| node["relation_name"].as_str()).collect();
    assert!(names.contains(&"healthcare.analytics.patient_fact"));
    assert!(names.contains(&"healthcare.raw.patients"));
    let quoted: Vec<_> = names.iter().filter(|name| name.contains('"') || name.contains('(')).collect();
    assert!(quoted.is_empty(), "{quoted:?}");
    for part in ["database", "schema", "identifier"] {
        assert_eq!(manifest["metadata"]["quoting"][part], false, "{part}");
    }
}

#[test]
fn readers_are_granted_the_marts_alone() {
    let manifest = manifest();
    let nodes = manifest["nodes"].as_object().unwrap();
    let models: Vec<_> = nodes.values().filter(|node| node["resource_type"] == "model").collect();
    assert!(!models.is_empty());
    for model in models {
        let wanted = match model["schema"].as_str() {
            Some("analytics") => serde_json::json!({"select": ["healthcare_read"]}),
            _ => serde_json::json!({}),
        };
        assert_eq!(model["config"]["grants"], wanted, "{}", model["name"]);
    }
}
