//! Where every byte of rendered text came from: pieces that know template, bytes and calls.

use std::rc::Rc;

use crate::base::source::Place;
use crate::base::text::Span;

/// One call of a macro, with the calls it was made from.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    /// The macro's name.
    pub name: Rc<str>,
    /// Where it was called; `None` when the outside called it.
    pub called_at: Option<Place>,
    /// The call around it.
    pub parent: Option<Rc<Frame>>,
}

/// A run of text that came from one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The first byte of the text that it covers; it reaches to the next piece.
    pub start: usize,
    /// Where it came from.
    pub place: Place,
    /// Whether it stands in the file byte for byte; else the place is the expression that made it.
    pub exact: bool,
    /// The macro that wrote it.
    pub frame: Option<Rc<Frame>>,
}

/// Text that knows where it came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// The text.
    pub text: String,
    /// Its pieces in order.
    pub pieces: Vec<Piece>,
}

/// What a byte of rendered text came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// The place in the user's file.
    pub place: Place,
    /// Whether the byte stands there itself; else the place is the expression that made it.
    pub exact: bool,
    /// The calls that led there, innermost first: macro and place of the call.
    pub calls: Vec<(Rc<str>, Option<Place>)>,
}

impl Output {
    /// Adds text that came from one place.
    pub fn push(&mut self, text: &str, place: Place, exact: bool, frame: Option<&Rc<Frame>>) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece { start: self.text.len(), place, exact, frame: frame.cloned() });
        self.text.push_str(text);
    }

    /// Adds text with the pieces it has already.
    pub fn push_pieces(&mut self, text: &str, pieces: &[Piece]) {
        let base = self.text.len();
        self.pieces.extend(pieces.iter().map(|piece| Piece { start: piece.start + base, ..piece.clone() }));
        self.text.push_str(text);
    }

    /// Adds text that came from nowhere.
    pub fn push_plain(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Returns a part of the text with the pieces that cover it.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Output {
        let text = self.text.get(range.clone()).unwrap_or_default().to_owned();
        Output { text, pieces: slice_pieces(&self.pieces, range) }
    }

    /// Finds what a byte came from; a byte that came from nowhere belongs to the piece before it.
    pub fn to_source(&self, byte: usize) -> Option<Mapped> {
        to_source(&self.pieces, byte)
    }
}

/// Returns the pieces that cover a range, counted from its start.
pub fn slice_pieces(pieces: &[Piece], range: std::ops::Range<usize>) -> Vec<Piece> {
    let first = pieces.partition_point(|piece| piece.start <= range.start).saturating_sub(1);
    let covering = pieces.get(first..).unwrap_or_default().iter().take_while(|piece| piece.start < range.end);
    covering
        .map(|piece| {
            let cut = range.start.saturating_sub(piece.start);
            let length = range.end - piece.start.max(range.start);
            let place = if piece.exact { shortened(moved(piece.place, cut), length) } else { piece.place };
            Piece { start: piece.start.saturating_sub(range.start), place, ..piece.clone() }
        })
        .collect()
}

fn moved(place: Place, bytes: usize) -> Place {
    let start = (place.span.start as usize + bytes).min(place.span.end as usize);
    Place::new(place.file, Span::new(start, place.span.end as usize))
}

fn shortened(place: Place, bytes: usize) -> Place {
    let (start, end) = (place.span.start as usize, place.span.end as usize);
    Place::new(place.file, Span::new(start, end.min(start + bytes)))
}

/// Finds what a byte of a text with pieces came from.
pub fn to_source(pieces: &[Piece], byte: usize) -> Option<Mapped> {
    let index = pieces.partition_point(|piece| piece.start <= byte).max(1) - 1;
    let piece = pieces.get(index)?;
    // Text that came from nowhere may stand before the first piece or behind what a piece covers.
    let length = (piece.place.span.end - piece.place.span.start) as usize;
    let offset = byte.checked_sub(piece.start).filter(|offset| piece.exact && *offset < length);
    let place = offset.map_or(piece.place, |offset| shortened(moved(piece.place, offset), 1));
    let mut calls = Vec::new();
    let mut frame = piece.frame.clone();
    while let Some(call) = frame {
        calls.push((call.name.clone(), call.called_at));
        frame = call.parent.clone();
    }
    Some(Mapped { place, exact: offset.is_some(), calls })
}
