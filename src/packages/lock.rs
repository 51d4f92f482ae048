//! `package-lock.yml`: the packages that were settled on, as dbt writes and reads them.

use std::path::Path;

use crate::base::data::Data;
use crate::base::fs::{self, FileError};
use crate::base::source::SourceMap;
use crate::diagnostic::Diagnostic;
use crate::packages::request::{self, Request, Source};
use crate::packages::resolve::{Origin, Pin};
use crate::yaml::{self, Node, RenderText, scalar};

/// The name of the lock.
pub const FILE: &str = "package-lock.yml";

/// A lock as it lies there.
#[derive(Debug, Clone)]
pub struct Lock {
    /// dbt's hash of what was asked for when it was written.
    pub fingerprint: String,
    tree: Node,
    broken: Vec<Diagnostic>,
}

/// Reads the lock of a project; `None` when there is none.
pub fn read(root: &Path, sources: &SourceMap) -> Result<Option<Lock>, FileError> {
    let text = match fs::read_text(&root.join(FILE)) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    let file = sources.add(FILE, text.as_str());
    let (tree, broken) = yaml::parse(file, &text);
    let fingerprint = tree.get("sha1_hash").and_then(|node| node.to_data().to_text()).unwrap_or_default();
    Ok(Some(Lock { fingerprint, tree, broken }))
}

impl Lock {
    /// Returns the packages, each with one version. Addresses are rendered: they may hold what is secret.
    pub fn requests(&self, render: &mut RenderText<'_>, findings: &mut Vec<Diagnostic>) -> Vec<Request> {
        let mut own = self.broken.clone();
        let requests = self.tree.get("packages").map_or_else(Vec::new, |list| {
            let rendered = list.map_texts(&mut Vec::new(), render);
            request::read_list(&rendered, Some(list), FILE, &mut own).list
        });
        let errors = own.into_iter().filter(Diagnostic::is_error);
        findings.extend(errors.map(|finding| finding.hint("`martlet deps --upgrade` writes the lock anew")));
        requests
    }
}

/// Returns the text of a lock: packages with their names, keys sorted.
pub fn text(packages: &[(&Pin, &str)], fingerprint: &str) -> String {
    let mut text = String::from("packages:\n");
    for (pin, name) in packages {
        let mut pairs = entry(pin);
        pairs.push(("name", name));
        pairs.sort_unstable();
        for (at, (key, value)) in pairs.iter().enumerate() {
            let lead = if at == 0 { "  - " } else { "    " };
            text.push_str(&format!("{lead}{key}: {}\n", yaml_scalar(value)));
        }
    }
    text.push_str(&format!("sha1_hash: {}\n", yaml_scalar(fingerprint)));
    text
}

fn entry(pin: &Pin) -> Vec<(&'static str, &str)> {
    match (&pin.origin, &pin.request.source) {
        (Origin::Hub { version, .. }, Source::Hub { package, .. }) => {
            vec![("package", package.as_str()), ("version", version.as_str())]
        }
        (Origin::Git { commit, .. }, Source::Git { written, subdirectory, .. }) => {
            let mut pairs = vec![("git", written.as_str()), ("revision", commit.as_str())];
            pairs.extend(subdirectory.as_deref().map(|folder| ("subdirectory", folder)));
            pairs
        }
        (_, Source::Tarball { written, .. }) => vec![("tarball", written.as_str())],
        (_, Source::Local { path }) => vec![("local", path.as_str())],
        _ => Vec::new(),
    }
}

/// Writes a text as YAML: plain where it stays the same text, else in quotes.
pub fn yaml_scalar(text: &str) -> String {
    let first = text.chars().next();
    let spoken_for = first.is_none_or(|c| "#,[]{}&*!|>'\"%@`=<".contains(c))
        || text.starts_with(['-', '?', ':']) && text.chars().nth(1).is_none_or(char::is_whitespace)
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
        || text != text.trim()
        // A plain date would be read as one.
        || text.get(..5).is_some_and(|start| start.ends_with('-') && start[..4].bytes().all(|b| b.is_ascii_digit()))
        || !matches!(scalar::resolve(text), Data::Str(_));
    if text.chars().any(|c| c.is_control() || !c.is_ascii()) {
        return serde_json::Value::from(text).to_string();
    }
    if spoken_for { format!("'{}'", text.replace('\'', "''")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::yaml_scalar;

    #[test]
    fn texts_stay_texts() {
        let cases = [
            ("1.3.0", "1.3.0"),
            ("1.0", "'1.0'"),
            ("1234", "'1234'"),
            ("yes", "'yes'"),
            ("", "''"),
            ("2024-01-01", "'2024-01-01'"),
            ("../a b", "../a b"),
            ("{{ env_var('X') }}", "'{{ env_var(''X'') }}'"),
            ("git@github.com:a/b.git", "git@github.com:a/b.git"),
            ("a: b", "'a: b'"),
            ("ü", "\"ü\""),
        ];
        for (text, written) in cases {
            assert_eq!(yaml_scalar(text), written);
        }
    }
}
