//! Sources: tables that something else fills, or files that are read where they lie.

use crate::base::data::{Data, DataMap};
use crate::base::source::Place;
use crate::diagnostic::Diagnostic;
use crate::project::properties::loading::Loading;
use crate::project::properties::prose::Prose;
use crate::project::properties::resource::{Column, read_columns, read_config};
use crate::project::properties::test::{TestProperties, read_tests};
use crate::yaml::Node;
use crate::yaml::read::Reader;

/// One source with its tables.
#[derive(Debug, Clone)]
pub struct SourceProperties {
    /// The source's name.
    pub name: String,
    /// Where it is named.
    pub place: Place,
    /// What it is.
    pub description: Prose,
    /// The database its tables lie in.
    pub database: Option<String>,
    /// The schema its tables lie in; the source's name unless given.
    pub schema: Option<String>,
    /// What fills it.
    pub loader: String,
    /// Configuration, with `meta` and `enabled` moved into it.
    pub config: DataMap,
    /// Tags of all its tables.
    pub tags: Vec<String>,
    /// `quoting`: database, schema, identifier.
    pub quoting: DataMap,
    /// Its tables.
    pub tables: Vec<SourceTable>,
    /// When its tables were last loaded, and how old they may be.
    pub loading: Loading,
    /// Database and schema as they are written, where they are.
    pub written: [Data; 2],
    /// The package whose source of the same name this one changes.
    pub overrides: Option<String>,
}

/// One table of a source.
#[derive(Debug, Clone)]
pub struct SourceTable {
    /// The table's name in `source()`.
    pub name: String,
    /// Where it is named.
    pub place: Place,
    /// What it holds.
    pub description: Prose,
    /// Its name in the database.
    pub identifier: Option<String>,
    /// Configuration, with `meta` moved into it.
    pub config: DataMap,
    /// Its own tags.
    pub tags: Vec<String>,
    /// `quoting` of this table.
    pub quoting: DataMap,
    /// `external` of this table.
    pub external: Data,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The tests of the table as a whole.
    pub tests: Vec<TestProperties>,
    /// When it was last loaded, and how old it may be.
    pub loading: Loading,
}

impl SourceProperties {
    /// Reads one entry of `sources:`; `None` when it has no name.
    pub fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut reader = Reader::new(node, "a source", findings);
        let name = reader.required_text("name", findings)?;
        let source = Self {
            place: reader.node("name")?.place,
            description: Prose::read(&mut reader, findings),
            database: reader.text("database", findings),
            schema: reader.text("schema", findings),
            loader: reader.text("loader", findings).unwrap_or_default(),
            config: read_config(&mut reader, &["meta", "enabled"], findings),
            loading: Loading::read(&mut reader, findings),
            written: [Data::Null, Data::Null],
            overrides: reader.text("overrides", findings),
            tags: reader.texts("tags", findings).unwrap_or_default(),
            quoting: reader.data("quoting").as_map().cloned().unwrap_or_default(),
            tables: reader
                .list("tables", findings)
                .iter()
                .filter_map(|node| SourceTable::read(node, findings))
                .collect(),
            name,
        };
        reader.finish(&["loader"], findings);
        Some(source)
    }
}

impl SourceTable {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut reader = Reader::new(node, "a source table", findings);
        let name = reader.required_text("name", findings)?;
        let table = Self {
            place: reader.node("name")?.place,
            description: Prose::read(&mut reader, findings),
            identifier: reader.text("identifier", findings),
            config: read_config(&mut reader, &["meta", "enabled"], findings),
            loading: Loading::read(&mut reader, findings),
            tags: reader.texts("tags", findings).unwrap_or_default(),
            quoting: reader.data("quoting").as_map().cloned().unwrap_or_default(),
            external: reader.data("external"),
            columns: read_columns(&mut reader, findings),
            tests: read_tests(&mut reader, findings),
            name,
        };
        reader.finish(&["docs"], findings);
        Some(table)
    }
}
