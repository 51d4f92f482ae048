//! What a property file says of a resource that another file defines, and of its columns.

use crate::base::data::{Data, DataMap};
use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::properties::Section;
use crate::project::properties::function;
use crate::project::properties::prose::Prose;
use crate::project::properties::test::{TestProperties, read_tests};
use crate::project::properties::version::{Version, read_versions};
use crate::yaml::read::Reader;
use crate::yaml::{Kind, Node};

/// What a file says of one resource.
#[derive(Debug, Clone)]
pub struct ResourceProperties {
    /// The resource's name.
    pub name: String,
    /// Where it is named.
    pub place: Place,
    /// What it is.
    pub description: Prose,
    /// Its configuration, with the keys that may stand outside `config` moved into it.
    pub config: DataMap,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The tests of the resource as a whole.
    pub tests: Vec<TestProperties>,
    /// Its versions, if it has any.
    pub versions: Vec<Version>,
    /// Keys that are kept for the manifest: constraints, versions, ...
    pub kept: DataMap,
    /// The relation that a snapshot without a template takes, and the byte of the file at which it stands.
    pub relation: Option<(String, usize)>,
}

/// What a file says of one column.
#[derive(Debug, Clone)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// Where it is named.
    pub place: Place,
    /// What it holds.
    pub description: Prose,
    /// Its declared type.
    pub data_type: Option<String>,
    /// Whether its name is quoted in generated SQL.
    pub quote: Option<bool>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Free information.
    pub meta: DataMap,
    /// Its tests.
    pub tests: Vec<TestProperties>,
    /// Declared constraints, with all their keys.
    pub constraints: Data,
    /// Keys that are not dbt's, kept for the manifest.
    pub extra: DataMap,
}

/// Keys of old that belong into `config` and are moved there.
const MOVED: &[&str] = &["meta", "docs", "group", "contract", "access"];

/// Keys that are kept for the manifest.
const KEPT: &[&str] = &["deprecation_date", "time_spine", "quote_columns", "relation"];

impl ResourceProperties {
    /// Reads one entry of a section; `None` when it has no name.
    pub fn read(node: &Node, section: Section, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let what = match section {
            Section::Models => "a model",
            Section::Seeds => "a seed",
            Section::Snapshots => "a snapshot",
            Section::Analyses => "an analysis",
            Section::DataTests => "a data test",
            Section::Functions => "a function",
        };
        let mut reader = Reader::new(node, what, findings);
        let name = reader.required_text("name", findings)?;
        let place = reader.node("name")?.place;
        let description = Prose::read(&mut reader, findings);
        let config = read_config(&mut reader, MOVED, findings);
        let columns = read_columns(&mut reader, findings);
        let tests = read_tests(&mut reader, findings);
        let relation = reader.node("relation").and_then(relation);
        let mut kept = DataMap::new();
        if reader.node("constraints").is_some() {
            kept.insert("constraints".to_owned(), constraints(&mut reader, true));
        }
        for key in KEPT {
            if let Some(node) = reader.node(key) {
                kept.insert((*key).to_owned(), node.to_data());
            }
        }
        if section == Section::Functions {
            kept.extend(function::read(&mut reader, place, findings));
        }
        let mut properties =
            Self { name, place, description, config, columns, tests, versions: Vec::new(), kept, relation };
        if section == Section::Models {
            properties.versions = read_versions(&mut reader, &properties, findings);
        }
        reader.finish(&["latest_version", "versions"], findings);
        Some(properties)
    }
}

/// Reads what a snapshot takes, and where its text begins.
fn relation(node: &Node) -> Option<(String, usize)> {
    let start = match &node.kind {
        Kind::Text(text) => text.offsets.runs().first().map(|(_, file)| *file),
        _ => None,
    };
    Some((node.to_data().to_text()?, start.unwrap_or(node.place.span.start) as usize))
}

/// Reads `config` and moves the keys of old into it; one key in both places is a finding.
pub(super) fn read_config(
    reader: &mut Reader<'_>,
    moved: &[&'static str],
    findings: &mut Vec<Diagnostic>,
) -> DataMap {
    let config = reader.map("config", findings);
    let mut values = config.and_then(|node| node.to_data().as_map().cloned()).unwrap_or_default();
    for key in moved {
        let Some(entry) = reader.entry(key) else { continue };
        if entry.value.is_null() {
            continue;
        }
        if values.contains_key(*key) {
            let message = format!("`{key}` stands both under `config` and outside of it");
            findings.push(
                Diagnostic::at(codes::INVALID_VALUE, entry.key_place, message)
                    .hint("keep the one under `config`"),
            );
        } else {
            values.insert((*key).to_owned(), entry.value.to_data());
        }
    }
    values
}

/// Reads `columns`.
pub(super) fn read_columns(reader: &mut Reader<'_>, findings: &mut Vec<Diagnostic>) -> Vec<Column> {
    reader.list("columns", findings).iter().filter_map(|node| Column::read(node, findings)).collect()
}

impl Column {
    pub(super) fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut reader = Reader::new(node, "a column", findings);
        let name = reader.required_text("name", findings)?;
        let place = reader.node("name")?.place;
        let config = reader.data("config");
        let inner = |key: &str| config.as_map().and_then(|map| map.get(key)).cloned().unwrap_or_default();
        let mut tags = reader.texts("tags", findings).unwrap_or_default();
        tags.extend(inner("tags").to_texts());
        let mut meta = reader.data("meta").as_map().cloned().unwrap_or_default();
        meta.extend(inner("meta").as_map().cloned().unwrap_or_default());
        let column = Self {
            description: Prose::read(&mut reader, findings),
            data_type: reader.text("data_type", findings),
            quote: reader.boolean("quote", findings),
            tests: read_tests(&mut reader, findings),
            constraints: constraints(&mut reader, false),
            extra: extra(node),
            name,
            place,
            tags,
            meta,
        };
        reader.finish(&["granularity", "docs", "policy_tags"], findings);
        Some(column)
    }
}

/// The keys of a column that are read; the others are kept as they are, `granularity` among them.
const COLUMN_KEYS: &[&str] = &[
    "name",
    "description",
    "data_type",
    "quote",
    "tags",
    "meta",
    "config",
    "constraints",
    "data_tests",
    "tests",
    "docs",
    "policy_tags",
];

/// Returns the keys of a column that are not read.
fn extra(node: &Node) -> DataMap {
    let others = node.entries().iter().filter(|entry| !COLUMN_KEYS.contains(&entry.key.as_str()));
    others.map(|entry| (entry.key.clone(), entry.value.to_data())).collect()
}

/// Reads `constraints` of a column or a model, completing each with the keys it leaves out.
pub(super) fn constraints(reader: &mut Reader<'_>, of_model: bool) -> Data {
    let Data::List(items) = reader.data("constraints") else { return Data::List(Vec::new()) };
    let complete = |item: Data| {
        let Data::Map(given) = item else { return item };
        let mut all: DataMap = [
            ("type", Data::Null),
            ("name", Data::Null),
            ("expression", Data::Null),
            ("warn_unenforced", Data::Bool(true)),
            ("warn_unsupported", Data::Bool(true)),
            ("to", Data::Null),
            ("to_columns", Data::List(Vec::new())),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
        if of_model {
            all.insert("columns".to_owned(), Data::List(Vec::new()));
        }
        all.extend(given);
        Data::Map(all)
    };
    Data::List(items.into_iter().map(complete).collect())
}
