//! The log file: opened when the first line comes, put aside when it is full. Knows nothing of what the lines say.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::base::fs;

/// How many files that were full are kept.
const KEPT: usize = 5;

/// A file that lines are added to.
pub struct LogFile {
    path: PathBuf,
    /// The size that no file goes beyond; 0 for any.
    max_bytes: u64,
    open: Option<(fs::Growing, u64)>,
}

impl LogFile {
    /// Makes a log in a folder; nothing is touched yet.
    pub fn new(folder: &Path, max_bytes: u64) -> Self {
        Self { path: folder.join("dbt.log"), max_bytes, open: None }
    }

    /// Puts the file aside, and those that were put aside before one further; the oldest is gone.
    fn put_aside(&mut self) {
        self.open = None;
        let aside = |number: usize| PathBuf::from(format!("{}.{number}", self.path.display()));
        for number in (1..KEPT).rev() {
            // What is not there cannot be moved.
            let _ = fs::rename(&aside(number), &aside(number + 1));
        }
        let _ = fs::rename(&self.path, &aside(1));
    }

    fn opened(&mut self) -> io::Result<&mut (fs::Growing, u64)> {
        if self.open.is_none() {
            let file = fs::append(&self.path).map_err(io::Error::other)?;
            let size = fs::size(&self.path).unwrap_or_default();
            self.open = Some((file, size));
        }
        self.open.as_mut().ok_or_else(|| io::Error::other("the log is not open"))
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (max, more) = (self.max_bytes, bytes.len() as u64);
        let (_, size) = self.opened()?;
        if max > 0 && *size > 0 && *size + more >= max {
            self.put_aside();
        }
        let (file, size) = self.opened()?;
        *size += more;
        file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.as_mut().map_or(Ok(()), |(file, _)| file.flush())
    }
}
