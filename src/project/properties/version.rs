//! Versions of models: each is the model's own entry with what the version says put over it.

use crate::base::data::{Data, DataMap};
use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::properties::prose::Prose;
use crate::project::properties::resource::{Column, ResourceProperties, constraints, read_config};
use crate::project::properties::test::read_tests;
use crate::yaml::Node;
use crate::yaml::read::Reader;

/// One version of a model.
#[derive(Debug, Clone)]
pub struct Version {
    /// The version: a number or a text.
    pub value: Data,
    /// Where it stands.
    pub place: Place,
    /// The file it is defined in, without extension.
    pub defined_in: Option<String>,
    /// Whether it is the one that `ref` takes when it names none.
    pub is_latest: bool,
    /// The newest version.
    pub latest: Data,
    /// What the model is in this version.
    pub properties: ResourceProperties,
}

impl Version {
    /// Returns the version as names have it: `1`, `1.5`, `beta`.
    pub fn text(&self) -> String {
        self.value.to_text().unwrap_or_default()
    }

    /// Returns the stems of the files that may define it, the likeliest first.
    pub fn stems(&self) -> Vec<String> {
        let name = &self.properties.name;
        let own = self.defined_in.clone().unwrap_or_else(|| format!("{name}_v{}", self.text()));
        let mut stems = vec![own];
        if self.is_latest && stems.first() != Some(name) {
            stems.push(name.clone());
        }
        stems
    }
}

/// Reads `versions` and `latest_version` of a model.
pub(super) fn read_versions(
    reader: &mut Reader<'_>,
    base: &ResourceProperties,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Version> {
    let latest = reader.node("latest_version").map(|node| (node.to_data(), node.place));
    let nodes = reader.list("versions", findings);
    let mut versions: Vec<Version> = Vec::new();
    for node in nodes {
        let Some(version) = read_one(node, base, findings) else { continue };
        if let Some(other) = versions.iter().find(|other| other.text() == version.text()) {
            let message = format!("the model `{}` has two versions `{}`", base.name, version.text());
            let finding = Diagnostic::at(codes::DUPLICATE_NAME, version.place, message);
            findings.push(finding.also(other.place, "the other one"));
            continue;
        }
        versions.push(version);
    }
    let newest = match &latest {
        Some((value, place)) => {
            let text = value.to_text();
            if !versions.is_empty() && !versions.iter().any(|version| Some(version.text()) == text) {
                let message = format!("`latest_version` names no version of `{}`", base.name);
                findings.push(Diagnostic::at(codes::INVALID_VALUE, *place, message));
            }
            value.clone()
        }
        None => versions
            .iter()
            .map(|version| &version.value)
            .max_by(|a, b| order(a, b, &versions))
            .cloned()
            .unwrap_or_default(),
    };
    for version in &mut versions {
        version.is_latest = version.value.to_text() == newest.to_text();
        version.latest = newest.clone();
    }
    versions
}

/// Orders versions: as numbers when all are, else as texts.
fn order(a: &Data, b: &Data, all: &[Version]) -> std::cmp::Ordering {
    let number = |data: &Data| data.to_text().and_then(|text| text.parse::<f64>().ok());
    if all.iter().all(|version| number(&version.value).is_some())
        && let (Some(a), Some(b)) = (number(a), number(b))
    {
        return a.total_cmp(&b);
    }
    a.to_text().cmp(&b.to_text())
}

fn read_one(node: &Node, base: &ResourceProperties, findings: &mut Vec<Diagnostic>) -> Option<Version> {
    let mut reader = Reader::new(node, "a version", findings);
    reader.required_text("v", findings)?;
    let value = reader.data("v");
    let place = reader.node("v")?.place;
    let own = read_config(&mut reader, &["docs", "access", "contract", "meta"], findings);
    let mut properties = base.clone();
    properties.versions = Vec::new();
    let description = Prose::read(&mut reader, findings);
    if description.place.is_some() {
        properties.description = description;
    }
    // What the entry itself says of access goes before what a version says, as in dbt.
    let kept_access = properties.config.get("access").cloned();
    properties.config = joined(&properties.config, &own);
    if let Some(access) = kept_access {
        properties.config.insert("access".to_owned(), access);
    }
    if reader.entry("columns").is_some() {
        properties.columns = columns(&mut reader, &base.columns, findings);
    }
    let given = reader.entry("data_tests").is_some() || reader.entry("tests").is_some();
    let tests = read_tests(&mut reader, findings);
    if given {
        properties.tests = tests;
    }
    if reader.node("constraints").is_some() {
        properties.kept.insert("constraints".to_owned(), constraints(&mut reader, true));
    }
    if let Some(node) = reader.node("deprecation_date") {
        properties.kept.insert("deprecation_date".to_owned(), node.to_data());
    }
    let defined_in = reader.text("defined_in", findings);
    reader.finish(&["data_type"], findings);
    Some(Version { value, place, defined_in, is_latest: false, latest: Data::Null, properties })
}

/// Joins configurations to any depth: the version's scalars win, and the items of its lists come first.
fn joined(base: &DataMap, own: &DataMap) -> DataMap {
    let mut result = base.clone();
    for (key, value) in own {
        let value = match (result.get(key), value) {
            (Some(Data::Map(old)), Data::Map(new)) => Data::Map(joined(old, new)),
            (Some(Data::List(old)), Data::List(new)) => Data::List(new.iter().chain(old).cloned().collect()),
            _ => value.clone(),
        };
        result.insert(key.clone(), value);
    }
    result
}

/// Reads the columns of a version: those of the model that it includes, and its own over them.
fn columns(reader: &mut Reader<'_>, base: &[Column], findings: &mut Vec<Diagnostic>) -> Vec<Column> {
    let nodes = reader.list("columns", findings);
    let mut columns: Vec<Column> = base.to_vec();
    let mut filters =
        nodes.iter().filter(|node| node.get("include").is_some() || node.get("exclude").is_some());
    if let Some(filter) = filters.next() {
        let excluded = filter.get("exclude").map(|node| node.to_data().to_texts()).unwrap_or_default();
        let included = filter.get("include").map(Node::to_data);
        let all = included.as_ref().is_none_or(|data| matches!(data.as_str(), Some("all" | "*")));
        let named = included.map(|data| data.to_texts()).unwrap_or_default();
        columns.retain(|column| (all || named.contains(&column.name)) && !excluded.contains(&column.name));
        if let Some(second) = filters.next() {
            let message = "only one entry of `columns` may say what to include";
            findings.push(Diagnostic::at(codes::INVALID_VALUE, second.place, message));
        }
    }
    for node in nodes.iter().filter(|node| node.get("include").is_none() && node.get("exclude").is_none()) {
        let Some(column) = Column::read(node, findings) else { continue };
        match columns.iter_mut().find(|old| old.name == column.name) {
            Some(old) => *old = column,
            None => columns.push(column),
        }
    }
    columns
}
