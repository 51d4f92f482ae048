//! Fetching what is asked for, each thing once, into a folder of its own beside the install folder. Decides nothing.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use indexmap::IndexMap;

use crate::base::fs::{self, FileError};
use crate::diagnostic::codes::{self, Code};
use crate::packages::archive::ArchiveError;
use crate::packages::download::{Client, DownloadError};
use crate::packages::git::GitError;
use crate::packages::hub::Index;
use crate::packages::request::Source;
use crate::packages::{git, hub, local, tarball};

/// Why a package cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The hub knows no such package.
    #[error("the hub has no package `{package}`: there is no {url}")]
    UnknownPackage {
        /// The package.
        package: String,
        /// Where it was looked for.
        url: String,
    },
    /// The hub answered something else.
    #[error("{url} holds no index of a package")]
    NoIndex {
        /// The address.
        url: String,
    },
    /// An address cannot be read.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// An archive is not unpacked.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A repository cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The disk refused.
    #[error(transparent)]
    File(#[from] FileError),
}

impl FetchError {
    /// Returns the kind of finding it is.
    pub fn code(&self) -> &'static Code {
        match self {
            FetchError::Archive(error) | FetchError::Git(GitError::Archive(error)) if error.is_unsafe() => {
                codes::UNSAFE_PACKAGE
            }
            _ => codes::UNAVAILABLE_PACKAGE,
        }
    }

    /// Returns what can be done about it.
    pub fn hint(&self) -> String {
        match self {
            FetchError::UnknownPackage { .. } => {
                "check the spelling of organisation and name; `DBT_PACKAGE_HUB_URL` names another hub"
                    .to_owned()
            }
            FetchError::NoIndex { .. } => {
                "check that `DBT_PACKAGE_HUB_URL` names a hub of packages".to_owned()
            }
            FetchError::Download(error) => match error {
                DownloadError::Status { status: 401 | 403, .. } => {
                    "the address asks who you are: put a token into it with `env_var('DBT_ENV_SECRET_...')`"
                }
                DownloadError::Status { status: 404, .. } => "check the address: nothing is there",
                DownloadError::Address { .. } => "write the whole address; for a folder write `local:`",
                DownloadError::Unreachable { .. } | DownloadError::BrokenOff { .. } => {
                    "check the network (a proxy is taken from `HTTPS_PROXY`) and try again"
                }
                _ => "ask those who publish it for an address that leads to the archive itself",
            }
            .to_owned(),
            FetchError::Git(error) => git_hint(error),
            FetchError::Archive(error) if error.is_unsafe() => {
                "nothing of it was kept; tell those who publish it".to_owned()
            }
            FetchError::Archive(_) => {
                "a package's archive is a .tar.gz of one folder with its project file in it".to_owned()
            }
            FetchError::File(_) => "local packages are looked for from the root project's folder".to_owned(),
        }
    }
}

fn git_hint(error: &GitError) -> String {
    match error {
        GitError::NoGit(_) => "install git, or take the package as `tarball:`".to_owned(),
        GitError::Repository { .. } => {
            "check the address and that git may read it: `git ls-remote` asks the same".to_owned()
        }
        GitError::Revision { nearest: Some(near), .. } => format!("did you mean `{near}`?"),
        GitError::Revision { .. } => "name a branch, a tag or a commit of the repository".to_owned(),
        GitError::Folder { .. } => "`subdirectory` is taken from the repository's top folder".to_owned(),
        GitError::Archive(_) => "nothing of it was kept; tell those who publish it".to_owned(),
    }
}

/// A package that lies unpacked.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Its folder.
    pub folder: PathBuf,
    /// The commit, of a repository.
    pub commit: Option<String>,
    /// Pairs of names in it that other systems take for one.
    pub alike: Vec<(String, String)>,
}

/// The result of fetching, kept so that nothing is fetched twice.
pub type Kept<T> = Rc<Result<T, FetchError>>;

/// Fetches packages into a folder that is removed with it.
pub struct Workshop {
    root: PathBuf,
    hub: String,
    folder: PathBuf,
    client: Client,
    indexes: IndexMap<String, Kept<Index>>,
    fetched: IndexMap<String, Kept<Fetched>>,
}

impl Workshop {
    /// Makes a workshop whose scratch folder lies at `folder`; local packages are taken from `root`.
    pub fn new(root: &Path, hub: &str, folder: PathBuf) -> Result<Self, FileError> {
        fs::remove(&folder)?;
        fs::create_folder(&folder)?;
        Ok(Self {
            root: root.to_path_buf(),
            hub: hub.to_owned(),
            folder,
            client: Client::from_environment(),
            indexes: IndexMap::new(),
            fetched: IndexMap::new(),
        })
    }

    /// Returns the folder in which the new install folder is put together.
    pub fn assembly(&self) -> PathBuf {
        self.folder.join("packages")
    }

    /// Asks the hub for a package.
    pub fn index(&mut self, package: &str) -> Kept<Index> {
        let (client, hub) = (&self.client, &self.hub);
        let read = || Rc::new(hub::read(client, hub, package));
        self.indexes.entry(package.to_owned()).or_insert_with(read).clone()
    }

    /// Returns pairs of names in a fetched folder that other systems take for one.
    pub fn alike(&self, folder: &Path) -> &[(String, String)] {
        let fetched = self.fetched.values().filter_map(|kept| kept.as_ref().as_ref().ok());
        let mut found = fetched.filter(|fetched| fetched.folder == folder);
        found.next().map(|fetched| fetched.alike.as_slice()).unwrap_or_default()
    }

    /// Fetches the archive of a release.
    pub fn archive(&mut self, url: &str) -> Kept<Fetched> {
        self.keep(&format!("tarball {url}"), |workshop, scratch, into| {
            let alike = tarball::fetch(&workshop.client, url, scratch, &into)?;
            Ok(Fetched { folder: into, commit: None, alike })
        })
    }

    /// Fetches a package that does not come from the hub.
    pub fn source(&mut self, source: &Source, revision: Option<&str>) -> Kept<Fetched> {
        match source {
            Source::Hub { package, .. } => {
                let package = package.clone();
                let url = hub::address(&self.hub, &package);
                Rc::new(Err(FetchError::UnknownPackage { package, url }))
            }
            Source::Tarball { url, .. } => self.archive(url),
            Source::Local { path } => self.keep(&format!("local {path}"), |workshop, _, _| {
                let folder = local::folder(&workshop.root, path)?;
                Ok(Fetched { folder, commit: None, alike: Vec::new() })
            }),
            Source::Git { url, subdirectory, .. } => {
                let key = format!("{} {}", source.key(), revision.unwrap_or_default());
                self.keep(&key, |_, scratch, into| {
                    let (commit, alike) = git::fetch(url, revision, subdirectory.as_deref(), scratch, &into)?;
                    fs::remove(scratch)?;
                    Ok(Fetched { folder: into, commit: Some(commit), alike })
                })
            }
        }
    }

    fn keep(
        &mut self,
        key: &str,
        fetch: impl FnOnce(&Self, &Path, PathBuf) -> Result<Fetched, FetchError>,
    ) -> Kept<Fetched> {
        if let Some(known) = self.fetched.get(key) {
            return known.clone();
        }
        let number = self.fetched.len();
        let scratch = self.folder.join(format!("{number}.part"));
        let result = Rc::new(fetch(self, &scratch, self.folder.join(number.to_string())));
        self.fetched.insert(key.to_owned(), result.clone());
        result
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // What is left over is of no use; that it stays is no reason to fail.
        let _ = fs::remove(&self.folder);
    }
}
