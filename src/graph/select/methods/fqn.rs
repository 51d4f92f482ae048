//! `fqn:` nodes by name, or by the dotted beginning of package, folders and name, with the package or without it;
//! wildcards stand for all that follows. Of versions, `name`, `name.v2` and `name_v2`. What is meant where no method is.

use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::error::SelectError;
use crate::graph::select::methods::{Matcher, Question};
use crate::graph::select::pattern::{Pattern, is_wild};

/// Takes the criterion apart.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    let name = Name::new(&question.value);
    Ok(Box::new(move |node| node.resource_type != ResourceType::Source && name.is_of(node)))
}

/// A qualified name that is looked for.
struct Name {
    text: String,
    /// The last two parts as the file of a version is named: `orders_v2`.
    versioned: String,
    /// The parts up to the first with a wildcard.
    parts: Vec<String>,
    /// The first part with a wildcard and all behind it.
    rest: Option<Pattern>,
    /// How many parts there are.
    length: usize,
}

impl Name {
    fn new(text: &str) -> Self {
        let all: Vec<&str> = text.split('.').collect();
        let plain = all.iter().position(|part| is_wild(part)).unwrap_or(all.len());
        let (parts, rest) = all.split_at(plain);
        Self {
            text: text.to_owned(),
            versioned: all.get(all.len().saturating_sub(2)..).unwrap_or_default().join("_"),
            parts: parts.iter().map(|part| (*part).to_owned()).collect(),
            rest: (!rest.is_empty()).then(|| Pattern::new(&rest.join("."))),
            length: all.len(),
        }
    }

    fn is_of(&self, node: &Node) -> bool {
        let versioned = node.resource_type == ResourceType::Model && node.version.is_some();
        let without_package = node.fqn.get(1..).unwrap_or_default();
        self.matches(&node.fqn, versioned) || self.matches(without_package, versioned)
    }

    fn matches(&self, fqn: &[String], versioned: bool) -> bool {
        let leaf = match fqn {
            [.., name, version] if versioned => {
                if format!("{name}_{version}") == self.versioned {
                    return true;
                }
                name
            }
            [.., name] => name,
            [] => return false,
        };
        if *leaf == self.text {
            return true;
        }
        // Dots within names part them as well.
        let mut items = fqn.iter().flat_map(|item| item.split('.'));
        if items.clone().count() < self.length {
            return false;
        }
        if !self.parts.iter().all(|part| items.next() == Some(part)) {
            return false;
        }
        let Some(rest) = &self.rest else { return true };
        rest.matches(&items.collect::<Vec<_>>().join(".")) || self.length == 1 && rest.matches(leaf)
    }
}
