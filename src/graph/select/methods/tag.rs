//! `tag:` nodes of every kind that have a tag; wildcards.

use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};
use crate::graph::select::pattern::Pattern;

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let pattern = Pattern::new(&question.value);
    Ok(Box::new(move |node| node.tags.iter().any(|tag| pattern.matches(tag))))
}
