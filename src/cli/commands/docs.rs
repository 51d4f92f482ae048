//! `docs generate`: what the database tells of the project's relations, beside the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::adapter::Access;
use crate::artifact::{self, catalog};
use crate::cli::args::{Docs, Selection};
use crate::cli::commands::build;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};
use crate::run::events::Event;
use crate::run::nodes::{Asked, run as run_nodes};
use crate::run::relation_catalog::{self, Facts};
use crate::run::session::Session;

/// Runs the command.
pub(super) fn run(setting: &Setting, asked: &Docs) -> Exit {
    let Docs::Generate { selection, no_compile, empty_catalog, .. } = asked;
    let project = match setting.read("generate", Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let session = match build::open(setting, &project, Access::Read) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    if !no_compile {
        let exit = compile(setting, &project, &session, selection);
        if exit != Exit::Fine {
            setting.complain("error: compile failed due to errors in project, cannot generate docs");
            return exit;
        }
    }
    let chosen = match setting.select(&project, selection, has_relation) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    let facts = if *empty_catalog {
        Facts::default()
    } else {
        say(setting, "Building catalog".to_owned());
        relation_catalog::read(&session, &places(&project, &chosen))
    };
    for error in &facts.errors {
        setting.complain(&format!("error: {error}"));
    }
    let text = catalog::catalog(&project, &facts, &chosen).to_string();
    if let Err(error) = artifact::write(&project, &[("catalog.json", text)]) {
        setting.complain(&format!("error: {error}"));
        return Exit::Misuse;
    }
    let path = project.target_folder().join("catalog.json");
    say(setting, format!("Catalog written to {}", path.display()));
    if facts.errors.is_empty() { Exit::Fine } else { Exit::Failed }
}

fn say(setting: &Setting, text: String) {
    setting.listener.notice(&Event::Message { text, info: true });
}

/// Compiles the chosen nodes, so that the manifest holds their SQL.
fn compile(setting: &Setting, project: &Arc<Project>, session: &Arc<Session>, selection: &Selection) -> Exit {
    use ResourceType::{Analysis, Function, Model, Seed, Snapshot, Test};
    let compiles = |node: &Node| {
        matches!(node.resource_type, Model | Test | Analysis | Function | Seed | Snapshot) && !node.is_empty()
    };
    let chosen = match setting.select(project, selection, compiles) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    match run_nodes(session, &chosen, &Asked::compile()) {
        Ok(outcome) => build::finish(setting, project, &outcome),
        Err(error) => {
            setting.complain(&format!("error: {}", error.message));
            Exit::Misuse
        }
    }
}

/// Tells whether a node may be a relation of the database.
fn has_relation(node: &Node) -> bool {
    let stores = node.resource_type == ResourceType::Test && node_value::relation_name(node).is_some();
    node.source().is_some() || (node.resource_type.is_refable() && !node.is_ephemeral()) || stores
}

/// Returns the schemas that nodes lie in, by database.
fn places(project: &Project, chosen: &BTreeSet<String>) -> BTreeMap<String, BTreeSet<String>> {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in chosen.iter().filter_map(|id| project.nodes.get(id)) {
        places.entry(node.database.clone()).or_default().insert(node.schema.clone());
    }
    places
}
