//! `exposure:` exposures by name, `name` or `package.name`, with wildcards.

use crate::graph::nodes::ResourceType;
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    question.by_name(ResourceType::Exposure)
}
