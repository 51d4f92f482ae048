//! Every text ever read, so that any finding can be drawn later. Knows names and texts, not what they mean.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::base::text::{LineColumn, LineIndex, Span};

/// The number of one text in a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A span in a known text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The text.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
}

impl Place {
    /// Makes a place.
    pub fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }
}

/// One text with the name people know it by.
#[derive(Debug)]
pub struct SourceFile {
    /// The path shown to people, relative to the project where it lies inside.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// Returns line and column of a byte.
    pub fn line_column(&self, byte: usize) -> LineColumn {
        self.lines().line_column(&self.text, byte)
    }

    /// Returns the index of the lines, made at the first call.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// All texts of one invocation; shared by threads, only ever added to.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: RwLock<Vec<Arc<SourceFile>>>,
}

impl SourceMap {
    /// Adds a text and returns its number.
    pub fn add(&self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let file = SourceFile { name: name.into(), text: text.into(), lines: OnceLock::new() };
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.push(Arc::new(file));
        FileId((files.len() - 1) as u32)
    }

    /// Returns a text; `None` for a number of another map.
    pub fn get(&self, id: FileId) -> Option<Arc<SourceFile>> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).get(id.0 as usize).cloned()
    }

    /// Finds a text in the first of the wanted files that holds it.
    pub fn find(&self, text: &str, wanted: impl Fn(FileId, &str) -> bool) -> Option<Place> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.iter().enumerate().find_map(|(index, file)| {
            let id = FileId(index as u32);
            let start = wanted(id, &file.name).then(|| file.text.find(text)).flatten()?;
            Some(Place::new(id, Span::new(start, start + text.len())))
        })
    }

    /// Returns `path:line:column` of the first byte of a place.
    pub fn describe(&self, place: Place) -> String {
        self.get(place.file).map_or_else(String::new, |file| {
            let at = file.line_column(place.span.start as usize);
            format!("{}:{}:{}", file.name, at.line, at.column)
        })
    }
}
