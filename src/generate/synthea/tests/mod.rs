//! Tests of whole exports, read back from their files. Knows the columns by name, as any reader of an export would.

mod files;
mod folder;
mod invariants;
mod rates;
mod recount;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDateTime;
use tempfile::TempDir;

use super::{Layout, Manifest, Options, generate};
use crate::base::fs;

/// The files that hold rows of patients, in their order.
const PATIENT_FILES: [&str; 6] = [
    "patients.csv",
    "encounters.csv",
    "conditions.csv",
    "procedures.csv",
    "medications.csv",
    "payer_transitions.csv",
];

/// An export with the texts of its files.
struct Export {
    texts: BTreeMap<String, String>,
    manifest: Manifest,
}

/// One row, by column.
type Row = BTreeMap<String, String>;

fn options(patients: u64, seed: u64, layout: Layout, folder: &TempDir) -> Options {
    let out = folder.path().to_path_buf();
    Options { patients, seed, years: Options::YEARS, end: Options::default_end(), layout, out }
}

impl Export {
    fn new(patients: u64, seed: u64, layout: Layout) -> Self {
        Self::adjusted(patients, seed, layout, |options| options)
    }

    /// Makes an export of options that are changed at the last moment.
    fn adjusted(patients: u64, seed: u64, layout: Layout, adjust: impl FnOnce(Options) -> Options) -> Self {
        let folder = TempDir::new().unwrap();
        let options = adjust(options(patients, seed, layout, &folder));
        let manifest = generate(&options, &mut |_| {}).unwrap();
        let files = fs::list_folder(folder.path()).unwrap();
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let texts = files.iter().map(|path| (name(path), fs::read_text(path).unwrap())).collect();
        Self { texts, manifest }
    }

    fn text(&self, file: &str) -> &str {
        &self.texts[file]
    }

    /// Reads a file; a row with more or fewer fields than the header fails the test.
    fn rows(&self, file: &str) -> Vec<Row> {
        let text = self.text(file);
        assert!(!text.contains('"') && !text.contains('\r') && text.ends_with('\n'), "{file}");
        let mut lines = text.lines().map(|line| line.split(','));
        let columns: Vec<&str> = lines.next().unwrap().collect();
        lines
            .map(|fields| {
                let fields: Vec<&str> = fields.collect();
                assert_eq!(fields.len(), columns.len(), "{file}: {fields:?}");
                columns.iter().zip(fields).map(|(column, field)| ((*column).into(), field.into())).collect()
            })
            .collect()
    }
}

/// Reads a moment as exports write it.
fn moment(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ").unwrap()
}

/// Reads money as cents.
fn cents(text: &str) -> u64 {
    let (dollars, cents) = text.split_once('.').unwrap();
    assert_eq!(cents.len(), 2, "{text}");
    dollars.parse::<u64>().unwrap() * 100 + cents.parse::<u64>().unwrap()
}
