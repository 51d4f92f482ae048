//! The project file (`project.yml`, `dbt_project.yml`), typed.

use std::path::PathBuf;

use crate::base::data::DataMap;
use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::RenderText;
use crate::yaml::Node;
use crate::yaml::read::Reader;

/// What a project file says.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The project's name, which is also its package's.
    pub name: String,
    /// Where the name stands.
    pub place: Place,
    /// `version`, unused by dbt.
    pub version: Option<String>,
    /// The profile named by the project.
    pub profile: Option<String>,
    /// Folders of models, relative to the project.
    pub model_paths: Vec<String>,
    /// Folders of seeds.
    pub seed_paths: Vec<String>,
    /// Folders of singular tests and generic test macros.
    pub test_paths: Vec<String>,
    /// Folders of analyses.
    pub analysis_paths: Vec<String>,
    /// Folders of macros.
    pub macro_paths: Vec<String>,
    /// Folders of snapshots.
    pub snapshot_paths: Vec<String>,
    /// Folders of functions.
    pub function_paths: Vec<String>,
    /// Folders of docs blocks; all the others' when none is named.
    pub docs_paths: Vec<String>,
    /// Whether other packages may refer to public models alone.
    pub restricts_access: bool,
    /// `require-dbt-version`: comparisons, and where they stand.
    pub required_versions: Vec<(String, Place)>,
    /// The folder that artifacts are written to.
    pub target_path: String,
    /// The folder that installed packages lie in.
    pub packages_install_path: String,
    /// What `clean` removes.
    pub clean_targets: Vec<String>,
    /// Global and per-package variables, not rendered.
    pub vars: DataMap,
    /// Statements run before the first node.
    pub on_run_start: Vec<Node>,
    /// Statements run after the last node.
    pub on_run_end: Vec<Node>,
    /// Search orders of macro dispatch: namespace and packages.
    pub dispatch: Vec<(String, Vec<String>)>,
    /// `quoting`: database, schema, identifier.
    pub quoting: DataMap,
    /// The comment put before each statement, as the file gives it; `None` when the key is absent.
    pub query_comment: Option<Node>,
    /// `flags`.
    pub flags: DataMap,
    /// The config trees by key: `models`, `seeds`, `snapshots`, `sources`, `data_tests`, ...
    pub trees: Vec<(&'static str, Node)>,
    /// The same trees as they are written.
    pub unrendered_trees: Vec<(&'static str, Node)>,
}

/// The config trees a project file may hold, with old spellings beside the one kept.
const TREES: &[(&str, &str)] = &[
    ("models", "models"),
    ("seeds", "seeds"),
    ("snapshots", "snapshots"),
    ("sources", "sources"),
    ("analyses", "analyses"),
    ("data_tests", "data_tests"),
    ("data_tests", "tests"),
    ("unit_tests", "unit_tests"),
    ("metrics", "metrics"),
    ("semantic-models", "semantic-models"),
    ("saved-queries", "saved-queries"),
    ("exposures", "exposures"),
    ("functions", "functions"),
];

/// Keys that are accepted and not acted on.
const PASSED: &[&str] = &["config-version", "asset-paths", "log-path", "dbt-cloud", "static_analysis"];

/// Names that a project may not have, because templates use them for something else.
const RESERVED: &[&str] = &[
    "adapter",
    "api",
    "builtins",
    "column",
    "config",
    "context",
    "database",
    "dbt_version",
    "env",
    "env_var",
    "exceptions",
    "execute",
    "flags",
    "graph",
    "invocation_id",
    "load_result",
    "log",
    "model",
    "modules",
    "ref",
    "render",
    "return",
    "run_started_at",
    "schema",
    "source",
    "sql",
    "sql_now",
    "store_result",
    "target",
    "this",
    "try_or_compiler_error",
    "var",
    "write",
];

impl Definition {
    /// Renders and reads a project file. Findings of error severity mean that the result is a best guess.
    pub fn read(tree: &Node, render: &mut RenderText<'_>, findings: &mut Vec<Diagnostic>) -> Self {
        let unrendered =
            read_trees(&mut Reader::new(tree, "the project file", &mut Vec::new()), &mut Vec::new());
        let tree = tree.map_texts(&mut Vec::new(), &mut |path, node, text| {
            if is_rendered(path) { render(path, node, text) } else { None }
        });
        let mut reader = Reader::new(&tree, "the project file", findings);
        let name = reader.required_text("name", findings).unwrap_or_else(|| "unnamed".to_owned());
        let place = reader.node("name").map_or(tree.place, |node| node.place);
        check_name(&name, place, findings);
        let target_path = reader.text("target-path", findings).unwrap_or_else(|| "target".to_owned());
        let trees = read_trees(&mut reader, findings);
        let definition = Self {
            version: reader.data("version").to_text(),
            profile: reader.text("profile", findings),
            model_paths: paths(&mut reader, "model-paths", Some("source-paths"), "models", findings),
            seed_paths: paths(&mut reader, "seed-paths", Some("data-paths"), "seeds", findings),
            test_paths: paths(&mut reader, "test-paths", None, "tests", findings),
            analysis_paths: paths(&mut reader, "analysis-paths", None, "analyses", findings),
            macro_paths: paths(&mut reader, "macro-paths", None, "macros", findings),
            snapshot_paths: paths(&mut reader, "snapshot-paths", None, "snapshots", findings),
            function_paths: paths(&mut reader, "function-paths", None, "functions", findings),
            docs_paths: reader.texts("docs-paths", findings).unwrap_or_default(),
            restricts_access: reader.boolean("restrict-access", findings).unwrap_or(false),
            required_versions: required_versions(&mut reader),
            packages_install_path: reader
                .text("packages-install-path", findings)
                .unwrap_or_else(|| "dbt_packages".to_owned()),
            clean_targets: reader
                .texts("clean-targets", findings)
                .unwrap_or_else(|| vec![target_path.clone()]),
            vars: mapping(&mut reader, "vars", findings),
            on_run_start: hooks(&mut reader, "on-run-start"),
            on_run_end: hooks(&mut reader, "on-run-end"),
            dispatch: read_dispatch(&mut reader, findings),
            quoting: mapping(&mut reader, "quoting", findings),
            query_comment: reader.entry("query-comment").map(|entry| entry.value.clone()),
            flags: mapping(&mut reader, "flags", findings),
            target_path,
            trees,
            unrendered_trees: unrendered,
            name,
            place,
        };
        reader.finish(PASSED, findings);
        definition
    }

    /// Returns a config tree.
    pub fn tree(&self, key: &str) -> Option<&Node> {
        self.trees.iter().find(|(name, _)| *name == key).map(|(_, tree)| tree)
    }

    /// Returns a config tree as it is written.
    pub fn unrendered_tree(&self, key: &str) -> Option<&Node> {
        self.unrendered_trees.iter().find(|(name, _)| *name == key).map(|(_, tree)| tree)
    }

    /// Returns the target folder.
    pub fn target_folder(&self) -> PathBuf {
        PathBuf::from(&self.target_path)
    }
}

/// Tells whether the text at a path is rendered when the file is read; hooks and variables are rendered later.
fn is_rendered(path: &[String]) -> bool {
    let first = path.first().map(String::as_str).unwrap_or_default();
    let late = matches!(first, "on-run-start" | "on-run-end" | "query-comment" | "vars" | "name" | "version");
    let hook = path.iter().any(|key| {
        matches!(key.trim_start_matches('+').trim(), "pre-hook" | "post-hook" | "pre_hook" | "post_hook")
    });
    !late && !hook
}

fn check_name(name: &str, place: Place, findings: &mut Vec<Diagnostic>) {
    let mut characters = name.chars();
    let starts = characters.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if !starts || !characters.all(|c| c.is_alphanumeric() || c == '_') {
        let message = format!("`{name}` cannot be a project's name");
        let finding = Diagnostic::at(codes::INVALID_VALUE, place, message);
        findings.push(finding.hint("a name holds letters, digits and underscores, and begins with a letter"));
    } else if RESERVED.contains(&name) {
        let message = format!("`{name}` cannot be a project's name: templates use it for something else");
        findings.push(Diagnostic::at(codes::INVALID_VALUE, place, message));
    }
}

fn paths(
    reader: &mut Reader<'_>,
    key: &'static str,
    old: Option<&'static str>,
    default: &str,
    findings: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let given = reader.texts(key, findings);
    let old_given = old.and_then(|old| reader.entry(old).map(|entry| (old, entry)));
    let Some((old, entry)) = old_given else { return given.unwrap_or_else(|| vec![default.to_owned()]) };
    if given.is_some() {
        let message = format!("`{old}` is the old name of `{key}`: the project file holds both");
        findings.push(
            Diagnostic::at(codes::INVALID_VALUE, entry.key_place, message).hint(format!("remove `{old}`")),
        );
    } else {
        let message = format!("`{old}` is the old name of `{key}`");
        findings
            .push(Diagnostic::at(codes::DEPRECATED, entry.key_place, message).hint(format!("write `{key}`")));
    }
    given.unwrap_or_else(|| entry.value.to_data().to_texts())
}

fn mapping(reader: &mut Reader<'_>, key: &'static str, findings: &mut Vec<Diagnostic>) -> DataMap {
    reader.map(key, findings).and_then(|node| node.to_data().as_map().cloned()).unwrap_or_default()
}

fn hooks(reader: &mut Reader<'_>, key: &'static str) -> Vec<Node> {
    reader.node(key).map_or_else(Vec::new, |node| match node.items() {
        [] if node.as_text().is_some() => vec![node.clone()],
        items => items.to_vec(),
    })
}

/// Reads `require-dbt-version`: a list of comparisons, or one text with commas between them.
fn required_versions(reader: &mut Reader<'_>) -> Vec<(String, Place)> {
    let Some(node) = reader.node("require-dbt-version") else { return Vec::new() };
    let items = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
    let texts = items.iter().map(|item| (item.to_data().to_text().unwrap_or_default(), item.place));
    texts
        .flat_map(|(text, place)| {
            text.split(',').map(|part| (part.trim().to_owned(), place)).collect::<Vec<_>>()
        })
        .filter(|(text, _)| !text.is_empty())
        .collect()
}

fn read_dispatch(reader: &mut Reader<'_>, findings: &mut Vec<Diagnostic>) -> Vec<(String, Vec<String>)> {
    let mut orders = Vec::new();
    for node in reader.list("dispatch", findings) {
        let mut item = Reader::new(node, "an entry of `dispatch`", findings);
        let namespace = item.required_text("macro_namespace", findings);
        let order = item.texts("search_order", findings).unwrap_or_default();
        item.finish(&[], findings);
        orders.extend(namespace.map(|namespace| (namespace, order)));
    }
    orders
}

fn read_trees(reader: &mut Reader<'_>, findings: &mut Vec<Diagnostic>) -> Vec<(&'static str, Node)> {
    let mut trees: Vec<(&'static str, Node)> = Vec::new();
    for (key, spelling) in TREES {
        let Some(node) = reader.map(spelling, findings) else { continue };
        if trees.iter().any(|(name, _)| name == key) {
            let message = format!("`{spelling}` is another name of `{key}`: the project file holds both");
            findings.push(Diagnostic::at(codes::INVALID_VALUE, node.place, message));
        } else {
            trees.push((key, node.clone()));
        }
    }
    trees
}
