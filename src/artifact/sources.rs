//! `sources.json`: how old sources are, in dbt's schema v3.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::artifact::{metadata, run_results, stamp};
use crate::base::clock;
use crate::base::data::Data;
use crate::compile::project::Project;
use crate::run::freshness::{Age, Checked, FreshnessOutcome};
use crate::run::result::Status;

/// Makes the results of a check of sources.
pub fn sources(project: &Project, outcome: &FreshnessOutcome) -> Value {
    let results: Vec<Value> = outcome.sources.iter().map(|checked| one(project, checked)).collect();
    json!({
        "metadata": metadata(project, "sources/v3", &stamp(&clock::now())), "results": results,
        "elapsed_time": outcome.seconds,
    })
}

fn one(project: &Project, checked: &Checked) -> Value {
    let result = &checked.result;
    let Some(age) = &checked.age else {
        return json!({"unique_id": result.unique_id, "error": result.message, "status": "runtime error"});
    };
    let Age { max_loaded_at, snapshotted_at, seconds } = age;
    json!({
        "unique_id": result.unique_id, "max_loaded_at": moment(max_loaded_at),
        "snapshotted_at": moment(snapshotted_at), "max_loaded_at_time_ago_in_s": seconds,
        "status": word(result.status), "criteria": criteria(project, &result.unique_id),
        "adapter_response": {"_message": "OK"}, "timing": run_results::timings(result),
        "thread_id": result.thread(), "execution_time": result.seconds,
    })
}

/// A source that is too old is an error here.
fn word(status: Status) -> &'static str {
    if status == Status::Fail { "error" } else { status.word() }
}

fn criteria(project: &Project, id: &str) -> Value {
    let node = project.nodes.get(id);
    node.and_then(|node| node.config.get("freshness")).map_or(Value::Null, Data::to_json)
}

/// Writes a moment as dbt does here, without a fraction where there is none.
fn moment(moment: &DateTime<Utc>) -> String {
    let whole = moment.timestamp_subsec_micros() == 0;
    moment.format(if whole { "%Y-%m-%dT%H:%M:%S+00:00" } else { "%Y-%m-%dT%H:%M:%S%.6f+00:00" }).to_string()
}
