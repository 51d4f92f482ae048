//! How long nodes took in earlier runs: a file in the folder of state, which may be removed at any time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::base::fs::{self, FileError};

/// The seconds that each node took.
#[derive(Debug, Clone, Default)]
pub struct Timings {
    path: PathBuf,
    seconds: BTreeMap<String, f64>,
    /// What is taken for a node that never ran: the middle of those that did.
    otherwise: f64,
}

/// How much the last run counts against all before it.
const NEWEST: f64 = 0.5;

impl Timings {
    /// Reads what is known; nothing where there is no such file, or none that can be read.
    pub fn read(state: &Path) -> Self {
        let path = state.join("timings.json");
        let known = fs::read_bytes(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let seconds: BTreeMap<String, f64> = known.unwrap_or_default();
        let mut sorted: Vec<f64> = seconds.values().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let otherwise = sorted.get(sorted.len() / 2).copied().unwrap_or(1.0);
        Self { path, seconds, otherwise }
    }

    /// Returns the seconds that a node takes, as far as anybody knows.
    pub fn seconds(&self, id: &str) -> f64 {
        self.seconds.get(id).copied().unwrap_or(self.otherwise)
    }

    /// Takes in how long nodes took this time, and keeps it.
    pub fn learn<'i>(mut self, taken: impl Iterator<Item = (&'i str, f64)>) -> Result<(), FileError> {
        for (id, seconds) in taken {
            let known = self.seconds.get(id).copied().unwrap_or(seconds);
            self.seconds.insert(id.to_owned(), known + (seconds - known) * NEWEST);
        }
        let json = serde_json::to_vec(&self.seconds).unwrap_or_default();
        fs::write(&self.path, &json)
    }
}
