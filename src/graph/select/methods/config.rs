//! `config.<key>:` nodes by a value of their configuration, defaults included: `config.materialized:table`,
//! `config.meta.owner:ann`; one of a list is enough, and only YAML can ask for numbers.

use crate::base::data::{Data, DataMap};
use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let path = question.criterion.arguments.as_slice();
    let defaults = question.evaluator.ground.config;
    Ok(Box::new(move |node| {
        let configured = !node.resource_type.is_apart() || node.resource_type == ResourceType::Source;
        configured && has(node, path, question, defaults)
    }))
}

/// Tells whether a node's configuration has what is looked for. What the node says itself is asked first: making all
/// defaults of all nodes would take far longer.
fn has(node: &Node, path: &[String], question: &Question<'_>, defaults: fn(&Node) -> DataMap) -> bool {
    let Some((first, deeper)) = path.split_first() else { return false };
    let is_meant = |value: &Data| {
        let value = deeper.iter().try_fold(value, |value, key| value.as_map()?.get(key));
        value.is_some_and(|value| takes(value, question))
    };
    match node.config.get(first) {
        Some(own) if deeper.is_empty() => is_meant(own),
        _ => defaults(node).get(first).is_some_and(is_meant),
    }
}

fn takes(value: &Data, question: &Question<'_>) -> bool {
    let wanted = &question.criterion.value;
    let equals = |value: &Data| match value {
        Data::Bool(truth) => question.value.eq_ignore_ascii_case(if *truth { "true" } else { "false" }),
        // dbt writes severities in any case.
        Data::Str(text) if question.criterion.arguments == ["severity"] => {
            text.to_uppercase() == question.value.to_uppercase()
        }
        other => other == wanted,
    };
    match value {
        Data::List(items) => items.iter().any(equals),
        other => equals(other),
    }
}
