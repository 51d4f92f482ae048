//! Cases of several commands on one project: what becomes of nodes and rows from run to run.
//!
//! From top to bottom: a block with a path writes a file, `Remove:` takes one away, `Run:` is a command line, and after
//! it `Keep:` names a folder that the artifacts are copied to, `Rows:` is a question to the database and `Log:` a pattern of the lines to show, and
//! `Events:` a pattern of the events to tell of a structured log, by name. A case with `Codes: only` tells exit codes and no statuses. `Env:` holds from there on.
//! The block that is expected tells for each command the exit code, the nodes' statuses, and the answers. What a node
//! that failed says is not told: the words are our own, and cases of errors have them.

use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::Value;

use crate::case_file::{Answer, Case, Step};
use crate::case_project::{complete, queried, words};

/// Goes through the steps of a case and tells what came of them.
pub(crate) fn run(case: &Case) -> Result<Answer, String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = scratch.path().join("p");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut environment: Vec<(&str, &str)> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    let mut printed = String::new();
    for (path, text) in complete(std::iter::empty()) {
        fs::write(folder.join(path), text).map_err(|error| error.to_string())?;
    }
    for step in case.steps() {
        match step {
            Step::File(path, text) => {
                for (name, text) in complete(std::iter::once((path, text))) {
                    // What a project can do without is not written over by its stand-in.
                    if name == path || !folder.join(&name).exists() {
                        write(&folder.join(name), &text)?;
                    }
                }
            }
            Step::Line("Remove", path) => {
                fs::remove_file(folder.join(path)).map_err(|error| format!("{path}: {error}"))?;
            }
            Step::Line("Keep", name) => keep(&folder, name)?,
            Step::Line("Env", variable) => {
                environment.push(variable.split_once('=').ok_or("a line `Env:` says NAME=value")?);
            }
            Step::Line("Run", line) => {
                let (section, lines) = invoke(line, &environment, scratch.path(), &folder)?;
                let told_lines = if case.lines("Codes").next() == Some("only") { 2 } else { usize::MAX };
                told.push(section.lines().take(told_lines).collect::<Vec<_>>().join("\n"));
                printed = lines;
            }
            Step::Line("Rows", question) => {
                told.push(format!("-- {question}\n{}", queried(&folder.join("dev.duckdb"), question)?));
            }
            Step::Line("Log", pattern) => told.push(logged(pattern, &printed)?),
            Step::Line("Events", pattern) => told.push(events(pattern, &printed)?),
            Step::Line(..) => {}
        }
    }
    Ok(Answer { block: "result", text: told.join("\n").replace("\n\n", "\n").trim_end().to_owned() })
}

/// Puts the artifacts that are there into a folder of their own, as another state of the project.
fn keep(folder: &Path, name: &str) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{name}: {error}");
    fs::create_dir_all(folder.join(name)).map_err(told)?;
    for entry in fs::read_dir(folder.join("target")).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            fs::copy(&path, folder.join(name).join(path.file_name().unwrap_or_default())).map_err(told)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(|error| error.to_string())?;
    fs::write(path, text).map_err(|error| error.to_string())
}

/// Runs a command; returns what to tell of it, and what it printed.
fn invoke(
    line: &str,
    environment: &[(&str, &str)],
    scratch: &Path,
    folder: &Path,
) -> Result<(String, String), String> {
    let before = results(folder);
    let mut command = Command::new(env!("CARGO_BIN_EXE_martlet"));
    command.env_clear().env("HOME", scratch).env("NO_COLOR", "1").env("PATH", "/usr/bin:/bin");
    command.envs(environment.iter().copied());
    command.arg("--no-use-colors").args(words(line)).current_dir(folder);
    let output = command.output().map_err(|error| error.to_string())?;
    let code = output.status.code().ok_or("the program was killed")?;
    let mut lines = vec![format!("-- {line}"), format!("exit {code}")];
    let after = results(folder);
    let invocation = |results: &Value| results.pointer("/metadata/invocation_id").cloned();
    if invocation(&before) != invocation(&after) {
        let mut statuses: Vec<String> =
            after["results"].as_array().into_iter().flatten().flat_map(status).collect();
        statuses.sort();
        lines.extend(statuses);
    }
    Ok((lines.join("\n"), String::from_utf8_lossy(&output.stdout).into_owned()))
}

fn results(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("target/run_results.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Tells what became of a node.
fn status(result: &Value) -> Vec<String> {
    let text = |key: &str| result[key].as_str().unwrap_or_default();
    let mut words = vec![text("unique_id"), text("status")];
    let failures = result["failures"].to_string();
    if !matches!(text("status"), "error" | "skipped") {
        words.extend(result["message"].as_str());
        if text("unique_id").contains("test.") {
            words.push(&failures);
        }
    }
    let mut lines = vec![words.join(" | ").replace('\n', "\\n")];
    for kind in ["successful", "failed"] {
        for batch in result["batch_results"][kind].as_array().into_iter().flatten() {
            let ends: Vec<&str> = batch.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            lines.push(format!("{} {kind} {}", text("unique_id"), ends.join(" ")));
        }
    }
    lines
}

/// Tells the events of a structured log: name, code and level, the keys of their data, and whose they are.
fn events(pattern: &str, printed: &str) -> Result<String, String> {
    let wanted = Regex::new(pattern).map_err(|error| error.to_string())?;
    let mut told = Vec::new();
    for line in printed.lines() {
        let event: Value = serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
        let word = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = word("/info/name");
        if !wanted.is_match(&name) {
            continue;
        }
        let keys = |path: &str| {
            let data = event.pointer(path).and_then(Value::as_object);
            let mut keys: Vec<String> = data.into_iter().flatten().map(|(key, _)| key.clone()).collect();
            keys.sort();
            keys
        };
        let node = match keys("/data/node_info").len() {
            0 => String::new(),
            count => format!(" | {} {count}", word("/data/node_info/unique_id")),
        };
        let (code, level) = (word("/info/code"), word("/info/level"));
        told.push(format!("> {name} {code} {level} | {}{node}", keys("/data").join(" ")));
    }
    Ok(told.join("\n"))
}

/// Tells the lines that a pattern matches, without the clock and what follows the status.
fn logged(pattern: &str, printed: &str) -> Result<String, String> {
    let wanted = Regex::new(pattern).map_err(|error| error.to_string())?;
    let replaced = [
        (r"^\d\d:\d\d:\d\d ?", ""),
        (r"in \d+\.\d\ds\]", "in N]"),
        (r"in 0 hours .*", "in N"),
        (r"\]  .*$", "]"),
    ];
    let lines = printed.lines().map(|line| {
        replaced.iter().fold(line.to_owned(), |line, (pattern, with)| {
            Regex::new(pattern).unwrap().replace(&line, *with).trim_end().to_owned()
        })
    });
    Ok(lines
        .filter(|line| wanted.is_match(line))
        .map(|line| format!("> {}", line.trim_start()))
        .collect::<Vec<_>>()
        .join("\n"))
}
