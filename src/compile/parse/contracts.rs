//! Contracts: what property files may promise of a model's columns, and what the foreign keys among it refer to.

use crate::base::data::Data;
use crate::base::source::Place;
use crate::compile::context::Recorder;
use crate::compile::parse::resources::parse_environment;
use crate::compile::parse::{Draft, Reading};
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::eval::render;
use crate::jinja::syntax::{Origin, parse};
use crate::project::properties::Section;

/// The kinds of constraints.
const KINDS: [&str; 6] = ["check", "not_null", "unique", "primary_key", "foreign_key", "custom"];

/// What incremental models with a contract may do about changed columns.
const CHANGES: [&str; 2] = ["append_new_columns", "fail"];

/// Finds promises that cannot be kept, and adds what foreign keys refer to.
pub(super) fn check(reading: &Reading, drafts: &mut [Draft], findings: &mut Vec<Diagnostic>) {
    let models = drafts.iter_mut().map(|draft| &mut draft.node);
    for node in models.filter(|node| node.resource_type == ResourceType::Model && node.config.is_enabled()) {
        let place = described_at(reading, node).unwrap_or(node.place);
        let constraints = constraints(node, place);
        kinds(node, &constraints, findings);
        primary_keys(node, &constraints, findings);
        if is_enforced(node) {
            prerequisites(node, place, findings);
            left_out(node, &constraints, findings);
        }
        foreign_keys(reading, node, &constraints, findings);
    }
}

/// One constraint, with the column that has it.
struct Constraint {
    data: Data,
    column: Option<String>,
    place: Place,
}

impl Constraint {
    fn text(&self, key: &str) -> Option<&str> {
        self.data.as_map()?.get(key)?.as_str()
    }
}

fn is_enforced(node: &Node) -> bool {
    let contract = node.config.get("contract").and_then(Data::as_map);
    contract.and_then(|contract| contract.get("enforced")).and_then(Data::as_bool).unwrap_or(false)
}

/// Returns where the model is described.
fn described_at(reading: &Reading, node: &Node) -> Option<Place> {
    let (_, path) = node.patch_path.as_ref()?;
    let places = reading.described.get(&(Section::Models, node.name.clone()))?;
    places.iter().find_map(|(file, entry)| {
        let (_, file) = reading.properties.get(*file).filter(|(_, file)| file.path == *path)?;
        file.resources.get(*entry).map(|(_, properties)| properties.place)
    })
}

/// Returns the constraints of the model and of its columns.
fn constraints(node: &Node, place: Place) -> Vec<Constraint> {
    let listed = |data: Option<&Data>| data.and_then(Data::as_list).unwrap_or_default().to_vec();
    let own = listed(node.kept.get("constraints")).into_iter();
    let mut all: Vec<_> = own.map(|data| Constraint { data, column: None, place }).collect();
    for column in &node.columns {
        all.extend(listed(Some(&column.constraints)).into_iter().map(|data| Constraint {
            data,
            column: Some(column.name.clone()),
            place: column.place,
        }));
    }
    all
}

fn kinds(node: &Node, constraints: &[Constraint], findings: &mut Vec<Diagnostic>) {
    for constraint in constraints {
        let kind = constraint.text("type").unwrap_or_default();
        if KINDS.contains(&kind) {
            continue;
        }
        let message = if kind.is_empty() {
            format!("a constraint of `{}` has no `type`", node.name)
        } else {
            format!("`{kind}`, a constraint of `{}`, is none", node.name)
        };
        let finding = Diagnostic::at(codes::INVALID_VALUE, constraint.place, message);
        findings.push(finding.hint(format!("the kinds are: {}", KINDS.join(", "))));
    }
}

/// A table has one primary key, whichever way it is told.
fn primary_keys(node: &Node, constraints: &[Constraint], findings: &mut Vec<Diagnostic>) {
    let keys = || constraints.iter().filter(|constraint| constraint.text("type") == Some("primary_key"));
    let mut of_columns = keys().filter(|key| key.column.is_some());
    let (first, second) = (of_columns.next(), of_columns.next());
    let of_model = keys().find(|key| key.column.is_none());
    let Some((first, other)) = first.and_then(|first| Some((first, second.or(of_model)?))) else { return };
    let message = format!("`{}` has two primary keys, but a table has one", node.name);
    let finding =
        Diagnostic::at(codes::INVALID_VALUE, other.place, message).also(first.place, "the other one");
    findings.push(finding.hint(
        "a key of several columns stands under `constraints` of the model: `{type: primary_key, columns: [...]}`",
    ));
}

/// What a model must say to promise its columns.
fn prerequisites(node: &Node, place: Place, findings: &mut Vec<Diagnostic>) {
    if node.columns.is_empty() {
        let message = format!("`{}` has a contract, but no columns are described", node.name);
        let finding = Diagnostic::at(codes::MISSING_KEY, place, message);
        findings.push(finding.hint("list its `columns`, each with a `data_type`"));
    }
    let changes = node.config.text("on_schema_change").unwrap_or("ignore");
    if node.materialization() == "incremental" && !CHANGES.contains(&changes) {
        let message = format!(
            "`{}` is incremental and has a contract: `on_schema_change: {changes}` could break it",
            node.name
        );
        let finding = Diagnostic::at(codes::INVALID_VALUE, place, message);
        findings.push(finding.hint("set `on_schema_change` to `append_new_columns` or `fail`"));
    }
}

/// Warns of constraints that only tables keep.
fn left_out(node: &Node, constraints: &[Constraint], findings: &mut Vec<Diagnostic>) {
    let kind = node.materialization();
    if matches!(kind, "table" | "incremental") {
        return;
    }
    let warns = |constraint: &&Constraint| {
        let told = constraint.data.as_map().and_then(|map| map.get("warn_unsupported"));
        told.and_then(Data::as_bool).unwrap_or(true)
    };
    if let Some(constraint) = constraints.iter().find(warns) {
        let message = format!("constraints of `{}` are left out: a {kind} cannot keep them", node.name);
        let finding = Diagnostic::at(codes::CONSTRAINT_LEFT_OUT, constraint.place, message);
        findings.push(finding.hint("make it a table, or say `warn_unsupported: false` of each constraint"));
    }
}

/// What a foreign key refers to comes before the model.
fn foreign_keys(
    reading: &Reading,
    node: &mut Node,
    constraints: &[Constraint],
    findings: &mut Vec<Diagnostic>,
) {
    for constraint in constraints.iter().filter(|key| key.text("type") == Some("foreign_key")) {
        let Some(to) = constraint.text("to").filter(|to| !to.is_empty()) else { continue };
        let recorder = Recorder::default();
        let names = parse_environment(reading, node, &recorder);
        let origin = Origin::at(constraint.place.file, constraint.place.span.start as usize);
        let rendered =
            parse(&format!("{{{{ {to} }}}}"), &origin, false).ok().and_then(|to| render(&names, &to).ok());
        let mut references = recorder.references.take();
        if rendered.is_none() || references.is_empty() {
            let message =
                format!("a foreign key of `{}` points to `{to}`, which is no `ref` or `source`", node.name);
            let finding = Diagnostic::at(codes::INVALID_VALUE, constraint.place, message);
            findings.push(finding.hint("write `to: ref('model')` or `to: source('source', 'table')`"));
        }
        for reference in &mut references {
            reference.place = Some(constraint.place);
        }
        node.references.append(&mut references);
    }
}
