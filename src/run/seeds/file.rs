//! A seed's file: its header, and where it breaks the rules. Reads a record at a time, so that size does not matter.

use std::io::{BufReader, Read};
use std::path::PathBuf;

use crate::base::fs::{self, FileError};

/// Why a seed cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The file cannot be opened.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file breaks the rules at a place.
    #[error("{message}")]
    Broken {
        /// What is wrong.
        message: String,
        /// The bytes of the record that is wrong.
        span: std::ops::Range<u64>,
        /// The line that the record begins at, from 1.
        line: u64,
        /// What to do about it.
        cure: &'static str,
    },
    /// The seed is configured in a way that nothing can be read.
    #[error("{0}")]
    Configured(String),
    /// DuckDB refuses to read it, for a reason that is not found here.
    #[error("{0}")]
    Refused(String),
}

const RAGGED: &str =
    "give every row as many values as the header; put a value that holds a delimiter in quotes";
const NOT_TEXT: &str = "save the file as UTF-8";
const NO_HEADER: &str = "begin the file with a line of column names";

/// A seed's file and how it is divided.
#[derive(Debug, Clone)]
pub(in crate::run) struct SeedFile {
    pub(in crate::run) path: PathBuf,
    pub(in crate::run) delimiter: u8,
}

impl SeedFile {
    /// Reads the names of the columns as dbt has them: letters for those without, numbers behind those that repeat.
    pub(in crate::run) fn header(&self) -> Result<Vec<String>, SeedError> {
        let mut reader = self.reader()?;
        let mut record = csv::ByteRecord::new();
        let found =
            reader.read_byte_record(&mut record).map_err(|error| SeedError::Refused(error.to_string()))?;
        let begins_blank = record.position().is_some_and(|at| at.line() > 1);
        if !found || begins_blank || record.iter().all(|name| name.trim_ascii().is_empty()) {
            let message = "the file has no header".to_owned();
            return Err(SeedError::Broken { message, span: 0..0, line: 1, cure: NO_HEADER });
        }
        let mut names: Vec<String> = Vec::new();
        for (at, name) in record.iter().enumerate() {
            let name = std::str::from_utf8(name).map_err(|_| self.not_text(&record, record.len()))?;
            let name = if name.is_empty() { letters(at) } else { name.to_owned() };
            let repeats = (2..).map(|number| format!("{name}_{number}"));
            let free = std::iter::once(name.clone()).chain(repeats).find(|name| !names.contains(name));
            names.extend(free);
        }
        Ok(names)
    }

    /// Returns the rows behind the header as texts, one after another; what is empty is none.
    pub(in crate::run) fn rows(
        &self,
        columns: usize,
    ) -> Result<impl Iterator<Item = Result<Vec<Option<String>>, SeedError>>, SeedError> {
        let file = self.clone();
        let mut reader = self.reader()?;
        let mut record = csv::ByteRecord::new();
        reader.read_byte_record(&mut record).map_err(|error| SeedError::Refused(error.to_string()))?;
        Ok(std::iter::from_fn(move || match reader.read_byte_record(&mut record) {
            Ok(false) => None,
            Ok(true) => Some(file.texts(&record, columns)),
            Err(error) => Some(Err(SeedError::Refused(error.to_string()))),
        }))
    }

    fn texts(&self, record: &csv::ByteRecord, columns: usize) -> Result<Vec<Option<String>>, SeedError> {
        if record.len() != columns {
            return Err(self.ragged(record, columns));
        }
        let text = |value: &[u8]| std::str::from_utf8(value).map(str::to_owned).ok();
        let texts: Option<Vec<String>> = record.iter().map(text).collect();
        let texts = texts.ok_or_else(|| self.not_text(record, columns))?;
        Ok(texts.into_iter().map(|text| Some(text).filter(|text| !text.is_empty())).collect())
    }

    fn ragged(&self, record: &csv::ByteRecord, columns: usize) -> SeedError {
        let values = if record.len() == 1 { "value" } else { "values" };
        let message =
            format!("this row has {} {values}, and the header names {columns} columns", record.len());
        self.at(record, message, RAGGED)
    }

    /// Finds the first record that breaks the rules, after a database refused the file.
    pub(super) fn broken(&self, columns: usize) -> Option<SeedError> {
        let mut reader = self.reader().ok()?;
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).ok()? {
            if record.iter().any(|value| std::str::from_utf8(value).is_err()) {
                return Some(self.not_text(&record, columns));
            }
            if record.len() != columns {
                return Some(self.ragged(&record, columns));
            }
        }
        None
    }

    /// Finds the first record that holds a value, so that a database's complaint of it has a place.
    pub(super) fn holding(&self, value: &str) -> Option<SeedError> {
        let mut reader = self.reader().ok()?;
        let mut record = csv::ByteRecord::new();
        // The header is no row.
        reader.read_byte_record(&mut record).ok()?;
        while reader.read_byte_record(&mut record).ok()? {
            if record.iter().any(|held| held == value.as_bytes()) {
                return Some(self.at(&record, String::new(), ""));
            }
        }
        None
    }

    fn not_text(&self, record: &csv::ByteRecord, columns: usize) -> SeedError {
        let bad = record.iter().take(columns).position(|value| std::str::from_utf8(value).is_err());
        let column = bad.map_or(record.len(), |at| at + 1);
        self.at(record, format!("this row is not UTF-8: its value {column} holds other bytes"), NOT_TEXT)
    }

    fn at(&self, record: &csv::ByteRecord, message: String, cure: &'static str) -> SeedError {
        let (start, line) = record.position().map_or((0, 1), |at| (at.byte(), at.line()));
        let length: usize = record.iter().map(|value| value.len() + 1).sum();
        SeedError::Broken { message, span: start..start + length.saturating_sub(1) as u64, line, cure }
    }

    fn reader(&self) -> Result<csv::Reader<impl Read>, SeedError> {
        let file = BufReader::with_capacity(1 << 16, fs::open(&self.path)?);
        Ok(csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(file))
    }
}

/// Returns the letters of a column that has no name: `a` to `z`, then `aa`.
fn letters(at: usize) -> String {
    let letter = char::from(b'a' + (at % 26) as u8);
    letter.to_string().repeat(at / 26 + 1)
}
