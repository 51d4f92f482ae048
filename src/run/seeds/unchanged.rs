//! Whether a seed's table still holds what its file says. What was found when it was loaded is kept in a file, and
//! counts only if everything is found again: the file's bytes, the seed's configuration, and a fingerprint of the
//! table's columns and rows. A table that was altered, dropped or made anew therefore never passes for loaded.

use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::base::data::Data;
use crate::base::fs::{self, FileError};
use crate::graph::nodes::Node;
use crate::project::files::hex;

/// What decides on the rows of a seed.
const KEYS: [&str; 3] = ["column_types", "delimiter", "quote_columns"];

/// What is found of a seed and its table.
pub(super) struct Loaded {
    kept_in: PathBuf,
    found: String,
}

impl Loaded {
    /// Finds out about the file; `fingerprint` is that of the table.
    pub(super) fn new(folder: &Path, node: &Node, path: &Path, fingerprint: &str) -> Result<Self, FileError> {
        let mut sum = Sha256::new();
        let mut file = fs::open(path)?;
        let mut buffer = vec![0; 1 << 16];
        while let Some(bytes) = read(&mut file, path, &mut buffer)? {
            sum.update(bytes);
        }
        let config =
            KEYS.map(|key| format!("{key}: {}", node.config.get(key).map(Data::to_json).unwrap_or_default()));
        let table = format!("{}.{}.{}", node.database, node.schema, node.alias);
        let found = format!("{}\n{}\n{table}\n{fingerprint}\n", hex(&sum.finalize()), config.join("\n"));
        Ok(Self { kept_in: folder.join(format!("{}.txt", node.unique_id)), found })
    }

    /// Tells whether all this was found when the seed was loaded.
    pub(super) fn is_remembered(&self) -> bool {
        fs::read_text(&self.kept_in).is_ok_and(|kept| kept == self.found)
    }

    /// Keeps what is found for the next run.
    pub(super) fn remember(&self) -> Result<(), FileError> {
        fs::write(&self.kept_in, self.found.as_bytes())
    }
}

fn read<'b>(file: &mut impl Read, path: &Path, buffer: &'b mut [u8]) -> Result<Option<&'b [u8]>, FileError> {
    let count = file.read(buffer).map_err(|error| FileError::new("read", path, error))?;
    Ok(buffer.get(..count).filter(|bytes| !bytes.is_empty()))
}
