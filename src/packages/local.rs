//! Packages in folders beside the project: linked to, so that a change in them counts at once.

use std::path::{Path, PathBuf};

use crate::base::fs::{self, FileError};

/// Returns the folder of a local package, which is taken from the root project's folder whoever asks.
pub fn folder(root: &Path, path: &str) -> Result<PathBuf, FileError> {
    let folder = fs::canonicalize(&root.join(path))?;
    // A file in its place gives the system's own words for it.
    fs::list_folder(&folder)?;
    Ok(folder)
}

/// Puts a local package into the install folder: a link, or a copy where links cannot be made.
pub fn install(folder: &Path, into: &Path) -> Result<(), FileError> {
    fs::link(folder, into).or_else(|_| fs::copy_folder(folder, into))
}
