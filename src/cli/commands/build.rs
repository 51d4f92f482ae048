//! `build`, `run`, `test`, `seed`, `snapshot`, `clone`: running nodes, artifacts, exit code.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::adapter::{self, Access};
use crate::artifact::semantic_manifest::semantic_manifest;
use crate::artifact::{self, manifest, run_results};
use crate::cli::args::Selection;
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::session::Setting;
use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};
use crate::run::events::Event;
use crate::run::nodes::{Action, Asked, RunOutcome, run as run_nodes};
use crate::run::past::Past;
use crate::run::result::NodeResult;
use crate::run::session::Session;

/// Which of the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Build,
    Run,
    Test,
    Seed,
    Snapshot,
    Clone,
}

impl Kind {
    fn which(self) -> &'static str {
        match self {
            Kind::Build => "build",
            Kind::Run => "run",
            Kind::Test => "test",
            Kind::Seed => "seed",
            Kind::Snapshot => "snapshot",
            Kind::Clone => "clone",
        }
    }

    fn takes(self, node: &Node) -> bool {
        match self {
            Kind::Build => {
                use ResourceType::{Function, Model, Seed, Snapshot, Test, UnitTest};
                matches!(node.resource_type, Model | Seed | Snapshot | Test | UnitTest | Function)
                    && !node.is_empty()
                    || node.resource_type.is_no_op()
            }
            Kind::Run => node.resource_type == ResourceType::Model && !node.is_empty(),
            Kind::Test => node.resource_type.is_test(),
            Kind::Seed => node.resource_type == ResourceType::Seed,
            Kind::Snapshot => node.resource_type == ResourceType::Snapshot,
            Kind::Clone => node.resource_type.is_refable() && !node.is_empty(),
        }
    }
}

/// Runs the command.
pub(super) fn run(setting: &Setting, kind: Kind, selection: &Selection) -> Exit {
    let project = match setting.read(kind.which(), Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let chosen = match setting.select(&project, selection, |node| kind.takes(node)) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    carry_out(setting, &project, kind, &chosen, None)
}

/// Runs what is left of an earlier invocation.
pub(super) fn again(setting: &Setting, kind: Kind, selection: &Selection, past: &Past) -> Exit {
    let project = match setting.read(kind.which(), Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let warned = setting.flags.is_on("warn_error");
    let (chosen, gone): (BTreeSet<String>, BTreeSet<String>) =
        past.left(warned).into_iter().partition(|id| project.nodes.get(id).is_some());
    for id in gone {
        let text = format!("{id} was to be run, and is no part of the project any more");
        if let Err(exit) = setting.warn("NoNodesForSelectionCriteria", text) {
            return exit;
        }
    }
    if chosen.is_empty() {
        return nothing_left(setting, past);
    }
    carry_out(setting, &project, kind, &chosen, Some(past))
}

/// Says that there is nothing to go on with.
pub(super) fn nothing_left(setting: &Setting, past: &Past) -> Exit {
    let text = format!("Nothing to retry: every node that `{}` was to run came to a good end", past.command);
    setting.listener.notice(&Event::Message { text, info: true });
    Exit::Fine
}

/// Runs nodes, maybe those that an earlier run left to do.
fn carry_out(
    setting: &Setting,
    project: &Arc<Project>,
    kind: Kind,
    chosen: &BTreeSet<String>,
    past: Option<&Past>,
) -> Exit {
    if chosen.is_empty() {
        let text = "Nothing to do. Try checking your model configs and model specification args";
        if let Err(exit) = setting.warn("NothingToDo", text.to_owned()) {
            return exit;
        }
        return finish(setting, project, &RunOutcome::default());
    }
    let action = match kind {
        Kind::Build => Action::Build,
        Kind::Clone => Action::Clone,
        _ => Action::Run,
    };
    let session = match open(setting, project, Access::Write) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    if let Some(past) = past {
        session.go_on_with(past.earlier());
    }
    // What is built anew needs no look at what is there.
    let looks = !setting.flags.is_on("full_refresh");
    let in_doubt = past.filter(|_| looks).map(|past| past.in_doubt().clone()).unwrap_or_default();
    let asked = Asked { action, fail_fast: setting.flags.is_on("fail_fast"), in_doubt };
    match run_nodes(&session, chosen, &asked) {
        Ok(outcome) => {
            let interrupted = session.halted().is_some();
            setting.listener.notice(&Event::Summary { results: outcome.results.clone(), interrupted });
            let database = outcome.database_seconds();
            let work: f64 = outcome.results.iter().map(|(_, result)| result.seconds).sum();
            let share = if work > 0.0 { 100.0 * database / work } else { 0.0 };
            setting.listener.notice(&Event::Message {
                text: format!(
                    "{database:.2} s of {work:.2} s of work were spent inside the database ({share:.0} %), {:.2} s in all",
                    outcome.seconds
                ),
                info: false,
            });
            let exit = finish(setting, project, &outcome);
            if interrupted { Exit::Misuse } else { exit }
        }
        Err(error) => {
            setting.complain(&format!("error: {}", error.message));
            Exit::Misuse
        }
    }
}

/// Opens a session that ctrl-C stops.
pub(super) fn open(setting: &Setting, project: &Arc<Project>, access: Access) -> Result<Arc<Session>, Exit> {
    let adapter = adapter::open(&project.invocation.target, access).map_err(|error| {
        setting.complain(&format!("error: {error}"));
        Exit::Misuse
    })?;
    let session = Session::new(project.clone(), adapter, setting.listener.clone());
    let session = Arc::new(session.map_err(|finding| {
        setting.report(&mut vec![*finding]);
        Exit::Misuse
    })?);
    interrupt::stop_first(&session);
    Ok(session)
}

/// Writes the artifacts and decides the exit code.
pub(super) fn finish(setting: &Setting, project: &Project, outcome: &RunOutcome) -> Exit {
    let results: Vec<&NodeResult> = outcome.results.iter().map(|(_, result)| result).collect();
    let exit =
        if results.iter().any(|result| result.status.is_failure()) { Exit::Failed } else { Exit::Fine };
    if !setting.flags.is_on("write_json") {
        return exit;
    }
    let artifacts = [
        ("manifest.json", manifest::manifest(project, &results)),
        ("semantic_manifest.json", semantic_manifest(project).to_string()),
        ("run_results.json", run_results::run_results(project, &results, outcome.seconds).to_string()),
    ];
    if let Err(error) = artifact::write(project, &artifacts) {
        setting.complain(&format!("error: {error}"));
        return Exit::Misuse;
    }
    exit
}
