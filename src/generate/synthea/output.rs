//! The folder of an export: who may write there, files under temporary names, their size and checksum, and the renaming
//! once all are whole. Knows no column.

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::GenerateError;
use super::layout::{Layout, Table};
use super::manifest::{self, FileFacts};
use crate::base::fs::{self, FileError};

/// Bytes gathered before they are written.
const BLOCK: usize = 1 << 20;

/// The files of one export under way. What is not finished is removed when this is dropped.
pub(super) struct Output {
    folder: PathBuf,
    files: Vec<Part>,
    finished: bool,
}

/// One file under its temporary name.
struct Part {
    table: Table,
    path: PathBuf,
    file: Box<dyn Write>,
    pending: Vec<u8>,
    written: u64,
    rows: u64,
    repeated_rows: u64,
    digest: Sha256,
}

impl Output {
    /// Makes the folder where it is missing, and every file with its header under a temporary name.
    pub(super) fn open(folder: &Path, layout: Layout) -> Result<Self, GenerateError> {
        claim(folder)?;
        let mut output = Self { folder: folder.to_path_buf(), files: Vec::new(), finished: false };
        for table in Table::ALL {
            let path = temporary(folder, table.file_name());
            let mut pending = Vec::with_capacity(BLOCK + BLOCK / 8);
            pending.extend_from_slice(table.header(layout).as_bytes());
            pending.push(b'\n');
            output.files.push(Part {
                table,
                file: Box::new(fs::create(&path)?),
                path,
                pending,
                written: 0,
                rows: 0,
                repeated_rows: 0,
                digest: Sha256::new(),
            });
        }
        Ok(output)
    }

    /// Lets `write` add one row to a file.
    pub(super) fn row(&mut self, table: Table, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), FileError> {
        let part = &mut self.files[table as usize];
        write(&mut part.pending);
        part.rows += 1;
        if part.pending.len() >= BLOCK { part.flush() } else { Ok(()) }
    }

    /// Adds one row twice to a file.
    pub(super) fn row_twice(&mut self, table: Table, write: impl Fn(&mut Vec<u8>)) -> Result<(), FileError> {
        self.row(table, &write)?;
        self.files[table as usize].repeated_rows += 1;
        self.row(table, &write)
    }

    /// Returns the bytes given so far.
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|part| part.written + part.pending.len() as u64).sum()
    }

    /// Writes what is left, then gives every file its name; `manifest` makes the manifest of the files' facts.
    pub(super) fn finish<M>(
        mut self,
        manifest: impl FnOnce(Vec<FileFacts>) -> (M, String),
    ) -> Result<M, GenerateError> {
        for part in &mut self.files {
            part.flush()?;
        }
        let (manifest, text) = manifest(self.files.iter().map(Part::facts).collect());
        let manifest_part = temporary(&self.folder, manifest::FILE_NAME);
        fs::write(&manifest_part, text.as_bytes())?;
        // The old manifest goes first and the new one comes last: a manifest never lies beside files it does not describe.
        fs::remove(&self.folder.join(manifest::FILE_NAME))?;
        for part in &self.files {
            fs::rename(&part.path, &self.folder.join(part.table.file_name()))?;
        }
        fs::rename(&manifest_part, &self.folder.join(manifest::FILE_NAME))?;
        self.finished = true;
        Ok(manifest)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if !self.finished {
            for part in &self.files {
                // A part that stays behind is taken for ours and overwritten by the next run.
                let _ = fs::remove(&part.path);
            }
        }
    }
}

impl Part {
    fn flush(&mut self) -> Result<(), FileError> {
        self.digest.update(&self.pending);
        self.file.write_all(&self.pending).map_err(|source| FileError {
            action: "write",
            path: self.path.clone(),
            source,
        })?;
        self.written += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    fn facts(&self) -> FileFacts {
        let sha256 = hexadecimal(&self.digest.clone().finalize());
        FileFacts {
            name: self.table.file_name(),
            rows: self.rows,
            repeated_rows: self.repeated_rows,
            bytes: self.written,
            sha256,
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn temporary(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.part"))
}

/// Makes sure that the folder is there and holds nothing but an earlier export of this generator.
///
/// An earlier export is known by its manifest, or by the temporary files of a run that was cut off. Without either, files
/// of these names may be a real export, which must not be lost; files of other names beside ours would mix two exports.
/// Hidden files are let be.
fn claim(folder: &Path) -> Result<(), GenerateError> {
    fs::create_folder(folder)?;
    let names: Vec<String> = fs::list_folder(folder)?
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let known: Vec<&str> =
        Table::ALL.into_iter().map(Table::file_name).chain([manifest::FILE_NAME]).collect();
    let interrupted = known.iter().any(|name| fs::is_file(&temporary(folder, name)));
    let manifest = folder.join(manifest::FILE_NAME);
    let ours = interrupted || (fs::is_file(&manifest) && manifest::is_ours(&fs::read_text(&manifest)?));
    let allowed = |name: &str| name.starts_with('.') || (ours && known.contains(&name));
    let stranger = names.iter().find(|name| !allowed(name));
    stranger.map_or(Ok(()), |entry| {
        Err(GenerateError::ForeignFile { folder: folder.to_path_buf(), entry: entry.clone() })
    })
}
