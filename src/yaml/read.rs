//! Typed reading of a mapping: takes values out key by key and collects what is wrong. Knows no key of dbt's.

use std::collections::BTreeSet;

use crate::base::data::Data;
use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::yaml::{Entry, Kind, Node};

/// Reads one mapping; [`Reader::finish`] reports the keys that nobody asked for.
#[derive(Debug)]
pub struct Reader<'n> {
    node: &'n Node,
    what: &'static str,
    seen: BTreeSet<&'static str>,
}

impl<'n> Reader<'n> {
    /// Starts to read a mapping; `what` names it in messages (`a model`, `the project file`). Anything but a
    /// mapping or nothing is a finding.
    pub fn new(node: &'n Node, what: &'static str, findings: &mut Vec<Diagnostic>) -> Self {
        if !node.is_map() && !node.is_null() {
            let message = format!("{what} must be a mapping, not {}", node.to_data().type_name());
            findings.push(Diagnostic::at(codes::INVALID_VALUE, node.place, message));
        }
        Self { node, what, seen: BTreeSet::new() }
    }

    /// Returns the place of the whole mapping.
    pub fn place(&self) -> Place {
        self.node.place
    }

    /// Returns the entry of a key and remembers that the key is known.
    pub fn entry(&mut self, key: &'static str) -> Option<&'n Entry> {
        self.seen.insert(key);
        self.node.entry(key)
    }

    /// Returns the value of a key, unless it is absent or null.
    pub fn node(&mut self, key: &'static str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value).filter(|node| !node.is_null())
    }

    /// Returns a value without its places; absent gives null.
    pub fn data(&mut self, key: &'static str) -> Data {
        self.node(key).map(Node::to_data).unwrap_or_default()
    }

    /// Returns a text; a number or boolean is taken as it is written.
    pub fn text(&mut self, key: &'static str, findings: &mut Vec<Diagnostic>) -> Option<String> {
        let node = self.node(key)?;
        let text = node.to_data().to_text();
        if text.is_none() {
            findings.push(self.wrong(key, node, "a text"));
        }
        text
    }

    /// Returns a text that must be there.
    pub fn required_text(&mut self, key: &'static str, findings: &mut Vec<Diagnostic>) -> Option<String> {
        if self.node(key).is_none() {
            let message = format!("{} has no `{key}`", self.what);
            findings.push(Diagnostic::at(codes::MISSING_KEY, self.node.place, message));
            return None;
        }
        self.text(key, findings)
    }

    /// Returns a boolean; the texts `True` and `False`, which Jinja renders, count as well.
    pub fn boolean(&mut self, key: &'static str, findings: &mut Vec<Diagnostic>) -> Option<bool> {
        let node = self.node(key)?;
        let value = match node.to_data() {
            Data::Bool(truth) => Some(truth),
            Data::Str(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Data::Str(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        };
        if value.is_none() {
            findings.push(self.wrong(key, node, "true or false"));
        }
        value
    }

    /// Returns a whole number.
    pub fn integer(&mut self, key: &'static str, findings: &mut Vec<Diagnostic>) -> Option<i64> {
        let node = self.node(key)?;
        let value = match node.to_data() {
            Data::Str(text) => text.trim().parse().ok(),
            other => other.as_i64(),
        };
        if value.is_none() {
            findings.push(self.wrong(key, node, "a whole number"));
        }
        value
    }

    /// Returns a list of texts; one text counts as a list of one.
    pub fn texts(&mut self, key: &'static str, findings: &mut Vec<Diagnostic>) -> Option<Vec<String>> {
        let node = self.node(key)?;
        if node.is_map() {
            findings.push(self.wrong(key, node, "a list of texts"));
            return None;
        }
        Some(node.to_data().to_texts())
    }

    /// Returns the items of a list of mappings.
    pub fn list(&mut self, key: &'static str, findings: &mut Vec<Diagnostic>) -> &'n [Node] {
        match self.node(key) {
            None => &[],
            Some(node) => match &node.kind {
                Kind::List(items) => items,
                _ => {
                    findings.push(self.wrong(key, node, "a list"));
                    &[]
                }
            },
        }
    }

    /// Returns a mapping.
    pub fn map(&mut self, key: &'static str, findings: &mut Vec<Diagnostic>) -> Option<&'n Node> {
        let node = self.node(key)?;
        if node.is_map() {
            return Some(node);
        }
        findings.push(self.wrong(key, node, "a mapping"));
        None
    }

    fn wrong(&self, key: &str, node: &Node, wanted: &str) -> Diagnostic {
        let found = node.to_data();
        let message = format!("`{key}` of {} must be {wanted}, not {}", self.what, found.type_name());
        Diagnostic::at(codes::INVALID_VALUE, node.place, message)
    }

    /// Reports every key of the mapping that was neither asked for nor listed as known.
    pub fn finish(self, known: &[&'static str], findings: &mut Vec<Diagnostic>) {
        for entry in self.node.entries() {
            let key = entry.key.as_str();
            if self.seen.contains(key) || known.contains(&key) {
                continue;
            }
            let names = self.seen.iter().chain(known).copied();
            findings.push(
                Diagnostic::at(
                    codes::UNKNOWN_KEY,
                    entry.key_place,
                    format!("{} has no key `{key}`", self.what),
                )
                .hint_nearest(key, names),
            );
        }
    }
}
