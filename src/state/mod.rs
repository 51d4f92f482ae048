//! Another state of a project, as the artifacts of an earlier run or of another environment tell it: nodes and macros of
//! its manifest, statuses of its results, how fresh its sources were. Reads what dbt wrote as well. Knows nothing of the
//! project that is at hand.

mod fingerprints;
mod manifest;
mod results;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::base::fs::{self, FileError};

pub use fingerprints::{Fingerprint, Fingerprints};
pub use manifest::Manifest;

/// Why a state cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file holds something else than its name says.
    #[error("{path} is no artifact of dbt's: {reason}")]
    Broken {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file has a schema that is not known.
    #[error("{path} has the schema `{found}`, which is not known; known are {known}")]
    Unknown {
        /// The file.
        path: String,
        /// The schema it names.
        found: String,
        /// The versions that are known, with who writes them.
        known: String,
    },
}

/// Another state of a project. What its folder does not hold is `None`.
#[derive(Debug, Default)]
pub struct State {
    /// The folder it was read from.
    pub folder: PathBuf,
    /// `manifest.json`.
    pub manifest: Option<Manifest>,
    /// `run_results.json`: the status of each node that ran, by id.
    pub statuses: Option<BTreeMap<String, String>>,
    /// `sources.json`: when each source got its last row, by id; `None` where that could not be found out.
    pub freshness: Option<BTreeMap<String, Option<String>>>,
    /// `fingerprints.json`, which only martlet writes.
    pub fingerprints: Option<Fingerprints>,
}

impl State {
    /// Reads the artifacts of a folder; one that is not there holds nothing.
    ///
    /// # Errors
    /// An artifact that cannot be read, or has a version that is not known.
    pub fn read(folder: &Path) -> Result<Self, StateError> {
        Ok(Self {
            folder: folder.to_path_buf(),
            manifest: artifact(&folder.join("manifest.json"), Manifest::read)?,
            statuses: artifact(&folder.join("run_results.json"), results::statuses)?,
            freshness: freshness(folder)?,
            fingerprints: artifact(&folder.join("fingerprints.json"), Fingerprints::read)?,
        })
    }
}

/// Reads `sources.json` of a folder: when each source got its last row; `None` for the whole when there is none.
///
/// # Errors
/// A file that cannot be read, or has a version that is not known.
pub fn freshness(folder: &Path) -> Result<Option<BTreeMap<String, Option<String>>>, StateError> {
    artifact(&folder.join("sources.json"), results::freshness)
}

/// Reads one artifact, if it is there.
fn artifact<T>(
    path: &Path,
    read: impl FnOnce(&str, Value) -> Result<T, StateError>,
) -> Result<Option<T>, StateError> {
    if !fs::is_file(path) {
        return Ok(None);
    }
    let text = fs::read_text(path)?;
    let path = path.display().to_string();
    match serde_json::from_str(&text) {
        Ok(value) => read(&path, value).map(Some),
        Err(error) => Err(StateError::Broken { path, reason: error.to_string() }),
    }
}

/// Checks that an artifact is of a kind, and of a version that is known.
fn check_version(path: &str, value: &Value, kind: &str, known: &[(u32, &str)]) -> Result<u32, StateError> {
    let found = value.pointer("/metadata/dbt_schema_version").and_then(Value::as_str);
    let Some(found) = found else {
        let reason = "it has no `metadata.dbt_schema_version`".to_owned();
        return Err(StateError::Broken { path: path.to_owned(), reason });
    };
    let name = found.rsplit("/dbt/").next().unwrap_or_default().trim_end_matches(".json");
    let version = name.strip_prefix(kind).and_then(|rest| rest.strip_prefix("/v")?.parse::<u32>().ok());
    match version.filter(|version| known.iter().any(|(number, _)| number == version)) {
        Some(version) => Ok(version),
        None => {
            let known: Vec<String> =
                known.iter().map(|(number, writer)| format!("{kind}/v{number} ({writer})")).collect();
            Err(StateError::Unknown {
                path: path.to_owned(),
                found: found.to_owned(),
                known: known.join(", "),
            })
        }
    }
}
