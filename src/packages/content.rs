//! One checksum for all that a package holds: the same whatever archive or repository brought it.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::base::fs::{self, FileError};
use crate::project::files::hex;

/// Returns the SHA-256 of a folder: of its paths in order, each with the checksum of its file or where its link leads.
pub fn checksum(folder: &Path) -> Result<String, FileError> {
    let mut hash = Sha256::new();
    add(folder, "", &mut hash)?;
    Ok(hex(&hash.finalize()))
}

fn add(folder: &Path, prefix: &str, hash: &mut Sha256) -> Result<(), FileError> {
    for path in fs::list_folder(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = format!("{prefix}{name}");
        if let Some(target) = fs::link_target(&path) {
            hash.update(format!("link {name}\0{}\n", target.display()));
        } else if fs::is_folder(&path) {
            add(&path, &format!("{name}/"), hash)?;
        } else {
            let content = hex(&Sha256::digest(fs::read_bytes(&path)?));
            hash.update(format!("file {name}\0{content}\n"));
        }
    }
    Ok(())
}
