//! `compile`: writes the SQL of nodes without running it.

use crate::adapter::Access;
use crate::cli::args::Selection;
use crate::cli::commands::build;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::graph::nodes::ResourceType;
use crate::run::events::Event;
use crate::run::nodes::{Asked, run as run_nodes};

/// Runs the command.
pub(super) fn run(setting: &Setting, selection: &Selection) -> Exit {
    use ResourceType::{Analysis, Function, Model, Test};
    let project = match setting.read("compile", Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let compiles = |kind| matches!(kind, Model | Test | Analysis | Function);
    let chosen =
        match setting.select(&project, selection, |node| compiles(node.resource_type) && !node.is_empty()) {
            Ok(chosen) => chosen,
            Err(exit) => return exit,
        };
    let session = match build::open(setting, &project, Access::Write) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    match run_nodes(&session, &chosen, &Asked::compile()) {
        Ok(outcome) => {
            for (label, result) in &outcome.results {
                // dbt shows the nodes whose names stand in the selection itself.
                let is_named = selection.select.iter().any(|text| text.contains(&label.name));
                if let (Some(code), true) = (&result.compiled_code, is_named) {
                    let titled = format!("Compiled node '{}' is:\n{code}\n", label.name);
                    let text = if setting.flags.is_on("quiet") { code.clone() } else { titled };
                    setting.listener.notice(&Event::Output(text));
                }
            }
            setting.listener.notice(&Event::Summary {
                results: outcome.results.clone(),
                interrupted: session.halted().is_some(),
            });
            // dbt's code for a template that fails while it is compiled.
            if build::finish(setting, &project, &outcome) == Exit::Fine { Exit::Fine } else { Exit::Misuse }
        }
        Err(error) => {
            setting.complain(&format!("error: {}", error.message));
            Exit::Misuse
        }
    }
}
