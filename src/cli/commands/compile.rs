//! `compile`: writes the SQL of nodes without running it.

use crate::cli::args::Selection;
use crate::cli::commands::build;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::graph::nodes::ResourceType;
use crate::run::events::Event;
use crate::run::nodes::{Action, run as run_nodes};

/// Runs the command.
pub(super) fn run(setting: &Setting, selection: &Selection) -> Exit {
    let project = match setting.read("compile", None, Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let compiles = |kind| matches!(kind, ResourceType::Model | ResourceType::Test | ResourceType::Analysis);
    let chosen = match setting.select(&project, selection, |node| compiles(node.resource_type)) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    let session = match build::open(setting, &project) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    match run_nodes(&session, &chosen, Action::Compile, false) {
        Ok(outcome) => {
            if !selection.select.is_empty() {
                for (label, result) in &outcome.results {
                    if let (Some(code), "model" | "analysis") = (&result.compiled_code, label.resource_type) {
                        setting
                            .listener
                            .notice(&Event::Print(format!("Compiled node '{}' is:\n{code}\n", label.name)));
                    }
                }
            }
            setting.listener.notice(&Event::Summary { results: outcome.results.clone() });
            // dbt's code for a template that fails while it is compiled.
            if build::finish(setting, &project, &outcome) == Exit::Fine { Exit::Fine } else { Exit::Misuse }
        }
        Err(error) => {
            setting.complain(&format!("error: {}", error.message));
            Exit::Misuse
        }
    }
}
