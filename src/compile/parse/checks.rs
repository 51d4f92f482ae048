//! What can be wrong with a project as a whole: repeated names, repeated relations, properties of nothing.

use std::collections::HashMap;

use crate::base::data::Data;
use crate::base::source::Place;
use crate::compile::node_value::relation_name;
use crate::compile::parse::{Draft, Reading};
use crate::compile::yaml_text::is_template;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::build::{Resolution, Resolver};
use crate::graph::nodes::{Node, Nodes, ResourceType};
use crate::project::config_tree;
use crate::project::properties::Section;

/// The finding of two nodes with one id.
pub(super) fn duplicate_name(first: &Node, second: &Node) -> Diagnostic {
    let kind = first.resource_type.name();
    let message = format!("found two {kind}s with the name `{}`", first.name);
    Diagnostic::at(codes::DUPLICATE_NAME, second.place, message)
        .also(first.place, "the other one")
        .hint(format!("rename or remove one of them: `ref` and selections go by the name of a {kind}"))
}

/// Finds nodes that would be written to one relation.
pub(super) fn duplicate_relations(nodes: &Nodes, findings: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, &Node> = HashMap::new();
    let written = |node: &&Node| {
        matches!(node.resource_type, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot)
    };
    for node in nodes.enabled.values().filter(written) {
        let Some(relation) = relation_name(node) else { continue };
        if let Some(first) = seen.insert(relation.clone(), node) {
            let message =
                format!("two resources would be written to {relation}: `{}` and `{}`", first.name, node.name);
            let finding = Diagnostic::at(codes::DUPLICATE_RELATION, node.place, message)
                .also(first.place, "the other one");
            findings.push(finding.hint("give one of them another `alias` or `schema`"));
        }
    }
}

/// Warns of properties that describe a resource that does not exist.
pub(super) fn unmatched_properties(reading: &Reading, drafts: &[Draft], findings: &mut Vec<Diagnostic>) {
    let mut by_name: HashMap<&str, Vec<&Node>> = HashMap::new();
    for draft in drafts {
        by_name.entry(draft.node.name.as_str()).or_default().push(&draft.node);
    }
    for (_, file) in &reading.properties {
        for (section, properties) in &file.resources {
            let wanted = match section {
                Section::Models => ResourceType::Model,
                Section::Seeds => ResourceType::Seed,
                Section::Snapshots => ResourceType::Snapshot,
                Section::Analyses => ResourceType::Analysis,
                Section::DataTests => ResourceType::Test,
                Section::Functions => ResourceType::Function,
            };
            let named = || by_name.get(properties.name.as_str()).into_iter().flatten();
            if named().any(|node| node.resource_type == wanted) {
                continue;
            }
            let other = named().find(|node| node.resource_type != ResourceType::Source);
            let message = match other {
                Some(node) => format!(
                    "`{}` is a {}, but it is described in the `{}` section",
                    properties.name,
                    node.resource_type.name(),
                    section.key()
                ),
                None => format!(
                    "did not find a {} named `{}`, which is described here",
                    wanted.name(),
                    properties.name
                ),
            };
            let known = drafts.iter().map(|draft| &draft.node).filter(|node| node.resource_type == wanted);
            findings.push(
                Diagnostic::at(codes::UNMATCHED_PROPERTIES, properties.place, message)
                    .hint_nearest(&properties.name, known.map(|node| node.name.as_str())),
            );
        }
    }
}

/// Finds resources that one package describes twice.
pub(super) fn repeated_properties(reading: &Reading, findings: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<(usize, Section, &str), Place> = HashMap::new();
    for (package, file) in &reading.properties {
        for (section, properties) in &file.resources {
            let key = (*package, *section, properties.name.as_str());
            if let Some(first) = seen.insert(key, properties.place) {
                let message = format!("`{}` is described twice in `{}`", properties.name, section.key());
                let finding = Diagnostic::at(codes::DUPLICATE_NAME, properties.place, message);
                findings.push(finding.also(first, "the other one").hint("make one entry of the two"));
            }
        }
    }
}

/// Warns of configuration paths of the root project that apply to nothing.
pub(super) fn unused_config_paths(reading: &Reading, drafts: &[Draft], findings: &mut Vec<Diagnostic>) {
    let Some(root) = reading.root() else { return };
    for (key, tree) in &root.definition.trees {
        let takes = |node: &Node| match *key {
            "models" => matches!(node.resource_type, ResourceType::Model | ResourceType::Analysis),
            "seeds" => node.resource_type == ResourceType::Seed,
            "sources" => node.resource_type == ResourceType::Source,
            "data_tests" => node.resource_type == ResourceType::Test,
            _ => true,
        };
        let fqns: Vec<&[String]> =
            drafts.iter().filter(|draft| takes(&draft.node)).map(|draft| draft.node.fqn.as_slice()).collect();
        for (path, place) in config_tree::config_paths(tree) {
            if config_tree::is_used(&path, fqns.iter().copied()) {
                continue;
            }
            let message =
                format!("the configuration path `{key}.{}` does not apply to any resources", path.join("."));
            let segments = config_tree::segments(fqns.iter().copied());
            let last = path.last().map(String::as_str).unwrap_or_default();
            findings
                .push(Diagnostic::at(codes::UNUSED_CONFIG_PATH, place, message).hint_nearest(last, segments));
        }
    }
}

/// Finds names with blanks, and values of `enabled` that are no truth.
pub(super) fn names_and_types(reading: &Reading, drafts: &[Draft], findings: &mut Vec<Diagnostic>) {
    let blanks_are_wrong =
        reading.loaded.invocation.options.flags.is_on("require_resource_names_without_spaces");
    for Draft { node, .. } in drafts {
        let named = matches!(
            node.resource_type,
            ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot | ResourceType::Analysis
        );
        if named && blanks_are_wrong && node.name.contains(char::is_whitespace) {
            let message =
                format!("the name of the {} `{}` holds a blank", node.resource_type.name(), node.name);
            let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
            findings.push(finding.hint(format!("call it `{}`", node.name.replace(char::is_whitespace, "_"))));
        }
        if let Some(value) = node.config.get("enabled").filter(|value| value.as_bool().is_none()) {
            let text = value.to_text().unwrap_or_default();
            // A template that could not be rendered was told already.
            if is_template(&text) {
                continue;
            }
            let message =
                format!("`enabled` of `{}` is `{text}`, which is neither true nor false", node.name);
            let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
            findings.push(finding.hint(
                "a template gives a truth with `| as_bool`, or when it is not made of constants alone",
            ));
        }
    }
}

/// Finds nodes of different kinds that `ref` could mean by one name; only a flag of the project makes that an error.
pub(super) fn shared_names(reading: &Reading, nodes: &Nodes, findings: &mut Vec<Diagnostic>) {
    if !reading.loaded.invocation.options.flags.is_on("require_unique_project_resource_names") {
        return;
    }
    let mut seen: HashMap<(&str, &str), &Node> = HashMap::new();
    for node in nodes.enabled.values().filter(|node| node.resource_type.is_refable()) {
        if let Some(first) = seen.insert((&node.package, &node.name), node)
            && first.resource_type != node.resource_type
        {
            let message = format!("found two resources with the name `{}`", node.name);
            let finding = Diagnostic::at(codes::DUPLICATE_NAME, node.place, message);
            findings.push(finding.also(first.place, "the other one").hint(
                "rename one of them, or turn `require_unique_project_resource_names` off under `flags:`",
            ));
        }
    }
}

/// Who may refer to a model.
const ACCESS: [&str; 3] = ["private", "protected", "public"];

/// Finds models whose `access` is none, and references to models that are kept from the node that refers.
pub(super) fn access(reading: &Reading, nodes: &Nodes, resolver: &Resolver, findings: &mut Vec<Diagnostic>) {
    let restricted: Vec<&str> = reading
        .packages()
        .filter(|(package, _)| package.definition.restricts_access)
        .map(|(package, _)| package.name.as_str())
        .collect();
    for node in nodes.enabled.values() {
        if node.resource_type == ResourceType::Model {
            valid_access(node, findings);
        }
        // A test of a model belongs to the model.
        if node.generic_test().is_some_and(|test| test.attached_node.is_some()) {
            continue;
        }
        for reference in &node.references {
            let Resolution::Found(id) = resolver.resolve(&node.package, &reference.target) else { continue };
            let Some(parent) = nodes.get(&id).filter(|parent| parent.resource_type == ResourceType::Model)
            else {
                continue;
            };
            let group = |node: &Node| node.config.text("group").map(str::to_owned);
            let reason = match parent.config.text("access") {
                Some("private") if group(parent).is_none() || group(parent) != group(node) => {
                    format!("which is private to the group `{}`", group(parent).unwrap_or_default())
                }
                Some("public") => continue,
                _ if parent.package != node.package && restricted.contains(&parent.package.as_str()) => {
                    format!("which is protected by its package `{}`", parent.package)
                }
                _ => continue,
            };
            let message = format!(
                "{} `{}` refers to `{}`, {reason}",
                node.resource_type.name(),
                node.name,
                parent.name
            );
            let place = reference.place.unwrap_or(node.place);
            let finding = Diagnostic::at(codes::NO_ACCESS, place, message);
            findings
                .push(finding.hint("refer to a public model instead, or ask its owners to make it public"));
        }
    }
}

fn valid_access(node: &Node, findings: &mut Vec<Diagnostic>) {
    let Some(access) = node.config.get("access").and_then(Data::to_text) else { return };
    if !ACCESS.contains(&access.as_str()) {
        let message = format!("`{access}` is no access: it must be one of {}", ACCESS.join(", "));
        findings
            .push(Diagnostic::at(codes::INVALID_VALUE, node.place, message).hint_nearest(&access, ACCESS));
    } else if access == "public" && node.is_ephemeral() {
        let message = format!("`{}` is ephemeral: it has no relation that others could use", node.name);
        let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
        findings.push(finding.hint("make it a view, or leave `access: public` out"));
    }
}
