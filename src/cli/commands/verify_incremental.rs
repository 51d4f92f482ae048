//! `verify-incremental`: proves that models built batch by batch are what they are when built whole.

use std::sync::Arc;

use crate::adapter::{self, Access};
use crate::cli::args::{Selection, Verification};
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::IndirectSelection;
use crate::report::{lines, table};
use crate::run::events::Event;
use crate::run::label;
use crate::run::verify::{Failure, Request, Verdict, verify};

/// Runs the command.
pub(super) fn run(setting: &Setting, selection: &Selection, asked: &Verification) -> Exit {
    let mut project = match setting.read("verify-incremental", Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let takes =
        |node: &Node| node.resource_type == ResourceType::Model && node.materialization() == "incremental";
    let chosen = match setting.select_with(&project, selection, IndirectSelection::Empty, takes) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    if chosen.is_empty() {
        setting.complain("error: no incremental model is selected");
        return Exit::Misuse;
    }
    let adapter = match adapter::open(&project.invocation.target, Access::Write) {
        Ok(adapter) => adapter,
        Err(error) => {
            setting.complain(&format!("error: {error}"));
            return Exit::Misuse;
        }
    };
    let request = Request {
        batches: usize::from(asked.batches),
        by: asked.by.clone(),
        ignored: asked.ignore.iter().map(|name| name.to_lowercase()).collect(),
        keep: asked.keep,
    };
    let mut exit = Exit::Fine;
    for id in chosen {
        let name = project.nodes.get(&id).map(|node| node.name.clone()).unwrap_or_default();
        let verdict = verify(&mut project, &adapter, &setting.listener, &id, &request);
        if !tell(setting, &project, (&id, &name), verdict) {
            exit = Exit::Failed;
        }
    }
    exit
}

/// Tells what came of one proof; returns whether it holds.
fn tell(
    setting: &Setting,
    project: &Arc<crate::compile::project::Project>,
    (id, name): (&str, &str),
    verdict: Result<Verdict, Failure>,
) -> bool {
    let say = |text: String| setting.listener.notice(&Event::Output(text));
    let verdict = match verdict {
        Ok(verdict) => verdict,
        Err(Failure::Cannot(message)) => {
            setting.complain(&format!("error: {name}: {message}"));
            return false;
        }
        Err(Failure::Node(result)) => {
            if let Some(node) = project.nodes.get(id) {
                let node = label::label(project, node);
                setting.listener.notice(&Event::Failure { node, result });
            }
            return false;
        }
    };
    let batches = match verdict.batches {
        1 => "1 batch".to_owned(),
        count => format!("{count} batches"),
    };
    let rows = lines::plural(usize::try_from(verdict.rows).unwrap_or_default(), "row");
    let holds = verdict.differing == 0;
    if holds {
        say(format!("{name}: {rows}, the same in {batches} as built whole"));
    } else {
        let count = lines::plural(usize::try_from(verdict.differing).unwrap_or_default(), "row");
        say(format!(
            "{name}: {count} differ between {batches} and building it whole\n\
             (`difference`: how often the row is there more by batches than whole)\n{}",
            table::draw(&verdict.sample, None)
        ));
    }
    if let Some((incremental, whole)) = verdict.kept {
        say(format!("kept: {incremental} (by batches), {whole} (whole)"));
    }
    holds
}
