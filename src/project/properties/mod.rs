//! Property files: what YAML says of models, seeds, snapshots, tests, macros, sources and exposures, typed.

pub mod exposure;
mod function;
pub mod loading;
pub mod prose;
pub mod resource;
pub mod source;
pub mod test;
pub mod unit_test;
pub mod version;

use crate::base::data::DataMap;
use crate::base::source::{FileId, Place};
use crate::diagnostic::{Diagnostic, codes};
use crate::project::RenderText;
use crate::project::properties::exposure::{ExposureProperties, GroupProperties};
use crate::project::properties::prose::Prose;
use crate::project::properties::resource::ResourceProperties;
use crate::project::properties::source::SourceProperties;
use crate::project::properties::unit_test::UnitTestProperties;
use crate::yaml::Node;
use crate::yaml::read::Reader;

/// What one property file says.
#[derive(Debug, Clone)]
pub struct PropertyFile {
    /// Its path relative to the package's folder.
    pub path: String,
    /// Its path relative to the resource folder it was found in.
    pub resource_path: String,
    /// Its text.
    pub file: FileId,
    /// Resources that other files define, by section.
    pub resources: Vec<(Section, ResourceProperties)>,
    /// Sources, which this file defines.
    pub sources: Vec<SourceProperties>,
    /// Exposures.
    pub exposures: Vec<ExposureProperties>,
    /// Unit tests.
    pub unit_tests: Vec<UnitTestProperties>,
    /// Groups.
    pub groups: Vec<GroupProperties>,
    /// Macros described here.
    pub macros: Vec<MacroProperties>,
    /// Entries of sections that are kept for the manifest and not acted on: section and entry.
    pub kept: Vec<(&'static str, Node)>,
}

/// The sections that describe resources defined by other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// `models:`
    Models,
    /// `seeds:`
    Seeds,
    /// `snapshots:`
    Snapshots,
    /// `analyses:`
    Analyses,
    /// `data_tests:`, singular tests
    DataTests,
    /// `functions:`
    Functions,
}

impl Section {
    const ALL: [(Section, &'static str); 6] = [
        (Section::Models, "models"),
        (Section::Seeds, "seeds"),
        (Section::Snapshots, "snapshots"),
        (Section::Analyses, "analyses"),
        (Section::DataTests, "data_tests"),
        (Section::Functions, "functions"),
    ];

    /// Returns the key of the section.
    pub fn key(self) -> &'static str {
        Self::ALL.iter().find(|(section, _)| *section == self).map_or("models", |(_, key)| key)
    }
}

/// What a file says of a macro.
#[derive(Debug, Clone)]
pub struct MacroProperties {
    /// The macro's name.
    pub name: String,
    /// Where it is named.
    pub place: Place,
    /// What it does.
    pub description: Prose,
    /// Its arguments: name, type, description.
    pub arguments: Vec<(String, Option<String>, Prose)>,
    /// `meta` and `docs`, where they stand or under `config`.
    pub config: DataMap,
}

/// Sections that are kept for the manifest and not acted on.
const KEPT: &[&str] = &["metrics", "semantic_models", "saved_queries"];

/// Renders and reads one property file.
pub fn read(
    tree: &Node,
    file: FileId,
    path: String,
    resource_path: String,
    render: &mut RenderText<'_>,
    findings: &mut Vec<Diagnostic>,
) -> PropertyFile {
    let unrendered = tree;
    let tree = tree.map_texts(&mut Vec::new(), &mut |keys, node, text| {
        if is_rendered(keys) { render(keys, node, text) } else { None }
    });
    let mut reader = Reader::new(&tree, "a property file", findings);
    let mut resources = Vec::new();
    for (section, key) in Section::ALL {
        for node in section_items(&mut reader, key, findings) {
            let described = ResourceProperties::read(node, section, findings);
            resources.extend(described.map(|properties| (section, properties)));
        }
    }
    let written = unrendered.get("sources").map(Node::items).unwrap_or_default();
    let sources: Vec<_> = section_items(&mut reader, "sources", findings)
        .iter()
        .enumerate()
        .filter_map(|(index, node)| {
            let mut source = SourceProperties::read(node, findings)?;
            let written = |key: &str| written.get(index).and_then(|node| node.get(key)).map(Node::to_data);
            source.written = ["database", "schema"].map(|key| written(key).unwrap_or_default());
            Some(source)
        })
        .collect();
    let macros = section_items(&mut reader, "macros", findings)
        .iter()
        .filter_map(|node| MacroProperties::read(node, findings))
        .collect();
    let exposures = section_items(&mut reader, "exposures", findings)
        .iter()
        .filter_map(|node| ExposureProperties::read(node, findings))
        .collect();
    let unit_tests = section_items(&mut reader, "unit_tests", findings)
        .iter()
        .filter_map(|node| UnitTestProperties::read(node, findings))
        .collect();
    let groups = section_items(&mut reader, "groups", findings)
        .iter()
        .filter_map(|node| GroupProperties::read(node, findings))
        .collect();
    let mut kept = Vec::new();
    for key in KEPT {
        kept.extend(section_items(&mut reader, key, findings).iter().map(|node| (*key, node.clone())));
    }
    reader.finish(&["version", "anchors"], findings);
    PropertyFile {
        path,
        resource_path,
        file,
        resources,
        sources,
        exposures,
        unit_tests,
        groups,
        macros,
        kept,
    }
}

/// Returns the items of a section; each must be a mapping with a name.
fn section_items<'n>(
    reader: &mut Reader<'n>,
    key: &'static str,
    findings: &mut Vec<Diagnostic>,
) -> &'n [Node] {
    let items = reader.list(key, findings);
    for item in items.iter().filter(|item| !item.is_map()) {
        let message = format!("each entry of `{key}` must be a mapping with a `name`");
        findings.push(Diagnostic::at(codes::INVALID_VALUE, item.place, message).hint("write `- name: ...`"));
    }
    items
}

/// Tells whether the text at a path is rendered when the file is read. Descriptions, tests and hooks are rendered
/// later or never, as in dbt.
fn is_rendered(path: &[String]) -> bool {
    !path.iter().any(|key| {
        matches!(
            key.as_str(),
            "description" | "tests" | "data_tests" | "loaded_at_query" | "pre_hook" | "post_hook"
        )
    }) && match path.first().map(String::as_str) {
        Some("unit_tests") => path.get(1).is_some_and(|key| key == "config"),
        // Conditions are templates of another program.
        Some("metrics") => !path.iter().any(|key| key == "filter"),
        Some("saved_queries") => !path.iter().any(|key| key == "where"),
        _ => true,
    }
}

impl MacroProperties {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut reader = Reader::new(node, "a macro", findings);
        let name = reader.required_text("name", findings)?;
        let place = reader.node("name")?.place;
        let description = Prose::read(&mut reader, findings);
        let config = resource::read_config(&mut reader, &["docs", "meta"], findings);
        let mut arguments = Vec::new();
        for argument in reader.list("arguments", findings) {
            let mut item = Reader::new(argument, "an argument", findings);
            let Some(name) = item.required_text("name", findings) else { continue };
            let kind = item.text("type", findings);
            arguments.push((name, kind, Prose::read(&mut item, findings)));
            item.finish(&[], findings);
        }
        reader.finish(&[], findings);
        Some(Self { name, place, description, arguments, config })
    }
}
