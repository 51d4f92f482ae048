//! `source freshness`: how old sources are.

use crate::adapter::Access;
use crate::artifact::{self, manifest, sources};
use crate::cli::args::Source;
use crate::cli::commands::build;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::graph::nodes::Node;
use crate::run::events::Event;
use crate::run::freshness::{self, FreshnessOutcome};
use crate::run::result::Status;

/// Runs the command.
pub(super) fn run(setting: &Setting, asked: &Source) -> Exit {
    let Source::Freshness { selection, output } = asked;
    let project = match setting.read("freshness", Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let chosen = match setting.select(&project, selection, freshness::is_checked) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    let outcome = if chosen.is_empty() {
        let text = "Nothing to do. Try checking your model configs and model specification args";
        if let Err(exit) = setting.warn("NothingToDo", text.to_owned()) {
            return exit;
        }
        FreshnessOutcome::default()
    } else {
        let with_hooks = setting.flags.is_on("source_freshness_run_project_hooks");
        // Hooks write; who only looks keeps nobody out.
        let has_hooks = with_hooks && project.nodes.enabled.values().any(Node::is_hook);
        let access = if has_hooks { Access::Write } else { Access::Read };
        let session = match build::open(setting, &project, access) {
            Ok(session) => session,
            Err(exit) => return exit,
        };
        let outcome = freshness::run(&session, &chosen, with_hooks);
        tell(setting, &outcome);
        if session.halted().is_some() {
            return Exit::Misuse;
        }
        outcome
    };
    let text = sources::sources(&project, &outcome).to_string();
    let written = match output {
        Some(path) => project.write(path, &text),
        None => artifact::write(&project, &[("sources.json", text)]),
    };
    let manifest = || artifact::write(&project, &[("manifest.json", manifest::manifest(&project, &[]))]);
    if let Err(error) = written.and_then(|()| manifest()) {
        setting.complain(&format!("error: {error}"));
        return Exit::Misuse;
    }
    let checked = outcome.sources.iter().map(|checked| &checked.result);
    let mut results = checked.chain(outcome.hooks.iter().map(|(_, result)| result));
    if results.any(|result| result.status.is_failure()) { Exit::Failed } else { Exit::Fine }
}

fn tell(setting: &Setting, outcome: &FreshnessOutcome) {
    let failed = outcome.sources.iter().filter(|checked| checked.result.status == Status::Error);
    for checked in failed {
        let (node, result) = (checked.label.clone(), Box::new(checked.result.clone()));
        setting.listener.notice(&Event::Failure { node, result });
    }
    setting.listener.notice(&Event::Message { text: "Done.".to_owned(), info: true });
}
