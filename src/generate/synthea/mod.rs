//! Patients that never lived, as an export in the layout of Synthea: people, encounters, diagnoses, procedures, drugs,
//! houses and payers.
//!
//! The bytes depend on [`VERSION`] and the options alone, and the rows of a patient on the seed and the patient's number:
//! ten patients are the first ten of any hundred. Rates of readmission and lengths of stay are designed in
//! (`catalogue::causes`); what came out is counted while it is drawn (`truth`) and written to `_manifest.json`.

mod admissions;
mod calendar;
mod care;
mod catalogue;
mod coverage;
mod csv;
mod diagnoses;
mod layout;
mod manifest;
mod names;
mod output;
mod papers;
mod person;
mod places;
mod random;
mod record;
mod rows;
mod totals;
mod truth;
mod universe;
mod visits;

use std::path::PathBuf;

use chrono::{Datelike, Months, NaiveDate};

use crate::base::fs::FileError;
use calendar::Day;
pub use layout::Layout;
pub use manifest::{FileFacts, Manifest, VERSION};
use output::Output;
use random::{Stream, key};
use record::Record;
use totals::Totals;
pub use truth::{Definition, Readmissions, StayLengths, Truth};
use universe::Universe;

/// What is to be made.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many people.
    pub patients: u64,
    /// What all chance comes from.
    pub seed: u64,
    /// How many years before the end are told.
    pub years: u32,
    /// The day before which everything happens.
    pub end: NaiveDate,
    /// What the files look like.
    pub layout: Layout,
    /// The folder for the files: new, empty, or holding an earlier export of this generator, which is replaced.
    pub out: PathBuf,
}

impl Options {
    /// How many years are told where nothing is said.
    pub const YEARS: u32 = 10;

    /// Returns the end where nothing is said.
    pub fn default_end() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default()
    }

    fn check(&self) -> Result<(), GenerateError> {
        let ranges = [
            ("patients", self.patients, 1, 100_000_000),
            ("years", u64::from(self.years), 1, 50),
            // The oldest patients are 95, and nobody is born before 1900.
            ("the year of end", self.end.year().max(0) as u64, 2_000, 2_100),
        ];
        let outside = ranges.into_iter().find(|(_, value, low, high)| !(low..=high).contains(&value));
        outside.map_or(Ok(()), |(option, value, low, high)| {
            Err(GenerateError::OutOfRange { option, value, low, high })
        })
    }
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Patients written.
    pub patients: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// An option has a value that makes no sense.
    #[error("{option} must be from {low} to {high}, not {value}")]
    OutOfRange {
        /// The option.
        option: &'static str,
        /// Its value.
        value: u64,
        /// The smallest value.
        low: u64,
        /// The greatest value.
        high: u64,
    },
    /// The folder holds something that is not ours to replace or to mix with.
    #[error(
        "{} holds `{entry}`, which is not of an earlier run of this generator: choose another folder or empty it",
        folder.display()
    )]
    ForeignFile {
        /// The folder.
        folder: PathBuf,
        /// The name of the entry.
        entry: String,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The days that an export tells of.
#[derive(Debug)]
struct Window {
    /// The first.
    first: Day,
    /// The day after the last.
    end: Day,
}

impl Window {
    fn new(options: &Options) -> Self {
        let first = options.end.checked_sub_months(Months::new(12 * options.years)).unwrap_or(options.end);
        Self { first: Day::of(first), end: Day::of(options.end) }
    }
}

/// Makes the patients and writes their files; `progress` hears after each patient.
///
/// The files get their names when all of them are whole, the manifest last; until then an earlier export stays as it is.
pub fn generate(options: &Options, progress: &mut dyn FnMut(Progress)) -> Result<Manifest, GenerateError> {
    options.check()?;
    let window = Window::new(options);
    let universe = Universe::new(options.seed);
    let mut totals = Totals::new(&universe);
    let mut truth = Truth::default();
    let mut output = Output::open(&options.out, options.layout)?;
    for number in 0..options.patients {
        let record = Record::draw(options.seed, number, &window);
        let mut repeats = Stream::new(key(options.seed, "repeats", number));
        rows::write(&record, &universe, options.layout, &mut repeats, &mut output)?;
        totals.add(&record);
        truth.add(&record);
        progress(Progress { patients: number + 1, bytes: output.bytes() });
    }
    totals.write(&universe, options.layout, &mut output)?;
    output.finish(|files| {
        let manifest = Manifest { files, truth };
        let text = manifest.to_json(options);
        (manifest, text)
    })
}

#[cfg(test)]
mod tests;
