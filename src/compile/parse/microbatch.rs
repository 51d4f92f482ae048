//! What models that are built by batches must say: which column holds the time, when it begins, how long a batch is.

use crate::base::data::Data;
use crate::base::source::Place;
use crate::base::text::Span;
use crate::compile::event_time::{Grain, moment};
use crate::compile::parse::Reading;
use crate::compile::project::{batches_are_made, is_microbatch};
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{Node, Nodes};

/// Checks every model that is built by batches, and writes down its beginning as a whole moment.
pub(super) fn check(reading: &Reading, nodes: &mut Nodes, findings: &mut Vec<Diagnostic>) {
    let models: Vec<String> = nodes
        .enabled
        .values()
        .filter(|node| is_microbatch(node))
        .map(|node| node.unique_id.clone())
        .collect();
    if models.is_empty() || !is_own_way(reading, findings) {
        return;
    }
    for id in models {
        let Some(node) = nodes.enabled.get_mut(&id) else { continue };
        required(node, findings);
        optional(node, findings);
        let Some(node) = nodes.get(&id) else { continue };
        inputs(nodes, node, findings);
    }
}

/// Tells whether batches are made at all, and warns of a project whose own strategy keeps them from it.
fn is_own_way(reading: &Reading, findings: &mut Vec<Diagnostic>) -> bool {
    let invocation = &reading.loaded.invocation;
    let made = batches_are_made(&reading.macros, invocation);
    if let Some(own) =
        reading.macros.find(&invocation.project_name, "get_incremental_microbatch_sql").filter(|_| !made)
    {
        let message =
            "with a microbatch strategy of its own, the project builds microbatch models in one statement";
        findings.push(Diagnostic::at(codes::DEPRECATED, own.place(), message).hint(
            "set the flag `require_batched_execution_for_custom_microbatch_strategy` to have it called for each batch",
        ));
    }
    made
}

fn required(node: &mut Node, findings: &mut Vec<Diagnostic>) {
    let wanted = [
        ("event_time", "the column that holds the time of a row: `event_time='created_at'`"),
        ("begin", "the day on which the model begins: `begin='2024-01-01'`"),
        ("batch_size", "how long a batch is: `batch_size='day'`, or `hour`, `month`, `year`"),
    ];
    for (key, cure) in wanted {
        let finding = |message: String, code| {
            Diagnostic::at(code, place(node, key), message).hint(format!("say {cure}"))
        };
        let value = node.config.get(key).filter(|value| !value.is_null()).cloned();
        let Some(value) = value else {
            let message = format!("the microbatch model `{}` has no `{key}`", node.name);
            findings.push(finding(message, codes::MISSING_KEY));
            continue;
        };
        let text = value.as_str();
        let begin = text.and_then(moment).filter(|_| key == "begin");
        let is_right = match key {
            "event_time" => text.is_some(),
            "begin" => begin.is_some(),
            _ => text.and_then(Grain::read).is_some(),
        };
        if !is_right {
            let written = value.to_text().unwrap_or_else(|| value.type_name().to_owned());
            let message = format!("`{key}` of the microbatch model `{}` cannot be `{written}`", node.name);
            findings.push(finding(message, codes::INVALID_VALUE));
        }
        if let Some(begin) = begin {
            node.config.set("begin", begin.format("%Y-%m-%dT%H:%M:%S%.f").to_string().into());
        }
    }
}

fn optional(node: &Node, findings: &mut Vec<Diagnostic>) {
    for (key, what) in [("lookback", "a whole number"), ("concurrent_batches", "true or false")] {
        let is_right = |value: &Data| match value {
            Data::Bool(_) => true,
            Data::Int(_) => key == "lookback",
            _ => false,
        };
        let Some(value) = node.config.get(key).filter(|value| !value.is_null() && !is_right(value)) else {
            continue;
        };
        let written = value.to_text().unwrap_or_else(|| value.type_name().to_owned());
        let message =
            format!("`{key}` of the microbatch model `{}` is `{written}`; it must be {what}", node.name);
        findings.push(Diagnostic::at(codes::INVALID_VALUE, place(node, key), message));
    }
}

/// Warns of a model that reads nothing by time: every batch would get all rows.
fn inputs(nodes: &Nodes, node: &Node, findings: &mut Vec<Diagnostic>) {
    let mut is_any = false;
    for parent in node.depends_on.iter().filter_map(|id| nodes.get(id)) {
        match parent.config.get("event_time") {
            None | Some(Data::Null) => {}
            Some(Data::Str(text)) => is_any |= !text.is_empty(),
            Some(other) => {
                let message = format!(
                    "`event_time` of `{}` is {}; it must be the name of a column",
                    parent.name,
                    other.type_name()
                );
                findings.push(Diagnostic::at(codes::INVALID_VALUE, place(parent, "event_time"), message));
            }
        }
    }
    if !is_any {
        let message = format!("nothing that the microbatch model `{}` reads has an `event_time`", node.name);
        let finding = Diagnostic::at(codes::NO_EVENT_TIME, place(node, "microbatch"), message);
        findings.push(
            finding
                .note("each batch gets all rows, and rows can come twice")
                .hint("give the models or sources that it reads an `event_time`"),
        );
    }
}

/// Returns where a node's own text says something of a key, or where the node stands.
fn place(node: &Node, key: &str) -> Place {
    let found = node.raw_code.find(key).map(|at| node.raw_offset + at);
    found.map_or(node.place, |at| Place::new(node.file, Span::new(at, at + key.len())))
}
