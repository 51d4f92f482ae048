//! The config trees of the project file (`models:`, `seeds:`, ...), walked along a resource's fully qualified name.

use std::collections::BTreeSet;

use crate::base::data::Data;
use crate::base::source::Place;
use crate::yaml::Node;

/// One configuration value that a tree gives to a resource.
#[derive(Debug, Clone)]
pub struct TreeValue {
    /// The key, without `+`.
    pub key: String,
    /// The value.
    pub value: Data,
    /// Where the key stands.
    pub place: Place,
}

/// Collects what a tree says of a resource, shallow to deep. `fqn` begins with the package name.
///
/// A key that begins with `+` is a configuration, so is any other key whose value is not a mapping; a mapping
/// without `+` is a path segment.
pub fn walk(tree: &Node, fqn: &[String]) -> Vec<TreeValue> {
    let mut values = level_values(tree);
    let mut level = tree;
    for segment in fqn {
        match level.get(segment).filter(|node| node.is_map()) {
            Some(next) => level = next,
            None => break,
        }
        values.extend(level_values(level));
    }
    values
}

fn level_values(level: &Node) -> Vec<TreeValue> {
    level
        .entries()
        .iter()
        .filter(|entry| is_config(&entry.key, &entry.value))
        .map(|entry| TreeValue {
            key: entry.key.trim_start_matches('+').trim().to_owned(),
            value: entry.value.to_data(),
            place: entry.key_place,
        })
        .collect()
}

fn is_config(key: &str, value: &Node) -> bool {
    key.starts_with('+') || !value.is_map()
}

/// Returns every path of a tree that holds configuration, deepest included, each with the place of its last key.
///
/// The root's own values count as the empty path, which every resource matches.
pub fn config_paths(tree: &Node) -> Vec<(Vec<String>, Place)> {
    let mut paths = Vec::new();
    collect_paths(tree, &mut Vec::new(), &mut paths);
    paths
}

fn collect_paths(level: &Node, path: &mut Vec<String>, paths: &mut Vec<(Vec<String>, Place)>) {
    for entry in level.entries() {
        if is_config(&entry.key, &entry.value) {
            continue;
        }
        path.push(entry.key.clone());
        if entry.value.entries().iter().any(|inner| is_config(&inner.key, &inner.value)) {
            paths.push((path.clone(), entry.key_place));
        }
        collect_paths(&entry.value, path, paths);
        path.pop();
    }
}

/// Tells whether a path of a tree applies to one of the resources, each given by its fully qualified name.
pub fn is_used<'f>(path: &[String], fqns: impl IntoIterator<Item = &'f [String]>) -> bool {
    fqns.into_iter().any(|fqn| fqn.starts_with(path))
}

/// Returns the names of all path segments, to suggest one for a path that applies to nothing.
pub fn segments<'f>(fqns: impl IntoIterator<Item = &'f [String]>) -> BTreeSet<&'f str> {
    fqns.into_iter().flatten().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceMap;

    #[test]
    fn values_come_shallow_to_deep_and_mappings_need_a_plus() {
        let text = "+materialized: view\nshop:\n  staging:\n    materialized: table\n    meta: {a: 1}\n    +meta: {b: 2}\n  other:\n    +tags: x\n";
        let sources = SourceMap::default();
        let (tree, _) = crate::yaml::parse(sources.add("p.yml", text), text);
        let fqn: Vec<String> = ["shop", "staging", "orders"].map(String::from).to_vec();
        let found: Vec<String> = walk(&tree, &fqn)
            .iter()
            .map(|value| format!("{}={}", value.key, value.value.to_json()))
            .collect();
        assert_eq!(found, ["materialized=\"view\"", "materialized=\"table\"", "meta={\"b\":2}"]);
        let unused: Vec<String> = config_paths(&tree)
            .into_iter()
            .filter(|(path, _)| !is_used(path, [fqn.as_slice()]))
            .map(|(path, _)| path.join("."))
            .collect();
        assert_eq!(unused, ["shop.staging.meta", "shop.other"]);
    }
}
