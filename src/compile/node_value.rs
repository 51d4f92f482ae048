//! Nodes as templates and artifacts see them: dbt's dictionaries.

use crate::base::data::{Data, DataMap};
use crate::graph::nodes::{Detail, Node, ReferenceTarget, ResourceType};
use crate::project::config::Config;

/// Returns a node's final configuration with dbt's defaults, in dbt's order.
pub fn config(node: &Node) -> DataMap {
    let mut values = DataMap::new();
    let defaults: Vec<(&str, Data)> = match node.resource_type {
        ResourceType::Test => vec![
            ("enabled", true.into()),
            ("alias", Data::Null),
            ("schema", "dbt_test__audit".into()),
            ("database", Data::Null),
            ("tags", Data::List(Vec::new())),
            ("meta", Data::Map(DataMap::new())),
            ("group", Data::Null),
            ("static_analysis", Data::Null),
            ("materialized", "test".into()),
            ("severity", "ERROR".into()),
            ("store_failures", Data::Null),
            ("store_failures_as", Data::Null),
            ("where", Data::Null),
            ("limit", Data::Null),
            ("fail_calc", "count(*)".into()),
            ("warn_if", "!= 0".into()),
            ("error_if", "!= 0".into()),
        ],
        ResourceType::Source => vec![
            ("enabled", true.into()),
            ("meta", Data::Map(DataMap::new())),
            ("tags", Data::List(Vec::new())),
        ],
        _ => model_defaults(node),
    };
    for (key, value) in defaults {
        values.insert(key.to_owned(), value);
    }
    for (key, value) in node.config.values() {
        values.insert(key.clone(), value.clone());
    }
    for hook in ["pre-hook", "post-hook"] {
        if let Some(Data::List(items)) = values.get(hook) {
            let items = items.iter().map(hook_value).collect();
            values.insert(hook.to_owned(), Data::List(items));
        }
    }
    values
}

fn model_defaults(node: &Node) -> Vec<(&'static str, Data)> {
    let empty = || Data::Map(DataMap::new());
    let mut defaults = vec![
        ("enabled", true.into()),
        ("alias", Data::Null),
        ("schema", Data::Null),
        ("database", Data::Null),
        ("tags", Data::List(Vec::new())),
        ("meta", empty()),
        ("group", Data::Null),
        ("static_analysis", Data::Null),
        ("materialized", node.materialization().into()),
        ("incremental_strategy", Data::Null),
        ("batch_size", Data::Null),
        ("lookback", 1.into()),
        ("begin", Data::Null),
        ("persist_docs", empty()),
        ("post-hook", Data::List(Vec::new())),
        ("pre-hook", Data::List(Vec::new())),
        ("quoting", empty()),
        ("column_types", empty()),
        ("full_refresh", Data::Null),
        ("unique_key", Data::Null),
        ("on_schema_change", "ignore".into()),
        ("on_configuration_change", "apply".into()),
        ("grants", empty()),
        ("packages", Data::List(Vec::new())),
        ("docs", mapping([("show", true.into()), ("node_color", Data::Null)])),
        ("contract", mapping([("enforced", false.into()), ("alias_types", true.into())])),
        ("event_time", Data::Null),
        ("concurrent_batches", Data::Null),
    ];
    if node.resource_type == ResourceType::Seed {
        defaults.extend([("delimiter", ",".into()), ("quote_columns", Data::Null)]);
    }
    if node.resource_type == ResourceType::Model {
        defaults.extend([("access", "protected".into()), ("freshness", Data::Null)]);
    }
    defaults
}

/// Returns a hook as dbt keeps it: text, transaction, index.
pub fn hook_value(hook: &Data) -> Data {
    let pair = |sql: Data, transaction: Data| {
        let entries = [
            ("sql".to_owned(), sql),
            ("transaction".to_owned(), transaction),
            ("index".to_owned(), Data::Null),
        ];
        Data::Map(entries.into_iter().collect())
    };
    match hook {
        Data::Map(map) => {
            let get = |key: &str| map.get(key).cloned();
            pair(get("sql").unwrap_or_default(), get("transaction").unwrap_or(Data::Bool(true)))
        }
        Data::Str(text) => {
            // `before_begin(...)` and its kin give JSON.
            let json = text
                .trim()
                .starts_with('{')
                .then(|| serde_json::from_str::<serde_json::Value>(text).ok())
                .flatten();
            match json
                .as_ref()
                .and_then(|json| Some((json.get("sql")?.as_str()?, json.get("transaction")?.as_bool()?)))
            {
                Some((sql, transaction)) => pair(sql.into(), transaction.into()),
                None => pair(text.as_str().into(), true.into()),
            }
        }
        other => pair(other.clone(), true.into()),
    }
}

/// Returns a node as a dictionary, with the keys that templates look at.
pub fn node(node: &Node) -> DataMap {
    let texts = |items: &[String]| Data::List(items.iter().map(|item| Data::from(item.as_str())).collect());
    let map = |pairs: Vec<(&str, Data)>| {
        Data::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    };
    let mut value = DataMap::new();
    let mut set = |key: &str, data: Data| {
        value.insert(key.to_owned(), data);
    };
    set("database", node.database.as_str().into());
    set("schema", node.schema.as_str().into());
    set("name", node.name.as_str().into());
    set("resource_type", node.resource_type.name().into());
    set("package_name", node.package.as_str().into());
    set("path", node.path.as_str().into());
    set("original_file_path", node.original_file_path.as_str().into());
    set("unique_id", node.unique_id.as_str().into());
    set("fqn", texts(&node.fqn));
    set("alias", node.alias.as_str().into());
    set("checksum", map(vec![("name", "sha256".into()), ("checksum", node.checksum.as_str().into())]));
    set("config", Data::Map(config(node)));
    set("tags", texts(&node.tags));
    set("description", node.description.as_str().into());
    set("columns", columns(node));
    set("meta", node.config.get("meta").cloned().unwrap_or_else(|| Data::Map(DataMap::new())));
    set("group", node.config.get("group").cloned().unwrap_or_default());
    set("patch_path", node.patch_path.as_ref().map(|path| format!("{}://{path}", node.package)).into());
    set("relation_name", relation_name(node).into());
    set("raw_code", (&*node.raw_code).into());
    set("language", "sql".into());
    set("refs", references(node, true));
    set("sources", references(node, false));
    let depends = map(vec![("macros", texts(&node.macros)), ("nodes", texts(&node.depends_on))]);
    set("depends_on", depends);
    set("version", Data::Null);
    set(
        "root_path",
        if node.resource_type == ResourceType::Seed { node.root_path.as_str().into() } else { Data::Null },
    );
    if let Detail::GenericTest(test) = &node.detail {
        set("column_name", test.column_name.clone().into());
        set("file_key_name", test.file_key_name.as_str().into());
        set("attached_node", test.attached_node.clone().into());
        let kwargs =
            test.arguments.iter().map(|(key, argument)| (key.clone(), argument.value.clone())).collect();
        let metadata = vec![
            ("name", test.test.as_str().into()),
            ("kwargs", Data::Map(kwargs)),
            ("namespace", test.namespace.clone().into()),
        ];
        set("test_metadata", map(metadata));
    }
    value
}

fn mapping<const N: usize>(pairs: [(&str, Data); N]) -> Data {
    Data::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn columns(node: &Node) -> Data {
    let one = |column: &crate::project::properties::resource::Column| {
        let pairs = [
            ("name", column.name.as_str().into()),
            ("description", column.description.as_str().into()),
            ("meta", Data::Map(column.meta.clone())),
            ("data_type", column.data_type.clone().into()),
            (
                "constraints",
                if column.constraints.is_null() {
                    Data::List(Vec::new())
                } else {
                    column.constraints.clone()
                },
            ),
            ("quote", column.quote.into()),
            (
                "config",
                mapping([("meta", Data::Map(column.meta.clone())), ("tags", column.tags.clone().into())]),
            ),
            ("tags", column.tags.clone().into()),
            ("granularity", Data::Null),
            ("doc_blocks", Data::List(Vec::new())),
        ];
        Data::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    };
    Data::Map(node.columns.iter().map(|column| (column.name.clone(), one(column))).collect())
}

fn references(node: &Node, refs: bool) -> Data {
    let one = |target: &ReferenceTarget| match target {
        ReferenceTarget::Ref { package, name, version } if refs => {
            let pairs = [
                ("name", name.as_str().into()),
                ("package", package.clone().into()),
                ("version", version.clone().into()),
            ];
            Some(Data::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
        }
        ReferenceTarget::Source { source, table } if !refs => {
            Some(Data::List(vec![source.as_str().into(), table.as_str().into()]))
        }
        _ => None,
    };
    Data::List(node.references.iter().filter_map(|reference| one(&reference.target)).collect())
}

/// Returns the full name of a node's relation; `None` where it has none.
pub fn relation_name(node: &Node) -> Option<String> {
    let stored = node.config.boolean("store_failures").unwrap_or(false)
        || node.config.text("store_failures_as").is_some_and(|kind| kind != "ephemeral");
    match node.resource_type {
        ResourceType::Operation | ResourceType::Analysis => None,
        ResourceType::Test if !stored => None,
        _ if node.is_ephemeral() => None,
        _ => Some(relation(node).render()),
    }
}

/// Returns a node's relation.
pub fn relation(node: &Node) -> crate::jinja::builtins::relation::Relation {
    use crate::jinja::builtins::relation::Relation;
    let mut relation = Relation::new(Some(&node.database), Some(&node.schema), Some(&node.alias));
    if node.is_ephemeral() {
        relation.identifier = Some(super::ephemeral::cte_name(&node.alias));
        relation.kind = Some("cte".to_owned());
        relation.include = [false, false, true];
        relation.quote = [false; 3];
    }
    if let Some(source) = node.source() {
        for (quote, wanted) in relation.quote.iter_mut().zip(source.quoting) {
            *quote = wanted.unwrap_or(*quote);
        }
        relation.external = external_location(node, source, &node.config);
    }
    relation
}

/// Returns what is read in place of a source's relation: `external_location` of its meta, as dbt-duckdb has it.
fn external_location(node: &Node, source: &crate::graph::nodes::Source, config: &Config) -> Option<String> {
    let meta = config.get("meta").and_then(Data::as_map);
    let own = meta.and_then(|meta| meta.get("external_location")).and_then(Data::to_text);
    let location = own.or_else(|| config.get("external_location").and_then(Data::to_text))?;
    let fields = [
        ("name", source.table_name.as_str()),
        ("identifier", source.identifier.as_str()),
        ("schema", node.schema.as_str()),
        ("database", node.database.as_str()),
        ("source_name", source.source_name.as_str()),
    ];
    let named = fields.map(|(key, value)| (key.into(), crate::jinja::value::Value::from(value)));
    let arguments = crate::jinja::value::Arguments { positional: Vec::new(), named: named.to_vec() };
    let location = crate::jinja::value::formatting::format(&location, &arguments).unwrap_or(location);
    let bare = !location.contains('(') && !location.starts_with('\'');
    Some(if bare { format!("'{location}'") } else { location })
}
