//! Source tables, which property files define.

use crate::base::data::{Data, DataMap};
use crate::compile::parse::{Draft, Reading};
use crate::compile::project::Package;
use crate::diagnostic::Diagnostic;
use crate::graph::nodes::{Detail, Node, ResourceType, Source};
use crate::project::config::Config;
use crate::project::config_tree;
use crate::project::properties::PropertyFile;
use crate::project::properties::source::{SourceProperties, SourceTable};

/// Makes a node of every table of every source.
pub(super) fn read(reading: &Reading, _findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (index, file) in &reading.properties {
        let Some(package) = reading.loaded.packages.get(*index) else { continue };
        for source in &file.sources {
            for table in &source.tables {
                drafts.push(Draft { node: node(reading, package, file, source, table), template: None });
            }
        }
    }
    drafts
}

fn node(
    reading: &Reading,
    package: &Package,
    file: &PropertyFile,
    source: &SourceProperties,
    table: &SourceTable,
) -> Node {
    let target = &reading.loaded.invocation.target;
    let mut fqn = vec![package.name.clone()];
    fqn.extend(folders(&file.resource_path));
    fqn.extend([source.name.clone(), table.name.clone()]);
    let identifier = table.identifier.clone().unwrap_or_else(|| table.name.clone());
    let mut tags: Vec<String> = source.tags.iter().chain(&table.tags).cloned().collect();
    tags.extend(table.config.get("tags").map(Data::to_texts).unwrap_or_default());
    tags.sort();
    tags.dedup();
    Node {
        unique_id: format!("source.{}.{}.{}", package.name, source.name, table.name),
        resource_type: ResourceType::Source,
        name: table.name.clone(),
        package: package.name.clone(),
        config: configure(reading, package, &fqn, source, table),
        fqn,
        path: file.path.clone(),
        original_file_path: file.path.clone(),
        file: file.file,
        place: table.place,
        raw_code: "".into(),
        raw_offset: 0,
        checksum: String::new(),
        unrendered_config: DataMap::new(),
        config_calls: DataMap::new(),
        primary_key: Vec::new(),
        database: source.database.clone().unwrap_or_else(|| target.database.clone()),
        schema: source.schema.clone().unwrap_or_else(|| source.name.clone()),
        alias: identifier.clone(),
        description: table.description.clone(),
        version: None,
        columns: table.columns.clone(),
        tags,
        patch_path: None,
        root_path: String::new(),
        references: Vec::new(),
        macros: Vec::new(),
        depends_on: Vec::new(),
        detail: Detail::Source(Source {
            source_name: source.name.clone(),
            table_name: table.name.clone(),
            identifier,
            source_description: source.description.clone(),
            loader: source.loader.clone(),
            source_meta: source.config.get("meta").and_then(Data::as_map).cloned().unwrap_or_default(),
            quoting: ["database", "schema", "identifier"].map(|part| {
                let quoting = |map: &DataMap| map.get(part).and_then(Data::as_bool);
                quoting(&table.quoting).or_else(|| quoting(&source.quoting))
            }),
            external: table.external.clone(),
        }),
        kept: source
            .kept
            .iter()
            .chain(&table.kept)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    }
}

/// Returns the folders of a path.
pub(super) fn folders(path: &str) -> Vec<String> {
    let folders = path.rsplit_once('/').map(|(folders, _)| folders).unwrap_or_default();
    folders.split('/').filter(|folder| !folder.is_empty()).map(str::to_owned).collect()
}

fn configure(
    reading: &Reading,
    package: &Package,
    fqn: &[String],
    source: &SourceProperties,
    table: &SourceTable,
) -> Config {
    let mut config = Config::default();
    let tree = |config: &mut Config, package: &Package| {
        for value in
            package.definition.tree("sources").map(|tree| config_tree::walk(tree, fqn)).unwrap_or_default()
        {
            config.merge(&value.key, value.value);
        }
    };
    tree(&mut config, package);
    config.merge_all(&source.config);
    config.merge_all(&table.config);
    if let Some(root) = reading.root().filter(|root| root.name != package.name) {
        tree(&mut config, root);
    }
    config
}
