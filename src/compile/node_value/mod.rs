//! Nodes as templates and artifacts see them: dbt's dictionaries, keys in dbt's order.

mod config;
mod contract;
mod relation;
mod semantic;
mod unit_test;

use crate::base::data::{Data, DataMap};
use crate::graph::nodes::{Detail, Node, ReferenceTarget, ResourceType};
use crate::project::properties::resource::Column;

pub use config::{config, hook_value};
pub use relation::{own_relation, relation, relation_name};
pub use semantic::{MEASURES_READ, RELATION_READ, measure_input};

/// Makes a mapping of pairs.
pub(super) fn mapping<const N: usize>(pairs: [(&str, Data); N]) -> Data {
    Data::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn texts(items: &[String]) -> Data {
    Data::List(items.iter().map(|item| Data::from(item.as_str())).collect())
}

fn empty() -> Data {
    Data::Map(DataMap::new())
}

/// Takes the keys of a dictionary in the order they are set.
#[derive(Default)]
struct Keys(DataMap);

impl Keys {
    fn set(&mut self, key: &str, value: impl Into<Data>) {
        self.0.insert(key.to_owned(), value.into());
    }
}

/// Returns a node as the manifest and `graph` hold it. `created_at` is in seconds since 1970.
pub fn node(node: &Node, created_at: f64) -> DataMap {
    match &node.detail {
        Detail::Source(source) => source_table(node, source, created_at),
        Detail::Exposure(_) => exposure(node, created_at),
        Detail::UnitTest(test) => unit_test::value(node, test, created_at),
        _ if node.resource_type.is_semantic() => semantic::value(node, created_at),
        _ => resource(node, created_at),
    }
}

/// The key under which a test keeps the group of the model that it tests.
pub const GROUP_OF_TESTED: &str = "group_of_tested";

/// Returns a node as `model` holds it: what is nothing is not there.
pub fn model(given: &Node, created_at: f64) -> DataMap {
    let mut value = node(given, created_at);
    value.insert("config_call_dict".to_owned(), Data::Map(given.config_calls.clone()));
    value.insert("unrendered_config_call_dict".to_owned(), empty());
    value.retain(|_, data| !data.is_null());
    value
}

/// Returns a node as `graph` holds it: the manifest's keys and some more.
pub fn graph_node(given: &Node, created_at: f64) -> DataMap {
    let mut value = node(given, created_at);
    if given.resource_type == ResourceType::Source {
        value.insert("_event_status".to_owned(), empty());
    } else if given.resource_type != ResourceType::Exposure && !given.resource_type.is_semantic() {
        value.insert("config_call_dict".to_owned(), Data::Map(given.config_calls.clone()));
        value.insert("unrendered_config_call_dict".to_owned(), empty());
        value.insert("defer_relation".to_owned(), Data::Null);
        if given.resource_type == ResourceType::Model {
            value.insert("batch".to_owned(), Data::Null);
        }
    }
    value
}

/// What every kind of resource begins with.
fn identity(keys: &mut Keys, node: &Node) {
    keys.set("name", node.name.as_str());
    keys.set("resource_type", node.resource_type.name());
    keys.set("package_name", node.package.as_str());
    keys.set("path", node.path.as_str());
    keys.set("original_file_path", node.original_file_path.as_str());
    keys.set("unique_id", node.unique_id.as_str());
    keys.set("fqn", texts(&node.fqn));
}

fn resource(node: &Node, created_at: f64) -> DataMap {
    let mut keys = Keys::default();
    let config = config(node);
    let of_config = |key: &str| config.get(key).cloned().unwrap_or_default();
    let is_function = node.resource_type == ResourceType::Function;
    if is_function {
        keys.set("returns", node.kept.get("returns").cloned().unwrap_or_default());
    }
    keys.set("database", node.database.as_str());
    keys.set("schema", node.schema.as_str());
    identity(&mut keys, node);
    keys.set("alias", node.alias.as_str());
    let (kind, checksum) = match node.generic_test() {
        Some(_) => ("none", ""),
        None if node.checksum == node.original_file_path => ("path", node.checksum.as_str()),
        None => ("sha256", node.checksum.as_str()),
    };
    keys.set("checksum", mapping([("name", kind.into()), ("checksum", checksum.into())]));
    keys.set("config", Data::Map(config.clone()));
    keys.set("tags", texts(&node.tags));
    keys.set("description", node.description.text.as_str());
    keys.set("columns", columns(&node.columns));
    keys.set("meta", of_config("meta"));
    // Tests belong to the group of what they test.
    keys.set("group", node.kept.get(GROUP_OF_TESTED).cloned().unwrap_or_else(|| of_config("group")));
    keys.set(
        "docs",
        match of_config("docs") {
            Data::Null => mapping([("show", true.into()), ("node_color", Data::Null)]),
            docs => docs,
        },
    );
    keys.set("patch_path", node.patch_path.as_ref().map(|(package, path)| format!("{package}://{path}")));
    keys.set("build_path", Data::Null);
    keys.set("unrendered_config", Data::Map(node.unrendered_config.clone()));
    keys.set("created_at", Data::Float(created_at));
    keys.set("relation_name", relation_name(node));
    keys.set("raw_code", &*node.raw_code);
    keys.set("doc_blocks", texts(&node.description.doc_blocks));
    if node.resource_type == ResourceType::Seed {
        keys.set("root_path", node.root_path.as_str());
        keys.set("depends_on", mapping([("macros", texts(&node.macros))]));
        return keys.0;
    }
    keys.set("language", "sql");
    keys.set("refs", references(node, "ref"));
    keys.set("sources", references(node, "source"));
    keys.set("metrics", Data::List(Vec::new()));
    keys.set("functions", references(node, "function"));
    keys.set("depends_on", mapping([("macros", texts(&node.macros)), ("nodes", texts(&node.depends_on))]));
    keys.set("compiled_path", Data::Null);
    keys.set("contract", contract::value(node, &of_config("contract")));
    if is_function {
        keys.set("arguments", node.kept.get("arguments").cloned().unwrap_or_default());
    }
    if node.is_hook() {
        keys.set("index", node.kept.get("index").cloned().unwrap_or_default());
    }
    model_keys(&mut keys, node, of_config("access"));
    test_keys(&mut keys, node);
    keys.0
}

fn model_keys(keys: &mut Keys, node: &Node, access: Data) {
    if node.resource_type != ResourceType::Model {
        return;
    }
    let version = node.version.as_ref();
    let kept = |key: &str| node.kept.get(key).cloned();
    keys.set("access", access);
    keys.set("constraints", kept("constraints").unwrap_or_else(|| Data::List(Vec::new())));
    keys.set("version", version.map(|version| version.value.clone()).unwrap_or_default());
    keys.set("latest_version", version.map(|version| version.latest.clone()).unwrap_or_default());
    keys.set("deprecation_date", kept("deprecation_date").map(moment).unwrap_or_default());
    keys.set("primary_key", texts(&node.primary_key));
    keys.set("time_spine", kept("time_spine").unwrap_or_default());
}

/// A date stands for its first moment, in universal time where no zone is named.
pub fn moment(date: Data) -> Data {
    let Some(text) = date.as_str() else { return date };
    let has_zone = text.get(10..).is_some_and(|time| time.contains(['+', 'Z', '-']));
    match (text.len(), has_zone) {
        (10, _) => format!("{text}T00:00:00+00:00").into(),
        (_, false) => format!("{text}+00:00").into(),
        _ => date,
    }
}

fn test_keys(keys: &mut Keys, node: &Node) {
    let Detail::GenericTest(test) = &node.detail else { return };
    keys.set("column_name", test.column_name.clone());
    keys.set("file_key_name", test.file_key_name.as_str());
    keys.set("attached_node", test.attached_node.clone());
    let arguments = test.arguments.iter().map(|(key, argument)| (key.clone(), argument.value.clone()));
    let metadata = [
        ("name", test.test.as_str().into()),
        ("kwargs", Data::Map(arguments.collect())),
        ("namespace", test.namespace.clone().into()),
    ];
    keys.set("test_metadata", mapping(metadata));
}

fn source_table(node: &Node, source: &crate::graph::nodes::Source, created_at: f64) -> DataMap {
    let mut keys = Keys::default();
    keys.set("database", node.database.as_str());
    keys.set("schema", node.schema.as_str());
    identity(&mut keys, node);
    keys.set("source_name", source.source_name.as_str());
    keys.set("source_description", source.source_description.text.as_str());
    keys.set("loader", source.loader.as_str());
    keys.set("identifier", source.identifier.as_str());
    let [database, schema, identifier] = source.quoting;
    keys.set(
        "quoting",
        mapping([
            ("database", database.into()),
            ("schema", schema.into()),
            ("identifier", identifier.into()),
            ("column", Data::Null),
        ]),
    );
    let config = config(node);
    for key in ["loaded_at_field", "loaded_at_query", "freshness"] {
        keys.set(key, config.get(key).cloned().unwrap_or_default());
    }
    keys.set("external", source.external.clone());
    keys.set("description", node.description.text.as_str());
    keys.set("columns", columns(&node.columns));
    keys.set("meta", config.get("meta").cloned().unwrap_or_else(empty));
    keys.set("source_meta", Data::Map(source.source_meta.clone()));
    keys.set("tags", texts(&node.tags));
    keys.set("config", Data::Map(config));
    keys.set("patch_path", Data::Null);
    keys.set("unrendered_config", Data::Map(node.unrendered_config.clone()));
    keys.set("relation_name", relation_name(node));
    keys.set("created_at", Data::Float(created_at));
    let [database, schema] = source.written.clone();
    keys.set("unrendered_database", database);
    keys.set("unrendered_schema", schema);
    keys.set("doc_blocks", texts(&node.description.doc_blocks));
    keys.0
}

fn exposure(node: &Node, created_at: f64) -> DataMap {
    let mut keys = Keys::default();
    identity(&mut keys, node);
    let Some(exposure) = node.exposure() else { return keys.0 };
    let config = config(node);
    keys.set("type", exposure.kind.as_str());
    keys.set("owner", owner(&exposure.owner));
    keys.set("description", node.description.text.as_str());
    keys.set("label", exposure.label.clone());
    keys.set("maturity", exposure.maturity.clone());
    keys.set("meta", config.get("meta").cloned().unwrap_or_else(empty));
    keys.set("tags", texts(&node.tags));
    keys.set("config", Data::Map(config));
    keys.set("unrendered_config", Data::Map(node.unrendered_config.clone()));
    keys.set("url", exposure.url.clone());
    keys.set("depends_on", mapping([("macros", texts(&[])), ("nodes", texts(&node.depends_on))]));
    keys.set("refs", references(node, "ref"));
    keys.set("sources", references(node, "source"));
    let metrics = node.depends_on.iter().filter_map(|id| id.strip_prefix("metric.")?.split_once('.'));
    keys.set("metrics", Data::List(metrics.map(|(_, name)| Data::List(vec![name.into()])).collect()));
    keys.set("created_at", Data::Float(created_at));
    keys.0
}

/// Returns a group as the manifest and `graph` hold it.
pub fn group(group: &crate::compile::project::Group) -> DataMap {
    let mut keys = Keys::default();
    let properties = &group.properties;
    keys.set("name", properties.name.as_str());
    keys.set("resource_type", "group");
    keys.set("package_name", group.package.as_str());
    keys.set("path", group.path.as_str());
    keys.set("original_file_path", group.original_file_path.as_str());
    keys.set("unique_id", group.unique_id());
    keys.set("owner", owner(&properties.owner));
    keys.set("description", Some(properties.description.text.clone()).filter(|text| !text.is_empty()));
    keys.set("config", Data::Map(group.config.clone()));
    keys.0
}

/// Returns an owner with both keys that dbt knows, and whatever else is said of them.
pub fn owner(given: &DataMap) -> Data {
    let mut owner: DataMap = ["email", "name"]
        .map(|key| (key.to_owned(), given.get(key).cloned().unwrap_or_default()))
        .into_iter()
        .collect();
    owner.extend(given.iter().map(|(key, value)| (key.clone(), value.clone())));
    Data::Map(owner)
}

fn columns(columns: &[Column]) -> Data {
    let one = |column: &Column| {
        let known = mapping([
            ("name", column.name.as_str().into()),
            ("description", column.description.text.as_str().into()),
            ("meta", Data::Map(column.meta.clone())),
            ("data_type", column.data_type.clone().into()),
            ("constraints", column.constraints.clone()),
            ("quote", column.quote.into()),
            (
                "config",
                mapping([("meta", Data::Map(column.meta.clone())), ("tags", column.tags.clone().into())]),
            ),
            ("tags", column.tags.clone().into()),
            ("granularity", Data::Null),
            ("doc_blocks", texts(&column.description.doc_blocks)),
        ]);
        let mut all = known.as_map().cloned().unwrap_or_default();
        all.extend(column.extra.clone());
        Data::Map(all)
    };
    Data::Map(columns.iter().map(|column| (column.name.clone(), one(column))).collect())
}

/// A version that looks like a number is one.
fn version_value(text: &str) -> Data {
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) => whole.into(),
        (_, Ok(number)) => Data::Float(number),
        _ => text.into(),
    }
}

/// Returns what a node's calls of one kind name.
fn references(node: &Node, kind: &str) -> Data {
    let one = |target: &ReferenceTarget| match target {
        ReferenceTarget::Ref { package, name, version } if kind == "ref" => Some(mapping([
            ("name", name.as_str().into()),
            ("package", package.clone().into()),
            ("version", version.as_deref().map(version_value).into()),
        ])),
        ReferenceTarget::Source { source, table } if kind == "source" => {
            Some(Data::List(vec![source.as_str().into(), table.as_str().into()]))
        }
        ReferenceTarget::Function { package, name } if kind == "function" => {
            Some(Data::List(package.iter().chain([name]).map(|text| text.as_str().into()).collect()))
        }
        _ => None,
    };
    Data::List(node.references.iter().filter_map(|reference| one(&reference.target)).collect())
}
