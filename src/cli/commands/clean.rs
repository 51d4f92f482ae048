//! `clean`: removes what was generated, and never anything else.

use std::path::{Component, Path};

use crate::base::data::Data;
use crate::base::fs;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::run::events::Event;

/// Runs the command.
pub(super) fn run(setting: &Setting) -> Exit {
    let project = match setting.read("clean", None) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let Some(root) = project.root() else { return Exit::Misuse };
    let definition = &root.definition;
    let sources: Vec<&String> = definition
        .model_paths
        .iter()
        .chain(&definition.test_paths)
        .chain(&definition.seed_paths)
        .chain(&definition.macro_paths)
        .collect();
    let database = project.invocation.target.settings.get("path").and_then(Data::to_text);
    let mut exit = Exit::Fine;
    for target in &definition.clean_targets {
        let path = Path::new(target);
        let refused =
            if path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir))
                || path.components().count() == 0
            {
                Some("it lies outside of the project")
            } else if sources.iter().any(|source| Path::new(source).starts_with(path)) {
                Some("the project's own files lie there")
            } else if database.as_ref().is_some_and(|database| Path::new(database).starts_with(path)) {
                Some("the database lies there")
            } else if Path::new(".martlet").starts_with(path) || path.starts_with(".martlet") {
                Some("the project's journal lies there")
            } else {
                None
            };
        if let Some(reason) = refused {
            setting.complain(&format!("error: `{target}` is not removed: {reason}"));
            exit = Exit::Misuse;
            continue;
        }
        match fs::remove(path) {
            Ok(true) => {
                setting.listener.notice(&Event::Message { text: format!("Removed {target}"), info: true });
            }
            Ok(false) => {}
            Err(error) => {
                setting.complain(&format!("error: {error}"));
                exit = Exit::Misuse;
            }
        }
    }
    setting.listener.notice(&Event::Message { text: "Finished cleaning all paths.".to_owned(), info: true });
    exit
}
