//! `fingerprints.json`: what decides a node's result and stands in no manifest. martlet writes it beside its manifests.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::state::StateError;

/// What decides one node's result beside what its manifest says. Values are kept as SHA-256, so that nothing that is to
/// stay secret leaves the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// The variables that it reads, with their values.
    pub variables: BTreeMap<String, String>,
    /// The environment variables that it reads, with their values.
    pub environment: BTreeMap<String, String>,
    /// The content of a seed's file, whatever its size.
    pub content: Option<String>,
}

impl Fingerprint {
    /// Tells whether there is nothing to be said.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// The fingerprints of a project's nodes, by id. A node that is not there has an empty one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprints(pub BTreeMap<String, Fingerprint>);

/// The version of the file.
const VERSION: u64 = 1;

impl Fingerprints {
    pub(super) fn read(path: &str, value: Value) -> Result<Self, StateError> {
        if value.get("version").and_then(Value::as_u64) != Some(VERSION) {
            return Err(StateError::Unknown {
                path: path.to_owned(),
                found: format!("version {}", value.get("version").unwrap_or(&Value::Null)),
                known: format!("version {VERSION}"),
            });
        }
        let texts = |node: &Value, key: &str| -> BTreeMap<String, String> {
            let entries = node.get(key).and_then(Value::as_object).into_iter().flatten();
            entries.filter_map(|(name, hash)| Some((name.clone(), hash.as_str()?.to_owned()))).collect()
        };
        let one = |(id, node): (&String, &Value)| {
            let fingerprint = Fingerprint {
                variables: texts(node, "vars"),
                environment: texts(node, "env_vars"),
                content: node.get("content").and_then(Value::as_str).map(str::to_owned),
            };
            (id.clone(), fingerprint)
        };
        let nodes = value.get("nodes").and_then(Value::as_object).into_iter().flatten();
        Ok(Self(nodes.map(one).collect()))
    }

    /// Makes the file's content.
    pub fn to_json(&self) -> Value {
        let one = |(id, fingerprint): (&String, &Fingerprint)| {
            let mut node = Map::new();
            if !fingerprint.variables.is_empty() {
                node.insert("vars".to_owned(), json!(fingerprint.variables));
            }
            if !fingerprint.environment.is_empty() {
                node.insert("env_vars".to_owned(), json!(fingerprint.environment));
            }
            if let Some(content) = &fingerprint.content {
                node.insert("content".to_owned(), content.as_str().into());
            }
            (id.clone(), Value::Object(node))
        };
        let nodes: Map<String, Value> =
            self.0.iter().filter(|(_, fingerprint)| !fingerprint.is_empty()).map(one).collect();
        json!({"version": VERSION, "nodes": nodes})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let fingerprint = Fingerprint {
            variables: BTreeMap::from([("day".to_owned(), "ab".to_owned())]),
            environment: BTreeMap::from([("REGION".to_owned(), "cd".to_owned())]),
            content: Some("ef".to_owned()),
        };
        let written = Fingerprints(BTreeMap::from([("model.p.a".to_owned(), fingerprint)]));
        assert_eq!(Fingerprints::read("f", written.to_json()).unwrap(), written);
        let error = Fingerprints::read("f", json!({"version": 2})).unwrap_err().to_string();
        assert_eq!(error, "f has the schema `version 2`, which is not known; known are version 1");
    }
}
