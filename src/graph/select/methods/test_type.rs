//! `test_type:` tests that are `generic`, `singular`, `data` (both of these) or `unit`.

use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let generic = |node: &Node| node.generic_test().is_some();
    let data = |node: &Node| node.resource_type == ResourceType::Test;
    Ok(match question.value.as_str() {
        // `schema` is what dbt called them once.
        "generic" | "schema" => Box::new(generic),
        "singular" => Box::new(move |node| data(node) && !generic(node)),
        "data" => Box::new(data),
        "unit" => Box::new(|node| node.unit_test().is_some()),
        _ => return Err(question.refuse("generic, singular, data or unit")),
    })
}
