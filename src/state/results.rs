//! What became of nodes and sources in another state: `run_results.json` and `sources.json`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::state::{StateError, check_version};

/// The versions of `run_results.json` that are known.
const RESULTS: &[(u32, &str)] =
    &[(4, "dbt Core 1.5 and 1.6"), (5, "dbt Core 1.7"), (6, "dbt Core 1.8 to 1.11, dbt v2, martlet")];

/// The versions of `sources.json` that are known.
const SOURCES: &[(u32, &str)] = &[(3, "dbt Core, dbt v2, martlet")];

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let results = value.get("results").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    results.iter().filter_map(|result| Some((result.get("unique_id")?.as_str()?, result)))
}

/// Returns the status of each node.
pub(super) fn statuses(path: &str, value: Value) -> Result<BTreeMap<String, String>, StateError> {
    check_version(path, &value, "run-results", RESULTS)?;
    let one =
        |(id, result): (&str, &Value)| Some((id.to_owned(), result.get("status")?.as_str()?.to_owned()));
    Ok(entries(&value).filter_map(one).collect())
}

/// Returns when each source got its last row.
pub(super) fn freshness(path: &str, value: Value) -> Result<BTreeMap<String, Option<String>>, StateError> {
    check_version(path, &value, "sources", SOURCES)?;
    let one = |(id, result): (&str, &Value)| {
        (id.to_owned(), result.get("max_loaded_at").and_then(Value::as_str).map(str::to_owned))
    };
    Ok(entries(&value).map(one).collect())
}
