//! `source_status:` sources that got newer rows since the state was written: `fresher`.

use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let missing = "No previous state comparison freshness results in sources.json";
    let earlier = question.evaluator.earlier(missing)?;
    if question.value != "fresher" {
        return Err(question.refuse("fresher"));
    }
    let ids = earlier.fresher().map_err(Question::lacking)?;
    Ok(Box::new(move |node| ids.contains(&node.unique_id)))
}
