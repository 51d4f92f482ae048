//! The parts of a node beside those of another state: one function each, all on the dictionaries that manifests hold.

use std::collections::BTreeSet;

use crate::base::data::{Data, DataMap};
use crate::compile::changes::text::{holds_word, may_give, mentions, plain};
use crate::compile::changes::{Aspect, Change, Changes, has_body};
use crate::compile::node_value;
use crate::graph::nodes::{Node, ResourceType};
use crate::project::config::{Merge, listified, merge_kind};
use crate::state::{Fingerprint, Manifest};

/// Keys of configurations that decide where a relation is, and are compared as that.
const OF_RELATIONS: &[&str] = &["database", "schema", "alias"];

/// Keys of configurations that change no row, unless a template reads them.
const OF_PEOPLE: &[&str] = &["tags", "meta", "docs", "group", "access", "static_analysis", "freshness"];

/// Keys of exposures, metrics, semantic models and saved queries that tell when and where they were written.
const OF_FILES: &[&str] = &[
    "created_at",
    "path",
    "original_file_path",
    "patch_path",
    "root_path",
    "fqn",
    "config",
    "unrendered_config",
    "meta",
    "tags",
    "group",
    "metadata",
    "unique_id",
    "node_relation",
    "doc_blocks",
];

/// The macros that decide a relation's name.
const NAMING: &[&str] = &["generate_database_name", "generate_schema_name", "generate_alias_name"];

static NOTHING: Data = Data::Null;

fn get<'d>(node: &'d DataMap, key: &str) -> &'d Data {
    node.get(key).unwrap_or(&NOTHING)
}

fn map<'d>(node: &'d DataMap, key: &str) -> Option<&'d DataMap> {
    get(node, key).as_map()
}

fn text<'d>(node: &'d DataMap, key: &str) -> &'d str {
    get(node, key).as_str().unwrap_or_default()
}

/// Tells whether a value says nothing, in whatever way.
fn is_empty(data: &Data) -> bool {
    match data {
        Data::Null => true,
        Data::Str(text) => text.is_empty(),
        Data::List(items) => items.is_empty(),
        Data::Map(map) => map.values().all(is_empty),
        _ => false,
    }
}

/// Compares values; what says nothing is the same whether it is there or not.
fn same(one: &Data, other: &Data) -> bool {
    match (one, other) {
        (Data::Map(one), Data::Map(other)) => {
            one.keys().chain(other.keys()).all(|key| same(get(one, key), get(other, key)))
        }
        (Data::List(one), Data::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Data::Int(whole), Data::Float(number)) | (Data::Float(number), Data::Int(whole)) => {
            number.fract() == 0.0 && *number as i128 == *whole
        }
        (one, other) => one == other || is_empty(one) && is_empty(other),
    }
}

/// Compares what is written of one configuration: of those that are lists, one value is a list of one.
fn same_written(key: &str, now: &Data, then: &Data) -> bool {
    if merge_kind(key) != Merge::Append {
        return same(now, then);
    }
    let list = |data: &Data| Data::List(listified(data.clone()));
    same(&list(now), &list(then))
}

/// Shows a value of a configuration in a sentence.
fn shown(data: &Data) -> String {
    match data {
        Data::Null => "not set".to_owned(),
        Data::Str(text) => format!("`{text}`"),
        other => format!("`{}`", other.to_json()),
    }
}

impl Changes<'_> {
    /// Returns all differences of a node, in the order of their aspects.
    pub(super) fn differences(&self, node: &Node, other: &DataMap, manifest: &Manifest) -> Vec<Change> {
        let own = node_value::node(node, 0.0);
        let mut found = Vec::new();
        let mut note = |aspect: Aspect, text: Option<String>| {
            found.extend(text.map(|text| Change::new(aspect, text)));
        };
        let body = self.body(node, &own, other);
        let same_text = body.is_none();
        let is_text = has_body(node);
        note(if is_text { Aspect::Body } else { Aspect::Properties }, body);
        for text in self.configs(node, &own, other, same_text) {
            note(Aspect::Configs, Some(text));
        }
        note(Aspect::Relation, relation(node, &own, other));
        note(Aspect::PersistedDescriptions, persisted_descriptions(&own, other));
        note(Aspect::Contract, contract(node, &own, other));
        note(Aspect::Macros, self.reached_macro(node, &own, manifest));
        note(Aspect::References, references(&own, other));
        for text in self.ephemeral(node) {
            note(Aspect::References, Some(text));
        }
        for text in self.variables(node) {
            note(Aspect::Variables, Some(text));
        }
        found
    }

    /// Compares what a node is made of.
    fn body(&self, node: &Node, own: &DataMap, other: &DataMap) -> Option<String> {
        let differing = |keys: &[&str]| {
            let key = keys.iter().find(|key| !same(get(own, key), get(other, key)))?;
            Some(format!("its `{key}` differs"))
        };
        match node.resource_type {
            ResourceType::Seed => self.rows(node, own, other),
            ResourceType::Source => None,
            ResourceType::UnitTest => differing(&["model", "given", "expect", "overrides"]),
            ResourceType::Test if node.generic_test().is_some() => {
                differing(&["test_metadata", "column_name"])
            }
            ResourceType::Exposure
            | ResourceType::Metric
            | ResourceType::SemanticModel
            | ResourceType::SavedQuery => {
                let keys: Vec<&str> = own.keys().map(String::as_str).collect();
                let told: Vec<&str> = keys.into_iter().filter(|key| !OF_FILES.contains(key)).collect();
                differing(&told)
            }
            _ => {
                let (code, before) = (text(own, "raw_code"), text(other, "raw_code"));
                if before.is_empty() && !code.is_empty() {
                    return Some("the state does not have its SQL".to_owned());
                }
                let is_same = code == before || plain(code) == plain(before);
                let sql = (!is_same).then(|| "its SQL differs".to_owned());
                let is_function = node.resource_type == ResourceType::Function;
                sql.or_else(|| is_function.then(|| differing(&["arguments", "returns"])).flatten())
            }
        }
    }

    /// Compares the rows of a seed: by the checksum of the file, or by the fingerprint of one that dbt finds too large.
    fn rows(&self, node: &Node, own: &DataMap, other: &DataMap) -> Option<String> {
        let kind = |node: &DataMap| map(node, "checksum").map_or("", |sum| text(sum, "name")).to_owned();
        let (now, then) = (kind(own), kind(other));
        if now == "path" && then == "path" {
            let content = |print: &Fingerprint| print.content.clone();
            let then = self
                .state
                .fingerprints
                .as_ref()
                .and_then(|prints| content(prints.0.get(&node.unique_id)?))?;
            let now = super::prints::content(node)?;
            return (now != then).then(|| "its rows differ".to_owned());
        }
        let is_same = same(get(own, "checksum"), get(other, "checksum"));
        (!is_same).then(|| "its rows differ".to_owned())
    }

    /// Compares configurations as they are written.
    fn configs(&self, node: &Node, own: &DataMap, other: &DataMap, same_text: bool) -> Vec<String> {
        let empty = DataMap::new();
        // dbt v2 does not always tell what was written: then what came of it is compared.
        let key = if map(other, "unrendered_config").is_none() { "config" } else { "unrendered_config" };
        let (now, then) = (map(own, key).unwrap_or(&empty), map(other, key).unwrap_or(&empty));
        let mut keys: BTreeSet<&String> = now.keys().collect();
        keys.extend(then.keys().filter(|name| key == "unrendered_config" || now.contains_key(*name)));
        let differs = |name: &&&String| {
            let name = name.as_str();
            // The same call in the same text gives another value in another environment only.
            let is_call =
                same_text && node.config_calls.contains_key(name) && merge_kind(name) == Merge::Clobber;
            let counts = !OF_RELATIONS.contains(&name)
                && name != "enabled"
                && !is_call
                && (!OF_PEOPLE.contains(&name) || self.is_read(node, name));
            counts && !same_written(name, get(now, name), get(then, name))
        };
        let told = |name: &&String| {
            format!("config `{name}` is {}, was {}", shown(get(now, name)), shown(get(then, name)))
        };
        keys.iter().filter(differs).map(told).collect()
    }

    /// Tells whether a template that makes the node reads a key that is meant for people.
    fn is_read(&self, node: &Node, key: &str) -> bool {
        // Where a source lies may stand in its meta.
        let of_source = node.source().is_some() && key == "meta";
        of_source || holds_word(&node.raw_code, key) || self.is_read_by_macros(key)
    }

    /// Tells whether a macro of the project or of a package holds a word.
    fn is_read_by_macros(&self, word: &str) -> bool {
        let is_built_in =
            |file| self.project.sources.get(file).is_some_and(|source| source.name.starts_with('<'));
        let all = self.project.macros.all();
        all.iter().any(|entry| !is_built_in(entry.file) && holds_word(entry.sql(), word))
    }

    /// Looks for a macro that differs and that the node reaches.
    fn reached_macro(&self, node: &Node, own: &DataMap, manifest: &Manifest) -> Option<String> {
        let macros = self.macros(manifest);
        if macros.is_empty() || !(has_body(node) || node.unit_test().is_some()) {
            return None;
        }
        let mut roots: Vec<String> = mentions(&node.raw_code).into_iter().map(str::to_owned).collect();
        let written =
            map(own, "unrendered_config").map(|config| Data::Map(config.clone()).to_json().to_string());
        roots.extend(written.iter().flat_map(|text| mentions(text)).map(str::to_owned));
        if let Some(test) = node.generic_test() {
            roots.push(format!("test_{}", test.test));
            let arguments = test.arguments.values().map(|argument| argument.value.to_json().to_string());
            roots.extend(
                arguments.flat_map(|text| mentions(&text).into_iter().map(str::to_owned).collect::<Vec<_>>()),
            );
        }
        let materialization = node.materialization();
        for adapter in [manifest.adapter.as_str(), "default"] {
            roots.push(format!("materialization_{materialization}_{adapter}"));
        }
        roots.extend(NAMING.iter().map(|name| (*name).to_owned()));
        let change = roots.iter().find_map(|root| macros.behind(root))?;
        let name = change.id.strip_prefix("macro.").unwrap_or(&change.id);
        Some(format!("the macro `{name}` {}", change.what))
    }

    /// Looks for differences in the ephemeral models that are put into a node's SQL.
    fn ephemeral(&self, node: &Node) -> Vec<String> {
        let parents = node.depends_on.iter().filter_map(|id| self.project.nodes.get(id));
        let mut found = Vec::new();
        for parent in parents.filter(|parent| parent.is_ephemeral()) {
            let changes = self.of(parent);
            let telling = changes.iter().find(|change| change.aspect != Aspect::New);
            found.extend(telling.map(|change| {
                format!("the ephemeral model `{}`, which is put into its SQL: {}", parent.name, change.text)
            }));
        }
        found
    }

    /// Compares the variables that a node reads, where the state tells of them.
    fn variables(&self, node: &Node) -> Vec<String> {
        let Some(then) = &self.state.fingerprints else { return Vec::new() };
        let none = Fingerprint::default();
        let then = then.0.get(&node.unique_id).unwrap_or(&none);
        let now = self.prints().0.get(&node.unique_id).unwrap_or(&none);
        let mut found = Vec::new();
        for (kind, now, then) in [
            ("variable", &now.variables, &then.variables),
            ("environment variable", &now.environment, &then.environment),
        ] {
            // A variable that is read for the first time is read by a text or a macro that differs.
            let differing = now.iter().filter(|(name, hash)| then.get(*name).is_some_and(|old| old != *hash));
            found.extend(differing.map(|(name, _)| format!("the {kind} `{name}` has another value")));
        }
        found
    }
}

/// Compares where a relation is, as it is written; a source's by its names, unless they are templates.
fn relation(node: &Node, own: &DataMap, other: &DataMap) -> Option<String> {
    let told = |key: &str, now: &Data, then: &Data| {
        (!same(now, then)).then(|| format!("`{key}` is {}, was {}", shown(now), shown(then)))
    };
    if node.source().is_some() {
        let written = |node: &DataMap, key: &str| {
            let written = get(node, &format!("unrendered_{key}"));
            if is_empty(written) { get(node, key).clone() } else { written.clone() }
        };
        // Before dbt 1.9 a state tells only what came of a template.
        let may_be = |key: &str| {
            let template = get(own, &format!("unrendered_{key}")).as_str();
            let is_told = !is_empty(get(other, &format!("unrendered_{key}")));
            !is_told && template.is_some_and(|template| may_give(template, text(other, key)))
        };
        return ["database", "schema"]
            .iter()
            .filter(|key| !may_be(key))
            .find_map(|key| told(key, &written(own, key), &written(other, key)))
            .or_else(|| {
                ["identifier", "quoting", "external"]
                    .iter()
                    .find_map(|key| told(key, get(own, key), get(other, key)))
            });
    }
    let empty = DataMap::new();
    let now = map(own, "unrendered_config").unwrap_or(&empty);
    let then = map(other, "unrendered_config")?;
    if !has_body(node) {
        return None;
    }
    let is_call =
        |key: &str| node.config_calls.contains_key(key) && text(own, "raw_code") == text(other, "raw_code");
    OF_RELATIONS.iter().filter(|key| !is_call(key)).find_map(|key| told(key, get(now, key), get(then, key)))
}

/// Compares the descriptions that the database keeps.
fn persisted_descriptions(own: &DataMap, other: &DataMap) -> Option<String> {
    let persist = map(own, "config").and_then(|config| map(config, "persist_docs"))?;
    let is_kept = |what: &str| get(persist, what) == &Data::Bool(true);
    if is_kept("relation") && text(own, "description") != text(other, "description") {
        return Some("its description differs, which the database keeps".to_owned());
    }
    let described = |node: &DataMap| -> BTreeSet<(String, String)> {
        let columns = map(node, "columns").into_iter().flatten();
        let one = |(name, column): (&String, &Data)| {
            (name.clone(), column.as_map().map_or("", |column| text(column, "description")).to_owned())
        };
        columns.map(one).collect()
    };
    let differs = is_kept("columns") && described(own) != described(other);
    differs.then(|| "descriptions of its columns differ, which the database keeps".to_owned())
}

/// Compares what an enforced contract says of columns.
fn contract(node: &Node, own: &DataMap, other: &DataMap) -> Option<String> {
    if node.resource_type != ResourceType::Model {
        return None;
    }
    let is_enforced = |node: &DataMap| {
        map(node, "contract").is_some_and(|contract| get(contract, "enforced") == &Data::Bool(true))
    };
    match (is_enforced(own), is_enforced(other)) {
        (false, false) => return None,
        (true, false) => return Some("its contract is enforced, and was not".to_owned()),
        (false, true) => return Some("its contract is not enforced any more".to_owned()),
        (true, true) => {}
    }
    let (empty, none) = (DataMap::new(), DataMap::new());
    let (now, then) = (map(own, "columns").unwrap_or(&empty), map(other, "columns").unwrap_or(&none));
    let mut names: BTreeSet<&String> = now.keys().collect();
    names.extend(then.keys());
    for name in names {
        match (get(now, name).as_map(), get(then, name).as_map()) {
            (Some(now), Some(then)) => {
                let same_key = |key| same(get(now, key), get(then, key));
                if !(same_key("data_type") && same_key("constraints")) {
                    return Some(format!("its contract says something else of the column `{name}`"));
                }
            }
            (Some(_), None) => return Some(format!("its contract has a new column `{name}`")),
            _ => return Some(format!("its contract has no column `{name}` any more")),
        }
    }
    let is_same = same(get(own, "constraints"), get(other, "constraints"));
    (!is_same).then(|| "its contract has other constraints".to_owned())
}

/// Finds references that are written as they were and mean something else, as after a new version of a model.
fn references(own: &DataMap, other: &DataMap) -> Option<String> {
    let ids = |node: &DataMap| -> BTreeSet<String> {
        let depends_on = map(node, "depends_on").map(|on| get(on, "nodes").to_texts());
        depends_on.unwrap_or_default().into_iter().collect()
    };
    let written = |node: &DataMap, key: &str| -> BTreeSet<String> {
        let list = get(node, key).as_list().unwrap_or_default();
        list.iter().map(|one| one.to_json().to_string()).collect()
    };
    let same_words = ["refs", "sources"].iter().all(|key| written(own, key) == written(other, key));
    let (now, then) = (ids(own), ids(other));
    if !same_words || now == then {
        return None;
    }
    let list = |ids: Vec<&String>| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let (new, gone) = (now.difference(&then).collect(), then.difference(&now).collect());
    Some(format!("its references now mean {}, not {}", list(new), list(gone)))
}
