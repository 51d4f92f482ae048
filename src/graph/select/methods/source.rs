//! `source:` source tables: `source`, `source.table`, `package.source.table`; wildcards.

use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};
use crate::graph::select::pattern::Pattern;

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let parts: Vec<Pattern> = question.value.split('.').map(Pattern::new).collect();
    if parts.len() > 3 {
        return Err(question.refuse("`source`, `source.table` or `package.source.table`"));
    }
    Ok(Box::new(move |node| {
        let Some(source) = node.source() else { return false };
        let (own, table) = (&source.source_name, &source.table_name);
        match parts.as_slice() {
            [name] => name.matches(own),
            [name, last] => name.matches(own) && last.matches(table),
            [package, name, last] => {
                package.matches(&node.package) && name.matches(own) && last.matches(table)
            }
            _ => false,
        }
    }))
}
