//! Snapshots: blocks of `.sql` files, and entries of property files that name a relation.

use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::base::data::Data;
use crate::base::source::Place;
use crate::compile::parse::resources::{blank, complete};
use crate::compile::parse::sources::folders;
use crate::compile::parse::{Draft, Reading};
use crate::compile::project::Package;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::syntax::Origin;
use crate::jinja::syntax::blocks::{Block, BlockKind, scan};
use crate::project::files::{FileKind, ProjectFile, hex};
use crate::project::properties::resource::ResourceProperties;
use crate::project::properties::{PropertyFile, Section};

/// Makes a node of every snapshot.
pub(super) fn read(reading: &Reading, findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let mut nodes: Vec<(&Package, Node)> = Vec::new();
    for (package, files) in reading.packages() {
        for file in files.iter().filter(|file| file.kind == FileKind::Snapshot) {
            let origin = Origin::at(file.file, file.stripped);
            let blocks = scan(&file.text, &origin, findings);
            let snapshots = blocks.into_iter().filter(|block| block.kind == BlockKind::Snapshot);
            nodes.extend(snapshots.map(|block| (package, of_block(package, file, &block))));
        }
    }
    for (index, file) in &reading.properties {
        let Some(package) = reading.loaded.packages.get(*index) else { continue };
        for (section, properties) in &file.resources {
            if let (Section::Snapshots, Some(relation)) = (section, &properties.relation) {
                let mut node = of_entry(package, file, properties, relation);
                // dbt takes an entry for changed when its file is.
                let text = reading.sources.get(file.file).map(|source| source.text.clone());
                node.checksum = hex(&Sha256::digest(text.unwrap_or_default().trim().as_bytes()));
                nodes.push((package, node));
            }
        }
    }
    let read: Vec<(Option<Draft>, Vec<Diagnostic>)> = nodes
        .into_par_iter()
        .map(|(package, node)| {
            let mut own = Vec::new();
            let draft = complete(reading, package, Section::Snapshots, node, &mut own);
            own.extend(draft.as_ref().and_then(misconfigured));
            (draft, own)
        })
        .collect();
    read.into_iter()
        .filter_map(|(draft, own)| {
            findings.extend(own);
            draft
        })
        .collect()
}

/// Makes the node of a block: its body is the template, its file a step of its fqn.
fn of_block(package: &Package, file: &ProjectFile, block: &Block) -> Node {
    let mut node = blank(package, file, ResourceType::Snapshot, &block.name);
    let body = file.text.get(block.body.clone()).unwrap_or_default();
    let stripped = body.len() - body.trim_start().len();
    let stem = file.resource_path.rsplit('/').next().unwrap_or_default();
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    node.fqn.insert(node.fqn.len().saturating_sub(1), stem.to_owned());
    node.place = Origin::at(file.file, file.stripped).place(block.header.clone());
    node.raw_offset = file.stripped + block.body.start + stripped;
    node.raw_code = Arc::from(body.trim());
    node.checksum = hex(&Sha256::digest(body.trim().as_bytes()));
    node
}

/// What stands in front of the relation in the template of an entry.
const SELECT_ALL: &str = "select * from {{ ";

/// Makes the node of an entry: it selects all of the relation.
fn of_entry(
    package: &Package,
    file: &PropertyFile,
    properties: &ResourceProperties,
    (relation, start): &(String, usize),
) -> Node {
    let name = properties.name.as_str();
    let base = file.path.rsplit('/').next().unwrap_or_default();
    let made_up = ProjectFile {
        kind: FileKind::Snapshot,
        path: file.path.clone(),
        resource_path: format!("{base}/{name}.sql"),
        disk_path: std::path::PathBuf::new(),
        file: file.file,
        text: format!("{SELECT_ALL}{relation} }}}}").into(),
        stripped: 0,
        checksum: String::new(),
    };
    let mut node = blank(package, &made_up, ResourceType::Snapshot, name);
    node.fqn = [package.name.clone()].into_iter().chain(folders(&file.resource_path)).collect();
    node.fqn.push(name.to_owned());
    node.place = properties.place;
    // So that the relation's bytes are where the file has them.
    node.raw_offset = start.saturating_sub(SELECT_ALL.len());
    node
}

/// Finds what a snapshot lacks, and what contradicts itself.
fn misconfigured(draft: &Draft) -> Option<Diagnostic> {
    let node = &draft.node;
    let config = &node.config;
    // A template that could not be rendered was told already, and told nothing of the configuration.
    if config.boolean("enabled") == Some(false) || draft.template.is_none() {
        return None;
    }
    let given = |key: &str| config.get(key).filter(|value| is_given(value));
    let place = draft.configured_at.unwrap_or(node.place);
    let name = node.name.as_str();
    let (code, message, cure) = match config.text("strategy") {
        None => missing(name, "strategy", "say `strategy='timestamp'` or `strategy='check'`"),
        Some(_) if given("unique_key").is_none() => {
            missing(name, "unique_key", "name the column or the list of columns that tells rows apart")
        }
        Some("check") if given("check_cols").is_none() => {
            missing(name, "check_cols", "list the columns to compare, or say `check_cols='all'`")
        }
        Some("check") if config.text("check_cols").is_some_and(|columns| columns != "all") => {
            let text = config.text("check_cols").unwrap_or_default();
            let message = format!("`check_cols` of the snapshot `{name}` is `{text}`");
            (codes::INVALID_VALUE, message, "it is a list of columns, or `all`")
        }
        Some("timestamp") if given("updated_at").is_none() => {
            missing(name, "updated_at", "name the column that tells when a row was changed")
        }
        Some("timestamp") if given("check_cols").is_some() => {
            let message = format!("the snapshot `{name}` has the strategy `timestamp`, and `check_cols`");
            (codes::INVALID_VALUE, message, "leave `check_cols` out, or say `strategy='check'`")
        }
        _ => return materialized(node, place),
    };
    Some(Diagnostic::at(code, place, message).hint(cure))
}

/// Tells whether a value says something: nothing, and an empty text or list, do not.
fn is_given(value: &Data) -> bool {
    match value {
        Data::Null => false,
        Data::Str(text) => !text.is_empty(),
        Data::List(items) => !items.is_empty(),
        _ => true,
    }
}

fn missing(name: &str, key: &str, cure: &'static str) -> (&'static codes::Code, String, &'static str) {
    (codes::MISSING_KEY, format!("the snapshot `{name}` has no `{key}`"), cure)
}

/// Finds a materialization that no snapshot has.
fn materialized(node: &Node, place: Place) -> Option<Diagnostic> {
    let wrong = Some(node.materialization()).filter(|name| *name != "snapshot")?;
    let message = format!("the snapshot `{}` is materialized as `{wrong}`", node.name);
    Some(Diagnostic::at(codes::INVALID_VALUE, place, message).hint("leave `materialized` out"))
}
