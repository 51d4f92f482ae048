//! Exposures and groups, which property files define.

use std::collections::HashMap;

use crate::base::data::{Data, DataMap};
use crate::base::source::Place;
use crate::base::text::Span;
use crate::compile::context::Recorder;
use crate::compile::parse::sources::folders;
use crate::compile::parse::{Draft, Reading, resources, unrendered};
use crate::compile::project::{Group, Package};
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{Detail, Node, Reference, ResourceType};
use crate::jinja::eval::render;
use crate::jinja::syntax::{Origin, parse};
use crate::project::config::Config;
use crate::project::config_tree;
use crate::project::properties::PropertyFile;
use crate::project::properties::exposure::ExposureProperties;

/// Makes a node of every exposure.
pub(super) fn read(reading: &Reading, findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (index, file) in &reading.properties {
        let Some(package) = reading.loaded.packages.get(*index) else { continue };
        for exposure in &file.exposures {
            let node = node(reading, package, file, exposure, findings);
            drafts.push(Draft::new(node));
        }
    }
    drafts
}

fn node(
    reading: &Reading,
    package: &Package,
    file: &PropertyFile,
    exposure: &ExposureProperties,
    findings: &mut Vec<Diagnostic>,
) -> Node {
    let mut fqn = vec![package.name.clone()];
    fqn.extend(folders(&file.resource_path));
    fqn.push(exposure.name.clone());
    let mut node = Node::defined(ResourceType::Exposure, &package.name, &exposure.name, exposure.place);
    node.config = configure(reading, package, ("exposures", &fqn), &exposure.config);
    node.unrendered_config = unrendered::gather(reading, package, "exposures", &fqn, &[&exposure.config]);
    node.tags = node.config.texts("tags");
    node.fqn = fqn;
    node.path.clone_from(&file.resource_path);
    node.original_file_path.clone_from(&file.path);
    node.description.clone_from(&exposure.description);
    node.detail = Detail::Exposure(exposure.clone());
    let metrics = exposure.depends_on.iter().filter_map(|(text, _)| metric(text));
    node.depends_on = metrics.map(|name| format!("metric.{}.{name}", package.name)).collect();
    node.references = references(reading, &node, exposure, findings);
    node
}

/// Puts together what the projects' trees and a property file say of a node that the file defines.
pub(super) fn configure(
    reading: &Reading,
    package: &Package,
    (key, fqn): (&str, &[String]),
    own: &DataMap,
) -> Config {
    let mut config = Config::default();
    let tree = |config: &mut Config, package: &Package| {
        let values = package.definition.tree(key).map(|tree| config_tree::walk(tree, fqn));
        for value in values.unwrap_or_default() {
            config.merge(&value.key, value.value);
        }
    };
    tree(&mut config, package);
    config.merge_all(own);
    if let Some(root) = reading.root().filter(|root| root.name != package.name) {
        tree(&mut config, root);
    }
    config
}

/// Returns the name in a call of `metric`.
fn metric(text: &str) -> Option<&str> {
    let call = text.trim().trim_start_matches("{{").trim_end_matches("}}").trim();
    let name = call.strip_prefix("metric")?.trim().strip_prefix('(')?.strip_suffix(')')?.trim();
    name.strip_prefix(['\'', '"'])?.strip_suffix(['\'', '"'])
}

/// Reads the calls of `ref` and `source` that an exposure names.
fn references(
    reading: &Reading,
    node: &Node,
    exposure: &ExposureProperties,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Reference> {
    let recorder = Recorder::default();
    for (text, place) in exposure.depends_on.iter().filter(|(text, _)| metric(text).is_none()) {
        record(reading, node, &recorder, (text, *place), findings);
    }
    recorder.references.take()
}

/// Records what a text refers to that is a call of `ref` or its kin.
pub(super) fn record(
    reading: &Reading,
    node: &Node,
    recorder: &Recorder,
    (text, place): (&str, Place),
    findings: &mut Vec<Diagnostic>,
) {
    let names = resources::parse_environment(reading, node, recorder);
    let call = text.trim().trim_start_matches("{{").trim_end_matches("}}").trim();
    let source = format!("{{{{ {call} }}}}");
    let origin = Origin::runs(place.file, &[(0, place.span.start)], 0);
    let result = parse(&source, &origin, false)
        .and_then(|template| render(&names, &template).map_err(|error| Box::new(error.to_diagnostic())));
    if result.is_err() || !["ref", "source"].iter().any(|kind| call.starts_with(kind)) {
        let finding = Diagnostic::at(codes::INVALID_VALUE, place, "this must be a call of ref or source");
        findings.push(finding.hint("write `- ref('model')` or `- source('source', 'table')`"));
    }
    for reference in recorder.references.borrow_mut().iter_mut() {
        if reference.place.is_none_or(|found| found.file != place.file || found.span == Span::new(0, 0)) {
            reference.place = Some(place);
        }
    }
}

/// Returns all groups. A model of a group that is not there is a finding, as is a repeated name.
pub(super) fn groups(reading: &Reading, drafts: &[Draft], findings: &mut Vec<Diagnostic>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut seen: HashMap<(String, String), Place> = HashMap::new();
    for (index, file) in &reading.properties {
        let Some(package) = reading.loaded.packages.get(*index) else { continue };
        for properties in &file.groups {
            let key = (package.name.clone(), properties.name.clone());
            if let Some(other) = seen.insert(key, properties.place) {
                let message = format!("found two groups with the name `{}`", properties.name);
                let finding = Diagnostic::at(codes::DUPLICATE_NAME, properties.place, message);
                findings.push(finding.also(other, "the other one"));
            }
            let mut fqn = vec![package.name.clone()];
            fqn.extend(folders(&file.resource_path));
            fqn.push(properties.name.clone());
            let own = DataMap::from_iter([("meta".to_owned(), Data::Map(properties.meta.clone()))]);
            groups.push(Group {
                // dbt takes groups for models here.
                config: configure(reading, package, ("models", &fqn), &own).values().clone(),
                package: package.name.clone(),
                path: file.resource_path.clone(),
                original_file_path: file.path.clone(),
                properties: properties.clone(),
            });
        }
    }
    for Draft { node, .. } in drafts.iter().filter(|draft| draft.node.config.is_enabled()) {
        let Some(group) = node.config.get("group").and_then(Data::as_str) else { continue };
        let known = groups.iter().filter(|known| known.package == node.package);
        let known: Vec<&str> = known.map(|known| known.properties.name.as_str()).collect();
        if !known.contains(&group) && node.resource_type != ResourceType::Test {
            let message = format!("`{}` belongs to the group `{group}`, which is not there", node.name);
            let finding = Diagnostic::at(codes::UNKNOWN_GROUP, node.place, message);
            findings.push(
                finding
                    .hint_nearest(group, known)
                    .hint(format!("add `groups: [{{name: {group}, owner: ...}}]`")),
            );
        }
    }
    groups
}
