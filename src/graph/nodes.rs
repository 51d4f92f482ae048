//! Nodes: everything that has a place in the dependency graph.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;

use crate::base::data::{Data, DataMap};
use crate::base::source::{FileId, Place};
use crate::project::config::Config;
use crate::project::properties::exposure::ExposureProperties;
use crate::project::properties::prose::Prose;
use crate::project::properties::resource::Column;
use crate::project::properties::unit_test::{Overrides, UnitTestProperties};

/// The kinds of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceType {
    /// A `select` statement that becomes a relation.
    Model,
    /// A CSV file that becomes a table.
    Seed,
    /// A table that keeps history.
    Snapshot,
    /// A data test, generic or singular.
    Test,
    /// A statement that is compiled and never run.
    Analysis,
    /// A table that something else fills.
    Source,
    /// A use that others make of models.
    Exposure,
    /// A test of a model's text, on rows given by hand.
    UnitTest,
    /// A function that the database gets.
    Function,
    /// A figure, made of measures or of other figures.
    Metric,
    /// What measures and dimensions a model has.
    SemanticModel,
    /// A question put to metrics.
    SavedQuery,
    /// A hook of the project.
    Operation,
}

impl ResourceType {
    /// Returns dbt's name of the kind.
    pub fn name(self) -> &'static str {
        match self {
            ResourceType::Model => "model",
            ResourceType::Seed => "seed",
            ResourceType::Snapshot => "snapshot",
            ResourceType::Test => "test",
            ResourceType::Analysis => "analysis",
            ResourceType::Source => "source",
            ResourceType::Exposure => "exposure",
            ResourceType::UnitTest => "unit_test",
            ResourceType::Function => "function",
            ResourceType::Metric => "metric",
            ResourceType::SemanticModel => "semantic_model",
            ResourceType::SavedQuery => "saved_query",
            ResourceType::Operation => "operation",
        }
    }

    /// Tells whether nodes of this kind test others.
    pub fn is_test(self) -> bool {
        matches!(self, ResourceType::Test | ResourceType::UnitTest)
    }

    /// Tells whether nodes of this kind belong to the semantic layer, of which nothing is built.
    pub fn is_semantic(self) -> bool {
        matches!(self, ResourceType::Metric | ResourceType::SemanticModel | ResourceType::SavedQuery)
    }

    /// Tells whether the manifest has nodes of this kind in a section of their own.
    pub fn is_apart(self) -> bool {
        use ResourceType::{Exposure, Function, Source, UnitTest};
        self.is_semantic() || matches!(self, Source | Exposure | UnitTest | Function)
    }

    /// Tells whether nodes of this kind take a turn in `build` without anything being built.
    pub fn is_no_op(self) -> bool {
        matches!(self, ResourceType::Exposure | ResourceType::SavedQuery)
    }

    /// Tells whether `ref` can name nodes of this kind.
    pub fn is_refable(self) -> bool {
        matches!(self, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot)
    }
}

/// One node.
#[derive(Debug, Clone)]
pub struct Node {
    /// dbt's id: `model.shop.orders`.
    pub unique_id: String,
    /// The kind of node.
    pub resource_type: ResourceType,
    /// The name within the package.
    pub name: String,
    /// The package it belongs to.
    pub package: String,
    /// Package, folders and name: what config trees and selections go by.
    pub fqn: Vec<String>,
    /// The path relative to the resource folder.
    pub path: String,
    /// The path relative to the package's folder.
    pub original_file_path: String,
    /// The text the node is written in.
    pub file: FileId,
    /// Where its name, or its whole text, stands.
    pub place: Place,
    /// The template, stripped.
    pub raw_code: Arc<str>,
    /// The byte of the file at which the template begins.
    pub raw_offset: usize,
    /// SHA-256 of the text, in hex.
    pub checksum: String,
    /// Its configuration.
    pub config: Config,
    /// What the files say of its configuration, without defaults.
    pub unrendered_config: DataMap,
    /// What its template told of its configuration.
    pub config_calls: DataMap,
    /// The columns that identify a row, as its tests and constraints have it.
    pub primary_key: Vec<String>,
    /// The adapter of the database it lies in.
    pub adapter: &'static str,
    /// Whether database, schema and identifier are quoted, as the project has it.
    pub quoting: [bool; 3],
    /// The database it is written to.
    pub database: String,
    /// The schema it is written to.
    pub schema: String,
    /// Its name in the database.
    pub alias: String,
    /// What it is.
    pub description: Prose,
    /// The version of a model that has several.
    pub version: Option<Version>,
    /// Its described columns.
    pub columns: Vec<Column>,
    /// Its tags, without repeats.
    pub tags: Vec<String>,
    /// The property file that describes it: its package and path.
    pub patch_path: Option<(String, String)>,
    /// The folder of the package, for seeds.
    pub root_path: String,
    /// What the template refers to, in the order of the calls.
    pub references: Vec<Reference>,
    /// The ids of the macros it calls directly.
    pub macros: Vec<String>,
    /// The ids of the nodes it depends on, in the order of the calls, without repeats.
    pub depends_on: Vec<String>,
    /// What only some kinds have.
    pub detail: Detail,
    /// Keys of property files that are kept for the manifest.
    pub kept: DataMap,
    /// The part of it that is built, while a microbatch model is built by parts.
    pub batch: Option<Batch>,
}

/// A part of a microbatch model: the rows of a span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// What names of temporary relations end with: `20240103`.
    pub id: String,
    /// What names of files end with: `2024-01-03`.
    pub suffix: String,
    /// The first moment.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
    /// Whether it is put into a table that is there.
    pub incremental: bool,
}

/// What only some kinds of nodes have.
#[derive(Debug, Clone)]
pub enum Detail {
    /// Nothing more.
    None,
    /// A generic test.
    GenericTest(GenericTest),
    /// A source table.
    Source(Source),
    /// An exposure.
    Exposure(ExposureProperties),
    /// A unit test.
    UnitTest(Box<UnitTest>),
    /// A hook: `on-run-start` or `on-run-end`, and its number.
    Operation {
        /// The key it stands under.
        event: &'static str,
        /// Its number under that key, from 0.
        index: usize,
    },
}

/// The version of a model that has several.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The version: a number or a text.
    pub value: Data,
    /// The newest version.
    pub latest: Data,
}

impl Version {
    /// Returns the version as names have it: `1`, `1.5`, `beta`.
    pub fn text(&self) -> String {
        self.value.to_text().unwrap_or_default()
    }

    /// Tells whether `ref` takes it when it names no version.
    pub fn is_latest(&self) -> bool {
        self.value.to_text() == self.latest.to_text()
    }
}

/// What a generic test tests.
#[derive(Debug, Clone)]
pub struct GenericTest {
    /// The package in front of the name, if any.
    pub namespace: Option<String>,
    /// The test's name: `unique`.
    pub test: String,
    /// Its arguments, not rendered: each with its text's place.
    pub arguments: IndexMap<String, Argument>,
    /// The column under test.
    pub column_name: Option<String>,
    /// The id of the model under test; `None` for sources.
    pub attached_node: Option<String>,
    /// The name of what is under test, as people know it.
    pub target: String,
    /// The section and name of what is under test: `models.orders`.
    pub file_key_name: String,
    /// The short name used for files and relations.
    pub short_name: String,
}

/// One argument of a generic test.
#[derive(Debug, Clone)]
pub struct Argument {
    /// The value as written.
    pub value: Data,
    /// Where it stands.
    pub place: Place,
}

/// What a source table has beyond a node.
#[derive(Debug, Clone)]
pub struct Source {
    /// The source's name.
    pub source_name: String,
    /// The table's name in `source()`.
    pub table_name: String,
    /// Its name in the database.
    pub identifier: String,
    /// What the source as a whole is.
    pub source_description: Prose,
    /// What fills it.
    pub loader: String,
    /// Free information on the source as a whole.
    pub source_meta: DataMap,
    /// Database and schema as the property file writes them.
    pub written: [Data; 2],
    /// Whether database, schema and identifier are quoted.
    pub quoting: [Option<bool>; 3],
    /// `external` of the table.
    pub external: Data,
}

/// What a unit test has beyond a node.
#[derive(Debug, Clone)]
pub struct UnitTest {
    /// The model under test, as it is written.
    pub model: String,
    /// What the model reads.
    pub given: Vec<Given>,
    /// What it is to return.
    pub expect: Rows,
    /// What stands in for what.
    pub overrides: Overrides,
    /// What the property file says, for the manifest.
    pub properties: UnitTestProperties,
}

/// Rows in place of what a model reads.
#[derive(Debug, Clone)]
pub struct Given {
    /// What they stand for; `None` for the model itself.
    pub target: Option<ReferenceTarget>,
    /// The rows.
    pub rows: Rows,
    /// Where they stand.
    pub place: Place,
}

/// Rows given by hand.
#[derive(Debug, Clone)]
pub enum Rows {
    /// A list of mappings.
    Written(Vec<Data>),
    /// A query.
    Query(String),
}

/// One call of `ref`, `source` or `function`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What is called for.
    pub target: ReferenceTarget,
    /// Where the call stands; `None` where no file holds it.
    pub place: Option<Place>,
}

/// What a reference names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceTarget {
    /// `ref('name')`, `ref('package', 'name')`, with a version or without.
    Ref {
        /// The package, when it is named.
        package: Option<String>,
        /// The model, seed or snapshot.
        name: String,
        /// The version, when it is named.
        version: Option<String>,
    },
    /// `source('source', 'table')`.
    Source {
        /// The source.
        source: String,
        /// The table.
        table: String,
    },
    /// `function('name')`, `function('package', 'name')`.
    Function {
        /// The package, when it is named.
        package: Option<String>,
        /// The function.
        name: String,
    },
}

impl ReferenceTarget {
    /// Returns what people call the thing that is named.
    pub fn text(&self) -> String {
        match self {
            ReferenceTarget::Ref { name, .. } | ReferenceTarget::Function { name, .. } => name.clone(),
            ReferenceTarget::Source { source, table } => format!("{source}.{table}"),
        }
    }
}

impl Node {
    /// Makes a node that a property file defines: it has no text of its own and is nothing in the database.
    pub fn defined(resource_type: ResourceType, package: &str, name: &str, place: Place) -> Self {
        Self {
            unique_id: format!("{}.{package}.{name}", resource_type.name()),
            resource_type,
            name: name.to_owned(),
            package: package.to_owned(),
            fqn: Vec::new(),
            path: String::new(),
            original_file_path: String::new(),
            file: place.file,
            place,
            raw_code: "".into(),
            raw_offset: 0,
            checksum: String::new(),
            config: Config::default(),
            unrendered_config: DataMap::new(),
            config_calls: DataMap::new(),
            primary_key: Vec::new(),
            adapter: "",
            quoting: [true; 3],
            database: String::new(),
            schema: String::new(),
            alias: name.to_owned(),
            description: Prose::default(),
            version: None,
            columns: Vec::new(),
            tags: Vec::new(),
            patch_path: None,
            root_path: String::new(),
            references: Vec::new(),
            macros: Vec::new(),
            depends_on: Vec::new(),
            detail: Detail::None,
            kept: DataMap::new(),
            batch: None,
        }
    }

    /// Returns how the node becomes a relation (`materialized`).
    pub fn materialization(&self) -> &str {
        self.config.text("materialized").unwrap_or(match self.resource_type {
            ResourceType::Seed => "seed",
            ResourceType::Snapshot => "snapshot",
            ResourceType::Test => "test",
            ResourceType::Function => "function",
            _ => "view",
        })
    }

    /// Tells whether the node is a model without a relation, put into its users as a common table expression.
    pub fn is_ephemeral(&self) -> bool {
        self.resource_type == ResourceType::Model && self.materialization() == "ephemeral"
    }

    /// Tells whether the node is a model of which nothing is written yet: as in dbt, it is listed and never run.
    pub fn is_empty(&self) -> bool {
        self.resource_type == ResourceType::Model && self.raw_code.trim().is_empty()
    }

    /// Returns the generic test's part, if it is one.
    pub fn generic_test(&self) -> Option<&GenericTest> {
        match &self.detail {
            Detail::GenericTest(test) => Some(test),
            _ => None,
        }
    }

    /// Returns the source's part, if it is one.
    pub fn source(&self) -> Option<&Source> {
        match &self.detail {
            Detail::Source(source) => Some(source),
            _ => None,
        }
    }

    /// Returns the unit test's part, if it is one.
    pub fn unit_test(&self) -> Option<&UnitTest> {
        match &self.detail {
            Detail::UnitTest(test) => Some(test),
            _ => None,
        }
    }

    /// Returns the exposure's part, if it is one.
    pub fn exposure(&self) -> Option<&ExposureProperties> {
        match &self.detail {
            Detail::Exposure(exposure) => Some(exposure),
            _ => None,
        }
    }

    /// Tells whether it is a hook around a run.
    pub fn is_hook(&self) -> bool {
        matches!(self.detail, Detail::Operation { .. })
    }

    /// Returns the name by which people search for it: that of a version says which.
    pub fn search_name(&self) -> String {
        match &self.version {
            Some(version) if self.unit_test().is_none() => format!("{}.v{}", self.name, version.text()),
            _ => self.name.clone(),
        }
    }

    /// Returns the path of the node's SQL below `target/compiled/<package>` and `target/run/<package>`.
    pub fn output_path(&self) -> String {
        if let Some(batch) = &self.batch {
            let stem = self.original_file_path.rsplit_once('.').map_or("", |(stem, _)| stem);
            let name = stem.rsplit('/').next().unwrap_or_default();
            return format!("{stem}/{name}_{}.sql", batch.suffix);
        }
        if self.unit_test().is_some() {
            let folders = self.original_file_path.rsplit_once('/').map_or("", |(folders, _)| folders);
            return format!("{}/{folders}/{}.sql", self.original_file_path, self.alias);
        }
        let base = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        if base(&self.path) == base(&self.original_file_path) {
            self.original_file_path.clone()
        } else {
            format!("{}/{}", self.original_file_path, self.path)
        }
    }
}

/// All nodes by id, in the order they were found.
#[derive(Debug, Clone, Default)]
pub struct Nodes {
    /// Enabled nodes.
    pub enabled: IndexMap<String, Node>,
    /// Disabled nodes.
    pub disabled: IndexMap<String, Node>,
    /// Tests that are disabled because what they refer to is: dbt keeps them among the nodes of the manifest.
    pub left_out: IndexMap<String, Node>,
}

impl Nodes {
    /// Returns an enabled node.
    pub fn get(&self, id: &str) -> Option<&Node> {
        self.enabled.get(id)
    }
}
