//! Unit tests as property files write them: rows given in place of what a model reads, and rows expected of it.

use crate::base::data::{Data, DataMap};
use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::properties::prose::Prose;
use crate::project::properties::resource::read_config;
use crate::yaml::Node;
use crate::yaml::read::Reader;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// A mapping for each row.
    #[default]
    Dict,
    /// CSV.
    Csv,
    /// A query.
    Sql,
}

impl Format {
    /// Every format with its word.
    const ALL: [(Self, &str); 3] = [(Self::Dict, "dict"), (Self::Csv, "csv"), (Self::Sql, "sql")];

    /// Returns the word of a format.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("dict", |(_, word)| word)
    }
}

/// Rows given by hand.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// What the rows stand for: a call of `ref` or `source`, or `this`; empty for what is expected.
    pub input: String,
    /// The rows as they are written, if they stand here.
    pub rows: Data,
    /// The name of the file they stand in, otherwise.
    pub file: Option<String>,
    /// How they are written.
    pub format: Format,
    /// Where the entry stands.
    pub place: Place,
    /// Where the rows stand.
    pub rows_place: Place,
}

/// What stands in for what while a model is tested.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// What macros return.
    pub macros: DataMap,
    /// What `var` returns.
    pub vars: DataMap,
    /// What `env_var` returns.
    pub env_vars: DataMap,
}

/// One unit test.
#[derive(Debug, Clone)]
pub struct UnitTestProperties {
    /// Its name.
    pub name: String,
    /// Where it is named.
    pub place: Place,
    /// The model under test.
    pub model: String,
    /// Where the model is named.
    pub model_place: Place,
    /// What it shows.
    pub description: Prose,
    /// What the model reads.
    pub given: Vec<Fixture>,
    /// What it is to return.
    pub expect: Fixture,
    /// What stands in for what.
    pub overrides: Option<Overrides>,
    /// The versions it is for: `include` or `exclude`, and which.
    pub versions: Data,
    /// Its configuration.
    pub config: DataMap,
}

impl UnitTestProperties {
    /// Reads one entry of `unit_tests:`; `None` when it lacks what it must have.
    pub fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut reader = Reader::new(node, "a unit test", findings);
        let name = reader.required_text("name", findings)?;
        let place = reader.node("name")?.place;
        let model = reader.required_text("model", findings);
        let model_place = reader.node("model").map_or(place, |node| node.place);
        let given = reader.list("given", findings).to_vec();
        let given = given.iter().filter_map(|node| Fixture::read(node, true, findings)).collect();
        let expect = match reader.map("expect", findings) {
            Some(node) => Fixture::read(node, false, findings),
            None => {
                let finding = Diagnostic::at(
                    codes::MISSING_KEY,
                    place,
                    format!("the unit test `{name}` expects nothing"),
                );
                findings.push(finding.hint("write `expect: {rows: [...]}`"));
                None
            }
        };
        let overrides = reader.map("overrides", findings).map(|node| Overrides::read(node, findings));
        let test = Self {
            description: Prose::read(&mut reader, findings),
            versions: reader.data("versions"),
            config: read_config(&mut reader, &[], findings),
            name,
            place,
            model: model?,
            model_place,
            given,
            expect: expect?,
            overrides,
        };
        reader.finish(&["data_tests"], findings);
        Some(test)
    }
}

impl Fixture {
    fn read(node: &Node, is_given: bool, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut reader = Reader::new(node, if is_given { "an input" } else { "`expect`" }, findings);
        let input = if is_given { reader.required_text("input", findings) } else { Some(String::new()) };
        let format = match reader.node("format") {
            None => Format::Dict,
            Some(node) => {
                let word = node.as_text().unwrap_or_default().to_lowercase();
                let known = Format::ALL.iter().find(|(_, known)| *known == word);
                if known.is_none() {
                    let message = format!("`{word}` is no format of rows: it must be dict, csv or sql");
                    findings.push(Diagnostic::at(codes::INVALID_VALUE, node.place, message));
                }
                known.map(|(format, _)| *format)?
            }
        };
        let rows_place = reader.node("rows").map_or(node.place, |node| node.place);
        let fixture = Self {
            rows: reader.data("rows"),
            file: reader.text("fixture", findings),
            input: input?,
            format,
            place: node.place,
            rows_place,
        };
        reader.finish(&[], findings);
        Some(fixture)
    }
}

impl Overrides {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Self {
        let mut reader = Reader::new(node, "`overrides`", findings);
        let mut map = |key| reader.data(key).as_map().cloned().unwrap_or_default();
        let overrides = Self { macros: map("macros"), vars: map("vars"), env_vars: map("env_vars") };
        reader.finish(&[], findings);
        overrides
    }
}
