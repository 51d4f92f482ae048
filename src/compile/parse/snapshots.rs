//! Snapshots: blocks of `.sql` files, and entries of property files that name a relation.

use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::base::data::Data;
use crate::compile::parse::resources::{blank, complete};
use crate::compile::parse::sources::folders;
use crate::compile::parse::{Draft, Reading};
use crate::compile::project::Package;
use crate::diagnostic::Diagnostic;
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::syntax::Origin;
use crate::jinja::syntax::blocks::{Block, BlockKind, scan};
use crate::project::files::{FileKind, ProjectFile, hex};
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
            let relation = properties.kept.get("relation").and_then(Data::to_text);
            if let (Section::Snapshots, Some(relation)) = (section, relation) {
                nodes.push((package, of_entry(package, file, &properties.name, &relation)));
            }
        }
    }
    let read: Vec<(Option<Draft>, Vec<Diagnostic>)> = nodes
        .into_par_iter()
        .map(|(package, node)| {
            let mut own = Vec::new();
            (complete(reading, package, Section::Snapshots, node, &mut own), own)
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

/// Makes the node of an entry: it selects all of the relation.
fn of_entry(package: &Package, file: &PropertyFile, name: &str, relation: &str) -> Node {
    let base = file.path.rsplit('/').next().unwrap_or_default();
    let made_up = ProjectFile {
        kind: FileKind::Snapshot,
        path: file.path.clone(),
        resource_path: format!("{base}/{name}.sql"),
        disk_path: std::path::PathBuf::new(),
        file: file.file,
        text: format!("select * from {{{{ {relation} }}}}").into(),
        stripped: 0,
        checksum: String::new(),
    };
    let mut node = blank(package, &made_up, ResourceType::Snapshot, name);
    node.fqn = [package.name.clone()].into_iter().chain(folders(&file.resource_path)).collect();
    node.fqn.push(name.to_owned());
    node.checksum = hex(&Sha256::digest(made_up.text.as_bytes()));
    node
}
