//! Source tables, which property files define.

use crate::base::data::{Data, DataMap};
use crate::compile::parse::{Draft, Reading, unrendered};
use crate::compile::project::Package;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{Detail, Node, ResourceType, Source};
use crate::project::config::Config;
use crate::project::config_tree;
use crate::project::properties::PropertyFile;
use crate::project::properties::source::{SourceProperties, SourceTable};

/// Makes a node of every table of every source. A source that overrides another package's changes that one.
pub(super) fn read(reading: &Reading, findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let overriding = |package: &str, name: &str| {
        let sources = reading.properties.iter().flat_map(|(_, file)| &file.sources);
        sources
            .filter(|source| source.overrides.as_deref() == Some(package) && source.name == name)
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut drafts = Vec::new();
    for (index, file) in &reading.properties {
        let Some(package) = reading.loaded.packages.get(*index) else { continue };
        for source in &file.sources {
            if let Some(other) = &source.overrides {
                let message = format!("`overrides` changes a source of the package `{other}`");
                let finding = Diagnostic::at(codes::DEPRECATED, source.place, message);
                findings.push(finding.hint("dbt has deprecated it: say it with variables of the package"));
                continue;
            }
            let mut source = source.clone();
            for change in overriding(&package.name, &source.name) {
                overridden(&mut source, &change);
            }
            for table in &source.tables {
                drafts.push(Draft::new(node(reading, package, file, &source, table)));
            }
        }
    }
    drafts
}

/// Puts what another package says of a source over what its own says.
fn overridden(source: &mut SourceProperties, change: &SourceProperties) {
    source.database = change.database.clone().or(source.database.take());
    source.schema = change.schema.clone().or(source.schema.take());
    source.config.extend(change.config.clone());
    source.quoting.extend(change.quoting.clone());
    source.tags.extend(change.tags.clone());
    if change.description.place.is_some() {
        source.description = change.description.clone();
    }
    for changed in &change.tables {
        let Some(table) = source.tables.iter_mut().find(|table| table.name == changed.name) else { continue };
        table.identifier = changed.identifier.clone().or(table.identifier.take());
        table.config.extend(changed.config.clone());
        table.quoting.extend(changed.quoting.clone());
        table.tags.extend(changed.tags.clone());
        if changed.description.place.is_some() {
            table.description = changed.description.clone();
        }
        if !changed.columns.is_empty() {
            table.columns = changed.columns.clone();
        }
    }
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
    let tags = tags(source, table);
    Node {
        unique_id: format!("source.{}.{}.{}", package.name, source.name, table.name),
        resource_type: ResourceType::Source,
        name: table.name.clone(),
        package: package.name.clone(),
        unrendered_config: unrendered_config(reading, package, &fqn, source, table, &tags),
        config: configure(reading, package, &fqn, source, table, &tags),
        fqn,
        path: file.path.clone(),
        original_file_path: file.path.clone(),
        file: file.file,
        place: table.place,
        raw_code: "".into(),
        raw_offset: 0,
        checksum: String::new(),
        config_calls: DataMap::new(),
        primary_key: Vec::new(),
        adapter: "",
        quoting: [true; 3],
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
            written: source.written.clone(),
            source_meta: source.config.get("meta").and_then(Data::as_map).cloned().unwrap_or_default(),
            quoting: ["database", "schema", "identifier"].map(|part| {
                let quoting = |map: &DataMap| map.get(part).and_then(Data::as_bool);
                quoting(&table.quoting).or_else(|| quoting(&source.quoting))
            }),
            external: external(&table.external),
        }),
        kept: DataMap::new(),
        batch: None,
    }
}

/// Returns the tags of a table: all that are said anywhere, sorted.
fn tags(source: &SourceProperties, table: &SourceTable) -> Vec<String> {
    let of_config = |config: &DataMap| config.get("tags").map(Data::to_texts).unwrap_or_default();
    let mut tags: Vec<String> = source.tags.iter().chain(&table.tags).cloned().collect();
    tags.extend(of_config(&source.config));
    tags.extend(of_config(&table.config));
    tags.sort();
    tags.dedup();
    tags
}

/// Returns `external` with all keys that dbt knows.
fn external(given: &Data) -> Data {
    let Some(given) = given.as_map() else { return given.clone() };
    let keys = ["location", "file_format", "row_format", "tbl_properties"];
    let mut all: DataMap = keys.map(|key| (key.to_owned(), Data::Null)).into_iter().collect();
    all.extend(given.clone());
    Data::Map(all)
}

/// Returns the folders of a path.
pub(super) fn folders(path: &str) -> Vec<String> {
    let folders = path.rsplit_once('/').map(|(folders, _)| folders).unwrap_or_default();
    folders.split('/').filter(|folder| !folder.is_empty()).map(str::to_owned).collect()
}

/// Returns what is said of a table as it is written, with the keys that dbt settles beforehand.
fn unrendered_config(
    reading: &Reading,
    package: &Package,
    fqn: &[String],
    source: &SourceProperties,
    table: &SourceTable,
    tags: &[String],
) -> DataMap {
    let mut own = source.config.clone();
    own.extend(table.config.clone());
    let (field, query, freshness) = table.loading.over(&source.loading);
    let limits = |freshness: &Data| {
        let ages =
            ["warn_after", "error_after"].map(|key| freshness.as_map().and_then(|map| map.get(key)).cloned());
        ages.into_iter()
            .flatten()
            .any(|age| age.as_map().is_some_and(|age| age.values().any(|part| !part.is_null())))
    };
    own.shift_remove("freshness");
    if freshness.is_null() || limits(&freshness) {
        own.insert("freshness".to_owned(), freshness);
    }
    own.insert("loaded_at_field".to_owned(), field.into());
    own.insert("loaded_at_query".to_owned(), query.into());
    let mut meta = Config::default();
    for config in [&source.config, &table.config] {
        meta.merge("meta", config.get("meta").cloned().unwrap_or_else(|| Data::Map(DataMap::new())));
    }
    own.insert("meta".to_owned(), meta.get("meta").cloned().unwrap_or_default());
    own.insert("tags".to_owned(), tags.to_vec().into());
    unrendered::gather(reading, package, "sources", fqn, &[&own])
}

fn configure(
    reading: &Reading,
    package: &Package,
    fqn: &[String],
    source: &SourceProperties,
    table: &SourceTable,
    tags: &[String],
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
    let (field, query, freshness) = table.loading.over(&source.loading);
    let tags = tags.iter().map(|tag| Data::from(tag.as_str())).collect();
    let last = [
        ("loaded_at_field", field.into()),
        ("loaded_at_query", query.into()),
        ("freshness", freshness),
        ("tags", Data::List(tags)),
    ];
    for (key, value) in last {
        config.set(key, value);
    }
    config
}
