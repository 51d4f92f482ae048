//! YAML as dbt reads it (YAML 1.1 scalars, last key wins), in a tree that keeps every place. Knows no key of dbt's.

mod compose;
mod offsets;
pub mod read;
pub mod scalar;

pub use compose::parse;
pub use offsets::Offsets;

use std::sync::Arc;

use crate::base::data::Data;
use crate::base::source::Place;

/// Renders one text: is given the keys on the way to it, and returns the value to put in its place, or `None` to
/// leave the text as it is. The template language itself lives in a higher layer.
pub type RenderText<'r> = dyn FnMut(&[String], &Node, &Text) -> Option<Data> + 'r;

/// One node of a YAML file.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it holds.
    pub kind: Kind,
    /// Where it stands.
    pub place: Place,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A scalar that is not a text: null, boolean, number.
    Scalar(Data),
    /// A text, with the way back from its bytes to the file's.
    Text(Text),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping; a repeated key holds its last value only.
    Map(Vec<Entry>),
}

/// A text scalar.
#[derive(Debug, Clone)]
pub struct Text {
    /// The text after escapes and folding.
    pub value: String,
    /// Where each byte of it came from.
    pub offsets: Arc<Offsets>,
}

/// One key of a mapping with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key as text.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// Makes a node that stands for a whole file without content.
    pub fn null(place: Place) -> Self {
        Self { kind: Kind::Scalar(Data::Null), place }
    }

    /// Returns the text of a text node.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(&text.value),
            _ => None,
        }
    }

    /// Returns the entries of a mapping; nothing for any other node.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Returns the items of a list; nothing for any other node.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// Returns the entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Tells whether the node holds nothing.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Scalar(Data::Null))
    }

    /// Tells whether the node is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.kind, Kind::Map(_))
    }

    /// Returns the plain value, without places.
    pub fn to_data(&self) -> Data {
        match &self.kind {
            Kind::Scalar(data) => data.clone(),
            Kind::Text(text) => Data::Str(text.value.clone()),
            Kind::List(items) => Data::List(items.iter().map(Node::to_data).collect()),
            Kind::Map(entries) => {
                Data::Map(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_data())).collect())
            }
        }
    }

    /// Makes a tree of a plain value, every node at one place.
    pub fn from_data(data: Data, place: Place) -> Self {
        let kind = match data {
            Data::Str(value) => Kind::Text(Text { value, offsets: Arc::new(Offsets::whole(place.span)) }),
            Data::List(items) => {
                Kind::List(items.into_iter().map(|item| Node::from_data(item, place)).collect())
            }
            Data::Map(map) => Kind::Map(
                map.into_iter()
                    .map(|(key, value)| Entry { key, key_place: place, value: Node::from_data(value, place) })
                    .collect(),
            ),
            scalar => Kind::Scalar(scalar),
        };
        Self { kind, place }
    }

    /// Returns a copy in which `render` has had its say on every text; keys stay as they are.
    ///
    /// `render` is given the keys on the way to the text, and returns the value to put in its place.
    pub fn map_texts(&self, path: &mut Vec<String>, render: &mut RenderText<'_>) -> Node {
        let kind = match &self.kind {
            Kind::Text(text) => match render(path, self, text) {
                Some(data) => return Node::from_data(data, self.place),
                None => Kind::Text(text.clone()),
            },
            Kind::Scalar(data) => Kind::Scalar(data.clone()),
            Kind::List(items) => Kind::List(items.iter().map(|item| item.map_texts(path, render)).collect()),
            Kind::Map(entries) => Kind::Map(
                entries
                    .iter()
                    .map(|entry| {
                        path.push(entry.key.clone());
                        let value = entry.value.map_texts(path, render);
                        path.pop();
                        Entry { key: entry.key.clone(), key_place: entry.key_place, value }
                    })
                    .collect(),
            ),
        };
        Node { kind, place: self.place }
    }
}
