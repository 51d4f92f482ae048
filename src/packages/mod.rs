//! Packages: what a project asks for (`packages.yml`, `dependencies.yml`), which versions satisfy everybody, fetching
//! them, the lock, installing. Renders nothing itself (a callback does); knows no template, no graph, no database.

pub mod archive;
pub mod checksums;
pub mod content;
pub mod download;
pub mod edit;
pub mod fetch;
pub mod fingerprint;
pub mod git;
pub mod head;
pub mod hub;
pub mod install;
pub mod local;
pub mod lock;
pub mod replace;
pub mod request;
pub mod resolve;
pub mod tarball;
pub mod version;

/// Something that installing has to say while it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A line for everybody.
    Info(String),
    /// A line for debugging.
    Detail(String),
}

/// Takes what is said while packages are installed.
pub type Say<'s> = dyn FnMut(Notice) + 's;
