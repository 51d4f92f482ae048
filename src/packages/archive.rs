//! Unpacking an archive into a folder without trusting it: nothing lands outside the folder, no link leads out, sizes
//! and numbers are limited, names that some systems take for one are told. Knows nothing of what the files hold.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use tar::{Archive, EntryType};

use crate::base::fs::{self, FileError};

/// The most bytes an archive may unpack to.
const LARGEST: u64 = 512 << 20;
/// The most entries an archive may hold.
const MOST_ENTRIES: usize = 50_000;

/// Why an archive is not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Not an archive, or a broken one.
    #[error("the archive cannot be read: {0}")]
    Broken(String),
    /// A name that leads out of the folder.
    #[error("the archive holds `{0}`, which would lie outside of its folder")]
    Outside(String),
    /// A link that leads out of the folder.
    #[error("the archive holds the link `{name}` to `{target}`, which leads out of its folder")]
    LinkOutside {
        /// The link.
        name: String,
        /// Where it leads.
        target: String,
    },
    /// A hard link, a device, a pipe.
    #[error("the archive holds `{name}`, which is {kind}")]
    Special {
        /// The entry.
        name: String,
        /// What it is.
        kind: &'static str,
    },
    /// One name twice, or once as a file and once as a folder.
    #[error("the archive holds `{0}` twice")]
    Twice(String),
    /// Two names that differ in case only, where the disk takes them for one.
    #[error("the archive holds both `{first}` and `{second}`, which are one file on this system")]
    SameName {
        /// The first.
        first: String,
        /// The second.
        second: String,
    },
    /// Too many entries.
    #[error("the archive holds more than {MOST_ENTRIES} files")]
    TooMany,
    /// Too many bytes.
    #[error("the archive unpacks to more than {} MiB", LARGEST >> 20)]
    TooLarge,
    /// Not one folder that holds everything.
    #[error("the archive must hold one folder with everything in it, not {0}")]
    Shape(String),
    /// The disk refused.
    #[error(transparent)]
    File(#[from] FileError),
}

impl ArchiveError {
    /// Tells whether the archive tries what no honest one does.
    pub fn is_unsafe(&self) -> bool {
        !matches!(self, ArchiveError::Broken(_) | ArchiveError::Shape(_) | ArchiveError::File(_))
    }
}

type Result<T> = std::result::Result<T, ArchiveError>;

/// Unpacks an archive, compressed by gzip or not. Its one top folder becomes `into`. Returns pairs of names that other
/// systems take for one.
pub fn unpack(from: impl Read, into: &Path) -> Result<Vec<(String, String)>> {
    let mut from = BufReader::new(from);
    let zipped = from.fill_buf().map_err(broken)?.starts_with(&[0x1f, 0x8b]);
    let unzipped: Box<dyn Read> = if zipped { Box::new(MultiGzDecoder::new(from)) } else { Box::new(from) };
    let mut unpacking = Unpacking {
        into,
        top: None,
        known: HashMap::new(),
        folded: HashMap::new(),
        alike: Vec::new(),
        links: Vec::new(),
    };
    let mut archive = Archive::new(Limited { from: unzipped, left: LARGEST });
    for (number, entry) in archive.entries().map_err(broken)?.enumerate() {
        if number >= MOST_ENTRIES {
            return Err(ArchiveError::TooMany);
        }
        unpacking.entry(&mut entry.map_err(broken)?)?;
    }
    // Read to the end, so that a torn archive is told from a whole one.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(broken)?;
    if unpacking.top.is_none() {
        return Err(ArchiveError::Broken("it is empty".to_owned()));
    }
    unpacking.make_links()?;
    Ok(unpacking.alike)
}

fn broken(error: io::Error) -> ArchiveError {
    if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<LimitReached>) {
        return ArchiveError::TooLarge;
    }
    ArchiveError::Broken(error.to_string())
}

/// Fails once more bytes were read than are allowed, which ends an archive that would never end.
struct Limited<R> {
    from: R,
    left: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("too large")]
struct LimitReached;

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other(LimitReached))?;
        Ok(read)
    }
}

struct Unpacking<'a> {
    into: &'a Path,
    /// The one folder that holds everything.
    top: Option<String>,
    /// Each path, and whether it is a folder.
    known: HashMap<String, bool>,
    /// How each path was spelled first, by its lowercase spelling.
    folded: HashMap<String, String>,
    /// Paths that differ in case only.
    alike: Vec<(String, String)>,
    /// Links, made last so that nothing is written through them.
    links: Vec<(PathBuf, PathBuf)>,
}

impl Unpacking<'_> {
    fn entry(&mut self, entry: &mut tar::Entry<'_, impl Read>) -> Result<()> {
        let kind = entry.header().entry_type();
        if entry.size() > LARGEST {
            return Err(ArchiveError::TooLarge);
        }
        if matches!(kind, EntryType::XGlobalHeader) {
            return Ok(());
        }
        let name = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| ArchiveError::Broken("a name is not UTF-8".to_owned()))?;
        let parts = parts(&name)?;
        let Some((top, rest)) = parts.split_first() else { return Ok(()) };
        match &self.top {
            Some(known) if known != top => {
                return Err(ArchiveError::Shape(format!("both `{known}` and `{top}`")));
            }
            Some(_) => {}
            None => self.top = Some((*top).to_owned()),
        }
        // A folder `.git` would be obeyed by every git that comes near it.
        if rest.iter().any(|part| part.eq_ignore_ascii_case(".git")) {
            return Ok(());
        }
        let folder = kind == EntryType::Directory;
        if rest.is_empty() {
            return if folder { Ok(()) } else { Err(ArchiveError::Shape(format!("the file `{top}`"))) };
        }
        self.remember(rest, folder)?;
        let path: PathBuf = rest.iter().collect();
        match kind {
            EntryType::Directory => fs::create_folder(&self.into.join(path))?,
            EntryType::Regular | EntryType::Continuous => {
                let mut file = fs::create(&self.into.join(path))?;
                io::copy(entry, &mut file).map_err(broken)?;
            }
            EntryType::Symlink => {
                let target = entry.link_name_bytes().map(|bytes| String::from_utf8(bytes.into_owned()));
                let target = target.and_then(std::result::Result::ok).unwrap_or_default();
                if !stays_inside(rest, Path::new(&target)) {
                    return Err(ArchiveError::LinkOutside { name, target });
                }
                self.links.push((path, PathBuf::from(target)));
            }
            other => return Err(ArchiveError::Special { name, kind: describe(other) }),
        }
        Ok(())
    }

    /// Refuses a file that is there already, and keeps in mind paths that differ in case only.
    fn remember(&mut self, parts: &[&str], folder: bool) -> Result<()> {
        for end in 1..=parts.len() {
            let path = parts.get(..end).unwrap_or_default().join("/");
            let is_folder = folder || end < parts.len();
            match self.known.get(&path) {
                Some(true) if is_folder => continue,
                Some(_) => return Err(ArchiveError::Twice(path)),
                None => self.known.insert(path.clone(), is_folder),
            };
            let Some(first) = self.folded.get(&path.to_lowercase()).cloned() else {
                self.folded.insert(path.to_lowercase(), path);
                continue;
            };
            let on_disk = self.into.join(&path);
            if fs::is_file(&on_disk) || fs::is_folder(&on_disk) {
                return Err(ArchiveError::SameName { first, second: path });
            }
            self.alike.push((first, path));
        }
        Ok(())
    }

    /// Makes the links. Names alone do not tell where a link through other links ends, so the disk is asked.
    fn make_links(&self) -> Result<()> {
        for (link, target) in &self.links {
            fs::link(target, &self.into.join(link))?;
        }
        let folder = fs::canonicalize(self.into)?;
        for (link, target) in &self.links {
            let link_path = self.into.join(link);
            match fs::canonicalize(&link_path) {
                Ok(end) if end.starts_with(&folder) => {}
                Ok(_) => {
                    return Err(ArchiveError::LinkOutside {
                        name: link.display().to_string(),
                        target: target.display().to_string(),
                    });
                }
                // A link to nothing holds nothing; as it lies it might lead somewhere later.
                Err(_) => {
                    fs::remove(&link_path)?;
                }
            }
        }
        Ok(())
    }
}

/// Splits a name of an archive into its parts, and refuses what leads anywhere else.
fn parts(name: &str) -> Result<Vec<&str>> {
    let outside = || ArchiveError::Outside(name.to_owned());
    if name.contains(['\\', '\0']) {
        return Err(outside());
    }
    Path::new(name)
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| match part {
            Component::Normal(part) => part.to_str().ok_or_else(outside),
            _ => Err(outside()),
        })
        .collect()
}

/// Tells whether a link at a path inside leads to something inside, by its names.
fn stays_inside(link: &[&str], target: &Path) -> bool {
    let mut depth = link.len() as isize - 1;
    for part in target.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => depth -= 1,
            Component::RootDir | Component::Prefix(_) => return false,
        }
        if depth < 0 {
            return false;
        }
    }
    true
}

fn describe(kind: EntryType) -> &'static str {
    match kind {
        EntryType::Link => "a hard link",
        EntryType::Char | EntryType::Block => "a device",
        EntryType::Fifo => "a pipe",
        EntryType::GNUSparse => "a file with holes",
        _ => "neither file nor folder",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_without_end_is_given_up() {
        let mut limited = Limited { from: io::repeat(0), left: 10_000 };
        let error = io::copy(&mut limited, &mut io::sink()).unwrap_err();
        assert!(matches!(broken(error), ArchiveError::TooLarge));
    }

    #[test]
    fn links_stay_inside_by_their_names() {
        let stays = |link: &[&str], target: &str| stays_inside(link, Path::new(target));
        assert!(stays(&["a"], "b/c"));
        assert!(stays(&["a", "b"], "../c"));
        assert!(!stays(&["a"], "../c"));
        assert!(!stays(&["a", "b"], "c/../../../d"));
        assert!(!stays(&["a"], "/b"));
    }
}
