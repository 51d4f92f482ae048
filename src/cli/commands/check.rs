//! `check`: the project's own rules, SQL files that must return no row of the project's tables.

use std::path::{Path, PathBuf};

use crate::adapter::duckdb::memory::Memory;
use crate::base::fs;
use crate::base::source::{FileId, Place};
use crate::base::table::{Cell, Table};
use crate::base::text::Span;
use crate::cli::args::Check;
use crate::cli::commands::query;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::project::Project;
use crate::diagnostic::suggest;
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::report::lines::plural;
use crate::run::events::Event;

/// The folder of rules, where nobody names another.
const FOLDER: &str = "checks";

/// How many rows of one rule are shown.
const SHOWN: usize = 50;

/// One rule.
struct Rule {
    /// The path of its file below the folder, without the ending.
    name: String,
    file: FileId,
    text: String,
    /// What its first comment says.
    about: String,
    severity: Severity,
}

/// What became of the rules.
#[derive(Default)]
struct Count {
    kept: usize,
    warned: usize,
    broken: usize,
    unread: usize,
}

/// Runs the command.
pub(super) fn run(setting: &Setting, asked: &Check) -> Exit {
    let project = match setting.read("check", None) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let root = project.root().map(|root| root.root.clone()).unwrap_or_default();
    let folder = root.join(asked.folder.as_deref().unwrap_or(Path::new(FOLDER)));
    let rules = match rules(setting, &root, &folder, &asked.names) {
        Ok(rules) => rules,
        Err(text) => {
            setting.complain(&format!("error: {text}"));
            return Exit::Misuse;
        }
    };
    let tables = match query::tables(setting, &project) {
        Ok(tables) => tables,
        Err(exit) => return exit,
    };
    let mut count = Count::default();
    for rule in &rules {
        judge(setting, &project, &tables, rule, &mut count);
    }
    let text = format!(
        "{}: {} kept, {} broken, {} with warnings, {} that cannot be read",
        plural(rules.len(), "rule"),
        count.kept,
        count.broken,
        count.warned,
        count.unread
    );
    setting.listener.notice(&Event::Message { text, info: true });
    match (count.unread, count.broken) {
        (0, 0) => Exit::Fine,
        (0, _) => Exit::Failed,
        _ => Exit::Misuse,
    }
}

/// Finds the rules that are asked for, sorted by name.
fn rules(setting: &Setting, root: &Path, folder: &Path, names: &[String]) -> Result<Vec<Rule>, String> {
    let mut paths = Vec::new();
    collect(folder, &mut paths);
    paths.sort();
    let mut found = Vec::new();
    for path in &paths {
        let text = fs::read_text(path).map_err(|error| error.to_string())?;
        let below = path.strip_prefix(folder).unwrap_or(path).with_extension("");
        let shown = path.strip_prefix(root).unwrap_or(path).display().to_string();
        let comments: Vec<&str> =
            text.lines().map_while(|line| line.trim_start().strip_prefix("--")).map(str::trim).collect();
        let says = |word: &str| comments.iter().any(|line| line.eq_ignore_ascii_case(word));
        let is_warning = says("severity: warn") || says("severity: warning");
        let is_setting = |line: &str| line.to_lowercase().starts_with("severity:");
        let about: Vec<&str> = comments.iter().copied().filter(|line| !is_setting(line)).collect();
        found.push(Rule {
            name: below.to_string_lossy().replace('\\', "/"),
            file: setting.sources.add(shown, text.as_str()),
            about: about.join(" "),
            severity: if is_warning { Severity::Warning } else { Severity::Error },
            text,
        });
    }
    if found.is_empty() {
        return Err(format!(
            "there are no rules in {}: put SQL files there that select what must not be, as in \
             `select unique_id from nodes where resource_type = 'model' and description = ''`",
            folder.display()
        ));
    }
    for name in names {
        if !found.iter().any(|rule| rule.name == *name) {
            let near = suggest::nearest(name, found.iter().map(|rule| rule.name.as_str()));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(format!("there is no rule `{name}` in {}{hint}", folder.display()));
        }
    }
    found.retain(|rule| names.is_empty() || names.contains(&rule.name));
    Ok(found)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for path in fs::list_folder(folder).unwrap_or_default() {
        if fs::is_folder(&path) {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) {
            paths.push(path);
        }
    }
}

/// Asks one rule, and tells of every row that it returns.
fn judge(setting: &Setting, project: &Project, tables: &Memory, rule: &Rule, count: &mut Count) {
    let rows = match tables.ask(&rule.text) {
        Ok(rows) => rows,
        Err(error) => {
            count.unread += 1;
            return setting.report_alone(query::placed(&error, rule.file, &rule.text));
        }
    };
    if rows.rows.is_empty() {
        count.kept += 1;
    } else if rule.severity == Severity::Error {
        count.broken += 1;
    } else {
        count.warned += 1;
    }
    for row in rows.rows.iter().take(SHOWN) {
        setting.report_alone(finding(project, rule, &rows, row));
    }
    if rows.rows.len() > SHOWN {
        let text = format!("{} more of the rule `{}`", plural(rows.rows.len() - SHOWN, "row"), rule.name);
        setting.listener.notice(&Event::Message { text, info: true });
    }
}

/// Makes the finding of a row: at the node that its `unique_id` names, or at the rule.
fn finding(project: &Project, rule: &Rule, rows: &Table, row: &[Cell]) -> Diagnostic {
    let named = |wanted: &str| rows.columns.iter().position(|column| column.name == wanted);
    let cell = |wanted: &str| named(wanted).and_then(|at| row.get(at)).map(Cell::to_text);
    let node = cell("unique_id").and_then(|id| project.nodes.get(&id));
    let column = cell("column_name").or_else(|| cell("name"));
    let described =
        node.and_then(|node| node.columns.iter().find(|known| Some(&known.name) == column.as_ref()));
    let place = described
        .map(|column| column.place)
        .or_else(|| node.map(|node| node.place))
        .unwrap_or_else(|| Place::new(rule.file, Span::new(0, rule.text.lines().next().map_or(0, str::len))));
    let about = if rule.about.is_empty() { "this must not be".to_owned() } else { rule.about.clone() };
    let mut finding = Diagnostic::at(codes::RULE_BROKEN, place, format!("{}: {about}", rule.name));
    finding.severity = rule.severity;
    for (column, cell) in rows.columns.iter().zip(row).filter(|(_, cell)| **cell != Cell::Null) {
        finding = finding.note(format!("{}: {}", column.name, cell.to_text()));
    }
    finding
}
