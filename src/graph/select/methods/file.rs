//! `file:` nodes by the name of the file they are defined in, with its extension or without; wildcards.

use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};
use crate::graph::select::pattern::Pattern;

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let pattern = Pattern::new(&question.value);
    Ok(Box::new(move |node| {
        let name = node.original_file_path.rsplit('/').next().unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        pattern.matches(name) || pattern.matches(stem)
    }))
}
