//! `result:` nodes by what became of them in the run that the state holds: `success`, `error`, `fail`, `warn`, `pass`, `skipped`.

use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let ids = question.evaluator.earlier("No comparison run_results")?.with_status(&question.value);
    let ids = ids.map_err(Question::lacking)?;
    Ok(Box::new(move |node| ids.contains(&node.unique_id)))
}
