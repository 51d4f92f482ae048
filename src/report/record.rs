//! One thing that is logged, under dbt's name and code for it, and what is said of a node along with it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use crate::run::events::NodeLabel;
use crate::run::result::NodeResult;

/// How important a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For finding out what happened.
    Debug,
    /// For everybody.
    Info,
    /// To be noticed.
    Warn,
    /// What failed.
    Error,
    /// More important than anything: who asks for this hears nothing.
    Silent,
}

impl Level {
    /// Reads a word of `--log-level`.
    pub fn of(word: &str) -> Self {
        match word {
            "debug" => Level::Debug,
            "warn" => Level::Warn,
            "error" => Level::Error,
            "none" => Level::Silent,
            _ => Level::Info,
        }
    }

    /// Returns the word that logs use.
    pub fn word(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error | Level::Silent => "error",
        }
    }
}

/// One thing that is logged.
#[derive(Debug, Clone)]
pub struct Record {
    /// dbt's name of the event.
    pub name: String,
    /// dbt's code of the event.
    pub code: &'static str,
    /// How important it is.
    pub level: Level,
    /// What people read.
    pub text: String,
    /// What programs read.
    pub data: Map<String, Value>,
}

impl Record {
    /// Makes a record.
    pub fn new(name: &str, code: &'static str, level: Level, text: impl Into<String>, data: Value) -> Self {
        let data = if let Value::Object(map) = data { map } else { Map::new() };
        Self { name: name.to_owned(), code, level, text: text.into(), data }
    }

    /// Makes an empty line, which dbt logs too.
    pub fn blank() -> Self {
        Self::new("Formatting", "Z017", Level::Info, "", json!({"msg": ""}))
    }

    /// Adds what is said of a node.
    pub fn of_node(mut self, info: Value) -> Self {
        self.data.insert("node_info".to_owned(), info);
        self
    }
}

/// Tells of a node that begins.
pub fn begun(node: &NodeLabel, now: DateTime<Utc>) -> Value {
    info(node, "started", &moment(now), "")
}

/// Tells of a node that ended.
pub fn ended(node: &NodeLabel, result: &NodeResult, now: DateTime<Utc>) -> Value {
    let (compiled, executed) = (result.compiled_at, result.executed_at);
    let start = compiled.or(executed).map_or(now, |(start, _)| start);
    let finished = executed.or(compiled).map(|(_, end)| moment(end));
    info(node, result.status.word(), &moment(start), &finished.unwrap_or_default())
}

/// Tells of a node when all is over.
pub fn over(node: &NodeLabel) -> Value {
    info(node, "None", "", "")
}

fn info(node: &NodeLabel, status: &str, started: &str, finished: &str) -> Value {
    json!({
        "materialized": node.materialized, "meta": node.meta.to_json(), "node_checksum": node.checksum,
        "node_finished_at": finished, "node_name": node.name, "node_path": node.short_path,
        "node_relation": {
            "alias": node.alias, "database": node.database, "relation_name": node.relation,
            "schema": node.schema,
        },
        "node_started_at": started, "node_status": status, "resource_type": node.resource_type,
        "unique_id": node.unique_id,
    })
}

fn moment(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true).trim_end_matches('Z').to_owned()
}
