//! `path:` nodes by the file they are defined or described in, or a folder above it, from the project's folder on;
//! wildcards: `models/*/orders.sql`, `models/**/stg_*`.

use std::collections::BTreeMap;

use crate::graph::nodes::Node;
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};
use crate::graph::select::pattern::PathPattern;

/// Takes the criterion apart: finds the files and folders of the project that it means.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let ground = question.evaluator.ground;
    if question.value.is_empty() || question.value.starts_with('/') {
        return Err(question.refuse("a path from the project's folder on, as `models/marts`"));
    }
    let pattern = PathPattern::new(&question.value);
    // Paths of packages count from the folder of the package, and dbt looks for them in that of the project.
    let mut known = BTreeMap::new();
    for node in ground.nodes.enabled.values().filter(|node| node.package == ground.root) {
        for path in files(node) {
            for (prefix, is_folder) in prefixes(path) {
                known.entry(prefix).or_insert_with(|| pattern.matches(prefix, is_folder));
            }
        }
    }
    let meant = move |path: &str| known.get(path) == Some(&true);
    Ok(Box::new(move |node| {
        prefixes(&node.original_file_path).any(|(prefix, _)| meant(prefix))
            || node.patch_path.as_ref().is_some_and(|(_, path)| meant(path))
    }))
}

/// Returns the file a node is defined in, and the one that describes it.
fn files(node: &Node) -> impl Iterator<Item = &str> {
    [node.original_file_path.as_str()]
        .into_iter()
        .chain(node.patch_path.as_ref().map(|(_, path)| path.as_str()))
}

/// Returns a path and the folders above it, with whether each is a folder; the topmost is empty.
fn prefixes(path: &str) -> impl Iterator<Item = (&str, bool)> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    [""].into_iter().chain(folders).map(|folder| (folder, true)).chain([(path, false)])
}
