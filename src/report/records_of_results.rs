//! What dbt's log says of what became of nodes: the line of each, and the summary with what went wrong.

use serde_json::{Value, json};

use crate::base::source::SourceMap;
use crate::diagnostic::render::full;
use crate::report::lines::{self, Tone};
use crate::report::record::{self, Level, Record};
use crate::report::records::Style;
use crate::run::events::NodeLabel;
use crate::run::result::{NodeResult, Status};

/// Adds what the line of a node's end holds, and returns its name and code.
pub(super) fn data_of_end(
    node: &NodeLabel,
    result: &NodeResult,
    status: &str,
    data: &mut Value,
) -> (&'static str, &'static str) {
    let mut add = |key: &str, value: Value| {
        data[key] = value;
    };
    let word = result.status.word();
    if result.status == Status::Skipped && node.resource_type != "operation" {
        add("node_name", node.name.as_str().into());
        add("resource_type", node.resource_type.into());
        add("schema", node.schema.as_str().into());
        remove(data, "execution_time");
        return ("SkippingDetails", "Q034");
    }
    match node.resource_type {
        "operation" => {
            add("statement", node.description.trim_start_matches("hook: ").into());
            add("status", word.into());
            ("LogHookEndLine", "Q033")
        }
        "test" | "unit_test" => {
            let total = data["total"].take();
            remove(data, "total");
            data["num_models"] = total;
            data["name"] = node.name.as_str().into();
            data["status"] = word.into();
            data["num_failures"] = result.failures.unwrap_or_default().into();
            data["attached_node"] = node.attached.as_deref().unwrap_or_default().into();
            ("LogTestResult", "Q007")
        }
        "source" => {
            add("source_name", node.schema.as_str().into());
            add("table_name", node.name.as_str().into());
            add("status", word.into());
            ("LogFreshnessResult", "Q018")
        }
        "seed" => {
            add("relation", node.alias.as_str().into());
            add("schema", node.schema.as_str().into());
            add("result_message", status.into());
            add("status", word.into());
            ("LogSeedResult", "Q016")
        }
        "snapshot" => {
            add("description", node.description.trim_start_matches("snapshot ").into());
            add("result_message", status.into());
            add("status", word.into());
            add("cfg", json!({}));
            ("LogSnapshotResult", "Q015")
        }
        _ if result.status == Status::NoOp => {
            add("description", node.description.as_str().into());
            add("status", word.into());
            ("LogNodeNoOpResult", "Q019")
        }
        _ => {
            add("description", node.description.as_str().into());
            let answer = if result.status == Status::Error { word } else { status };
            add("status", answer.into());
            ("LogModelResult", "Q012")
        }
    }
}

fn remove(data: &mut Value, key: &str) {
    if let Some(map) = data.as_object_mut() {
        map.remove(key);
    }
}

/// What is needed to say what went wrong.
pub(super) struct Drawing<'d> {
    /// How lines are drawn.
    pub(super) style: &'d Style,
    /// Where texts lie.
    pub(super) sources: &'d SourceMap,
}

impl Drawing<'_> {
    /// Tells what went wrong with a node, if something did.
    pub(super) fn problem(&self, node: &NodeLabel, result: &NodeResult) -> Vec<Record> {
        let place = format!("{} {} ({})", node.resource_type, node.name, node.path);
        let is_warning = result.status == Status::Warn;
        let title = match result.status {
            Status::Fail | Status::Error => format!("Failure in {place}"),
            Status::PartialSuccess => format!("Partial success in {place}"),
            Status::Warn => format!("Warning in {place}"),
            _ => return Vec::new(),
        };
        let info = record::over(node);
        let data = json!({"resource_type": node.resource_type, "node_name": node.name, "path": node.path});
        let (name, code, level, tone) = if is_warning {
            ("RunResultWarning", "Z021", Level::Warn, Tone::Warning)
        } else {
            ("RunResultFailure", "Z022", Level::Error, Tone::Bad)
        };
        let title = lines::paint(&title, tone, self.style.colour);
        let mut records =
            vec![Record::blank(), Record::new(name, code, level, title, data).of_node(info.clone())];
        let text = self.cause(result);
        let data = json!({"msg": text});
        let (name, code) =
            if is_warning { ("RunResultWarningMessage", "Z046") } else { ("RunResultError", "Z024") };
        records.push(Record::new(name, code, level, text, data));
        let last = records.len() - 1;
        if let Some(path) = &result.compiled_path {
            let text = format!("  compiled code at {path}");
            records.push(Record::blank());
            records.push(Record::new("SQLCompiledPath", "Z026", Level::Info, text, json!({"path": path})));
        }
        if let Some(relation) = &result.stored_in {
            let text = format!("  See test failures:\n  select * from {relation}");
            records.push(Record::blank());
            let data = json!({"relation_name": relation});
            records.push(Record::new("CheckNodeTestFailure", "Z027", Level::Info, text, data));
        }
        for record in records.iter_mut().skip(last).filter(|record| record.name != "Formatting") {
            record.data.insert("node_info".to_owned(), info.clone());
        }
        records
    }

    fn cause(&self, result: &NodeResult) -> String {
        let draw = |finding| full::render(finding, self.sources, false);
        let drawn: Vec<String> = result.findings.iter().map(draw).collect();
        if drawn.is_empty() { result.message.clone().unwrap_or_default() } else { drawn.join("\n") }
    }

    /// Tells how everything went, and what went wrong.
    pub(super) fn summary(&self, results: &[(NodeLabel, NodeResult)], interrupted: bool) -> Vec<Record> {
        let tally = lines::Tally::of(results.iter().map(|(_, result)| result));
        let (headline, tone) = tally.headline(interrupted);
        let data = json!({
            "num_errors": tally.failed(), "num_warnings": tally.warn, "num_partial_success": tally.partial,
            "keyboard_interrupt": interrupted,
        });
        let headline = lines::paint(&headline, tone, self.style.colour);
        let summary = Record::new("EndOfRunSummary", "Z030", Level::Info, headline, data);
        let mut records = vec![Record::blank(), summary];
        for (node, result) in results {
            records.extend(self.problem(node, result));
        }
        let stats = json!({
            "pass": tally.pass, "warn": tally.warn, "error": tally.error, "skip": tally.skip,
            "noop": tally.no_op, "total": tally.total,
        });
        records.push(Record::blank());
        records.push(Record::new("StatsLine", "Z023", Level::Info, tally.line(), json!({"stats": stats})));
        records
    }
}
