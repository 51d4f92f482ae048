//! What packages are fetched from: a hub on loopback, archives good and evil, a git repository.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tar::{Builder, EntryType, Header};

/// What a server answers to one path.
#[derive(Clone)]
pub(crate) enum Page {
    /// A body.
    Body(Vec<u8>),
    /// A status without a body.
    Status(u16),
    /// Another address.
    Redirect(String),
    /// A body of which only the first half arrives.
    Torn(Vec<u8>),
    /// Status 503 once, then a body.
    Busy(Vec<u8>),
}

/// A hub of packages, served on loopback as long as the test runs.
pub(crate) struct Hub {
    address: String,
    pages: Arc<Mutex<BTreeMap<String, Page>>>,
    asked: Arc<Mutex<Vec<String>>>,
    packages: BTreeMap<String, Value>,
}

impl Hub {
    /// Starts a hub without packages.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let pages = Arc::new(Mutex::new(BTreeMap::new()));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (served, noted) = (pages.clone(), asked.clone());
        // The thread ends with the process; a test has nothing to wait for.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(stream, &served, &noted);
            }
        });
        Self { address, pages, asked, packages: BTreeMap::new() }
    }

    /// Returns the address, which differs from run to run.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Returns the paths that were asked for, and forgets them.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// Sets what is answered to a path.
    pub(crate) fn set(&self, path: &str, page: Page) {
        self.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    /// Adds a release whose archive holds a project file and a macro that tells its version.
    pub(crate) fn release(&mut self, package: &str, version: &str, needs: Value) {
        let name = package.split('/').next_back().unwrap();
        let macros = format!("{{% macro {name}_version() %}}'{version}'{{% endmacro %}}\n");
        let project = format!("name: {name}\nversion: {version}\n");
        let files = [("dbt_project.yml", project.as_str()), ("macros/version.sql", macros.as_str())];
        self.release_of(package, version, needs, archive(&format!("{name}-{version}"), &files));
    }

    /// Adds a release with an archive.
    pub(crate) fn release_of(&mut self, package: &str, version: &str, needs: Value, archive: Vec<u8>) {
        let path = format!("/archives/{package}/{version}.tar.gz");
        self.set(&path, Page::Body(archive));
        let name = package.split('/').next_back().unwrap();
        let address = format!("{}{path}", self.address);
        let release = json!({
            "name": name, "version": version, "packages": needs, "downloads": {"tarball": address, "format": "tgz"},
        });
        self.describe(package, version, |entry| *entry = release);
    }

    /// Changes what the hub says of a release.
    pub(crate) fn describe(&mut self, package: &str, version: &str, change: impl FnOnce(&mut Value)) {
        let (organisation, name) = package.split_once('/').unwrap();
        let entry = self.packages.entry(package.to_owned());
        let index = entry.or_insert_with(|| json!({"name": name, "namespace": organisation, "versions": {}}));
        change(&mut index["versions"][version]);
        self.publish(package);
    }

    /// Says that a package goes by another name.
    pub(crate) fn rename(&mut self, package: &str, to: &str) {
        let (organisation, name) = to.split_once('/').unwrap();
        let index = self.packages.get_mut(package).unwrap();
        index["redirectnamespace"] = organisation.into();
        index["redirectname"] = name.into();
        self.publish(package);
    }

    fn publish(&self, package: &str) {
        let body = self.packages[package].to_string().into_bytes();
        self.set(&format!("/api/v1/{package}.json"), Page::Body(body));
    }
}

fn answer(mut stream: TcpStream, pages: &Mutex<BTreeMap<String, Page>>, asked: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(path.clone());
    let page = pages.lock().unwrap().get(&path).cloned();
    let (status, header, body) = match page {
        None => (404, String::new(), Vec::new()),
        Some(Page::Status(status)) => (status, String::new(), Vec::new()),
        Some(Page::Redirect(to)) => (302, format!("Location: {to}\r\n"), Vec::new()),
        Some(Page::Body(body) | Page::Torn(body)) => (200, String::new(), body),
        Some(Page::Busy(body)) => {
            pages.lock().unwrap().insert(path.clone(), Page::Body(body));
            (503, String::new(), Vec::new())
        }
    };
    let torn = matches!(pages.lock().unwrap().get(&path), Some(Page::Torn(_)));
    let sent = if torn { &body[..body.len() / 2] } else { &body[..] };
    let head =
        format!("HTTP/1.1 {status} -\r\n{header}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // A client that hangs up has what it wanted.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent));
}

/// One entry of an archive, good or evil.
pub(crate) struct Entry<'e> {
    pub(crate) name: &'e str,
    pub(crate) kind: EntryType,
    /// The content of a file, the target of a link.
    pub(crate) content: &'e str,
}

/// Makes a compressed archive of files in one folder.
pub(crate) fn archive(top: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let names: Vec<String> = files.iter().map(|(name, _)| format!("{top}/{name}")).collect();
    let entries: Vec<Entry<'_>> = names
        .iter()
        .zip(files)
        .map(|(name, (_, content))| Entry { name, kind: EntryType::Regular, content })
        .collect();
    archive_of(&entries)
}

/// Makes a compressed archive of any entries; names are written as they are.
pub(crate) fn archive_of(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for entry in entries {
        let is_file = matches!(entry.kind, EntryType::Regular);
        let content = if is_file { entry.content.as_bytes() } else { &[] };
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..entry.name.len()].copy_from_slice(entry.name.as_bytes());
        if !is_file {
            header.as_old_mut().linkname[..entry.content.len()].copy_from_slice(entry.content.as_bytes());
        }
        header.set_entry_type(entry.kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, content).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// A bare git repository, filled from a working copy beside it.
pub(crate) struct Repository {
    bare: PathBuf,
    work: PathBuf,
}

impl Repository {
    /// Makes a repository in a folder, with `main` as its branch.
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        let (bare, work) = (folder.join(format!("{name}.git")), folder.join(format!("{name}-work")));
        git(folder, &["init", "--quiet", "--bare", "--initial-branch=main", &bare.to_string_lossy()]);
        git(folder, &["init", "--quiet", "--initial-branch=main", &work.to_string_lossy()]);
        git(&work, &["remote", "add", "origin", &bare.to_string_lossy()]);
        Self { bare, work }
    }

    /// Returns the repository's address.
    pub(crate) fn address(&self) -> String {
        self.bare.to_string_lossy().into_owned()
    }

    /// Writes files, commits them, names the commit by a tag, pushes; returns the commit.
    pub(crate) fn commit(&self, tag: &str, files: &[(&str, &str)]) -> String {
        for (name, content) in files {
            let path = self.work.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        git(&self.work, &["add", "."]);
        git(&self.work, &["commit", "--quiet", "--message", tag]);
        git(&self.work, &["tag", tag]);
        git(&self.work, &["push", "--quiet", "origin", "main", tag]);
        git(&self.work, &["rev-parse", "HEAD"])
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
