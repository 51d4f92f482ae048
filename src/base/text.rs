//! Byte spans in a text, and the way from a byte to its line and column. Knows no file and no grammar.

/// A range of bytes in one text: `start` inclusive, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// Makes a span of two byte offsets; an end before the start gives an empty span.
    pub fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Self { start, end: end.max(start) }
    }

    /// Returns the span as a range to slice a text with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Returns the number of bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Tells whether no byte is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns the smallest span that covers both.
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Moves the span by a number of bytes to the right.
    pub fn shift(self, bytes: usize) -> Span {
        Span::new(self.start as usize + bytes, self.end as usize + bytes)
    }
}

/// A line and a column as people count them, both from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
}

/// Where the lines of one text begin.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the line starts of a text.
    pub fn new(text: &str) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(after_breaks);
        Self { starts: starts.map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect() }
    }

    /// Returns line and column of a byte; a byte past the end or inside a character counts as the one before.
    pub fn line_column(&self, text: &str, byte: usize) -> LineColumn {
        let byte = floor_char(text, byte);
        let line = self.starts.partition_point(|start| *start as usize <= byte).max(1);
        let start = self.starts.get(line - 1).map_or(0, |start| *start as usize);
        let column = text.get(start..byte).map_or(0, |before| before.chars().count()) + 1;
        LineColumn { line: line as u32, column: column as u32 }
    }

    /// Returns the byte at a line and character column, both from 1; `None` when there is no such line.
    pub fn byte(&self, text: &str, line: usize, column: usize) -> Option<usize> {
        let start = *self.starts.get(line.checked_sub(1)?)? as usize;
        let rest = text.get(start..)?;
        let width = rest.find('\n').unwrap_or(rest.len());
        let offset = rest.char_indices().nth(column.saturating_sub(1)).map_or(width, |(at, _)| at.min(width));
        Some(start + offset)
    }
}

/// Returns the greatest character boundary that is not after `byte`.
pub fn floor_char(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let text = "é_id\nselect";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(text, 3), LineColumn { line: 1, column: 3 });
        assert_eq!(index.line_column(text, 8), LineColumn { line: 2, column: 3 });
        assert_eq!(index.line_column(text, 99), LineColumn { line: 2, column: 7 });
        assert_eq!(index.byte(text, 2, 3), Some(8));
        assert_eq!(index.byte(text, 1, 99), Some(5));
        assert_eq!(index.byte(text, 9, 1), None);
    }
}
