//! `selector:` what a selector of selectors.yml selects, its tests included.

use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let ids = question.evaluator.named(&question.value)?;
    Ok(Box::new(move |node| ids.contains(node.unique_id.as_str())))
}
