//! `state:` nodes by what differs from the state: `new`, `old`, `modified`, `unmodified`, `modified.body`, ...

use crate::graph::select::earlier::STATE_WORDS;
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    const MISSING: &str = "Got a state selector method, but no comparison manifest";
    let earlier = question.evaluator.earlier(MISSING)?;
    if !earlier.has_nodes() {
        return Err(Question::lacking(MISSING.to_owned()));
    }
    if !STATE_WORDS.contains(&question.value.as_str()) {
        return Err(question.refuse(format!("one of {}", STATE_WORDS.join(", "))));
    }
    Ok(Box::new(|node| earlier.is(&question.value, node)))
}
