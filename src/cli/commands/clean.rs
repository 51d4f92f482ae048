//! `clean`: removes what was generated, and never anything else.

use std::path::{Component, Path};

use crate::base::data::Data;
use crate::base::fs;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::load::Loaded;
use crate::project::definition::Definition;
use crate::run::events::Event;

/// Runs the command.
pub(super) fn run(setting: &Setting) -> Exit {
    let loaded = match setting.load("clean") {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let Some(root) = loaded.packages.last() else { return Exit::Misuse };
    let say = |text: String| setting.listener.notice(&Event::Message { text, info: true });
    let inside_alone = setting.flags.is_on("clean_project_files_only");
    let mut exit = Exit::Fine;
    for target in &root.definition.clean_targets {
        if let Some(reason) = refused(Path::new(target), &root.definition, &loaded, inside_alone) {
            setting.complain(&format!("error: `{target}` is not removed: {reason}"));
            exit = Exit::Misuse;
            continue;
        }
        match fs::remove(Path::new(target)) {
            Ok(true) => say(format!("Removed {target}")),
            Ok(false) => {}
            Err(error) => {
                setting.complain(&format!("error: {error}"));
                exit = Exit::Misuse;
            }
        }
    }
    say("Finished cleaning all paths.".to_owned());
    exit
}

/// Tells why a path is not to be removed.
fn refused(
    path: &Path,
    definition: &Definition,
    loaded: &Loaded,
    inside_alone: bool,
) -> Option<&'static str> {
    let mut sources =
        [&definition.model_paths, &definition.test_paths, &definition.seed_paths, &definition.macro_paths]
            .into_iter()
            .flatten();
    let database = loaded.invocation.target.settings.get("path").and_then(Data::to_text);
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let is_root = path.components().all(|part| part == Component::CurDir);
    if is_root || inside_alone && !is_inside {
        Some("it lies outside of the project")
    } else if holds_project(path) || sources.any(|source| Path::new(source).starts_with(path)) {
        Some("the project's own files lie there")
    } else if database.is_some_and(|database| Path::new(&database).starts_with(path)) {
        Some("the database lies there")
    } else if Path::new(".martlet").starts_with(path) || path.starts_with(".martlet") {
        Some("the project's journal lies there")
    } else {
        None
    }
}

/// Tells whether the project's folder lies within a folder, whichever way the folder is written.
fn holds_project(path: &Path) -> bool {
    let (Ok(path), Ok(here)) = (fs::canonicalize(path), fs::current_folder()) else { return false };
    fs::canonicalize(&here).unwrap_or(here).starts_with(path)
}
