//! Reading seeds: CSV files, the type of each column inferred over all rows as dbt's agate does.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::base::fs;
use crate::base::table::{Cell, Table, TableColumn};

/// Why a seed cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The file cannot be opened.
    #[error(transparent)]
    File(#[from] fs::FileError),
    /// The file breaks the rules of CSV.
    #[error("{path}: {message}")]
    Csv {
        /// The file.
        path: String,
        /// What is wrong.
        message: String,
        /// The byte of the record that is wrong, where one is.
        offset: Option<usize>,
    },
    /// The file has no header.
    #[error("{0}: the file is empty; a seed begins with a line of column names")]
    NoHeader(String),
}

/// The types that are tried in turn; the last takes everything.
const TYPES: [&str; 6] = ["integer", "float8", "date", "timestamp without time zone", "boolean", "text"];

static PATTERNS: LazyLock<Vec<Option<Regex>>> = LazyLock::new(|| {
    [
        r"^[-+]?\d+$",
        r"^[-+]?[$€£¥]?(\d{1,3}(,\d{3})+|\d+|\d*\.\d+|\d+\.)(\.\d+)?%?$",
        r"^\d{4}-\d{2}-\d{2}$",
        r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[-+]\d{2}:?\d{2})?$",
        r"^(?i:true|false)$",
    ]
    .iter()
    .map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// Reads a seed; the types of its columns are SQL types. `texts` names columns that stay texts while reading.
pub fn read(path: &Path, delimiter: u8, texts: &[String]) -> Result<Table, SeedError> {
    let shown = path.display().to_string();
    let text = fs::read_text(path)?;
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(false).from_reader(text.as_bytes());
    let failed = |error: csv::Error| {
        let offset = error.position().and_then(|at| usize::try_from(at.byte()).ok());
        SeedError::Csv { path: shown.clone(), message: describe(&error), offset }
    };
    let header = reader.headers().map_err(failed)?.clone();
    if header.is_empty() || (header.len() == 1 && header.get(0).is_some_and(|name| name.trim().is_empty())) {
        return Err(SeedError::NoHeader(shown));
    }
    let records = reader.records().collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let mut table = Table::default();
    let mut kinds = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let forced = texts.iter().any(|text| text == name);
        let kind =
            if forced { TYPES.len() - 1 } else { infer(records.iter().filter_map(|record| record.get(at))) };
        kinds.push(kind);
        let data_type = TYPES.get(kind).copied().unwrap_or("text");
        table.columns.push(TableColumn { name: name.to_owned(), data_type: data_type.to_owned() });
    }
    for record in &records {
        let cells = record.iter().zip(&kinds).map(|(value, kind)| cell(value, *kind));
        table.rows.push(cells.collect());
    }
    Ok(table)
}

/// Says what is wrong with a record, in words that do not count bytes.
fn describe(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("this row has {len} values, and the header names {expected_len} columns")
        }
        _ => error.to_string(),
    }
}

fn is_null(value: &str) -> bool {
    value.is_empty() || value.eq_ignore_ascii_case("null")
}

/// Returns the first type that takes every value.
fn infer<'v>(values: impl Iterator<Item = &'v str> + Clone) -> usize {
    let fits = |kind: usize| {
        values.clone().map(str::trim).filter(|value| !is_null(value)).all(|value| takes(kind, value))
    };
    (0..TYPES.len()).find(|kind| fits(*kind)).unwrap_or(TYPES.len() - 1)
}

fn takes(kind: usize, value: &str) -> bool {
    PATTERNS.get(kind).and_then(Option::as_ref).is_none_or(|pattern| pattern.is_match(value))
}

fn cell(value: &str, kind: usize) -> Cell {
    match kind {
        5 if value.is_empty() => Cell::Null,
        5 => Cell::Text(value.to_owned()),
        _ if is_null(value.trim()) => Cell::Null,
        0 => value.trim().parse().map_or_else(|_| Cell::Text(value.to_owned()), Cell::Int),
        4 => Cell::Bool(value.trim().eq_ignore_ascii_case("true")),
        _ => Cell::Text(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(values: &[&str]) -> &'static str {
        TYPES[infer(values.iter().copied())]
    }

    #[test]
    fn the_first_type_that_takes_every_value_wins() {
        assert_eq!(kind(&["1", "", "-2"]), "integer");
        assert_eq!(kind(&["1", "2.5"]), "float8");
        assert_eq!(kind(&["2020-01-01", "null"]), "date");
        assert_eq!(kind(&["2020-01-01 00:00:00"]), "timestamp without time zone");
        assert_eq!(kind(&["true", "False"]), "boolean");
        assert_eq!(kind(&["1", "2020-01-01"]), "text");
        assert_eq!(kind(&["2020-01-01", "true"]), "text");
        assert_eq!(kind(&[""]), "integer");
    }
}
