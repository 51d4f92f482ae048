//! Packages in archives: downloaded, unpacked.

use std::path::Path;

use crate::base::fs;
use crate::packages::archive;
use crate::packages::download::Client;
use crate::packages::fetch::FetchError;

/// The most bytes an archive may have.
const LARGEST: u64 = 128 << 20;

/// Downloads an archive and unpacks it into a folder. `scratch` is where the archive lies meanwhile.
///
/// Returns pairs of names that other systems take for one.
pub fn fetch(
    client: &Client,
    url: &str,
    scratch: &Path,
    into: &Path,
) -> Result<Vec<(String, String)>, FetchError> {
    client.save(url, scratch, LARGEST)?;
    let alike = archive::unpack(fs::open(scratch)?, into)?;
    fs::remove(scratch)?;
    Ok(alike)
}
