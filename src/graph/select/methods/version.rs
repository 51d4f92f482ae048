//! `version:` models that are the `latest` version, an `old` one, a `prerelease` (newer), or have `none`.

use std::cmp::Ordering;

use crate::base::data::Data;
use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let wanted: fn(Option<Ordering>) -> bool = match question.value.as_str() {
        "latest" => |order| order.is_some_and(Ordering::is_eq),
        "old" => |order| order.is_some_and(Ordering::is_lt),
        "prerelease" => |order| order.is_some_and(Ordering::is_gt),
        "none" => |order| order.is_none(),
        _ => return Err(question.refuse("latest, old, prerelease or none")),
    };
    Ok(Box::new(move |node| node.resource_type == ResourceType::Model && wanted(to_latest(node))))
}

/// Compares a node's version with the latest one; nothing where it has none.
fn to_latest(node: &Node) -> Option<Ordering> {
    let version = node.version.as_ref()?;
    let number = |data: &Data| data.to_text().and_then(|text| text.parse::<f64>().ok());
    Some(match (number(&version.value), number(&version.latest)) {
        (Some(own), Some(latest)) => own.total_cmp(&latest),
        _ => version.value.to_text().cmp(&version.latest.to_text()),
    })
}
