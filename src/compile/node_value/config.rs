//! A node's configuration with dbt's defaults, as artifacts and templates see it.

use crate::base::data::{Data, DataMap};
use crate::compile::node_value::mapping;
use crate::graph::nodes::{Node, ResourceType};

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
            ("event_time", Data::Null),
            ("freshness", Data::Null),
            ("loaded_at_field", Data::Null),
            ("loaded_at_query", Data::Null),
            ("meta", Data::Map(DataMap::new())),
            ("tags", Data::List(Vec::new())),
            ("static_analysis", Data::Null),
        ],
        ResourceType::Exposure => vec![
            ("enabled", true.into()),
            ("tags", Data::List(Vec::new())),
            ("meta", Data::Map(DataMap::new())),
        ],
        ResourceType::UnitTest => vec![
            ("tags", Data::List(Vec::new())),
            ("meta", Data::Map(DataMap::new())),
            ("enabled", true.into()),
            ("static_analysis", Data::Null),
        ],
        kind if kind.is_semantic() => semantic_defaults(kind),
        _ => model_defaults(node),
    };
    for (key, value) in defaults {
        values.insert(key.to_owned(), value);
    }
    for (key, value) in node.config.values() {
        let value = match (values.get(key), value) {
            // What is said of these completes what they are by default.
            (Some(Data::Map(defaults)), Data::Map(given)) if matches!(key.as_str(), "docs" | "contract") => {
                let mut joined = defaults.clone();
                joined.extend(given.clone());
                Data::Map(joined)
            }
            _ => value.clone(),
        };
        values.insert(key.clone(), value);
    }
    for hook in ["pre-hook", "post-hook"] {
        if let Some(Data::List(items)) = values.get(hook) {
            let items = items.iter().map(hook_value).collect();
            values.insert(hook.to_owned(), Data::List(items));
        }
    }
    values
}

fn semantic_defaults(kind: ResourceType) -> Vec<(&'static str, Data)> {
    let mut defaults =
        vec![("enabled", true.into()), ("group", Data::Null), ("meta", Data::Map(DataMap::new()))];
    if kind == ResourceType::SavedQuery {
        let cache = mapping([("enabled", false.into())]);
        defaults.extend([("export_as", Data::Null), ("schema", Data::Null), ("cache", cache)]);
    }
    defaults
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
    if node.resource_type == ResourceType::Snapshot {
        let names = ["dbt_valid_to", "dbt_valid_from", "dbt_scd_id", "dbt_updated_at", "dbt_is_deleted"];
        let names = names.map(|name| (name.to_owned(), Data::Null)).into_iter().collect();
        defaults.extend([
            ("strategy", Data::Null),
            ("target_schema", Data::Null),
            ("target_database", Data::Null),
            ("updated_at", Data::Null),
            ("check_cols", Data::Null),
            ("snapshot_meta_column_names", Data::Map(names)),
            ("dbt_valid_to_current", Data::Null),
        ]);
    }
    if node.resource_type == ResourceType::Function {
        defaults.extend([
            ("type", "scalar".into()),
            ("volatility", Data::Null),
            ("runtime_version", Data::Null),
            ("entry_point", Data::Null),
        ]);
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
