//! Adding a package to `packages.yml` as a person would: everything else, comments included, stays as it is.

use std::path::Path;

use crate::base::fs::{self, FileError};
use crate::base::source::{FileId, SourceMap};
use crate::base::text::Span;
use crate::diagnostic::Diagnostic;
use crate::packages::lock::yaml_scalar;
use crate::packages::{Notice, Say, request};
use crate::yaml::{self, Kind, Node};

/// A package to add.
#[derive(Debug, Clone)]
pub struct Addition {
    /// The key that says where it comes from: `package`, `git` or `local`.
    pub key: &'static str,
    /// Where it comes from.
    pub from: String,
    /// The version or revision.
    pub version: Option<String>,
}

/// Why a list cannot be added to.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// Not YAML, or no list.
    #[error("it is not a list of packages in YAML: mend it first")]
    Broken,
    /// A list in brackets, whose layout is anybody's guess.
    #[error("its list is written in brackets: put each entry on a line of its own, behind `- `")]
    Brackets,
    /// A package of the hub without a version.
    #[error(
        "a package of the hub needs a version: `--add-package {0}@1.0.0`, or `--add-package '{0}@>=1.0.0,<2.0.0'`"
    )]
    NoVersion(String),
    /// The disk refused.
    #[error(transparent)]
    File(#[from] FileError),
}

/// What became of a text.
#[derive(Debug)]
pub struct Edited {
    /// The new text.
    pub text: String,
    /// What was taken out because it is the same package, as it was written.
    pub removed: Vec<String>,
}

impl Addition {
    /// Reads `name@version`. An `@` before the last `/` or `:` belongs to the address (`git@github.com:a/b.git`).
    pub fn parse(key: &'static str, text: &str) -> Result<Self, EditError> {
        let split =
            text.rsplit_once('@').filter(|(name, version)| !name.is_empty() && !version.contains(['/', ':']));
        let (from, version) = match split {
            Some((name, version)) => (name, Some(version.trim().to_owned())),
            None => (text, None),
        };
        if key == "package" && version.as_deref().is_none_or(str::is_empty) {
            return Err(EditError::NoVersion(from.to_owned()));
        }
        Ok(Self { key, from: from.to_owned(), version: version.filter(|version| !version.is_empty()) })
    }

    /// Returns the lines of the entry, without what stands before them.
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{}: {}", self.key, yaml_scalar(&self.from))];
        let version_key = if self.key == "git" { "revision" } else { "version" };
        match self.version.as_deref().filter(|_| self.key != "local") {
            Some(version) if version.contains(',') => {
                lines.push(format!("{version_key}:"));
                lines.extend(version.split(',').map(|part| format!("  - {}", yaml_scalar(part.trim()))));
            }
            Some(version) => lines.push(format!("{version_key}: {}", yaml_scalar(version))),
            None => {}
        }
        lines
    }

    /// Tells whether an entry is the same package, wherever it comes from; `-` and `_` count as one.
    fn is_same(&self, entry: &Node) -> bool {
        let keys = ["package", "git", "local", "tarball", "private"];
        let Some(other) = keys.iter().find_map(|key| entry.get(key).and_then(Node::as_text)) else {
            return false;
        };
        short(other) == short(&self.from)
    }
}

/// Returns the last part of a name or address, by which packages are told apart when one is added.
fn short(from: &str) -> String {
    let last = from.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or(from);
    last.trim_end_matches(".git").replace('-', "_").to_lowercase()
}

/// Adds a package to the file of a project that lists packages, and says so.
pub fn add_to_project(
    root: &Path,
    sources: &SourceMap,
    addition: &Addition,
    say: &mut Say<'_>,
) -> Result<(), EditError> {
    let name = request::count(root, sources).map_or(request::PACKAGES_FILE, |(_, _, file)| file);
    let path = root.join(name);
    let old = if fs::is_file(&path) { fs::read_text(&path)? } else { String::new() };
    let edited = add(&old, sources.add(name, old.as_str()), addition)?;
    fs::write(&path, edited.text.as_bytes())?;
    for entry in &edited.removed {
        say(Notice::Info(format!("Found duplicate package in {name}, removing: {entry}")));
    }
    let version = addition.version.as_ref().map_or_else(String::new, |version| format!("@{version}"));
    say(Notice::Info(format!("Added new package {}{version} to {}", addition.from, path.display())));
    Ok(())
}

/// Adds a package to the text of a file of packages; an empty text becomes such a file.
pub fn add(text: &str, file: FileId, addition: &Addition) -> Result<Edited, EditError> {
    let (tree, findings) = yaml::parse(file, text);
    if findings.iter().any(Diagnostic::is_error) || !(tree.is_map() || tree.is_null()) {
        return Err(EditError::Broken);
    }
    let mut text = text.to_owned();
    let Some(entry) = tree.entry("packages") else {
        end_line(&mut text);
        text.push_str("packages:\n");
        text.push_str(&entry_text("  ", addition));
        return Ok(Edited { text, removed: Vec::new() });
    };
    let items = match &entry.value.kind {
        Kind::List(items) => items.as_slice(),
        _ if entry.value.is_null() => &[],
        _ => return Err(EditError::Broken),
    };
    let flow = text.get(entry.value.place.span.range()).is_some_and(|list| list.starts_with('['));
    if flow && !items.is_empty() {
        return Err(EditError::Brackets);
    }
    if items.is_empty() {
        return Ok(Edited { text: fill_empty(text, entry.key_place.span, addition), removed: Vec::new() });
    }
    let mut removed = Vec::new();
    let indent = items.first().map_or(String::new(), |item| indent_before(&text, item));
    let end = items.last().map_or(text.len(), |item| line_end(&text, content_end(&text, item)));
    let mut tail = text.split_off(end);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&entry_text(&indent, addition));
    // From the last to the first, so that the places before stay right.
    for item in items.iter().rev().filter(|item| addition.is_same(item)) {
        let start = text
            .get(..item.place.span.start as usize)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |at| at + 1);
        let end = line_end(&text, content_end(&text, item));
        removed.push(
            text.get(start..end).unwrap_or_default().trim().trim_start_matches("- ").replace('\n', " "),
        );
        text.replace_range(start..end, "");
    }
    text.push_str(&std::mem::take(&mut tail));
    removed.reverse();
    Ok(Edited { text, removed })
}

fn entry_text(indent: &str, addition: &Addition) -> String {
    let lines = addition.lines().join(&format!("\n{indent}  "));
    format!("{indent}- {lines}\n")
}

/// Puts the first entry behind a key that has none (`packages:`, `packages: []`).
fn fill_empty(mut text: String, key: Span, addition: &Addition) -> String {
    let start = key.end as usize;
    let end = line_end(&text, start);
    let line = text.get(start..end).unwrap_or_default();
    // What stands behind the brackets may be a comment.
    let kept = line.trim_end().replacen(" []", "", 1);
    let kept = kept.trim_end();
    let line = format!("{kept}\n{}", entry_text("  ", addition));
    text.replace_range(start..end, &line);
    text
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Returns what stands before the `-` of an entry.
fn indent_before(text: &str, item: &Node) -> String {
    let before = text.get(..item.place.span.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars().take_while(|c| c.is_whitespace()).collect()
}

/// Returns where the content of an entry ends, without the blank lines and comments behind it.
fn content_end(text: &str, item: &Node) -> usize {
    fn last(node: &Node) -> usize {
        match &node.kind {
            Kind::Map(entries) => entries
                .iter()
                .map(|entry| last(&entry.value).max(entry.key_place.span.end as usize))
                .max()
                .unwrap_or(node.place.span.end as usize),
            Kind::List(items) if !items.is_empty() => items.iter().map(last).max().unwrap_or_default(),
            _ => node.place.span.end as usize,
        }
    }
    last(item).min(text.len())
}

/// Returns where the line of a byte ends, its line break included.
fn line_end(text: &str, byte: usize) -> usize {
    text.get(byte..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| byte + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str, key: &'static str, what: &str) -> String {
        let addition = Addition::parse(key, what).unwrap();
        add(text, SourceMap::default().add("packages.yml", text), &addition).unwrap().text
    }

    #[test]
    fn names_and_versions_are_told_apart() {
        let parsed = |text: &str| {
            let addition = Addition::parse("git", text).unwrap();
            (addition.from, addition.version)
        };
        assert_eq!(parsed("git@github.com:a/b.git"), ("git@github.com:a/b.git".to_owned(), None));
        assert_eq!(parsed("https://x/b.git@v1"), ("https://x/b.git".to_owned(), Some("v1".to_owned())));
        assert!(Addition::parse("package", "a/b").is_err());
    }

    #[test]
    fn an_entry_is_added_and_the_rest_stays() {
        let text = "# ours\npackages:\n    # for dates\n    - package: a/dates   # pinned\n      version: 1.0.0\n\n# the end\n";
        assert_eq!(
            added(text, "package", "a/b@>=1.0.0,<2.0.0"),
            "# ours\npackages:\n    # for dates\n    - package: a/dates   # pinned\n      version: 1.0.0\n    - package: a/b\n      version:\n        - '>=1.0.0'\n        - '<2.0.0'\n\n# the end\n"
        );
    }

    #[test]
    fn the_same_package_is_replaced() {
        let text = "packages:\n- package: a/dbt_x\n  version: [\">=1.0.0\",\n    \"<2.0.0\"]\n- local: ../y # mine\n";
        assert_eq!(
            added(text, "git", "https://h/a/dbt-x.git@v2"),
            "packages:\n- local: ../y # mine\n- git: https://h/a/dbt-x.git\n  revision: v2\n"
        );
    }

    #[test]
    fn empty_lists_are_filled() {
        let entry = "  - package: a/b\n    version: 1.0.0\n";
        assert_eq!(added("", "package", "a/b@1.0.0"), format!("packages:\n{entry}"));
        assert_eq!(
            added("packages: [] # none yet\n", "package", "a/b@1.0.0"),
            format!("packages: # none yet\n{entry}")
        );
        assert_eq!(added("packages:", "package", "a/b@1.0.0"), format!("packages:\n{entry}"));
    }
}
