//! `selectors.yml`: selections with names, read with their places, and written as dbt's manifest has them. Knows the
//! file's rendered tree, not who rendered it.

mod normalized;

use indexmap::IndexMap;

use crate::base::data::{Data, DataMap};
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::graph::select::error::SelectError;
use crate::graph::select::grammar::{self, Criterion, Depth};
use crate::graph::select::{IndirectSelection, Spec};
use crate::yaml::read::Reader;
use crate::yaml::{Kind, Node};

/// The name of the file.
pub const FILE: &str = "selectors.yml";

/// The selections of a project, by name.
#[derive(Debug, Clone, Default)]
pub struct Selectors {
    known: IndexMap<String, Selector>,
    /// The one that is taken when nothing is selected.
    pub default: Option<String>,
}

/// One selection with a name.
#[derive(Debug, Clone)]
pub struct Selector {
    /// What it selects.
    pub spec: Spec,
    /// The entry as dbt's manifest has it: texts taken apart, other selectors put in.
    pub normalized: DataMap,
}

impl Selectors {
    /// Reads the rendered tree of a file.
    pub fn read(tree: &Node, findings: &mut Vec<Diagnostic>) -> Self {
        let mut selectors = Self::default();
        let mut reader = Reader::new(tree, FILE, findings);
        let mut default_at = None;
        for node in reader.list("selectors", findings) {
            let mut entry = Reader::new(node, "a selector", findings);
            let name = entry.required_text("name", findings);
            entry.text("description", findings);
            let default = entry.boolean("default", findings).unwrap_or(false);
            let definition = entry.node("definition");
            entry.finish(&[], findings);
            let Some(name) = name else { continue };
            let Some(definition) = definition else {
                let message = format!("the selector `{name}` has no `definition`");
                findings.push(Diagnostic::at(codes::MISSING_KEY, node.place, message));
                continue;
            };
            if default {
                if let Some(first) = default_at {
                    let message = format!("`{name}` is the second selector with `default: true`");
                    let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
                    findings.push(finding.also(first, "the first").hint("one selector can be the default"));
                }
                default_at = default_at.or(Some(node.place));
                selectors.default = Some(name.clone());
            }
            let Some(spec) = selectors.root(definition, findings) else { continue };
            let mut normalized = node.to_data().as_map().cloned().unwrap_or_default();
            normalized
                .insert("definition".to_owned(), normalized::definition(&selectors, &definition.to_data()));
            // A later selector of the same name counts, as in dbt.
            selectors.known.insert(name, Selector { spec, normalized });
        }
        reader.entry("version");
        reader.finish(&[], findings);
        selectors
    }

    /// Returns a selector.
    pub fn get(&self, name: &str) -> Option<&Selector> {
        self.known.get(name)
    }

    /// Finds a selector that a command or a criterion names.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn find(&self, name: &str) -> Result<&Selector, SelectError> {
        self.get(name).ok_or_else(|| {
            let names = self.names();
            let near = crate::diagnostic::suggest::nearest(name, names.iter().copied());
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let known = if names.is_empty() {
                "selectors.yml has none".to_owned()
            } else {
                format!("expected one of {}{near}", names.join(", "))
            };
            SelectError::UnknownSelector { name: name.to_owned(), known }
        })
    }

    /// Returns the selectors in the order written.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Selector)> {
        self.known.iter().map(|(name, selector)| (name.as_str(), selector))
    }

    /// Returns the names in the order written.
    pub fn names(&self) -> Vec<&str> {
        self.known.keys().map(String::as_str).collect()
    }

    /// Reads the definition of a selector, which may be one set only.
    fn root(&self, node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Spec> {
        let set = ["union", "intersection"].iter().find(|key| node.entry(key).is_some());
        if let (Some(set), true) = (set, node.entries().len() > 1) {
            let message = format!("beside `{set}` a definition holds nothing else");
            let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
            findings.push(finding.hint("put one set into the other, as an entry of its list"));
            return None;
        }
        self.definition(node, findings)
    }

    fn definition(&self, node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Spec> {
        match &node.kind {
            Kind::Text(text) => match text.value.strip_prefix("selector:") {
                Some(name) => self.inherited(name, node, findings),
                None => criterion_of_text(&text.value, node, findings),
            },
            Kind::Map(entries) => {
                if let Some(entry) = node.entry("union") {
                    self.set(&entry.value, "union", Spec::Union, findings)
                } else if let Some(entry) = node.entry("intersection") {
                    self.set(&entry.value, "intersection", Spec::Intersection, findings)
                } else if let ([entry], false) = (entries.as_slice(), node.entry("method").is_some()) {
                    if entry.key == "selector" {
                        let name = entry.value.to_data().to_text().unwrap_or_default();
                        return self.inherited(&name, &entry.value, findings);
                    }
                    let criterion = criterion(&entry.key, &entry.value, node, findings)?;
                    Some(Spec::Criterion(criterion, None))
                } else {
                    self.full(node, findings)
                }
            }
            _ => {
                let message =
                    format!("a definition is a text or a mapping, not {}", node.to_data().type_name());
                let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
                findings.push(finding.hint("join a list by `union:` or `intersection:`"));
                None
            }
        }
    }

    /// Reads the parts of a set; the one that excludes is taken from the rest.
    fn set(
        &self,
        list: &Node,
        key: &str,
        join: fn(Vec<Spec>) -> Spec,
        findings: &mut Vec<Diagnostic>,
    ) -> Option<Spec> {
        let Kind::List(items) = &list.kind else {
            let message = format!("`{key}` is a list, not {}", list.to_data().type_name());
            findings.push(Diagnostic::at(codes::INVALID_VALUE, list.place, message));
            return None;
        };
        let (mut parts, mut excluded) = (Vec::new(), None);
        let mut whole = true;
        for item in items {
            let Some(exclude) = item.entry("exclude") else {
                match self.definition(item, findings) {
                    Some(part) => parts.push(part),
                    None => whole = false,
                }
                continue;
            };
            if item.entries().len() > 1 {
                let message =
                    format!("an entry of `{key}` that has `exclude` does nothing else, in dbt as here");
                let finding =
                    Diagnostic::at(codes::INVALID_VALUE, item.place, message).label("the rest is ignored");
                let finding =
                    finding.hint("write the rest as an entry of its own, or as a selector to inherit from");
                findings.push(Diagnostic { severity: Severity::Warning, ..finding });
            }
            if excluded.is_some() {
                let message = format!("`{key}` has a second entry with `exclude`");
                let finding = Diagnostic::at(codes::INVALID_VALUE, exclude.key_place, message);
                findings.push(finding.hint("put everything that is excluded into one list"));
                return None;
            }
            excluded = Some(self.set(&exclude.value, "exclude", Spec::Union, findings)?);
        }
        let all = join(parts);
        whole.then_some(match excluded {
            Some(excluded) => Spec::Difference(Box::new(all), Box::new(excluded)),
            None => all,
        })
    }

    /// Reads a mapping with `method` and `value`.
    fn full(&self, node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Spec> {
        let mut reader = Reader::new(node, "a definition", findings);
        let method = reader.required_text("method", findings)?;
        let Some(value) = reader.node("value") else {
            let message = "a definition with `method` has no `value`";
            findings.push(Diagnostic::at(codes::MISSING_KEY, node.place, message));
            return None;
        };
        if method == "selector" {
            if node.entries().len() > 2 {
                let message = "a selector that is inherited is taken as it is, in dbt as here";
                let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
                let finding = finding.label("only `method` and `value` count");
                findings.push(Diagnostic { severity: Severity::Warning, ..finding });
            }
            return self.inherited(&value.to_data().to_text().unwrap_or_default(), value, findings);
        }
        let mut criterion = criterion(&method, value, node, findings)?;
        let depth = |reader: &mut Reader<'_>, key, depth_key, findings: &mut Vec<Diagnostic>| {
            let steps = reader.integer(depth_key, findings);
            match (reader.node(key).is_some_and(|node| truth(key, node, findings)), steps) {
                (false, _) => Depth::None,
                // dbt takes no steps for no limit.
                (true, None | Some(0)) => Depth::All,
                (true, Some(steps)) => Depth::Steps(usize::try_from(steps).unwrap_or_default()),
            }
        };
        criterion.parents = depth(&mut reader, "parents", "parents_depth", findings);
        criterion.children = depth(&mut reader, "children", "children_depth", findings);
        criterion.at =
            reader.node("childrens_parents").is_some_and(|node| truth("childrens_parents", node, findings));
        if criterion.at && criterion.children != Depth::None {
            let message =
                "`childrens_parents` reaches all descendants already: `children` has no meaning beside it";
            findings.push(Diagnostic::at(codes::SELECTION_SYNTAX, node.place, message));
        }
        let indirect = reader.node("indirect_selection").and_then(|node| read_indirect(node, findings));
        let excluded = reader.node("exclude");
        reader.finish(&[], findings);
        let own = Spec::Criterion(criterion, indirect);
        match excluded {
            None => Some(own),
            Some(list) => {
                let excluded = self.set(list, "exclude", Spec::Union, findings)?;
                Some(Spec::Difference(Box::new(own), Box::new(excluded)))
            }
        }
    }

    /// Returns what a selector further up selects. Only those count, so that none can contain itself.
    fn inherited(&self, name: &str, at: &Node, findings: &mut Vec<Diagnostic>) -> Option<Spec> {
        let known = self.get(name).map(|selector| selector.spec.clone());
        if known.is_none() {
            let message = format!("there is no selector `{name}` above this one");
            let finding = Diagnostic::at(codes::INVALID_VALUE, at.place, message);
            findings.push(finding.hint_nearest(name, self.names()));
        }
        known
    }
}

/// Reads a text as one criterion, as dbt does: blanks and commas join nothing here.
fn criterion_of_text(text: &str, node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Spec> {
    if text.contains([' ', ',']) {
        let message = format!("`{text}` is taken as one criterion, which names nothing");
        let finding = Diagnostic::at(codes::EMPTY_SELECTION, node.place, message);
        findings.push(finding.hint("join criteria by `union:` or `intersection:`"));
    }
    match grammar::criterion(text) {
        Ok(criterion) if criterion.method == "selector" => {
            let message = format!("`{text}` puts operators around another selector");
            let finding = Diagnostic::at(codes::SELECTION_SYNTAX, node.place, message);
            findings.push(finding.hint("inherit it without any, or repeat its definition with them"));
            None
        }
        Ok(criterion) => Some(Spec::Criterion(criterion, None)),
        Err(error) => {
            findings.push(Diagnostic::at(codes::SELECTION_SYNTAX, node.place, error.to_string()));
            None
        }
    }
}

/// Reads a method and its value, without operators.
fn criterion(method: &str, value: &Node, node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Criterion> {
    let data = value.to_data();
    if data.to_text().is_none() {
        let message = format!("the value of `{method}` must be a text, not {}", data.type_name());
        let finding = Diagnostic::at(codes::INVALID_VALUE, value.place, message);
        findings.push(finding.hint("join several values by `union:`"));
        return None;
    }
    match grammar::method_parts(method, method) {
        Ok((method, arguments)) => Some(Criterion {
            at: false,
            parents: Depth::None,
            method,
            arguments,
            value: data,
            children: Depth::None,
        }),
        Err(error) => {
            findings.push(Diagnostic::at(codes::SELECTION_SYNTAX, node.place, error.to_string()));
            None
        }
    }
}

/// Reads whether a graph operator is there. dbt takes any value, and any number but 0 for yes.
fn truth(key: &str, node: &Node, findings: &mut Vec<Diagnostic>) -> bool {
    let data = node.to_data();
    let taken = match &data {
        Data::Bool(truth) => return *truth,
        Data::Str(text) if text.eq_ignore_ascii_case("true") => return true,
        Data::Str(text) if text.eq_ignore_ascii_case("false") => return false,
        Data::Null => false,
        other => other.as_i64() != Some(0),
    };
    let message = format!("`{key}` is true or false, not {}", data.type_name());
    let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
    let finding = finding.label(format!("taken for {taken}"));
    let finding = finding.hint("`parents_depth` and `children_depth` say how far to go");
    findings.push(Diagnostic { severity: Severity::Warning, ..finding });
    taken
}

fn read_indirect(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<IndirectSelection> {
    let text = node.to_data().to_text().unwrap_or_default();
    let found = IndirectSelection::named(&text);
    if found.is_none() {
        let known = IndirectSelection::NAMES.map(|(name, _)| name);
        let message = format!("`indirect_selection` is one of {}, not `{text}`", known.join(", "));
        let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
        findings.push(finding.hint_nearest(&text, known));
    }
    found
}
