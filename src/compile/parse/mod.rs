//! Reading the whole project: macros, property files, resources, tests, names, references. All findings in one pass.

mod checks;
mod contracts;
mod deprecations;
mod docs;
mod exposures;
mod functions;
mod generic_tests;
mod hooks;
mod keys;
mod macros;
mod microbatch;
mod names;
mod resources;
mod semantics;
mod snapshots;
mod sources;
mod unit_tests;
mod unrendered;
mod versions;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::clock::Surroundings;
use crate::base::source::{FileId, Place, SourceMap};
use crate::compile::context;
use crate::compile::deferral::Deferral;
use crate::compile::load::{LoadError, Loaded, load};
use crate::compile::project::{Options, Package, Project};
use crate::compile::yaml_text;
use crate::diagnostic::Diagnostic;
use crate::graph::build::{Graph, Resolver, resolve_all};
use crate::graph::cycle;
use crate::graph::nodes::{Node, Nodes};
use crate::jinja::core;
use crate::jinja::macros::MacroRegistry;
use crate::jinja::syntax::tree::Template;
use crate::project::files::{FileKind, ProjectFile};
use crate::project::properties::version::Version;
use crate::project::properties::{self, PropertyFile, Section};
use crate::yaml;

/// What the steps of reading share.
pub(super) struct Reading {
    loaded: Loaded,
    sources: Arc<SourceMap>,
    macros: Arc<MacroRegistry>,
    /// Property files with the package they belong to.
    properties: Vec<(usize, PropertyFile)>,
    /// Where each described resource stands: file and entry, by section and name.
    described: HashMap<(Section, String), Vec<(usize, usize)>>,
    /// The files that define versions of models, by package and file: the property file's path and the version.
    versions: HashMap<(String, FileId), (String, Version)>,
}

/// A node with what parsing found out about it.
pub(super) struct Draft {
    node: Node,
    template: Option<Arc<Template>>,
    /// Where its template told of its configuration last.
    configured_at: Option<Place>,
    /// Whether it is a test that takes no part because its model takes none.
    left_out: bool,
}

impl Draft {
    fn new(node: Node) -> Self {
        Self { node, template: None, configured_at: None, left_out: false }
    }
}

/// Reads a project. `None` means that a finding of error severity stands in the way.
pub fn read(
    options: Options,
    surroundings: &Surroundings,
    sources: &Arc<SourceMap>,
    findings: &mut Vec<Diagnostic>,
) -> Result<Project, LoadError> {
    let loaded = load(options, surroundings, sources, findings)?;
    let macros = macros::register(&loaded, sources, findings);
    let properties = read_properties(&loaded, findings);
    let described = index(&properties);
    let versions = versions::assign(&loaded, &properties, findings);
    let mut reading = Reading { loaded, sources: sources.clone(), macros, properties, described, versions };

    let mut drafts = resources::read(&reading, findings);
    drafts.extend(snapshots::read(&reading, findings));
    drafts.extend(sources::read(&reading, findings));
    drafts.extend(exposures::read(&reading, findings));
    names::assign(&reading, &mut drafts, findings);
    let tests = generic_tests::read(&reading, &drafts, findings);
    let first_test = drafts.len();
    drafts.extend(tests);
    names::assign(&reading, drafts.get_mut(first_test..).unwrap_or_default(), findings);
    let unit_tests = unit_tests::read(&reading, &drafts, findings);
    drafts.extend(unit_tests);
    checks::unmatched_properties(&reading, &drafts, findings);
    checks::unused_config_paths(&reading, &drafts, findings);
    checks::repeated_properties(&reading, findings);
    checks::names_and_types(&reading, &drafts, findings);
    contracts::check(&reading, &mut drafts, findings);
    drafts.extend(semantics::read(&reading, findings));
    drafts.extend(hooks::read(&reading, findings));

    let dialect = core::dialect(&reading.loaded.invocation.target.adapter);
    let quoting = reading.root().map_or(dialect.quoting, |root| root.quoting(dialect.quoting));
    for draft in &mut drafts {
        draft.node.adapter = dialect.adapter;
        draft.node.quoting = quoting;
    }
    let docs = docs::read(&reading, findings);
    docs::describe(&mut reading, &docs, &mut drafts, findings);
    let groups = exposures::groups(&reading, &drafts, findings);

    let (mut nodes, templates) = collect(drafts, findings);
    let invocation = &reading.loaded.invocation;
    let own_first = invocation.options.flags.is_on("require_ref_searches_node_package_before_root");
    let resolver = Resolver::new(&nodes, &invocation.project_name, own_first);
    resolve_all(&mut nodes, &resolver, findings);
    semantics::complete(&mut nodes);
    generic_tests::complete(&mut nodes);
    microbatch::check(&reading, &mut nodes, findings);
    keys::assign(&mut nodes);
    let graph = Graph::new(&nodes);
    findings.extend(cycle::find(&graph, &nodes, &resolver));
    checks::duplicate_relations(&nodes, findings);
    checks::access(&reading, &nodes, &resolver, findings);
    checks::shared_names(&reading, &nodes, findings);
    deprecations::check(&nodes, reading.loaded.invocation.started_at, findings);

    let mut macro_properties = Vec::new();
    for (package, file) in reading.properties {
        let name =
            reading.loaded.packages.get(package).map(|package| package.name.clone()).unwrap_or_default();
        macro_properties
            .extend(file.macros.into_iter().map(|described| (name.clone(), file.path.clone(), described)));
    }
    Ok(Project {
        invocation: reading.loaded.invocation,
        sources: sources.clone(),
        packages: reading.loaded.packages,
        macros: reading.macros,
        macro_properties,
        nodes,
        resolver,
        graph,
        templates,
        docs,
        groups,
        selectors: reading.loaded.selectors,
        deferral: Deferral::default(),
    })
}

/// Indexes what property files describe.
fn index(properties: &[(usize, PropertyFile)]) -> HashMap<(Section, String), Vec<(usize, usize)>> {
    let mut index: HashMap<(Section, String), Vec<(usize, usize)>> = HashMap::new();
    for (file_at, (_, file)) in properties.iter().enumerate() {
        for (entry_at, (section, resource)) in file.resources.iter().enumerate() {
            index.entry((*section, resource.name.clone())).or_default().push((file_at, entry_at));
        }
    }
    index
}

impl Reading {
    fn packages(&self) -> impl Iterator<Item = (&Package, &Vec<ProjectFile>)> {
        self.loaded.packages.iter().zip(&self.loaded.files)
    }

    fn root(&self) -> Option<&Package> {
        self.loaded.packages.last()
    }
}

/// Reads the property files of all packages in parallel.
fn read_properties(loaded: &Loaded, findings: &mut Vec<Diagnostic>) -> Vec<(usize, PropertyFile)> {
    let files: Vec<(usize, &ProjectFile)> = loaded
        .files
        .iter()
        .enumerate()
        .flat_map(|(package, files)| files.iter().map(move |file| (package, file)))
        .filter(|(_, file)| file.kind == FileKind::Properties)
        .collect();
    let read: Vec<_> = files
        .par_iter()
        .map(|(index, file)| {
            let mut own = Vec::new();
            let (tree, more) = yaml::parse(file.file, &file.text_with_blanks());
            own.extend(more);
            let names = yaml_text::environment();
            let package =
                loaded.packages.get(*index).map(|package| package.name.as_str()).unwrap_or_default();
            context::properties(&names, &loaded.invocation, package);
            let collected = RefCell::new(Vec::new());
            let path = file.path.clone();
            let resource_path = file.resource_path.clone();
            let mut render = yaml_text::renderer(&names, &collected);
            let read = properties::read(&tree, file.file, path, resource_path, &mut render, &mut own);
            drop(render);
            own.extend(collected.into_inner());
            (*index, read, own)
        })
        .collect();
    read.into_iter()
        .map(|(index, file, own)| {
            findings.extend(own);
            (index, file)
        })
        .collect()
}

/// Sorts drafts into enabled and disabled nodes; a repeated id is a finding.
fn collect(drafts: Vec<Draft>, findings: &mut Vec<Diagnostic>) -> (Nodes, HashMap<String, Arc<Template>>) {
    let mut nodes = Nodes::default();
    let mut templates = HashMap::new();
    for Draft { node, template, left_out, .. } in drafts {
        if left_out {
            nodes.left_out.insert(node.unique_id.clone(), node);
            continue;
        }
        if !node.config.is_enabled() {
            nodes.disabled.insert(node.unique_id.clone(), node);
            continue;
        }
        if let Some(old) = nodes.enabled.get(&node.unique_id) {
            findings.push(checks::duplicate_name(old, &node));
            continue;
        }
        if let Some(template) = template {
            templates.insert(node.unique_id.clone(), template);
        }
        nodes.enabled.insert(node.unique_id.clone(), node);
    }
    nodes.enabled.sort_keys();
    (nodes, templates)
}
