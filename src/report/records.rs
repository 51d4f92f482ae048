//! What dbt's log says of each event: its names, codes, levels and keys, which other tools look for.

use serde_json::{Value, json};

use crate::base::clock;
use crate::base::data::{Data, DataMap};
use crate::base::source::SourceMap;
use crate::compile::warnings;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::full;
use crate::report::lines::{self, Tone};
use crate::report::record::{self, Level, Record};
use crate::report::records_of_results as results;
use crate::run::events::{Event, NodeLabel};
use crate::run::result::{NodeResult, Status};

/// The record that every invocation begins with.
pub const FIRST: &str = "MainReportVersion";
/// The code of what is printed.
pub const PRINTED: &str = "Z052";
/// The code of rows that are shown.
pub const SHOWN: &str = "Q041";
/// The code of compiled SQL that is shown.
pub const COMPILED: &str = "Q042";

/// How lines are drawn.
#[derive(Debug, Clone)]
pub struct Style {
    /// The width that status lines are filled to.
    pub width: usize,
    /// Colours.
    pub colour: bool,
}

/// dbt's codes of warnings.
const WARNINGS: &[(&str, &str)] = &[
    ("CustomKeyInConfigDeprecation", "D026"),
    ("CustomKeyInObjectDeprecation", "D027"),
    ("CustomTopLevelKeyDeprecation", "D025"),
    ("DeprecatedModel", "I065"),
    ("DeprecatedReference", "I067"),
    ("DepsUnpinned", "M029"),
    ("DuplicateYAMLKeysDeprecation", "D024"),
    ("FreshnessConfigProblem", "I073"),
    ("InvalidConcurrentBatchesConfig", "I075"),
    ("InvalidMacroAnnotation", "I076"),
    ("JinjaLogWarning", "I061"),
    ("MacroNotFoundForPatch", "I059"),
    ("MicrobatchMacroOutsideOfBatchesDeprecation", "D020"),
    ("MicrobatchModelNoEventTimeInputs", "I074"),
    ("NoNodeForYamlKey", "I058"),
    ("NoNodesForSelectionCriteria", "M030"),
    ("NoNodesSelected", "Q038"),
    ("NodeNotFoundOrDisabled", "I060"),
    ("NothingToDo", "Q035"),
    ("SnapshotTimestampWarning", "Q043"),
    ("UnsupportedConstraintMaterialization", "I068"),
    ("UnusedResourceConfigPath", "I051"),
    ("UnversionedBreakingChange", "I071"),
    ("UpcomingReferenceDeprecation", "I066"),
    ("ValidationWarning", "I009"),
    ("WarnStateTargetEqual", "I072"),
    ("WrongResourceSchemaFile", "I057"),
];

/// Returns what is logged of an event, in order. What is less important than `level` may be left out.
pub fn of(event: &Event, style: &Style, sources: &SourceMap, level: Level) -> Vec<Record> {
    let debug = level == Level::Debug;
    let drawing = results::Drawing { style, sources };
    match event {
        Event::Started { dbt_version, .. } => {
            let data = json!({"version": format!("={dbt_version}"), "log_version": 3});
            vec![Record::new(FIRST, "A001", Level::Info, format!("Running with dbt={dbt_version}"), data)]
        }
        Event::Arguments(arguments) if debug => vec![told_arguments(arguments)],
        Event::Adapter { name, version } => {
            let data = json!({"adapter_name": name, "adapter_version": format!("={version}")});
            let text = format!("Registered adapter: {name}={version}");
            vec![Record::new("AdapterRegistered", "E034", Level::Info, text, data)]
        }
        Event::Found { counts } => {
            let counts = lines::enumerate(counts);
            let text = format!("Found {counts}");
            let data = json!({"stat_line": counts});
            vec![Record::new("FoundStats", "W006", Level::Info, text, data)]
        }
        Event::Finding(finding) => vec![of_finding(finding, sources)],
        Event::Complaint(text) => {
            let text = text.trim_end();
            vec![Record::new("MainEncounteredError", "Z002", Level::Error, text, json!({"exc": text}))]
        }
        Event::Concurrency { threads, target, nodes } => {
            let text = format!("Concurrency: {threads} threads (target='{target}')");
            let data = json!({"num_threads": threads, "target_name": target, "node_count": nodes});
            let line = Record::new("ConcurrencyLine", "Q027", Level::Info, text, data);
            vec![Record::blank(), line, Record::blank()]
        }
        Event::NodeStarted { index, total, node } => node_started(*index, *total, node, style, debug),
        Event::NodeFinished { index, total, node, result } => {
            node_finished(*index, *total, node, result, style, debug)
        }
        Event::BatchStarted { index, total, batch, node } => {
            let text = format!("{index} of {total} START {batch}");
            let text = format!("Batch {}", lines::dotted(&text, "RUN", style.width));
            let data = json!({"description": batch, "batch_index": index, "total_batches": total});
            let record = Record::new("LogStartBatch", "Q045", Level::Info, text, data);
            vec![record.of_node(record::begun(node, clock::now()))]
        }
        Event::BatchFinished { index, total, batch, node, result } => {
            vec![batch_finished((*index, *total), batch, node, result, style)]
        }
        Event::Cancelled { node } => {
            let text = lines::dotted(&format!("CANCEL query {}", node.unique_id), "CANCEL", style.width);
            let data = json!({"conn_name": node.unique_id});
            vec![Record::new("LogCancelLine", "Q023", Level::Error, text, data)]
        }
        Event::Statement { of, sql, seconds, refused } if debug => {
            statement(of, sql, *seconds, refused.as_deref())
        }
        Event::Failure { node, result } => drawing.problem(node, result),
        Event::Finished { counts, seconds } => {
            let counts = lines::enumerate(counts);
            let (text, whole) = (lines::duration(*seconds), lines::whole_duration(*seconds));
            let data =
                json!({"stat_line": counts, "execution": format!(" in {whole}"), "execution_time": seconds});
            let text = format!("Finished running {counts} in {text}.");
            vec![Record::blank(), Record::new("FinishedRunningStats", "E047", Level::Info, text, data)]
        }
        Event::Summary { results, interrupted } => drawing.summary(results, *interrupted),
        Event::Message { text, info: true } if text.is_empty() => vec![Record::blank()],
        Event::Message { text, info: true } => {
            vec![Record::new("JinjaLogInfo", "I062", Level::Info, text, json!({"msg": text}))]
        }
        Event::Message { text, info: false } => {
            vec![Record::new("JinjaLogDebug", "I063", Level::Debug, text, json!({"msg": text}))]
        }
        Event::Print(text) => {
            vec![Record::new("PrintEvent", PRINTED, Level::Info, text, json!({"msg": text}))]
        }
        Event::Output(text) => {
            vec![Record::new("ListCmdOut", PRINTED, Level::Info, text, json!({"msg": text}))]
        }
        Event::Shown { name, code, text, data } => {
            vec![Record::new(name, code, Level::Info, text, data.to_json())]
        }
        Event::Warning { name, text } => {
            let data = match name.as_str() {
                "NoNodesForSelectionCriteria" => json!({"spec_raw": text.split('\'').nth(1)}),
                "NothingToDo" => json!({}),
                _ => json!({"msg": text}),
            };
            vec![Record::new(name, code_of(name), Level::Warn, text, data)]
        }
        Event::Completed { command, success, seconds } if debug => {
            vec![completed(command, *success, *seconds)]
        }
        _ => Vec::new(),
    }
}

fn told_arguments(arguments: &DataMap) -> Record {
    let told: DataMap = arguments
        .iter()
        .map(|(name, value)| {
            (name.clone(), Data::from(value.to_text().unwrap_or_else(|| value.to_json().to_string())))
        })
        .collect();
    let args = Data::Map(told).to_json();
    let text = format!("running dbt with arguments {args}");
    Record::new("MainReportArgs", "A002", Level::Debug, text, json!({"args": args}))
}

fn of_finding(finding: &Diagnostic, sources: &SourceMap) -> Record {
    let drawn = full::render(finding, sources, false);
    let data = json!({"code": finding.code.name, "message": finding.message, "exc": &drawn});
    if finding.is_error() {
        return Record::new("MainEncounteredError", "Z002", Level::Error, drawn, data);
    }
    let name = warnings::events(finding.code).first().copied().unwrap_or("ValidationWarning");
    Record::new(name, code_of(name), Level::Warn, drawn, data)
}

fn code_of(name: &str) -> &'static str {
    WARNINGS.iter().find(|(known, _)| *known == name).map_or("I061", |(_, code)| code)
}

fn node_started(index: usize, total: usize, node: &NodeLabel, style: &Style, debug: bool) -> Vec<Record> {
    let info = record::begun(node, clock::now());
    let text = lines::dotted(&format!("{index} of {total} {}", lines::started(node)), "RUN", style.width);
    if node.resource_type == "operation" {
        let statement = node.description.trim_start_matches("hook: ");
        let data = json!({"statement": statement, "index": index, "total": total});
        return vec![Record::new("LogHookStartLine", "Q032", Level::Info, text, data).of_node(info)];
    }
    let data = json!({"description": node.description, "index": index, "total": total});
    let line = Record::new("LogStartLine", "Q011", Level::Info, text, data).of_node(info.clone());
    if !debug {
        return vec![line];
    }
    let text = format!("Began running node {}", node.unique_id);
    vec![Record::new("NodeStart", "Q024", Level::Debug, text, json!({})).of_node(info), line]
}

fn node_finished(
    index: usize,
    total: usize,
    node: &NodeLabel,
    result: &NodeResult,
    style: &Style,
    debug: bool,
) -> Vec<Record> {
    let (text, status, tone) = lines::finished(node, result);
    let info = record::ended(node, result, clock::now());
    let is_skipped = result.status == Status::Skipped && node.resource_type != "operation";
    let time = if is_skipped { String::new() } else { format!(" in {:.2}s", result.seconds) };
    let status_text = format!("{}{time}", lines::paint(&status, tone, style.colour));
    let text = lines::dotted(&format!("{index} of {total} {text}"), &status_text, style.width);
    let mut data = json!({"index": index, "total": total, "execution_time": result.seconds});
    let (name, code) = results::data_of_end(node, result, &status, &mut data);
    // A hook that fails is told as an error at the end alone.
    let level = if name == "LogHookEndLine" { Level::Info } else { level_of(tone, is_skipped) };
    let mut records = vec![Record::new(name, code, level, text, data).of_node(info.clone())];
    if debug && node.resource_type != "operation" {
        let text = format!("Finished running node {}", node.unique_id);
        let run_result = json!({
            "status": result.status.word(), "message": result.message, "num_failures": result.failures,
            "execution_time": result.seconds, "thread": format!("Thread-{} (worker)", result.worker),
        });
        let data = json!({"run_result": run_result});
        records.push(Record::new("NodeFinished", "Q025", Level::Debug, text, data).of_node(info));
    }
    records
}

fn level_of(tone: Tone, is_skipped: bool) -> Level {
    match tone {
        Tone::Bad => Level::Error,
        Tone::Warning if !is_skipped => Level::Warn,
        _ => Level::Info,
    }
}

fn batch_finished(
    (index, total): (usize, usize),
    batch: &str,
    node: &NodeLabel,
    result: &NodeResult,
    style: &Style,
) -> Record {
    let (text, status, tone) = lines::batch_finished(batch, result);
    let timed = format!("{} in {:.2}s", lines::paint(&status, tone, style.colour), result.seconds);
    let text = lines::dotted(&format!("{index} of {total} {text}"), &timed, style.width);
    let data = json!({
        "description": batch, "batch_index": index, "total_batches": total, "status": result.status.word(),
        "execution_time": result.seconds,
    });
    let level = if tone == Tone::Bad { Level::Error } else { Level::Info };
    let record = Record::new("LogBatchResult", "Q046", level, format!("Batch {text}"), data);
    record.of_node(record::ended(node, result, clock::now()))
}

fn statement(of: &str, sql: &str, seconds: f64, refused: Option<&str>) -> Vec<Record> {
    let data = json!({"conn_name": of, "sql": sql});
    let sent = Record::new("SQLQuery", "E016", Level::Debug, format!("On {of}: {sql}"), data);
    let answer = match refused {
        None => {
            let text = format!("SQL status: OK in {seconds:.3} seconds");
            let data = json!({"status": "OK", "elapsed": seconds, "query_id": Value::Null});
            Record::new("SQLQueryStatus", "E017", Level::Debug, text, data)
        }
        Some(error) => {
            let data = json!({"base_msg": error, "name": "DuckDB", "args": []});
            Record::new(
                "AdapterEventDebug",
                "E001",
                Level::Debug,
                format!("the database says: {error}"),
                data,
            )
        }
    };
    vec![sent, answer]
}

fn completed(command: &str, success: bool, seconds: f64) -> Record {
    let now = clock::now();
    let verdict = if success { "succeeded" } else { "failed" };
    let stamp = now.format("%H:%M:%S%.6f");
    let text = format!("Command `dbt {command}` {verdict} at {stamp} after {seconds:.2} seconds");
    let data = json!({
        "command": format!("dbt {command}"), "completed_at": now.to_rfc3339(), "elapsed": seconds,
        "success": success,
    });
    Record::new("CommandCompleted", "Q039", Level::Debug, text, data)
}
