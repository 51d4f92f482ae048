//! Unit tests: nodes of the entries of `unit_tests:`, their rows put into one form, and what is wrong with them.

use std::path::{Path, PathBuf};

use crate::base::data::{Data, DataMap};
use crate::base::fs;
use crate::compile::parse::sources::folders;
use crate::compile::parse::{Draft, Reading};
use crate::compile::project::Package;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{Detail, Given, Node, Reference, ReferenceTarget, ResourceType, Rows, UnitTest};
use crate::project::config::Config;
use crate::project::config_tree;
use crate::project::properties::PropertyFile;
use crate::project::properties::unit_test::{Fixture, Format, UnitTestProperties};

/// Makes a node of every unit test, for every version of its model.
pub(super) fn read(reading: &Reading, drafts: &[Draft], findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let mut tests = Vec::new();
    for (index, file) in &reading.properties {
        let Some(package) = reading.loaded.packages.get(*index) else { continue };
        for properties in &file.unit_tests {
            let reader = TestReader { reading, package, file, properties, drafts };
            tests.extend(reader.read(findings));
        }
    }
    tests
}

/// What reading one unit test works with.
struct TestReader<'r> {
    reading: &'r Reading,
    package: &'r Package,
    file: &'r PropertyFile,
    properties: &'r UnitTestProperties,
    drafts: &'r [Draft],
}

impl TestReader<'_> {
    fn read(&self, findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
        let properties = self.properties;
        let models: Vec<&Node> = self.models();
        if models.is_empty() {
            let message = format!(
                "the unit test `{}` tests `{}`, which is no model",
                properties.name, properties.model
            );
            let finding = Diagnostic::at(codes::UNKNOWN_REF, properties.model_place, message);
            let known = self.drafts.iter().map(|draft| &draft.node);
            let known =
                known.filter(|node| node.resource_type == ResourceType::Model).map(|node| node.name.as_str());
            findings.push(finding.hint_nearest(&properties.model, known));
            return Vec::new();
        }
        let before = findings.len();
        let expect = self.rows(&properties.expect, findings);
        let given: Vec<Given> =
            properties.given.iter().filter_map(|fixture| self.given(fixture, findings)).collect();
        if !models.iter().any(|model| model.version.is_some()) && !properties.versions.is_null() {
            let message = format!("`{}` has no versions that a unit test could be for", properties.model);
            findings.push(
                Diagnostic::at(codes::INVALID_VALUE, properties.place, message).hint("remove `versions`"),
            );
        }
        let (Some(expect), true) = (expect, findings.len() == before) else { return Vec::new() };
        let mut drafts = Vec::new();
        for model in models.into_iter().filter(|model| self.is_for(model)) {
            self.check_incremental(model, &given, findings);
            drafts.push(Draft::new(self.node(model, given.clone(), expect.clone())));
        }
        drafts
    }

    /// Returns the model under test, or all its versions.
    fn models(&self) -> Vec<&Node> {
        let (name, version) = match self.properties.model.split_once(char::is_whitespace) {
            Some((name, version)) => (name, Some(version.trim())),
            None => (self.properties.model.as_str(), None),
        };
        let named = |node: &&Node| {
            let own = node.version.as_ref().map(crate::graph::nodes::Version::text);
            node.resource_type == ResourceType::Model
                && node.name == name
                && version.is_none_or(|version| own.as_deref() == Some(version.trim_start_matches('v')))
        };
        let found: Vec<&Node> = self.drafts.iter().map(|draft| &draft.node).filter(named).collect();
        let own: Vec<&Node> =
            found.iter().copied().filter(|node| node.package == self.package.name).collect();
        if own.is_empty() { found } else { own }
    }

    /// Tells whether a version of the model is among those that the test is for.
    fn is_for(&self, model: &Node) -> bool {
        let Some(version) = &model.version else { return true };
        let listed = |key: &str| {
            let list = self.properties.versions.as_map()?.get(key)?.as_list()?;
            Some(list.iter().any(|item| item.to_text() == version.value.to_text()))
        };
        match (listed("include"), listed("exclude")) {
            (Some(included), _) => included,
            (None, excluded) => !excluded.unwrap_or(false),
        }
    }

    /// A model that asks whether it is incremental must be told.
    fn check_incremental(&self, model: &Node, given: &[Given], findings: &mut Vec<Diagnostic>) {
        if !model.macros.iter().any(|id| id == "macro.dbt.is_incremental") {
            return;
        }
        let properties = self.properties;
        let told = properties.overrides.as_ref().and_then(|overrides| overrides.macros.get("is_incremental"));
        let message = match told.and_then(Data::as_bool) {
            None => format!(
                "`{}` asks `is_incremental()`, and the unit test `{}` does not say",
                model.name, properties.name
            ),
            Some(true) if given.iter().all(|given| given.target.is_some()) => {
                format!(
                    "the unit test `{}` of the incremental model `{}` gives no rows of `this`",
                    properties.name, model.name
                )
            }
            Some(_) => return,
        };
        let finding = Diagnostic::at(codes::MISSING_KEY, properties.place, message);
        findings.push(if told.is_none() {
            finding.hint("write `overrides: {macros: {is_incremental: false}}`, or true")
        } else {
            finding.hint("add `- input: this` to `given`")
        });
    }

    fn given(&self, fixture: &Fixture, findings: &mut Vec<Diagnostic>) -> Option<Given> {
        let target = match fixture.input.trim() {
            "this" => None,
            call => match reference(call) {
                Some(target) => Some(target),
                None => {
                    let message =
                        format!("`{call}` is no input: it must be a call of ref or source, or `this`");
                    findings.push(
                        Diagnostic::at(codes::INVALID_VALUE, fixture.place, message)
                            .hint("write `input: ref('model')`"),
                    );
                    return None;
                }
            },
        };
        Some(Given { target, rows: self.rows(fixture, findings)?, place: fixture.rows_place })
    }

    /// Puts rows into one form: mappings, or a query.
    fn rows(&self, fixture: &Fixture, findings: &mut Vec<Diagnostic>) -> Option<Rows> {
        let text = match (&fixture.file, fixture.format) {
            (Some(name), Format::Csv | Format::Sql) => Some(self.file(name, fixture, findings)?),
            _ => fixture.rows.as_str().map(str::to_owned),
        };
        let wrong = |what: &str| {
            let message = format!("rows of the format {} are {what}", fixture.format.word());
            Diagnostic::at(codes::INVALID_VALUE, fixture.rows_place, message)
        };
        let mut rows = match (fixture.format, text, &fixture.rows) {
            (Format::Sql, Some(query), _) => return Some(Rows::Query(query)),
            (Format::Csv, Some(text), _) => {
                if let Some(line) = too_long(&text) {
                    let message = format!("line {line} of the rows has more values than there are columns");
                    findings.push(
                        Diagnostic::at(codes::INVALID_VALUE, fixture.rows_place, message)
                            .hint("put a value with a comma between double quotes"),
                    );
                    return None;
                }
                parsed(&text, true)
            }
            (Format::Dict, _, Data::List(rows)) if rows.iter().all(|row| row.as_map().is_some()) => {
                rows.clone()
            }
            (Format::Dict, _, Data::Null) if !fixture.input.is_empty() => self.of_seed(fixture, findings)?,
            (Format::Dict, ..) => {
                findings.push(wrong("a list of mappings").hint("write `rows: [{column: value}]`"));
                return None;
            }
            _ => {
                findings.push(wrong("a text, or a file that `fixture` names"));
                return None;
            }
        };
        // The first row decides on types on some databases, so it is one without nulls.
        let is_full = |row: &Data| row.as_map().is_some_and(|map| map.values().all(|value| !value.is_null()));
        if let Some(at) = rows.iter().position(is_full) {
            rows.swap(0, at);
        }
        Some(Rows::Written(rows))
    }

    /// Reads a file of `tests/fixtures/`.
    fn file(&self, name: &str, fixture: &Fixture, findings: &mut Vec<Diagnostic>) -> Option<String> {
        let wanted = format!("{name}.{}", fixture.format.word());
        let found = self
            .package
            .definition
            .test_paths
            .iter()
            .find_map(|folder| find(&self.package.root.join(folder).join("fixtures"), &wanted));
        let text = found.and_then(|path| fs::read_text(&path).ok());
        if text.is_none() {
            let message = format!("there is no fixture `{wanted}` in `tests/fixtures`");
            findings.push(Diagnostic::at(codes::UNREADABLE_FILE, fixture.place, message));
        }
        text
    }

    /// Reads the rows of a seed that is given without rows.
    fn of_seed(&self, fixture: &Fixture, findings: &mut Vec<Diagnostic>) -> Option<Vec<Data>> {
        let target = reference(&fixture.input);
        let seed = self.drafts.iter().map(|draft| &draft.node).find(|node| {
            let is_named = matches!(&target, Some(ReferenceTarget::Ref { name, .. }) if *name == node.name);
            node.resource_type == ResourceType::Seed && is_named
        });
        let path = seed.map(|seed| Path::new(&seed.root_path).join(&seed.original_file_path));
        let text = path.and_then(|path| fs::read_text(&path).ok());
        if text.is_none() {
            let message = format!("`{}` is given without rows, and is no seed", fixture.input);
            findings.push(Diagnostic::at(codes::MISSING_KEY, fixture.place, message).hint("add `rows`"));
        }
        text.map(|text| parsed(&text, false))
    }

    fn node(&self, model: &Node, given: Vec<Given>, expect: Rows) -> Node {
        let properties = self.properties;
        let mut fqn = vec![self.package.name.clone()];
        fqn.extend(folders(&self.file.resource_path));
        fqn.extend([model.name.clone(), properties.name.clone()]);
        let suffix =
            model.version.as_ref().map(|version| format!("_v{}", version.text())).unwrap_or_default();
        let config = self.configure(&fqn);
        let target = ReferenceTarget::Ref {
            package: Some(model.package.clone()),
            name: model.name.clone(),
            version: model.version.as_ref().map(crate::graph::nodes::Version::text),
        };
        let place = properties.place;
        let test = UnitTest {
            model: properties.model.clone(),
            given,
            expect,
            overrides: properties.overrides.clone().unwrap_or_default(),
            properties: properties.clone(),
        };
        let mut config = config;
        if !model.config.is_enabled() {
            config.set("enabled", false.into());
        }
        Node {
            unique_id: format!("unit_test.{}.{}.{}{suffix}", self.package.name, model.name, properties.name),
            resource_type: ResourceType::UnitTest,
            name: properties.name.clone(),
            package: self.package.name.clone(),
            fqn,
            path: self.file.resource_path.clone(),
            original_file_path: self.file.path.clone(),
            file: self.file.file,
            place,
            raw_code: "".into(),
            raw_offset: 0,
            checksum: String::new(),
            unrendered_config: DataMap::new(),
            config_calls: DataMap::new(),
            primary_key: Vec::new(),
            adapter: "",
            quoting: [true; 3],
            database: model.database.clone(),
            schema: model.schema.clone(),
            alias: format!("{}{suffix}", properties.name),
            description: properties.description.clone(),
            version: model.version.clone(),
            columns: Vec::new(),
            tags: config.texts("tags"),
            config,
            patch_path: None,
            root_path: String::new(),
            references: vec![Reference { target, place: Some(properties.model_place) }],
            macros: Vec::new(),
            depends_on: Vec::new(),
            detail: Detail::UnitTest(Box::new(test)),
            kept: DataMap::new(),
            batch: None,
        }
    }

    fn configure(&self, fqn: &[String]) -> Config {
        let mut config = Config::default();
        let tree = |config: &mut Config, package: &Package| {
            let values = package.definition.tree("unit_tests").map(|tree| config_tree::walk(tree, fqn));
            for value in values.unwrap_or_default() {
                config.merge(&value.key, value.value);
            }
        };
        tree(&mut config, self.package);
        config.merge_all(&self.properties.config);
        if let Some(root) = self.reading.root().filter(|root| root.name != self.package.name) {
            tree(&mut config, root);
        }
        config
    }
}

/// Finds a file by its name, in a folder and those below.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::list_folder(folder).ok()?;
    let here = entries.iter().find(|path| path.file_name().is_some_and(|own| own == name)).cloned();
    here.or_else(|| entries.iter().filter(|path| fs::is_folder(path)).find_map(|below| find(below, name)))
}

/// Finds the first line of CSV that has more values than the header: they would be lost without a word.
fn too_long(text: &str) -> Option<u64> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let width = reader.headers().map(csv::StringRecord::len).ok()?;
    let long = reader.records().flatten().find(|record| record.len() > width)?;
    long.position().map(csv::Position::line)
}

/// Reads rows of CSV. An empty value is null in a fixture, and a text in a seed.
fn parsed(text: &str, empty_is_null: bool) -> Vec<Data> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> =
        reader.headers().map(|names| names.iter().map(str::to_owned).collect()).unwrap_or_default();
    let value = |text: &str| if text.is_empty() && empty_is_null { Data::Null } else { text.into() };
    let row = |record: csv::StringRecord| {
        let cells = names.iter().enumerate();
        Data::Map(cells.map(|(at, name)| (name.clone(), record.get(at).map_or(Data::Null, value))).collect())
    };
    reader.records().flatten().map(row).collect()
}

/// Reads a call of `ref` or `source` with plain texts.
fn reference(call: &str) -> Option<ReferenceTarget> {
    let (function, rest) = call.trim().split_once('(')?;
    let inner = rest.trim_end().strip_suffix(')')?;
    let (mut texts, mut version) = (Vec::new(), None);
    for argument in inner.split(',').map(str::trim).filter(|argument| !argument.is_empty()) {
        match argument.split_once('=') {
            Some((key, value)) if matches!(key.trim(), "v" | "version") => {
                version = Some(value.trim().trim_matches(['\'', '"']).to_owned());
            }
            Some(_) => return None,
            None => {
                let quote = argument.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
                texts.push(argument.strip_prefix(quote)?.strip_suffix(quote)?.to_owned());
            }
        }
    }
    match (function.trim(), texts.as_slice()) {
        ("ref", [name]) => Some(ReferenceTarget::Ref { package: None, name: name.clone(), version }),
        ("ref", [package, name]) => {
            Some(ReferenceTarget::Ref { package: Some(package.clone()), name: name.clone(), version })
        }
        ("source", [source, table]) => {
            Some(ReferenceTarget::Source { source: source.clone(), table: table.clone() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_calls_with_plain_texts() {
        let target = |name: &str, package: Option<&str>, version: Option<&str>| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            Some(ReferenceTarget::Ref {
                package: owned(package),
                name: name.to_owned(),
                version: owned(version),
            })
        };
        assert_eq!(reference("ref('a')"), target("a", None, None));
        assert_eq!(reference(" ref( \"p\", 'a', v=2 ) "), target("a", Some("p"), Some("2")));
        for wrong in ["a", "ref(a)", "ref()", "source('a')", "ref('a'", "ref('a', x=1)"] {
            assert_eq!(reference(wrong), None, "{wrong}");
        }
    }
}
