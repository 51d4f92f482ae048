//! `run_results.json`: what became of each node, in dbt's schema v6.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::artifact::{metadata, stamp};
use crate::base::clock;
use crate::base::data::Data;
use crate::compile::event_time::Window;
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::graph::nodes::ResourceType;
use crate::run::result::{BatchResults, NodeResult, Status};

/// Makes the results of a run.
pub fn run_results(project: &Project, results: &[&NodeResult], seconds: f64) -> Value {
    let metadata = metadata(project, "run-results/v6", &stamp(&clock::now()));
    let results: Vec<Value> = results.iter().map(|result| one(project, result)).collect();
    json!({
        "metadata": metadata, "results": results, "elapsed_time": seconds,
        "args": Data::Map(project.invocation.options.arguments.clone()).to_json(),
    })
}

/// Writes when a node was compiled, and when it ran.
pub(super) fn timings(result: &NodeResult) -> Vec<Value> {
    let timing = |name: &str, span: &Option<(DateTime<Utc>, DateTime<Utc>)>| {
        span.as_ref().map(
            |(begun, ended)| json!({"name": name, "started_at": stamp(begun), "completed_at": stamp(ended)}),
        )
    };
    timing("compile", &result.compiled_at).into_iter().chain(timing("execute", &result.executed_at)).collect()
}

fn one(project: &Project, result: &NodeResult) -> Value {
    let receipt = &result.receipt;
    let mut response: serde_json::Map<String, Value> =
        receipt.response().into_iter().map(|(name, value)| (name.to_owned(), value.to_json())).collect();
    if !response.is_empty() {
        response.extend(receipt.bytes.map(|bytes| ("bytes".to_owned(), bytes.into())));
        response.insert("statements".to_owned(), receipt.statements.into());
        response.insert("seconds".to_owned(), receipt.seconds.into());
    }
    let node = project.nodes.get(&result.unique_id);
    // Only what is compiled can be said to be, or not.
    let compiles = node.is_some_and(|node| {
        !matches!(node.resource_type, ResourceType::Seed) && !node.resource_type.is_no_op()
    });
    let failures = if result.status == Status::NoOp { Some(0) } else { result.failures };
    let relation = node.filter(|_| compiles).and_then(node_value::relation_name);
    json!({
        "status": result.status.word(), "timing": timings(result),
        "thread_id": result.thread(), "execution_time": result.seconds,
        "adapter_response": response, "message": result.message, "failures": failures,
        "unique_id": result.unique_id, "compiled": compiles.then_some(result.compiled_code.is_some()),
        "compiled_code": result.compiled_code, "relation_name": relation,
        "batch_results": result.batches.as_ref().map(batches),
    })
}

/// Writes what became of a model's batches: pairs of moments.
fn batches(batches: &BatchResults) -> Value {
    let moment = |moment: &DateTime<Utc>| moment.format("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let pairs = |windows: &[Window]| -> Vec<[String; 2]> {
        windows.iter().map(|window| [moment(&window.start), moment(&window.end)]).collect()
    };
    json!({"successful": pairs(&batches.successful), "failed": pairs(&batches.failed)})
}
