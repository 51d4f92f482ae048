//! `test_name:` generic tests by the name of what they test for (`unique`), unit tests by their own; wildcards.

use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};
use crate::graph::select::pattern::Pattern;

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let pattern = Pattern::new(&question.value);
    Ok(Box::new(move |node| match node.generic_test() {
        Some(test) => pattern.matches(&test.test),
        None => node.unit_test().is_some() && pattern.matches(&node.name),
    }))
}
