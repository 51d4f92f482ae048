//! Descriptions: texts that are templates, rendered after everything else, with the way back to where they stand.

use crate::base::source::Place;
use crate::diagnostic::Diagnostic;
use crate::yaml::Kind;
use crate::yaml::read::Reader;

/// One description.
#[derive(Debug, Clone, Default)]
pub struct Prose {
    /// The text: as written, and once the project is read, rendered.
    pub text: String,
    /// Where it stands.
    pub place: Option<Place>,
    /// Pairs of (byte in the text, byte in the file).
    pub runs: Vec<(u32, u32)>,
    /// The ids of the docs blocks that it uses.
    pub doc_blocks: Vec<String>,
}

impl Prose {
    /// Reads `description`; nothing gives an empty text.
    pub fn read(reader: &mut Reader<'_>, findings: &mut Vec<Diagnostic>) -> Self {
        let Some(node) = reader.node("description") else { return Self::default() };
        let runs = match &node.kind {
            Kind::Text(text) => text.offsets.runs().to_vec(),
            _ => Vec::new(),
        };
        let place = Some(node.place);
        let text = reader.text("description", findings).unwrap_or_default();
        Self { text, place, runs, doc_blocks: Vec::new() }
    }

    /// Makes a description that stands nowhere.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}
