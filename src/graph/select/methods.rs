//! The methods of selection: what each looks at, and how it compares.

use globset::GlobBuilder;

use crate::base::data::Data;
use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::grammar::Criterion;

/// The methods that exist.
pub(super) const NAMES: &[&str] = &[
    "fqn",
    "tag",
    "path",
    "file",
    "package",
    "source",
    "config",
    "resource_type",
    "test_type",
    "test_name",
    "group",
    "access",
    "exposure",
    "metric",
    "semantic_model",
    "saved_query",
    "unit_test",
    "version",
];

/// Returns the method of a value that names none.
pub(super) fn default_method(value: &str) -> &'static str {
    let lower = value.to_lowercase();
    if value.contains('/') || value.contains('\\') {
        "path"
    } else if [".sql", ".py", ".csv"].iter().any(|extension| lower.ends_with(extension)) {
        "file"
    } else {
        "fqn"
    }
}

/// Tells whether a criterion, its graph operators aside, names a node.
pub(super) fn matches(criterion: &Criterion, node: &Node) -> bool {
    let value = criterion.value.as_str();
    match criterion.method.as_str() {
        "fqn" => {
            let named = !matches!(node.resource_type, ResourceType::Source | ResourceType::Exposure);
            named && !node.resource_type.is_semantic() && fqn(value, node)
        }
        "tag" => node.tags.iter().any(|tag| glob(value, tag)),
        "path" => path(value, node),
        "file" => {
            let name = node.original_file_path.rsplit('/').next().unwrap_or_default();
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            glob(value, name) || glob(value, stem)
        }
        "package" => {
            glob(value, &node.package) || (value == "this" && node.fqn.first() == Some(&node.package))
        }
        "source" => source(value, node),
        "config" => config(&criterion.arguments, value, node),
        "resource_type" => value == node.resource_type.name(),
        "test_type" => test_type(value, node),
        "test_name" => match node.generic_test() {
            Some(test) => glob(value, &test.test),
            None => node.unit_test().is_some() && glob(value, &node.name),
        },
        "group" => node.config.text("group").is_some_and(|group| glob(value, group)),
        "access" => {
            node.resource_type == ResourceType::Model
                && node.config.text("access").unwrap_or("protected") == value
        }
        "version" => node.resource_type == ResourceType::Model && version(value, node),
        "unit_test" => node.unit_test().is_some() && exposure(value, node),
        "exposure" | "metric" | "semantic_model" | "saved_query" => {
            criterion.method == node.resource_type.name() && exposure(value, node)
        }
        _ => false,
    }
}

/// `latest`, `old`, `prerelease` or `none`.
fn version(value: &str, node: &Node) -> bool {
    let Some(version) = &node.version else { return value == "none" };
    let number = |data: &Data| data.to_text().and_then(|text| text.parse::<f64>().ok());
    let order = match (number(&version.value), number(&version.latest)) {
        (Some(own), Some(latest)) => own.total_cmp(&latest),
        _ => version.value.to_text().cmp(&version.latest.to_text()),
    };
    match value {
        "latest" => order.is_eq(),
        "old" => order.is_lt(),
        "prerelease" => order.is_gt(),
        _ => false,
    }
}

/// A name, or a package and a name.
fn exposure(value: &str, node: &Node) -> bool {
    match value.split_once('.') {
        Some((package, name)) => glob(package, &node.package) && glob(name, &node.name),
        None => glob(value, &node.name),
    }
}

/// Compares as Python's fnmatch does: `*` passes over slashes and dots.
fn glob(pattern: &str, text: &str) -> bool {
    if !is_wild(pattern) {
        return pattern == text;
    }
    GlobBuilder::new(pattern)
        .literal_separator(false)
        .backslash_escape(false)
        .build()
        .is_ok_and(|glob| glob.compile_matcher().is_match(text))
}

fn is_wild(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// A node's own name, or the dotted beginning of its fully qualified name, with the package or without.
fn fqn(value: &str, node: &Node) -> bool {
    let leaf = node.fqn.last().map(String::as_str).unwrap_or_default();
    if glob(value, leaf) {
        return true;
    }
    let parts: Vec<&str> = value.split('.').collect();
    prefix(&parts, &node.fqn) || node.fqn.get(1..).is_some_and(|rest| prefix(&parts, rest))
}

fn prefix(parts: &[&str], fqn: &[String]) -> bool {
    for (index, part) in parts.iter().enumerate() {
        let Some(item) = fqn.get(index) else { return false };
        if is_wild(part) {
            // A wildcard part takes all that is left.
            return glob(
                &parts.get(index..).unwrap_or_default().join("."),
                &fqn.get(index..).unwrap_or_default().join("."),
            );
        }
        if part != item {
            return false;
        }
    }
    true
}

/// A glob from the project folder on the file, on a folder above it, or on the property file that describes it.
fn path(value: &str, node: &Node) -> bool {
    let value = value.trim_start_matches("./").trim_end_matches('/');
    let hit = |path: &str| {
        let ends = path.char_indices().filter(|(_, c)| *c == '/').map(|(at, _)| at).chain([path.len()]);
        ends.filter_map(|end| path.get(..end)).any(|part| path_glob(value, part))
    };
    hit(&node.original_file_path) || node.patch_path.as_ref().is_some_and(|(_, path)| hit(path))
}

fn path_glob(pattern: &str, path: &str) -> bool {
    if !is_wild(pattern) {
        return pattern == path;
    }
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .is_ok_and(|glob| glob.compile_matcher().is_match(path))
}

fn source(value: &str, node: &Node) -> bool {
    let Some(source) = node.source() else { return false };
    let parts: Vec<&str> = value.split('.').collect();
    match parts.as_slice() {
        [name] => glob(name, &source.source_name),
        [name, table] => glob(name, &source.source_name) && glob(table, &source.table_name),
        [package, name, table] => {
            glob(package, &node.package) && glob(name, &source.source_name) && glob(table, &source.table_name)
        }
        _ => false,
    }
}

fn config(path: &[String], value: &str, node: &Node) -> bool {
    let mut found = path.first().and_then(|key| node.config.get(key)).cloned();
    for key in path.get(1..).unwrap_or_default() {
        found = found.and_then(|data| data.as_map().and_then(|map| map.get(key)).cloned());
    }
    let materialized = (path == ["materialized"]).then(|| Data::from(node.materialization()));
    let equals = |data: &Data| match data {
        Data::Bool(truth) => value.eq_ignore_ascii_case(if *truth { "true" } else { "false" }),
        Data::Str(text) if path == ["severity"] => text.eq_ignore_ascii_case(value),
        Data::Str(text) => text == value,
        _ => false,
    };
    match found.or(materialized) {
        Some(Data::List(items)) => items.iter().any(equals),
        Some(Data::Map(map)) => map.contains_key(value),
        Some(other) => equals(&other),
        None => false,
    }
}

fn test_type(value: &str, node: &Node) -> bool {
    if node.unit_test().is_some() {
        return value == "unit";
    }
    let generic = node.generic_test().is_some();
    node.resource_type == ResourceType::Test
        && match value {
            "generic" | "schema" => generic,
            "singular" => !generic,
            "data" => true,
            _ => false,
        }
}
