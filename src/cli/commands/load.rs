//! `load`: CSV files into the tables of a source.

use std::path::Path;

use crate::adapter::Access;
use crate::base::fs;
use crate::cli::args::Load;
use crate::cli::commands::build;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::project::Project;
use crate::diagnostic::suggest;
use crate::graph::nodes::Node;
use crate::run::events::Event;
use crate::run::raw::{self, RawFile};

/// Runs the command.
pub(super) fn run(setting: &Setting, asked: &Load) -> Exit {
    let project = match setting.read("load", None) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let files = match files(setting, &project, asked) {
        Ok(files) => files,
        Err(problems) => {
            for problem in &problems {
                setting.complain(&format!("error: {problem}"));
            }
            return Exit::Misuse;
        }
    };
    let session = match build::open(setting, &project, Access::Write) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    build::tell_concurrency(setting, &project, files.len());
    let results = match raw::load(&session, &files, asked.stage.as_deref()) {
        Ok(results) => results,
        Err(error) => {
            setting.complain(&format!("error: {}", error.message));
            return Exit::Misuse;
        }
    };
    let interrupted = session.halted().is_some();
    let failed = results.iter().any(|(_, result)| result.status.is_failure());
    if !setting.flags.is_on("dry_run") {
        setting.listener.notice(&Event::Summary { results, interrupted });
    }
    match (interrupted, failed) {
        (true, _) => Exit::Misuse,
        (_, true) => Exit::Failed,
        _ => Exit::Fine,
    }
}

/// Finds the tables that are asked for, and their files; tells everything that is in the way.
fn files(setting: &Setting, project: &Project, asked: &Load) -> Result<Vec<RawFile>, Vec<String>> {
    let folder = &asked.folder;
    if !fs::is_folder(folder) {
        return Err(vec![format!("there is no folder {}", folder.display())]);
    }
    let tables = tables(project, asked.source.as_deref()).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    for name in asked.tables.iter().filter(|name| !tables.iter().any(|table| table.name == **name)) {
        let near = suggest::nearest(name, tables.iter().map(|table| table.name.as_str()));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        problems.push(format!("the source has no table `{name}`{hint}"));
    }
    let mut files = Vec::new();
    for table in tables {
        let path = folder.join(format!("{}.csv", table.alias));
        let is_named = asked.tables.contains(&table.name);
        if !asked.tables.is_empty() && !is_named {
            continue;
        }
        if fs::is_file(&path) {
            files.push(RawFile { source: table.clone(), path });
        } else {
            problems.push(format!("there is no {}: leave the table out with `--tables`", path.display()));
        }
    }
    tell_others(setting, folder, &files, asked);
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// Returns the tables of the one source, or of the one that is named.
fn tables<'p>(project: &'p Project, wanted: Option<&str>) -> Result<Vec<&'p Node>, String> {
    let all = || project.nodes.enabled.values().filter(|node| node.source().is_some());
    let name = |node: &Node| node.source().map(|source| source.source_name.clone()).unwrap_or_default();
    let mut names: Vec<String> = all().map(name).collect();
    names.sort();
    names.dedup();
    let chosen = match (wanted, names.as_slice()) {
        (Some(wanted), _) if names.iter().any(|name| name == wanted) => wanted.to_owned(),
        (Some(wanted), _) => {
            let near = suggest::nearest(wanted, names.iter().map(String::as_str));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(format!("the project has no source `{wanted}`{hint}"));
        }
        (None, [only]) => only.clone(),
        (None, []) => return Err("the project has no source: name its tables in a property file".to_owned()),
        (None, _) => {
            return Err(format!("say which source is loaded with `--source`: {}", names.join(", ")));
        }
    };
    Ok(all().filter(|node| name(node) == chosen).collect())
}

/// Tells of files that are not loaded, so that nothing is lost unseen.
fn tell_others(setting: &Setting, folder: &Path, files: &[RawFile], asked: &Load) {
    if !asked.tables.is_empty() {
        return;
    }
    let all = fs::list_folder(folder).unwrap_or_default();
    let is_csv = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let others: Vec<String> = all
        .iter()
        .filter(|path| is_csv(path) && !files.iter().any(|file| file.path == **path))
        .filter_map(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
        .collect();
    if !others.is_empty() {
        let text = format!("Not loaded, as the source does not name them: {}", others.join(", "));
        setting.listener.notice(&Event::Message { text, info: true });
    }
}
