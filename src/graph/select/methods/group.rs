//! `group:` models, seeds, snapshots, tests, analyses and metrics of a group; wildcards.

use crate::graph::nodes::ResourceType;
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};
use crate::graph::select::pattern::Pattern;

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let pattern = Pattern::new(&question.value);
    Ok(Box::new(move |node| {
        let grouped = !node.resource_type.is_apart() || node.resource_type == ResourceType::Metric;
        let group = node.config.text("group").filter(|group| !group.is_empty());
        grouped && group.is_some_and(|group| pattern.matches(group))
    }))
}
