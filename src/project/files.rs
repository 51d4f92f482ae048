//! Finding and reading the files of a package, in parallel, each hashed once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::base::fs;
use crate::base::source::{FileId, SourceMap};
use crate::diagnostic::{Diagnostic, codes};
use crate::project::definition::Definition;

/// What a file is for, by the folder it lies in and its extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A model: a `.sql` file under the model paths.
    Model,
    /// A Python model, which martlet names and does not run.
    PythonModel,
    /// A singular test.
    SingularTest,
    /// A file of macros or generic tests.
    Macro,
    /// A file of snapshot blocks.
    Snapshot,
    /// An analysis: compiled, never run.
    Analysis,
    /// A seed.
    Seed,
    /// A function of the database.
    Function,
    /// A function in Python or JavaScript, which martlet names and does not make.
    ForeignFunction,
    /// A property file.
    Properties,
    /// A file of `docs` blocks.
    Docs,
}

/// One file of a package.
#[derive(Debug, Clone)]
pub struct ProjectFile {
    /// What it is for.
    pub kind: FileKind,
    /// The path relative to the package's folder, with `/`.
    pub path: String,
    /// The path relative to the resource folder (`staging/a.sql` of `models/staging/a.sql`).
    pub resource_path: String,
    /// The path to open.
    pub disk_path: PathBuf,
    /// Its number in the source map; seeds have an empty text there.
    pub file: FileId,
    /// The text stripped at both ends, as dbt reads it; empty for seeds.
    pub text: Arc<str>,
    /// How many bytes were stripped at the start.
    pub stripped: usize,
    /// SHA-256 of the stripped text, in hex.
    pub checksum: String,
}

impl ProjectFile {
    /// Returns the text with blanks in place of what was stripped in front, so that bytes keep their places.
    pub fn text_with_blanks(&self) -> String {
        format!("{}{}", " ".repeat(self.stripped), self.text)
    }
}

/// Finds and reads every file of a package. `prefix` is put before the paths shown to people.
pub fn read_all(
    root: &Path,
    prefix: &str,
    definition: &Definition,
    sources: &SourceMap,
    findings: &mut Vec<Diagnostic>,
) -> Vec<ProjectFile> {
    let mut found = Vec::new();
    for (folders, role) in roles(definition) {
        for folder in folders {
            let has_docs_folders = !definition.docs_paths.is_empty();
            scan(root, folder, (role, has_docs_folders), &mut found, findings);
        }
    }
    found.sort();
    found.dedup_by(|a, b| (a.kind, &a.path) == (b.kind, &b.path));
    let read: Vec<_> = found.par_iter().map(|entry| read_one(root, entry)).collect();
    let mut files = Vec::new();
    for (entry, result) in found.into_iter().zip(read) {
        match result {
            Ok((text, checksum)) => {
                let name = format!("{prefix}{}", entry.path);
                let stripped = text.len() - text.trim_start().len();
                let trimmed: Arc<str> = text.trim().into();
                let file = sources.add(name, text);
                let disk_path = root.join(&entry.path);
                files.push(ProjectFile {
                    kind: entry.kind,
                    path: entry.path,
                    resource_path: entry.resource_path,
                    disk_path,
                    file,
                    text: trimmed,
                    stripped,
                    checksum,
                });
            }
            Err(error) => findings.push(Diagnostic::new(codes::UNREADABLE_FILE, error.to_string())),
        }
    }
    files
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    kind: FileKind,
    path: String,
    resource_path: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Models,
    Seeds,
    Tests,
    Analyses,
    Macros,
    Snapshots,
    Functions,
    Docs,
}

fn roles(definition: &Definition) -> [(&[String], Role); 8] {
    [
        (&definition.model_paths, Role::Models),
        (&definition.seed_paths, Role::Seeds),
        (&definition.test_paths, Role::Tests),
        (&definition.analysis_paths, Role::Analyses),
        (&definition.macro_paths, Role::Macros),
        (&definition.snapshot_paths, Role::Snapshots),
        (&definition.function_paths, Role::Functions),
        (&definition.docs_paths, Role::Docs),
    ]
}

/// Walks one resource folder; `.dbtignore` in the package's folder excludes files in gitignore syntax.
fn scan(
    root: &Path,
    folder: &str,
    (role, has_docs_folders): (Role, bool),
    found: &mut Vec<Found>,
    findings: &mut Vec<Diagnostic>,
) {
    let start = root.join(folder);
    if !fs::is_folder(&start) {
        return;
    }
    let ignored = ignore_rules(root);
    let walker = ignore::WalkBuilder::new(&start).standard_filters(false).follow_links(true).build();
    for entry in walker {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                findings.push(Diagnostic::new(codes::UNREADABLE_FILE, error.to_string()));
                continue;
            }
        };
        let path = entry.path();
        let name = entry.file_name().to_string_lossy();
        let hidden = name.starts_with(['.', '#', '~']);
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        let excluded =
            ignored.as_ref().is_some_and(|rules| rules.matched_path_or_any_parents(path, false).is_ignore());
        if hidden || !is_file || excluded {
            continue;
        }
        let (Some(from_root), Some(from_folder)) = (relative(path, root), relative(path, &start)) else {
            continue;
        };
        let kind = classify(role, &from_folder);
        // Where docs have folders of their own, they lie nowhere else, and nothing else lies there.
        let misplaced = has_docs_folders && (role == Role::Docs) != (kind == Some(FileKind::Docs));
        if let Some(kind) = kind.filter(|_| !misplaced) {
            found.push(Found { kind, path: from_root, resource_path: from_folder });
        }
    }
}

fn ignore_rules(root: &Path) -> Option<ignore::gitignore::Gitignore> {
    let path = root.join(".dbtignore");
    let mut builder = ignore::gitignore::GitignoreBuilder::new(root);
    if !fs::is_file(&path) || builder.add(&path).is_some() {
        return None;
    }
    builder.build().ok()
}

fn relative(path: &Path, root: &Path) -> Option<String> {
    path.strip_prefix(root).ok().map(|path| path.to_string_lossy().replace('\\', "/"))
}

fn classify(role: Role, path: &str) -> Option<FileKind> {
    let extension = Path::new(path).extension()?.to_str()?;
    match (role, extension) {
        (_, "yml" | "yaml") => Some(FileKind::Properties),
        (_, "md") => Some(FileKind::Docs),
        (Role::Models, "sql") => Some(FileKind::Model),
        (Role::Models, "py") => Some(FileKind::PythonModel),
        (Role::Seeds, "csv") => Some(FileKind::Seed),
        (Role::Tests, "sql") if path.starts_with("generic/") => Some(FileKind::Macro),
        (Role::Tests, "sql") if path.starts_with("fixtures/") => None,
        (Role::Tests, "sql") => Some(FileKind::SingularTest),
        (Role::Analyses, "sql") => Some(FileKind::Analysis),
        (Role::Macros, "sql") => Some(FileKind::Macro),
        (Role::Snapshots, "sql") => Some(FileKind::Snapshot),
        (Role::Functions, "sql") => Some(FileKind::Function),
        (Role::Functions, "py" | "js") => Some(FileKind::ForeignFunction),
        _ => None,
    }
}

/// The size up to which seeds are hashed.
const HASHED: usize = 1 << 20;

fn read_one(root: &Path, entry: &Found) -> Result<(String, String), fs::FileError> {
    let path = root.join(&entry.path);
    if entry.kind == FileKind::Seed {
        let bytes = fs::read_bytes(&path)?;
        // dbt hashes the text of a seed stripped, as it does for templates, and names a large one by its path.
        let checksum =
            if bytes.len() > HASHED { entry.path.clone() } else { hex(&Sha256::digest(bytes.trim_ascii())) };
        return Ok((String::new(), checksum));
    }
    let text = fs::read_text(&path)?;
    let checksum = hex(&Sha256::digest(text.trim().as_bytes()));
    Ok((text, checksum))
}

/// Writes bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
