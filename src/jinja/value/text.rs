//! Texts: shared, and where they were captured from a template, with the pieces they came from.

use std::rc::Rc;

use crate::jinja::limits;
use crate::jinja::provenance::{Output, Piece, slice_pieces};

/// A text. Pieces are kept as long as it is not altered.
#[derive(Debug, Clone)]
pub struct Text {
    text: Rc<str>,
    pieces: Option<Rc<[Piece]>>,
}

impl Text {
    /// Makes a text that came from nowhere.
    pub fn new(text: impl Into<Rc<str>>) -> Self {
        let text = text.into();
        limits::charge(text.len());
        Self { text, pieces: None }
    }

    /// Makes a text of captured output.
    pub fn captured(output: Output) -> Self {
        limits::charge(output.text.len() + output.pieces.len() * size_of::<Piece>());
        Self { text: output.text.into(), pieces: Some(output.pieces.into()) }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the pieces it came from.
    pub fn pieces(&self) -> Option<&[Piece]> {
        self.pieces.as_deref()
    }

    /// Returns a part of it, which must lie on character boundaries, with its pieces.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Self {
        let text = self.text.get(range.clone()).unwrap_or_default().into();
        Self { text, pieces: self.pieces.as_ref().map(|pieces| slice_pieces(pieces, range).into()) }
    }

    /// Returns it as output.
    pub fn to_output(&self) -> Output {
        let pieces = self.pieces.as_deref().map(<[Piece]>::to_vec).unwrap_or_default();
        Output { text: self.text.to_string(), pieces }
    }
}
