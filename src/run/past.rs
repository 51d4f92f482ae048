//! What became of an earlier invocation, and what is left of it to do: read from its journal, or from `run_results.json`
//! where that is all there is. Runs nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::base::fs;
use crate::compile::event_time::Window;
use crate::run::journal::{self, Doubt};
use crate::run::microbatch::{Begun, Earlier};
use crate::run::result::BatchResults;

/// An earlier invocation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// Its id.
    pub invocation_id: String,
    /// The command: `build`, `run`, ...
    pub command: String,
    /// The words of its command line, without the program's name; of one that went on with another, those of both.
    pub command_lines: Vec<Vec<String>>,
    /// When it began (a journal), or ended (an artifact).
    pub at: Option<DateTime<Utc>>,
    /// The nodes it was to run.
    chosen: BTreeSet<String>,
    /// What became of nodes that came to an end, in the words of artifacts.
    statuses: BTreeMap<String, String>,
    /// Nodes that put rows into a table and were about to make that last, with the rows the table then has.
    committing: BTreeMap<String, Doubt>,
    /// What became of the batches of models that did not come to their end.
    batches: HashMap<String, Begun>,
}

/// The statuses of nodes that need no second run.
const DONE: &[&str] = &["success", "pass", "warn", "no-op"];

impl Past {
    /// Finds the last invocation of a project: `state` is the folder of its state, `results` its last artifact, which
    /// counts where it is newer, as when another program wrote it.
    pub fn last(state: &Path, results: &Path) -> Option<Self> {
        let journals = fs::list_folder(&journal::folder(state)).unwrap_or_default();
        let from_journal = journals.iter().rev().find_map(|path| Self::of_journal(path));
        let Some(from_journal) = from_journal else { return Self::of_results(results) };
        let newer = |past: &Self| past.at > from_journal.at && !has_journal(&journals, &past.invocation_id);
        Some(Self::of_results(results).filter(newer).unwrap_or(from_journal))
    }

    /// Reads a journal; `None` when it has no first line, as when the program was killed before it was written.
    fn of_journal(path: &Path) -> Option<Self> {
        let text = String::from_utf8_lossy(&fs::read_bytes(path).ok()?).into_owned();
        let mut past = None;
        // A line that was cut off by a kill is no JSON, and nobody had acted on it.
        for event in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let word = |key: &str| event.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            match word("event").as_str() {
                "begun" => {
                    past = Some(Self {
                        invocation_id: word("invocation_id"),
                        command: word("command"),
                        command_lines: command_lines(&event),
                        at: moment(&word("at")),
                        chosen: texts(&event, "chosen").into_iter().collect(),
                        ..Self::default()
                    });
                }
                "committing" => {
                    let rows = |key: &str| event.get(key).and_then(Value::as_i64);
                    let doubt = rows("rows").map(Doubt::Then).or_else(|| rows("before").map(Doubt::Before));
                    past.as_mut()?.committing.extend(doubt.map(|doubt| (word("node"), doubt)));
                }
                "batches" => {
                    let results = BatchResults {
                        successful: windows(&event, "built"),
                        failed: windows(&event, "left"),
                    };
                    let incremental = event.get("incremental").and_then(Value::as_bool).unwrap_or_default();
                    past.as_mut()?.batches.insert(word("node"), Begun { results, incremental });
                }
                "batch_built" => {
                    let begun = past.as_mut()?.batches.get_mut(&word("node"));
                    if let (Some(begun), Some(built)) = (begun, event.get("batch").and_then(window)) {
                        begun.built(built);
                    }
                }
                "finished" => {
                    let past = past.as_mut()?;
                    if event.get("in_doubt") != Some(&Value::Bool(true)) {
                        past.committing.remove(&word("node"));
                    }
                    past.statuses.insert(word("node"), word("status"));
                }
                _ => {}
            }
        }
        past
    }

    /// Reads `run_results.json`, as this program or dbt writes it.
    pub fn of_results(path: &Path) -> Option<Self> {
        let json: Value = serde_json::from_slice(&fs::read_bytes(path).ok()?).ok()?;
        let text = |pointer: &str| json.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let mut past = Self {
            invocation_id: text("/metadata/invocation_id").to_owned(),
            command: text("/args/which").to_owned(),
            command_lines: vec![words(json.get("args")?)],
            at: moment(text("/metadata/generated_at")),
            ..Self::default()
        };
        for result in json.get("results")?.as_array()? {
            let id = result.get("unique_id")?.as_str()?.to_owned();
            // The hooks of a project run again by themselves.
            if !id.starts_with("operation.") {
                past.batches
                    .extend(result.get("batch_results").and_then(begun).map(|begun| (id.clone(), begun)));
                past.chosen.insert(id.clone());
                past.statuses.insert(id, result.get("status")?.as_str()?.to_owned());
            }
        }
        Some(past)
    }

    /// Returns the nodes that are still to be run; with `warned` also those that warned.
    pub fn left(&self, warned: bool) -> BTreeSet<String> {
        let is_done = |id: &&String| {
            let status = self.statuses.get(*id).map(String::as_str);
            status.is_some_and(|status| DONE.contains(&status) && !(warned && status == "warn"))
        };
        self.chosen.iter().filter(|id| !is_done(id)).cloned().collect()
    }

    /// Returns what is left to do of models that are built by batches.
    pub fn earlier(&self) -> Earlier {
        let unfinished = self.batches.iter().filter(|(_, begun)| !begun.results.failed.is_empty());
        Earlier {
            started_at: self.at,
            batches: unfinished.map(|(id, begun)| (id.clone(), begun.clone())).collect(),
        }
    }

    /// Returns the nodes of which only the database knows whether their rows are there, with what tells.
    pub fn in_doubt(&self) -> &BTreeMap<String, Doubt> {
        &self.committing
    }
}

/// Reads what an artifact tells of a model's batches. Where none was built, the model is begun anew.
fn begun(results: &Value) -> Option<Begun> {
    let results =
        BatchResults { successful: windows(results, "successful"), failed: windows(results, "failed") };
    (!results.successful.is_empty()).then_some(Begun { results, incremental: true })
}

fn windows(value: &Value, key: &str) -> Vec<Window> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(window).collect()
}

/// Reads the two ends of a batch.
fn window(value: &Value) -> Option<Window> {
    let end = |index: usize| moment(value.get(index)?.as_str()?);
    Some(Window { start: end(0)?, end: end(1)? })
}

fn has_journal(journals: &[std::path::PathBuf], invocation_id: &str) -> bool {
    journals.iter().any(|path| path.to_string_lossy().contains(invocation_id))
}

fn command_lines(begun: &Value) -> Vec<Vec<String>> {
    let lines = begun.get("command_lines").cloned().unwrap_or_default();
    serde_json::from_value(lines).unwrap_or_default()
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    let items = value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.with_timezone(&Utc))
}

/// Makes the words of a command line from the arguments that an artifact tells: those that decide what a node becomes.
fn words(arguments: &Value) -> Vec<String> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut words = vec![text("which").unwrap_or_default()];
    // What `run-operation` calls.
    words.extend(text("macro"));
    if let Some(given) = arguments.get("args").filter(|given| given.is_object()) {
        words.extend(["--args".to_owned(), given.to_string()]);
    }
    for name in ["full_refresh", "store_failures", "empty", "fail_fast"] {
        if arguments.get(name) == Some(&Value::Bool(true)) {
            words.push(format!("--{}", name.replace('_', "-")));
        }
    }
    for name in ["target", "profile", "sample", "event_time_start", "event_time_end"] {
        if let Some(value) = text(name).filter(|value| !value.is_empty()) {
            words.extend([format!("--{}", name.replace('_', "-")), value]);
        }
    }
    // JSON is YAML, which is what the command line takes.
    if let Some(vars) =
        arguments.get("vars").filter(|vars| vars.as_object().is_some_and(|map| !map.is_empty()))
    {
        words.extend(["--vars".to_owned(), vars.to_string()]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(lines: &[&str]) -> Past {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.jsonl");
        fs::write(&path, lines.join("\n").as_bytes()).unwrap();
        Past::of_journal(&path).unwrap()
    }

    const BEGUN: &str = r#"{"event":"begun","invocation_id":"i","command":"build","command_lines":[["build","--threads","2"]],"at":"2026-01-01T00:00:00Z","chosen":["a","b","c","d"]}"#;

    #[test]
    fn what_has_not_come_to_a_good_end_is_left() {
        let past = journal(&[
            BEGUN,
            r#"{"event":"finished","node":"a","status":"success"}"#,
            r#"{"event":"finished","node":"b","status":"error"}"#,
            r#"{"event":"started","node":"c"}"#,
            r#"{"event":"finished","node":"c","sta"#,
        ]);
        assert_eq!(past.left(false).into_iter().collect::<Vec<_>>(), ["b", "c", "d"]);
        assert_eq!(past.command_lines, [["build", "--threads", "2"]]);
    }

    #[test]
    fn a_warning_is_left_only_when_it_counts_as_an_error() {
        let past = journal(&[BEGUN, r#"{"event":"finished","node":"a","status":"warn"}"#]);
        assert!(!past.left(false).contains("a"));
        assert!(past.left(true).contains("a"));
    }

    #[test]
    fn a_commit_without_an_end_is_in_doubt() {
        let past = journal(&[
            BEGUN,
            r#"{"event":"committing","node":"a","rows":3}"#,
            r#"{"event":"finished","node":"a","status":"success"}"#,
            r#"{"event":"committing","node":"b","rows":7}"#,
            r#"{"event":"committing","node":"c","before":5}"#,
            r#"{"event":"finished","node":"c","status":"error","in_doubt":true}"#,
            r#"{"event":"committing","node":"d","before":5}"#,
            r#"{"event":"finished","node":"d","status":"error","in_doubt":false}"#,
        ]);
        assert_eq!(
            past.in_doubt().iter().map(|(id, doubt)| (id.as_str(), *doubt)).collect::<Vec<_>>(),
            [("b", Doubt::Then(7)), ("c", Doubt::Before(5))]
        );
        assert!(Doubt::Then(7).is_done(7) && !Doubt::Then(7).is_done(4));
        assert!(Doubt::Before(5).is_done(7) && !Doubt::Before(5).is_done(5));
    }
}
