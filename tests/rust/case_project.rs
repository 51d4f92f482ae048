//! Cases of whole projects: blocks with a path are files, lines of prose say what is run and what is shown.
//!
//! `Command:` is what is run (`compile` if there is no such line), `Env:` a variable of the environment, `Show:` paths
//! into the manifest with `*` for every key, `Query:` a question to the database afterwards, `Compiled:` the nodes whose
//! SQL counts (all of them, or `none`), `Whitespace: squeezed` that blanks between words do not. What is expected is
//! `compiled`, or `error` with the exit code before the message.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use regex::Regex;
use serde_json::Value;

use crate::case_file::{Answer, Case};

const PROFILE: &str = "p: {target: dev, outputs: {dev: {type: duckdb, path: dev.duckdb, threads: 1}}}\n";

/// Writes the project, runs the command in it and tells what came of it.
pub(crate) fn run(case: &Case) -> Result<Answer, String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = scratch.path().join("p");
    for (path, text) in files(case) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&folder)).map_err(|error| error.to_string())?;
        fs::write(path, text).map_err(|error| error.to_string())?;
    }
    let output = invoke(case, scratch.path(), &folder)?;
    let code = output.status.code().ok_or("the program was killed")?;
    if code != 0 {
        return Ok(Answer { block: "error", text: failure(&output, code, scratch.path()) });
    }
    let manifest =
        fs::read_to_string(folder.join("target/manifest.json")).unwrap_or_else(|_| "{}".to_owned());
    let manifest: Value = serde_json::from_str(&manifest).map_err(|error| error.to_string())?;
    let mut sections = Vec::new();
    let printed = String::from_utf8_lossy(&output.stdout);
    if !printed.trim().is_empty() {
        sections.push(format!("-- printed\n{}", printed.trim_end()));
    }
    sections.extend(compiled(case, &manifest));
    sections.extend(shown(case, &manifest));
    for question in case.lines("Query") {
        sections.push(format!("-- {question}\n{}", queried(&folder.join("dev.duckdb"), question)?));
    }
    Ok(Answer { block: "compiled", text: sections.join("\n\n") })
}

/// Returns the files of a case and those it can do without.
fn files(case: &Case) -> BTreeMap<String, String> {
    complete(case.files())
}

/// Adds to files of a project those it can do without.
pub(crate) fn complete<'f>(given: impl Iterator<Item = (&'f str, &'f str)>) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([("profiles.yml".to_owned(), PROFILE.to_owned())]);
    let mut projects = vec![("dbt_project.yml".to_owned(), "name: p\nprofile: p\n".to_owned())];
    for (path, text) in given {
        files.insert(path.to_owned(), format!("{text}\n"));
        if let Some((package, _)) = path.strip_prefix("dbt_packages/").and_then(|path| path.split_once('/')) {
            projects.push((format!("dbt_packages/{package}/dbt_project.yml"), format!("name: {package}\n")));
        }
    }
    for (path, lines) in projects {
        let text = files.entry(path).or_default();
        for line in lines.lines() {
            let key = line.split(' ').next().unwrap_or_default();
            // At the end, so that places in messages stay those of the case.
            if !text.lines().any(|given| given.starts_with(key)) {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    files
}

fn invoke(case: &Case, scratch: &Path, folder: &Path) -> Result<Output, String> {
    let line = case.lines("Command").next().unwrap_or("compile");
    let mut command = Command::new(env!("CARGO_BIN_EXE_martlet"));
    command.env_clear().env("HOME", scratch).env("NO_COLOR", "1").env("PATH", "/usr/bin:/bin");
    for variable in case.lines("Env") {
        let (name, value) = variable.split_once('=').ok_or("a line `Env:` says NAME=value")?;
        command.env(name, value);
    }
    command.args(["--quiet", "--no-use-colors"]).args(words(line)).current_dir(folder);
    command.output().map_err(|error| error.to_string())
}

/// Splits a command line at blanks outside quotes.
pub(crate) fn words(line: &str) -> Vec<String> {
    let word = Regex::new(r#"'([^']*)'|"([^"]*)"|(\S+)"#).unwrap();
    let inside = |found: regex::Captures<'_>| {
        (1..=3).find_map(|group| found.get(group)).map_or_else(String::new, |text| text.as_str().to_owned())
    };
    word.captures_iter(line).map(inside).collect()
}

/// Tells the exit code and what was said, without what differs from run to run.
fn failure(output: &Output, code: i32, scratch: &Path) -> String {
    let said =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
    let root = scratch.canonicalize().unwrap_or_else(|_| scratch.to_path_buf());
    let said = said.replace(&*root.to_string_lossy(), "[ROOT]");
    let said = Regex::new(r"\b\d\d:\d\d:\d\d\b").unwrap().replace_all(&said, "HH:MM:SS").into_owned();
    let said = Regex::new(r"in \d+\.\d\ds\b").unwrap().replace_all(&said, "in S.SSs").into_owned();
    let lines = said.lines().map(str::trim_end).filter(|line| !line.is_empty());
    std::iter::once(format!("exit {code}").as_str()).chain(lines).collect::<Vec<_>>().join("\n")
}

/// Tells the SQL of the nodes that the case asks for.
fn compiled(case: &Case, manifest: &Value) -> Vec<String> {
    let asked: Option<Vec<&str>> = case.lines("Compiled").next().map(|ids| ids.split(", ").collect());
    let squeezed = case.lines("Whitespace").next() == Some("squeezed");
    let Some(nodes) = manifest.get("nodes").and_then(Value::as_object) else { return Vec::new() };
    let mut sections = BTreeMap::new();
    for (id, node) in nodes {
        let Some(code) = node.get("compiled_code").and_then(Value::as_str) else { continue };
        if asked.as_ref().is_some_and(|asked| !asked.contains(&id.as_str())) {
            continue;
        }
        let code = if squeezed {
            code.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            code.trim().to_owned()
        };
        sections.insert(id, format!("-- {id}\n{code}"));
    }
    sections.into_values().collect()
}

/// Tells the parts of the manifest that the case asks for, a line for each.
fn shown(case: &Case, manifest: &Value) -> Option<String> {
    let mut lines = Vec::new();
    for path in case.lines("Show").flat_map(|paths| paths.split(", ")) {
        let segments: Vec<&str> = path.split('.').collect();
        for (name, value) in found(manifest, &segments, String::new()) {
            lines.push(format!("{name} = {}", value.map_or_else(|| "missing".to_owned(), printed)));
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Walks a path. A key may hold dots itself: the longest that there is counts.
fn found<'m>(value: &'m Value, segments: &[&str], name: String) -> Vec<(String, Option<&'m Value>)> {
    if segments.is_empty() {
        return vec![(name, Some(value))];
    }
    let join = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    if let (["*", rest @ ..], Value::Object(map)) = (segments, value) {
        let sorted: BTreeMap<_, _> = map.iter().collect();
        return sorted.into_iter().flat_map(|(key, value)| found(value, rest, join(key))).collect();
    }
    for length in (1..=segments.len()).rev() {
        let (key, rest) = (segments[..length].join("."), &segments[length..]);
        let next = value.get(&key).or_else(|| value.get(key.parse::<usize>().ok()?));
        if let Some(next) = next {
            return found(next, rest, join(&key));
        }
    }
    vec![(join(&segments.join(".")), None)]
}

/// Writes JSON on one line with its keys sorted.
fn printed(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(printed).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            let entry = |(key, value): (&String, &Value)| {
                format!("{}: {}", Value::from(key.as_str()), printed(value))
            };
            format!("{{{}}}", sorted.into_iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Asks the project's database: a line for each row.
pub(crate) fn queried(path: &Path, question: &str) -> Result<String, String> {
    let ask = || -> duckdb::Result<String> {
        let database = duckdb::Connection::open(path)?;
        // A question may name files of the project.
        let folder = path.parent().unwrap_or(path).display();
        database.execute_batch(&format!("set file_search_path = '{folder}'"))?;
        let mut statement = database.prepare(&format!("select columns(*)::varchar from ({question})"))?;
        let mut rows = statement.query([])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..row.as_ref().column_count())
                .map(|at| Ok(row.get::<_, Option<String>>(at)?.unwrap_or_else(|| "null".to_owned())));
            lines.push(cells.collect::<duckdb::Result<Vec<_>>>()?.join(" | "));
        }
        Ok(lines.join("\n"))
    };
    ask().map_err(|error| format!("{question}: {error}"))
}
