//! The manifest of another state: nodes of all kinds by id, and the texts of macros. Older versions are read as they
//! are: what they lack is nothing.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::base::data::{Data, DataMap};
use crate::state::{StateError, check_version};

/// The versions that are known, with who writes them.
const VERSIONS: &[(u32, &str)] = &[
    (9, "dbt Core 1.5"),
    (10, "dbt Core 1.6"),
    (11, "dbt Core 1.7"),
    (12, "dbt Core 1.8 to 1.11, dbt v2, martlet"),
    (20, "dbt v2 (Fusion)"),
];

/// The sections that hold nodes.
const SECTIONS: &[&str] = &[
    "nodes",
    "sources",
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "functions",
];

/// A manifest.
#[derive(Debug, Default)]
pub struct Manifest {
    /// The version of dbt that it says it was written by.
    pub dbt_version: String,
    /// The adapter it was made for.
    pub adapter: String,
    nodes: HashMap<String, DataMap>,
    macros: BTreeMap<String, String>,
}

impl Manifest {
    pub(super) fn read(path: &str, mut value: Value) -> Result<Self, StateError> {
        check_version(path, &value, "manifest", VERSIONS)?;
        let mut nodes = HashMap::new();
        for section in SECTIONS {
            let Some(Value::Object(entries)) = value.get_mut(*section).map(Value::take) else { continue };
            for (id, entry) in entries {
                if let Data::Map(entry) = Data::from(entry) {
                    nodes.insert(id, entry);
                }
            }
        }
        let mut macros = BTreeMap::new();
        if let Some(Value::Object(entries)) = value.get("macros") {
            for (id, entry) in entries {
                let text = entry.get("macro_sql").and_then(Value::as_str).unwrap_or_default();
                macros.insert(id.clone(), text.to_owned());
            }
        }
        let word = |key: &str| {
            value.pointer(&format!("/metadata/{key}")).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        Ok(Self { dbt_version: word("dbt_version"), adapter: word("adapter_type"), nodes, macros })
    }

    /// Returns an enabled node, with the keys of its version of the manifest.
    pub fn node(&self, id: &str) -> Option<&DataMap> {
        let node = self.nodes.get(id)?;
        let enabled = node.get("config").and_then(Data::as_map).and_then(|config| config.get("enabled"));
        (enabled != Some(&Data::Bool(false))).then_some(node)
    }

    /// Returns the ids of all nodes, sorted.
    pub fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.nodes.keys().map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    /// Returns the texts of all macros, by id.
    pub fn macros(&self) -> &BTreeMap<String, String> {
        &self.macros
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(version: &str) -> Result<Manifest, StateError> {
        let schema = format!("https://schemas.getdbt.com/dbt/{version}.json");
        Manifest::read(
            "state/manifest.json",
            json!({
                "metadata": {"dbt_schema_version": schema, "dbt_version": "1.7.3"},
                "nodes": {"model.p.a": {"name": "a"}, "model.p.b": {"config": {"enabled": false}}},
                "macros": {"macro.p.m": {"macro_sql": "{% macro m() %}{% endmacro %}"}},
            }),
        )
    }

    #[test]
    fn old_and_new_versions_are_read() {
        for version in ["v9", "v10", "v11", "v12", "v20"] {
            let manifest = read(&format!("manifest/{version}")).unwrap();
            assert!(manifest.node("model.p.a").is_some(), "{version}");
            assert!(manifest.node("model.p.b").is_none(), "a disabled node is none");
            assert_eq!(manifest.macros().len(), 1);
        }
    }

    #[test]
    fn an_unknown_version_says_which_are_known() {
        for wrong in ["manifest/v13", "manifest/v8", "catalog/v1", "manifest"] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.contains(wrong) && error.contains("manifest/v9 (dbt Core 1.5)"), "{error}");
        }
    }
}
