//! The only file that touches the disk; every error names its path. Knows nothing of what the files hold.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// A failure to read or write one path.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct FileError {
    /// What was tried, as a verb: `read`, `write`, ...
    pub action: &'static str,
    /// The path it was tried on.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// Makes an error of what was tried on a path.
    pub fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self { action, path: path.to_path_buf(), source }
    }

    /// Tells whether the path does not exist.
    pub fn is_not_found(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

/// What reading and writing gives.
pub type Result<T> = std::result::Result<T, FileError>;

/// Reads a whole file as UTF-8 and drops a byte order mark.
pub fn read_text(path: &Path) -> Result<String> {
    let bytes = read_bytes(path)?;
    let text = String::from_utf8(bytes)
        .map_err(|error| FileError::new("read", path, io::Error::new(io::ErrorKind::InvalidData, error)))?;
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Ok(rest.to_owned()),
        None => Ok(text),
    }
}

/// Reads a whole file.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| FileError::new("read", path, error))
}

/// Returns the number of bytes of a file.
pub fn size(path: &Path) -> Result<u64> {
    fs::metadata(path).map(|data| data.len()).map_err(|error| FileError::new("read", path, error))
}

/// Opens a file to read it piece by piece.
pub fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| FileError::new("open", path, error))
}

/// Makes an empty file, and the folders above it.
pub fn create(path: &Path) -> Result<File> {
    create_parent(path)?;
    File::create(path).map_err(|error| FileError::new("create", path, error))
}

/// A file that is added to; what is added waits until it is much, or until it is flushed.
pub type Growing = BufWriter<File>;

/// Opens a file to add to it; makes it, and the folders above it, where it is not there.
pub fn append(path: &Path) -> Result<Growing> {
    open_to_append(path).map(BufWriter::new)
}

fn open_to_append(path: &Path) -> Result<File> {
    create_parent(path)?;
    let opened = fs::OpenOptions::new().append(true).create(true).open(path);
    opened.map_err(|error| FileError::new("open", path, error))
}

/// A file that lines are added to, from several threads.
#[derive(Debug)]
pub struct Appender {
    path: PathBuf,
    file: Mutex<File>,
}

impl Appender {
    /// Opens a file to add lines to it; makes it, and the folders above it, where it is not there.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { path: path.to_path_buf(), file: Mutex::new(open_to_append(path)?) })
    }

    /// Adds a line in one piece. When this returns it is in the system's hands, and outlives the program.
    pub fn add(&self, line: &str) -> Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(format!("{line}\n").as_bytes())
            .map_err(|error| FileError::new("write", &self.path, error))
    }
}

/// Writes a file whole or not at all: to a temporary name beside it, then renamed.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    static TURN: AtomicU64 = AtomicU64::new(0);
    create_parent(path)?;
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let part = path.with_file_name(format!(".{name}.{}-{turn}.part", std::process::id()));
    let result =
        File::create(&part).and_then(|mut file| file.write_all(bytes)).and_then(|()| fs::rename(&part, path));
    result.map_err(|error| {
        // The temporary file is of no use; that it may be gone already is fine.
        let _ = fs::remove_file(&part);
        FileError::new("write", path, error)
    })
}

/// Makes a folder and the folders above it.
pub fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| FileError::new("create", path, error))
}

fn create_parent(path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => create_folder(parent),
        _ => Ok(()),
    }
}

/// Renames a file over another.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| FileError::new("rename", from, error))
}

/// Removes a file, or a folder with all it holds; a link is removed, not followed. `false` when nothing was there.
pub fn remove(path: &Path) -> Result<bool> {
    let result = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => Err(error),
    };
    result.map(|()| true).map_err(|error| FileError::new("remove", path, error))
}

/// Makes a symbolic link at `link` that leads to `target`, and the folders above it.
pub fn link(target: &Path, link: &Path) -> Result<()> {
    create_parent(link)?;
    #[cfg(unix)]
    let made = std::os::unix::fs::symlink(target, link);
    #[cfg(windows)]
    let made = std::os::windows::fs::symlink_dir(target, link);
    made.map_err(|error| FileError::new("link", link, error))
}

/// Copies a folder with all it holds; links in it are followed, those that lead nowhere left out.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    create_folder(to)?;
    for path in list_folder(from)? {
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_folder(&path, &to.join(name))?;
        } else if path.is_file() {
            fs::copy(&path, to.join(name)).map_err(|error| FileError::new("copy", &path, error))?;
        }
    }
    Ok(())
}

/// Returns where a link leads, as it is written; `None` when the path is no link.
pub fn link_target(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// Tells whether a file is there.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Tells whether a folder is there.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Returns the entries of a folder, sorted by name.
pub fn list_folder(path: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(path).map_err(|error| FileError::new("read", path, error))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| FileError::new("read", path, error))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Returns the absolute path with links resolved.
pub fn canonicalize(path: &Path) -> Result<PathBuf> {
    fs::canonicalize(path).map_err(|error| FileError::new("resolve", path, error))
}

/// Returns the folder the program was started in.
pub fn current_folder() -> Result<PathBuf> {
    std::env::current_dir().map_err(|error| FileError::new("resolve", Path::new("."), error))
}

/// Makes a folder the current one, so that relative paths are taken from it.
pub fn enter_folder(path: &Path) -> Result<()> {
    std::env::set_current_dir(path).map_err(|error| FileError::new("enter", path, error))
}
