//! Registering the macros of all packages, the built-in ones included.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::source::SourceMap;
use crate::compile::load::Loaded;
use crate::diagnostic::{Diagnostic, codes};
use crate::jinja::core;
use crate::jinja::macros::{Macro, MacroRegistry};
use crate::jinja::syntax::Origin;
use crate::jinja::syntax::blocks::{BlockKind, scan};
use crate::project::files::FileKind;

/// Registers every macro. Those of projects are lowered at once, so that every error in them is found.
pub(super) fn register(
    loaded: &Loaded,
    sources: &SourceMap,
    findings: &mut Vec<Diagnostic>,
) -> Arc<MacroRegistry> {
    let dispatch =
        loaded.packages.last().map(|package| package.definition.dispatch.clone()).unwrap_or_default();
    let adapter = loaded.invocation.target.adapter.as_str();
    let mut registry = MacroRegistry::new(
        &loaded.invocation.project_name,
        adapter,
        core::internal_packages(adapter),
        dispatch,
    );
    let installed: BTreeSet<&str> = loaded.packages.iter().map(|package| package.name.as_str()).collect();
    // An installed package of the same name wins as a whole.
    for package in core::packages_for(adapter).filter(|package| !installed.contains(package.name)) {
        for file in package.files {
            let id = sources.add(format!("<{}>/{}", package.name, file.path), file.text);
            add_file(&mut registry, package.name, file.path, &file.text.into(), &Origin::at(id, 0), findings);
        }
    }
    for (package, files) in loaded.packages.iter().zip(&loaded.files) {
        for file in files.iter().filter(|file| file.kind == FileKind::Macro) {
            let origin = Origin::at(file.file, file.stripped);
            add_file(&mut registry, &package.name, &file.path, &file.text, &origin, findings);
        }
    }
    let own: Vec<&Arc<Macro>> =
        registry.all().into_iter().filter(|entry| installed.contains(entry.package.as_str())).collect();
    let broken: Vec<Diagnostic> =
        own.par_iter().filter_map(|entry| entry.definition().err().cloned()).collect();
    findings.extend(broken);
    Arc::new(registry)
}

fn add_file(
    registry: &mut MacroRegistry,
    package: &str,
    path: &str,
    text: &Arc<str>,
    origin: &Origin,
    findings: &mut Vec<Diagnostic>,
) {
    for block in scan(text, origin, findings) {
        if !matches!(block.kind, BlockKind::Macro | BlockKind::Test | BlockKind::Materialization) {
            continue;
        }
        let entry = Macro::new(package, path, text, block, origin);
        let (name, place) = (entry.name.clone(), entry.place());
        if let Some(old) = registry.add(entry) {
            let message = format!("the package `{package}` has two macros named `{name}`");
            let finding =
                Diagnostic::at(codes::DUPLICATE_NAME, place, message).also(old.place(), "the other one");
            findings.push(finding.hint("rename or remove one of them"));
        }
    }
}
