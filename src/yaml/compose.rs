//! From parser events to the tree: anchors, merge keys, repeated keys. The only user of granit-parser.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle};

use crate::base::data::Data;
use crate::base::source::{FileId, Place};
use crate::base::text::{LineIndex, Span};
use crate::diagnostic::{Diagnostic, codes};
use crate::yaml::scalar::resolve;
use crate::yaml::{Entry, Kind, Node, Offsets, Text};

/// The most nodes that aliases may add to one file, so that a few lines cannot fill the memory.
const MOST_ALIASED_NODES: usize = 1_000_000;

/// Reads the first document of a YAML text. A text without content gives a null node.
///
/// Findings: `yaml-syntax` where the text breaks YAML's grammar (the tree then holds what came before),
/// `repeated-key` for a key that a mapping holds twice.
pub fn parse(file: FileId, text: &str) -> (Node, Vec<Diagnostic>) {
    let mut composer = Composer {
        file,
        text,
        stack: Vec::new(),
        anchors: HashMap::new(),
        aliased: 0,
        root: None,
        findings: Vec::new(),
    };
    for item in Parser::new_from_str(text) {
        match item {
            Ok((Event::DocumentEnd, _)) => break,
            Ok((event, span)) => composer.event(event, span_of(&span, text)),
            Err(error) => {
                composer.syntax_error(&error);
                break;
            }
        }
    }
    composer.finish()
}

struct Composer<'t> {
    file: FileId,
    text: &'t str,
    stack: Vec<Open>,
    anchors: HashMap<usize, Node>,
    aliased: usize,
    root: Option<Node>,
    findings: Vec<Diagnostic>,
}

/// A collection that has begun and not ended.
struct Open {
    anchor: usize,
    start: Span,
    collection: Collection,
}

enum Collection {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Option<Node>, merges: Vec<Node> },
}

impl Composer<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let is_text =
                    style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.core_suffix() == Some("str"));
                let node = self.scalar(value.into_owned(), style, is_text, span);
                self.add(node, anchor);
            }
            Event::SequenceStart(_, anchor, _) => {
                self.stack.push(Open { anchor, start: span, collection: Collection::List(Vec::new()) });
            }
            Event::MappingStart(_, anchor, _) => {
                let collection = Collection::Map { entries: Vec::new(), key: None, merges: Vec::new() };
                self.stack.push(Open { anchor, start: span, collection });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => {}
        }
    }

    fn scalar(&self, value: String, style: ScalarStyle, is_text: bool, span: Span) -> Node {
        let place = Place::new(self.file, span);
        let data = if is_text { Data::Str(value) } else { resolve(&value) };
        let kind = match data {
            Data::Str(value) => {
                let escapes = style == ScalarStyle::DoubleQuoted;
                let offsets = Arc::new(Offsets::align(self.text, span, &value, escapes));
                Kind::Text(Text { value, offsets })
            }
            other => Kind::Scalar(other),
        };
        Node { kind, place }
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let Some(node) = self.anchors.get(&anchor).cloned() else { return };
        self.aliased += count(&node);
        if self.aliased > MOST_ALIASED_NODES {
            let place = Place::new(self.file, span);
            let message = format!("aliases add more than {MOST_ALIASED_NODES} nodes to this file");
            self.findings.push(Diagnostic::at(codes::YAML_SYNTAX, place, message));
            self.anchors.clear();
            return self.add(Node::null(place), 0);
        }
        self.add(node, 0);
    }

    fn close(&mut self, end: Span) {
        let Some(open) = self.stack.pop() else { return };
        let kind = match open.collection {
            Collection::List(items) => Kind::List(items),
            Collection::Map { entries, merges, .. } => Kind::Map(merge(entries, &merges)),
        };
        let last = match &kind {
            Kind::List(items) => items.last().map(|item| item.place.span),
            Kind::Map(entries) => entries.last().map(|entry| entry.value.place.span),
            _ => None,
        };
        // A block collection's end event stands at the next token; the last child says where it really ends.
        let end = if end.is_empty() { last.unwrap_or(end) } else { end };
        let place = Place::new(self.file, open.start.cover(end));
        self.add(Node { kind, place }, open.anchor);
    }

    fn add(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.stack.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        match &mut open.collection {
            Collection::List(items) => items.push(node),
            Collection::Map { entries, key, merges } => match key.take() {
                None => *key = Some(node),
                Some(name) if name.as_text() == Some("<<") => match node.kind {
                    Kind::List(items) => merges.extend(items),
                    _ => merges.push(node),
                },
                Some(name) => {
                    let entry = Entry { key: key_text(&name), key_place: name.place, value: node };
                    if let Some(finding) = insert(entries, entry) {
                        self.findings.push(finding);
                    }
                }
            },
        }
    }

    fn syntax_error(&mut self, error: &granit_parser::ScanError) {
        let marker = error.marker();
        let byte = marker
            .byte_offset()
            .or_else(|| LineIndex::new(self.text).byte(self.text, marker.line(), marker.col() + 1))
            .unwrap_or(self.text.len());
        let end =
            self.text.get(byte..).and_then(|rest| rest.chars().next()).map_or(byte, |c| byte + c.len_utf8());
        let place = Place::new(self.file, Span::new(byte, end));
        let mut finding =
            Diagnostic::at(codes::YAML_SYNTAX, place, format!("this is not YAML: {}", error.info()));
        let line_start = self.text.get(..byte).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = self.text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        if line.contains('\t') {
            finding = finding.hint("YAML is indented with blanks, never with tabs");
        } else if line.contains("{{") {
            finding = finding.hint("put a value that begins with `{{` in quotes");
        } else {
            finding = finding.hint("check the indentation and the `:` of this line and the one before");
        }
        self.findings.push(finding);
    }

    fn finish(mut self) -> (Node, Vec<Diagnostic>) {
        while !self.stack.is_empty() {
            self.close(Span::new(self.text.len(), self.text.len()));
        }
        let place = Place::new(self.file, Span::new(0, 0));
        (self.root.unwrap_or_else(|| Node::null(place)), self.findings)
    }
}

/// Adds an entry; a key that is there already gets the new value, and a finding says so.
fn insert(entries: &mut Vec<Entry>, entry: Entry) -> Option<Diagnostic> {
    let Some(old) = entries.iter_mut().find(|old| old.key == entry.key) else {
        entries.push(entry);
        return None;
    };
    let message = format!("the key `{}` stands twice in this mapping; the last one counts", entry.key);
    let finding =
        Diagnostic::at(codes::REPEATED_KEY, entry.key_place, message).also(old.key_place, "first here");
    *old = entry;
    Some(finding)
}

/// Adds the entries of merge keys (`<<`) that the mapping does not hold itself.
fn merge(mut entries: Vec<Entry>, merges: &[Node]) -> Vec<Entry> {
    for source in merges {
        for entry in source.entries() {
            if !entries.iter().any(|own| own.key == entry.key) {
                entries.push(entry.clone());
            }
        }
    }
    entries
}

/// Writes a key as text: dbt's keys are texts; `on:` and `1:` keep the spelling of their value.
fn key_text(node: &Node) -> String {
    node.to_data().to_text().unwrap_or_else(|| "null".to_owned())
}

fn count(node: &Node) -> usize {
    1 + node.items().iter().map(count).sum::<usize>()
        + node.entries().iter().map(|entry| count(&entry.value)).sum::<usize>()
}

fn span_of(span: &granit_parser::Span, text: &str) -> Span {
    let byte = |marker: &granit_parser::Marker| marker.byte_offset().unwrap_or(text.len());
    Span::new(byte(&span.start), byte(&span.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceMap;

    fn read(text: &str) -> (Node, Vec<String>) {
        let sources = SourceMap::default();
        let file = sources.add("a.yml", text);
        let (node, findings) = parse(file, text);
        let texts = findings
            .iter()
            .map(|finding| {
                let at =
                    finding.primary.as_ref().map(|label| sources.describe(label.place)).unwrap_or_default();
                format!("{at} {}", finding.message)
            })
            .collect();
        (node, texts)
    }

    #[test]
    fn anchors_merge_keys_and_repeated_keys() {
        let (node, findings) =
            read("a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\na2: [yes, 'yes']\nb2: 1\nb2: 2\n");
        let expected = r#"{"a":{"p":1,"q":2},"b":{"q":3,"p":1},"a2":[true,"yes"],"b2":2}"#;
        assert_eq!(node.to_data().to_json().to_string(), expected);
        assert_eq!(findings, ["a.yml:7:1 the key `b2` stands twice in this mapping; the last one counts"]);
    }

    #[test]
    fn a_syntax_error_has_its_place_and_keeps_what_came_before() {
        let (node, findings) = read("models:\n  - name: a\n    columns: {{ x }\n");
        assert!(node.get("models").is_some());
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("a.yml:"), "{findings:?}");
    }

    #[test]
    fn text_leads_back_to_its_bytes() {
        let text = "a:\n  b: |\n    one\n    {{ two }}\n";
        let (node, _) = read(text);
        let b = node.get("a").and_then(|a| a.get("b")).unwrap();
        let Kind::Text(value) = &b.kind else { panic!("not a text") };
        let at = value.offsets.to_file(value.value.find("{{").unwrap());
        assert_eq!(&text[at..at + 9], "{{ two }}");
    }

    #[test]
    fn aliases_cannot_fill_the_memory() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            text += &format!("a{level}: &a{level} [{inner}]\n");
        }
        let (_, findings) = read(&text);
        assert!(findings.iter().any(|finding| finding.contains("aliases add more than")), "{findings:?}");
    }
}
