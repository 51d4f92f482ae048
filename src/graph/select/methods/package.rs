//! `package:` nodes of a package, `this` being the project itself; wildcards.

use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};
use crate::graph::select::pattern::Pattern;

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let root = question.evaluator.ground.root;
    let pattern = Pattern::new(if question.value == "this" { root } else { &question.value });
    Ok(Box::new(move |node| pattern.matches(&node.package)))
}
