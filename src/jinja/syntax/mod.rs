//! From text to trees of ours. Only `lower` knows the parser that does the work.

pub mod blocks;
pub mod calls;
mod lower;
pub mod tree;

use crate::base::source::{FileId, Place};
use crate::base::text::Span;
use crate::diagnostic::Diagnostic;

pub use lower::parse;

/// Where the text of a template stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    file: FileId,
    /// Pairs of (byte in the text, byte in the file), both rising.
    runs: Vec<(u32, u32)>,
}

impl Origin {
    /// A text that stands in the file as it is, from some byte on.
    pub fn at(file: FileId, start: usize) -> Self {
        Self { file, runs: vec![(0, start as u32)] }
    }

    /// A text whose bytes stand at several places, as those of a YAML scalar do.
    pub fn runs(file: FileId, runs: &[(u32, u32)], fallback: usize) -> Self {
        let runs = if runs.is_empty() { vec![(0, fallback as u32)] } else { runs.to_vec() };
        Self { file, runs }
    }

    /// Returns the file.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Returns the origin of a part of the text that begins at a byte.
    #[must_use]
    pub fn from(&self, byte: usize) -> Self {
        let mut runs = vec![(0, self.byte(byte) as u32)];
        let later = self.runs.iter().filter(|(start, _)| *start as usize > byte);
        runs.extend(later.map(|(start, file)| (start - byte as u32, *file)));
        Self { file: self.file, runs }
    }

    /// Returns the byte of the file for a byte of the text.
    pub fn byte(&self, byte: usize) -> usize {
        let index = self.runs.partition_point(|(start, _)| *start as usize <= byte);
        let run = index.checked_sub(1).and_then(|index| self.runs.get(index)).or_else(|| self.runs.first());
        run.map_or(byte, |(text, file)| (*file as usize + byte).saturating_sub(*text as usize))
    }

    /// Returns the bytes inside of a range at which the text goes on elsewhere in the file.
    pub(crate) fn breaks(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = usize> {
        let inside = move |byte: &usize| range.start < *byte && *byte < range.end;
        self.runs.iter().map(|(start, _)| *start as usize).filter(inside)
    }

    /// Returns the place of a range of the text.
    pub fn place(&self, range: std::ops::Range<usize>) -> Place {
        let start = self.byte(range.start);
        let end = if range.is_empty() { start } else { self.byte(range.end - 1) + 1 };
        Place::new(self.file, Span::new(start, end))
    }
}

/// What reading a template gives.
pub type Parsed<T> = Result<T, Box<Diagnostic>>;
