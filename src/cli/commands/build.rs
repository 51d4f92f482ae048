//! `build`, `run`, `test`, `seed`, `snapshot`, `clone`: running nodes, artifacts, exit code.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::adapter::{self, Access};
use crate::artifact;
use crate::artifact::run_results::run_results;
use crate::cli::args::{Kinds, Selection};
use crate::cli::commands::show;
use crate::cli::dry_run::Statements;
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::kinds::Taken;
use crate::cli::session::Setting;
use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};
use crate::run::events::{Event, Listener};
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

    /// Returns the kinds of nodes that are run.
    fn kinds(self) -> &'static [ResourceType] {
        use ResourceType::{Exposure, Function, Model, SavedQuery, Seed, Snapshot, Test, UnitTest};
        match self {
            Kind::Build => &[Model, Seed, Snapshot, Test, UnitTest, Function, Exposure, SavedQuery],
            Kind::Run => &[Model],
            Kind::Test => &[Test, UnitTest],
            Kind::Seed => &[Seed],
            Kind::Snapshot => &[Snapshot],
            Kind::Clone => &[Model, Seed, Snapshot],
        }
    }
}

/// What single ones of the commands are asked beside.
#[derive(Debug, Default)]
pub(super) struct More {
    /// Kinds of nodes to take, or to leave out.
    pub(super) kinds: Kinds,
    /// Whether rows of the seeds are shown.
    pub(super) shows: bool,
}

/// Runs the command.
pub(super) fn run(setting: &Setting, kind: Kind, selection: &Selection, more: &More) -> Exit {
    let project = match setting.read(kind.which(), Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let environment = &setting.surroundings.environment;
    let kinds = match Taken::settle(&more.kinds, environment, kind.kinds(), kind.kinds()) {
        Ok(kinds) => kinds,
        Err(error) => {
            setting.complain(&format!("error: {error}"));
            return Exit::Misuse;
        }
    };
    let takes = |node: &Node| kinds.has(node.resource_type) && !node.is_empty();
    let chosen = match setting.select(&project, selection, takes) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    carry_out(setting, &project, kind, &chosen, None, more.shows)
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
    carry_out(setting, &project, kind, &chosen, Some(past), false)
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
    shows: bool,
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
            if shows {
                show::seeds(setting, &session, &outcome);
            }
            if setting.flags.is_on("dry_run") {
                let failed = outcome.results.iter().any(|(_, result)| result.status.is_failure());
                return if failed { Exit::Failed } else { Exit::Fine };
            }
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

/// Tells how many nodes are run, and how many at the same time.
pub(super) fn tell_concurrency(setting: &Setting, project: &Project, nodes: usize) {
    let target = &project.invocation.target;
    let (threads, target) = (target.threads, target.name.clone());
    setting.listener.notice(&Event::Concurrency { threads, target, nodes });
}

/// Opens a session that ctrl-C stops.
pub(super) fn open(setting: &Setting, project: &Arc<Project>, access: Access) -> Result<Arc<Session>, Exit> {
    let is_dry = setting.flags.is_on("dry_run");
    let opened = if is_dry {
        Ok(adapter::dry(&project.invocation.target))
    } else {
        adapter::open(&project.invocation.target, access)
    };
    let adapter = opened.map_err(|error| {
        setting.complain(&format!("error: {error}"));
        Exit::Misuse
    })?;
    let listener: Arc<dyn Listener> =
        if is_dry { Arc::new(Statements::new(setting.clone())) } else { setting.listener.clone() };
    let session = Session::new(project.clone(), adapter, listener);
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
    let compiled: Vec<&NodeResult> = results.iter().copied().chain(&outcome.ephemeral).collect();
    let mut artifacts = artifact::of_project(project, &compiled);
    artifacts.push(("run_results.json", run_results(project, &results, outcome.seconds).to_string()));
    if let Err(error) = artifact::write(project, &artifacts) {
        setting.complain(&format!("error: {error}"));
        return Exit::Misuse;
    }
    exit
}
