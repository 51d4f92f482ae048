//! `access:` models that are `public`, `protected` or `private`, as they say or are by default.

use crate::graph::nodes::ResourceType;
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    Ok(Box::new(|node| {
        let access = node.config.text("access").unwrap_or("protected");
        node.resource_type == ResourceType::Model && access == question.value
    }))
}
