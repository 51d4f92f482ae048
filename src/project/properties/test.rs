//! Data tests as property files write them, in every spelling that dbt accepts.

use crate::base::data::{Data, DataMap};
use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::yaml::read::Reader;
use crate::yaml::{Entry, Kind, Node};

/// One generic test on a model, a source table or a column.
#[derive(Debug, Clone)]
pub struct TestProperties {
    /// Where it stands.
    pub place: Place,
    /// The package in front of the name (`dbt_utils.accepted_range`), if any.
    pub namespace: Option<String>,
    /// The test's name.
    pub test: String,
    /// The arguments beside its other keys, not rendered, each with its place.
    pub arguments: Vec<Entry>,
    /// The entry `arguments`, which holds the others.
    pub nested: Option<Entry>,
    /// Its configuration, not rendered.
    pub config: DataMap,
    /// The name given to the node instead of the made-up one.
    pub name: Option<String>,
    /// What it is for.
    pub description: String,
}

/// Configuration keys that old spellings put among the arguments.
pub const CONFIG_KEYS: &[&str] = &[
    "severity",
    "tags",
    "enabled",
    "where",
    "limit",
    "warn_if",
    "error_if",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "meta",
    "database",
    "schema",
    "alias",
];

/// Reads `data_tests` (or `tests`, its old name) of a resource or a column.
pub(super) fn read_tests(reader: &mut Reader<'_>, findings: &mut Vec<Diagnostic>) -> Vec<TestProperties> {
    let new = reader.list("data_tests", findings);
    let old = reader.list("tests", findings);
    if !new.is_empty() && !old.is_empty() {
        let message = "`tests` is the old name of `data_tests`: both stand here";
        let place = old.first().map_or(reader.place(), |node| node.place);
        findings.push(Diagnostic::at(codes::INVALID_VALUE, place, message).hint("keep `data_tests`"));
    }
    let items = if new.is_empty() { old } else { new };
    items.iter().filter_map(|node| TestProperties::read(node, findings)).collect()
}

impl TestProperties {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.kind {
            Kind::Text(text) => Some(Self::named(&text.value, node.place)),
            Kind::Map(entries) => Self::read_map(node, entries, findings),
            _ => {
                let message = "a test is a name, or a name with its arguments";
                let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
                findings.push(
                    finding.hint("write `- unique` or `- accepted_values: {arguments: {values: [...]}}`"),
                );
                None
            }
        }
    }

    fn named(name: &str, place: Place) -> Self {
        let (namespace, test) = match name.rsplit_once('.') {
            Some((namespace, test)) => (Some(namespace.to_owned()), test.to_owned()),
            None => (None, name.to_owned()),
        };
        Self {
            place,
            namespace,
            test,
            arguments: Vec::new(),
            nested: None,
            config: DataMap::new(),
            name: None,
            description: String::new(),
        }
    }

    fn read_map(node: &Node, entries: &[Entry], findings: &mut Vec<Diagnostic>) -> Option<Self> {
        // The flat form has the test's name under `test_name`, and its own keys beside it.
        if let Some(name) = node.get("test_name").and_then(Node::as_text) {
            let mut test = Self::named(name, node.place);
            let rest: Vec<&Entry> = entries.iter().filter(|entry| entry.key != "test_name").collect();
            test.take_keys(&rest, findings);
            return Some(test);
        }
        let [entry] = entries else {
            let message =
                format!("a test is one name with its arguments; this mapping has {} keys", entries.len());
            let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
            findings.push(finding.hint("indent the arguments below the test's name"));
            return None;
        };
        let mut test = Self::named(&entry.key, entry.key_place);
        if !entry.value.is_map() && !entry.value.is_null() {
            let message = format!("the arguments of `{}` must be a mapping", entry.key);
            findings.push(Diagnostic::at(codes::INVALID_VALUE, entry.value.place, message));
        }
        test.take_keys(&entry.value.entries().iter().collect::<Vec<_>>(), findings);
        Some(test)
    }

    fn take_keys(&mut self, entries: &[&Entry], findings: &mut Vec<Diagnostic>) {
        let mut inline = DataMap::new();
        for entry in entries {
            let data = || entry.value.to_data();
            match entry.key.as_str() {
                "name" => self.name = data().to_text(),
                "description" => self.description = data().to_text().unwrap_or_default(),
                "config" => self.config = data().as_map().cloned().unwrap_or_default(),
                "arguments" => {
                    let named = entry.value.entries().iter().filter(|inner| inner.key == "model");
                    findings.extend(named.map(|inner| reserved(inner.key_place)));
                    self.nested = Some((*entry).clone());
                }
                "model" => findings.push(reserved(entry.key_place)),
                key if CONFIG_KEYS.contains(&key) => {
                    inline.insert(key.to_owned(), data());
                }
                _ => self.arguments.push((*entry).clone()),
            }
        }
        for (key, value) in inline {
            if self.config.contains_key(&key) {
                let message = format!("`{key}` of this test stands both under `config` and outside of it");
                findings.push(Diagnostic::at(codes::INVALID_VALUE, self.place, message));
            } else {
                self.config.insert(key, value);
            }
        }
    }

    /// Returns all arguments. What stands under `arguments` are arguments themselves, or with `as_one` the value of
    /// one of that name.
    pub fn all_arguments(&self, as_one: bool) -> Vec<&Entry> {
        let nested: Vec<&Entry> = match &self.nested {
            Some(entry) if as_one => vec![entry],
            Some(entry) => entry.value.entries().iter().collect(),
            None => Vec::new(),
        };
        let is_plain = |entry: &&Entry| !nested.iter().any(|other| other.key == entry.key);
        self.arguments.iter().filter(is_plain).chain(nested.iter().copied()).collect()
    }

    /// Returns the configuration keys in the order in which dbt writes them.
    pub fn ordered_config(&self) -> Vec<(&str, &Data)> {
        let known = CONFIG_KEYS.iter().filter_map(|key| self.config.get_key_value(*key));
        let others = self.config.iter().filter(|(key, _)| !CONFIG_KEYS.contains(&key.as_str()));
        known
            .chain(others)
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.as_str(), value))
            .collect()
    }
}

/// The finding of an argument that is called as the relation under test.
fn reserved(place: Place) -> Diagnostic {
    let message = "`model` cannot be an argument of a test: it is the relation under test";
    Diagnostic::at(codes::INVALID_VALUE, place, message)
}
