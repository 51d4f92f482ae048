//! Packages in git repositories, by calling the `git` program. A revision is fetched without its history and unpacked
//! like any other archive.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::diagnostic::suggest;
use crate::packages::archive::{self, ArchiveError};

/// Why a revision of a repository cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No `git`.
    #[error("the program `git` cannot be started: {0}")]
    NoGit(std::io::Error),
    /// The repository cannot be read.
    #[error("the repository {url} cannot be read: {reason}")]
    Repository {
        /// Its address.
        url: String,
        /// What git said.
        reason: String,
    },
    /// The repository has no such revision.
    #[error("the repository {url} has no revision `{revision}`")]
    Revision {
        /// Its address.
        url: String,
        /// The branch, tag or commit.
        revision: String,
        /// The branch or tag nearest to it.
        nearest: Option<String>,
    },
    /// The revision has no such folder.
    #[error("revision `{revision}` of the repository {url} has no folder `{folder}`")]
    Folder {
        /// Its address.
        url: String,
        /// The branch, tag or commit.
        revision: String,
        /// The folder.
        folder: String,
    },
    /// The files cannot be unpacked.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Variables by which a surrounding git (a hook, say) would make ours work in its own repository.
const FOREIGN: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// Settings under which nothing runs, nothing is asked and lines end as they were committed.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.autocrlf=false",
    "init.templateDir=",
    "advice.detachedHead=false",
    "gc.auto=0",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
];

/// Unpacks a revision of a repository into a folder; `scratch` is for git's own files. Returns its commit, and pairs of
/// names that other systems take for one.
pub fn fetch(
    url: &str,
    revision: Option<&str>,
    subdirectory: Option<&str>,
    scratch: &Path,
    into: &Path,
) -> Result<(String, Vec<(String, String)>), GitError> {
    run(None, &["init", "--quiet", "--bare", &scratch.to_string_lossy()])
        .map_err(|reason| repository(url, reason))?;
    let commit = fetch_commit(url, revision.unwrap_or("HEAD"), scratch)?;
    let tree = match subdirectory {
        None => commit.clone(),
        Some(folder) => {
            let tree = format!("{commit}:{folder}");
            let kind = run(Some(scratch), &["cat-file", "-t", &tree]);
            if !kind.is_ok_and(|kind| kind == "tree") {
                return Err(GitError::Folder {
                    url: url.to_owned(),
                    revision: revision.unwrap_or("HEAD").to_owned(),
                    folder: folder.to_owned(),
                });
            }
            tree
        }
    };
    let mut child = command(Some(scratch))
        .args(["archive", "--format=tar", "--prefix=package/", &tree])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(GitError::NoGit)?;
    let unpacked = child.stdout.take().map(|output| archive::unpack(output, into));
    let ended = child.wait().map_err(GitError::NoGit)?;
    let alike = unpacked.transpose()?.unwrap_or_default();
    if !ended.success() {
        return Err(repository(url, Refusal::Said("its files cannot be archived".to_owned())));
    }
    Ok((commit, alike))
}

/// Fetches a revision without its history; with it when the server knows it only that way (a shortened commit, say).
fn fetch_commit(url: &str, revision: &str, scratch: &Path) -> Result<String, GitError> {
    let shallow = run(Some(scratch), &["fetch", "--quiet", "--no-tags", "--depth=1", "--", url, revision]);
    if shallow.is_ok() {
        return run(Some(scratch), &["rev-parse", "--verify", "--quiet", "FETCH_HEAD^{commit}"])
            .map_err(|reason| repository(url, reason));
    }
    let listed = run(Some(scratch), &["ls-remote", "--heads", "--tags", "--", url])
        .map_err(|reason| repository(url, reason))?;
    let names: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split_once("refs/")?.1.split_once('/'))
        .map(|(_, name)| name.trim_end_matches("^{}"))
        .collect();
    let unknown = || GitError::Revision {
        url: url.to_owned(),
        revision: revision.to_owned(),
        nearest: suggest::nearest(revision, names.iter().copied()).map(str::to_owned),
    };
    let is_commit = revision.len() >= 4 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_commit {
        return Err(unknown());
    }
    run(Some(scratch), &["fetch", "--quiet", "--", url, "+refs/*:refs/fetched/*"])
        .map_err(|reason| repository(url, reason))?;
    run(Some(scratch), &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
        .map_err(|_| unknown())
}

fn repository(url: &str, refusal: Refusal) -> GitError {
    match refusal {
        Refusal::NoGit(error) => GitError::NoGit(error),
        Refusal::Said(reason) => GitError::Repository { url: url.to_owned(), reason },
    }
}

/// Tells whether git can be called.
pub fn is_there() -> bool {
    run(None, &["--version"]).is_ok()
}

/// Why a call of git came to nothing.
enum Refusal {
    NoGit(std::io::Error),
    Said(String),
}

/// Calls git and returns what it printed.
fn run(repository: Option<&Path>, arguments: &[&str]) -> Result<String, Refusal> {
    let output = command(repository).args(arguments).output().map_err(Refusal::NoGit)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let fatal = lines.iter().find_map(|line| line.strip_prefix("fatal: "));
    let reason = fatal.or(lines.first().copied()).unwrap_or("git says nothing more");
    Err(Refusal::Said(reason.to_owned()))
}

fn command(repository: Option<&Path>) -> Command {
    let mut command = Command::new("git");
    for name in FOREIGN {
        command.env_remove(name);
    }
    // Nobody sits there to answer a question.
    command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C").stdin(Stdio::null());
    if let Some(repository) = repository {
        command.arg("--git-dir").arg(repository);
    }
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command
}
