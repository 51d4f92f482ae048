//! `config.<key>:` nodes by a value of their configuration, defaults included: `config.materialized:table`,
//! `config.meta.owner:ann`; one of a list is enough, and only YAML can ask for numbers.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::base::data::Data;
use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let Some((first, deeper)) = question.criterion.arguments.split_first() else {
        return Ok(Box::new(|_| false));
    };
    let is_meant = move |value: &Data| {
        let value = deeper.iter().try_fold(value, |value, key| value.as_map()?.get(key));
        value.is_some_and(|value| takes(value, question))
    };
    let complete = question.evaluator.ground.config;
    let completed = move |node: &Node| complete(node).get(first).is_some_and(is_meant);
    // What nodes say nothing of is by default the same for all of a kind.
    let by_default = RefCell::new(BTreeMap::new());
    Ok(Box::new(move |node| {
        let kind = node.resource_type;
        if kind.is_apart() && kind != ResourceType::Source {
            return false;
        }
        match node.config.get(first) {
            Some(own) if deeper.is_empty() => is_meant(own),
            Some(_) => completed(node),
            None => *by_default.borrow_mut().entry(kind).or_insert_with(|| completed(node)),
        }
    }))
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
