//! Events as one JSON object a line, in the shape of dbt's structured log.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::base::clock;
use crate::base::source::SourceMap;
use crate::diagnostic::render::full;
use crate::report::lines::{self, Tone};
use crate::report::text::Options;
use crate::run::events::{Event, Listener, NodeLabel};
use crate::run::result::NodeResult;

/// The event that is shown even with `--quiet`.
const PRINTED: &str = "PrintEvent";

/// Writes JSON lines.
pub struct JsonReport<W> {
    invocation_id: String,
    sources: Arc<SourceMap>,
    options: Options,
    out: Mutex<W>,
}

impl<W: Write + Send> JsonReport<W> {
    /// Makes a report that writes to `out`.
    pub fn new(invocation_id: String, sources: Arc<SourceMap>, options: Options, out: W) -> Self {
        Self { invocation_id, sources, options, out: Mutex::new(out) }
    }

    fn write(&self, name: &str, code: &str, level: &str, message: &str, data: Value) {
        if (self.options.quiet && level != "error" && name != PRINTED)
            || (level == "debug" && !self.options.debug)
        {
            return;
        }
        let mut data = if let Value::Object(map) = data { map } else { Map::new() };
        data.insert("msg".to_owned(), message.into());
        let line = json!({
            "data": data,
            "info": {
                "category": "", "code": code, "extra": {}, "invocation_id": self.invocation_id, "level": level,
                "msg": message, "name": name, "pid": std::process::id(),
                "thread": std::thread::current().name().unwrap_or("MainThread"),
                "ts": clock::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            },
        });
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A reader that has gone away is no failure of the run.
        let _ = writeln!(out, "{line}");
    }

    fn finished(&self, index: usize, total: usize, node: &NodeLabel, result: &NodeResult) {
        let (text, status, tone) = lines::finished(node, result);
        let time = format!(" in {:.2}s", result.seconds);
        let line = lines::dotted(
            &format!("{index} of {total} {text}"),
            &format!("{status}{time}"),
            self.options.width,
        );
        let level = match tone {
            Tone::Bad => "error",
            Tone::Warning => "warn",
            _ => "info",
        };
        let (name, code) = match (result.status.word(), node.resource_type) {
            ("skipped", kind) if kind != "operation" => ("SkippingDetails", "Q034"),
            (_, "operation") => ("LogHookEndLine", "Q033"),
            (_, "test" | "unit_test") => ("LogTestResult", "Q007"),
            (_, "source") => ("LogFreshnessResult", "Q018"),
            (_, "seed") => ("LogSeedResult", "Q016"),
            (_, "snapshot") => ("LogSnapshotResult", "Q015"),
            _ => ("LogModelResult", "Q012"),
        };
        let data = json!({
            "description": node.description, "execution_time": result.seconds, "index": index, "total": total,
            "status": status, "num_failures": result.failures, "name": node.name, "node_info": info(node, result.status.word()),
        });
        self.write(name, code, level, &line, data);
    }

    fn batch_finished(
        &self,
        (index, total): (usize, usize),
        batch: &str,
        node: &NodeLabel,
        result: &NodeResult,
    ) {
        let (text, status, tone) = lines::batch_finished(batch, result);
        let timed = format!("{status} in {:.2}s", result.seconds);
        let line = lines::dotted(&format!("{index} of {total} {text}"), &timed, self.options.width);
        let data = json!({
            "description": batch, "batch_index": index, "total_batches": total, "status": status,
            "execution_time": result.seconds, "node_info": info(node, result.status.word()),
        });
        let level = if tone == Tone::Bad { "error" } else { "info" };
        self.write("LogBatchResult", "Q046", level, &format!("Batch {line}"), data);
    }

    fn failure(&self, node: &NodeLabel, result: &NodeResult) {
        if !result.status.is_failure() || result.status.word() == "skipped" {
            return;
        }
        let drawn: Vec<String> =
            result.findings.iter().map(|finding| full::render(finding, &self.sources, false)).collect();
        let text =
            if drawn.is_empty() { result.message.clone().unwrap_or_default() } else { drawn.join("\n") };
        let data = json!({"node_info": info(node, result.status.word())});
        self.write("RunResultError", "Z024", "error", &text, data);
    }

    fn summary(&self, results: &[(NodeLabel, NodeResult)]) {
        for (node, result) in results {
            self.failure(node, result);
        }
        let totals = lines::totals(results.iter().map(|(_, result)| result));
        self.write("StatsLine", "Z023", "info", &totals, json!({}));
    }
}

fn info(node: &NodeLabel, status: &str) -> Value {
    json!({
        "materialized": node.materialized, "meta": {}, "node_name": node.name, "node_path": node.path,
        "node_relation": {"relation_name": node.relation}, "node_status": status,
        "resource_type": node.resource_type, "unique_id": node.unique_id,
    })
}

impl<W: Write + Send> Listener for JsonReport<W> {
    fn notice(&self, event: &Event) {
        match event {
            Event::Started { dbt_version, .. } => {
                self.write(
                    "MainReportVersion",
                    "A001",
                    "info",
                    &format!("Running with dbt={dbt_version}"),
                    json!({"version": format!("={dbt_version}"), "log_version": 3}),
                );
            }
            Event::Adapter { name, version } => self.write(
                "AdapterRegistered",
                "E034",
                "info",
                &format!("Registered adapter: {name}={version}"),
                json!({"adapter_name": name, "adapter_version": format!("={version}")}),
            ),
            Event::Found { counts } => {
                let counts = lines::enumerate(counts);
                self.write(
                    "FoundStats",
                    "W006",
                    "info",
                    &format!("Found {counts}"),
                    json!({"stat_line": counts}),
                );
            }
            Event::Finding(finding) => {
                let rendered = full::render(finding, &self.sources, false);
                let level = if finding.is_error() { "error" } else { "warn" };
                let data = json!({"code": finding.code.name, "message": finding.message, "exc": &rendered});
                self.write("MainEncounteredError", "Z002", level, &rendered, data);
            }
            Event::Concurrency { threads, target } => {
                let text = format!("Concurrency: {} (target='{target}')", lines::plural(*threads, "thread"));
                self.write(
                    "ConcurrencyLine",
                    "Q026",
                    "info",
                    &text,
                    json!({"num_threads": threads, "target_name": target}),
                );
            }
            Event::NodeStarted { index, total, node } => {
                let text = lines::dotted(
                    &format!("{index} of {total} {}", lines::started(node)),
                    "RUN",
                    self.options.width,
                );
                let data = json!({"description": node.description, "index": index, "total": total, "node_info": info(node, "started")});
                let is_hook = node.resource_type == "operation";
                let (name, code) =
                    if is_hook { ("LogHookStartLine", "Q032") } else { ("LogStartLine", "Q011") };
                self.write(name, code, "info", &text, data);
            }
            Event::NodeFinished { index, total, node, result } => self.finished(*index, *total, node, result),
            Event::BatchStarted { index, total, batch, node } => {
                let text = format!("{index} of {total} START {batch}");
                let text = format!("Batch {}", lines::dotted(&text, "RUN", self.options.width));
                let data = json!({"description": batch, "batch_index": index, "total_batches": total, "node_info": info(node, "started")});
                self.write("LogStartBatch", "Q045", "info", &text, data);
            }
            Event::BatchFinished { index, total, batch, node, result } => {
                self.batch_finished((*index, *total), batch, node, result);
            }
            Event::Cancelled { node } => {
                let text = format!("CANCEL query {}", node.unique_id);
                let text = lines::dotted(&text, "CANCEL", self.options.width);
                self.write("LogCancelLine", "Q023", "error", &text, json!({"conn_name": node.unique_id}));
            }
            Event::Failure { node, result } => self.failure(node, result),
            Event::Finished { counts, seconds } => {
                let counts = lines::enumerate(counts);
                let text = format!("Finished running {counts} in {}.", lines::duration(*seconds));
                self.write(
                    "FinishedRunningStats",
                    "E047",
                    "info",
                    &text,
                    json!({"stat_line": counts, "execution_time": seconds}),
                );
            }
            Event::Summary { results, .. } => self.summary(results),
            Event::Message { text, info } => {
                self.write("JinjaLogInfo", "I062", if *info { "info" } else { "debug" }, text, json!({}));
            }
            Event::Print(_) if !self.options.print => {}
            Event::Print(text) | Event::Output(text) => {
                self.write(PRINTED, "Z052", "info", text, json!({}));
            }
            Event::Warning { name, text } => {
                let code = match name.as_str() {
                    "SnapshotTimestampWarning" => "Q043",
                    _ => "I061",
                };
                self.write(name, code, "warn", text, json!({}));
            }
        }
    }
}
