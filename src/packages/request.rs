//! What a project asks for: `packages.yml`, or `packages:` in `dependencies.yml`, with places. Knows the kinds of
//! packages, and not how any of them is fetched.

use std::path::Path;

use crate::base::data::Data;
use crate::base::fs::{self, FileError};
use crate::base::source::{Place, SourceMap};
use crate::base::text::Span;
use crate::diagnostic::{Diagnostic, codes};
use crate::packages::fingerprint::fingerprint;
use crate::packages::version::Comparator;
use crate::yaml::read::Reader;
use crate::yaml::{self, Node, RenderText};

/// The file of packages, rendered.
pub const PACKAGES_FILE: &str = "packages.yml";
/// The other file that may hold packages, not rendered.
pub const DEPENDENCIES_FILE: &str = "dependencies.yml";

/// One package that somebody asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which.
    pub source: Source,
    /// Where it is asked for.
    pub place: Place,
    /// Who asks: a file of the project, or another package.
    pub asked_by: String,
}

/// Where a package comes from and which version of it is wanted.
#[derive(Debug, Clone)]
pub enum Source {
    /// A package of the hub.
    Hub {
        /// `organisation/name`
        package: String,
        /// What is asked of its version.
        versions: Vec<Comparator>,
        /// Whether versions before a release count.
        prerelease: bool,
    },
    /// A git repository.
    Git {
        /// Its address.
        url: String,
        /// The address as written, before secrets were put in.
        written: String,
        /// Branch, tag or commit.
        revision: Option<String>,
        /// The folder of the repository that is the package.
        subdirectory: Option<String>,
        /// Whether to warn when nothing keeps the revision from moving.
        warn_unpinned: bool,
    },
    /// A folder, taken from the root project's.
    Local {
        /// The folder.
        path: String,
    },
    /// An archive.
    Tarball {
        /// Its address.
        url: String,
        /// The address as written, before secrets were put in.
        written: String,
        /// What the package is called in messages and in the lock.
        name: String,
    },
}

impl Source {
    /// Returns what the package is called in messages. An address may hold secrets, which whoever shows it hides.
    pub fn label(&self) -> String {
        match self {
            Source::Hub { package, .. } => package.clone(),
            Source::Git { url, subdirectory: None, .. } => url.clone(),
            Source::Git { url, subdirectory: Some(folder), .. } => format!("{url}/{folder}"),
            Source::Local { path } => path.clone(),
            Source::Tarball { name, .. } => name.clone(),
        }
    }

    /// Returns what the package is called in files: as it is written, without secrets.
    pub fn written(&self) -> String {
        match self {
            Source::Git { written, subdirectory: None, .. } | Source::Tarball { written, .. } => {
                written.clone()
            }
            Source::Git { written, subdirectory: Some(folder), .. } => format!("{written}/{folder}"),
            other => other.label(),
        }
    }

    /// Returns what two requests for one package have in common. `x` and `x.git` are one repository.
    pub fn key(&self) -> String {
        match self {
            Source::Hub { package, .. } => format!("hub {package}"),
            Source::Git { url, subdirectory, .. } => {
                let url = url.strip_suffix(".git").unwrap_or(url);
                format!("git {url} {}", subdirectory.as_deref().unwrap_or_default())
            }
            Source::Local { path } => format!("local {path}"),
            Source::Tarball { url, .. } => format!("tarball {url}"),
        }
    }
}

/// All that one project or package asks for.
#[derive(Debug, Clone, Default)]
pub struct Requests {
    /// The packages in the order written.
    pub list: Vec<Request>,
    /// dbt's hash of the list (`sha1_hash` of the lock).
    pub fingerprint: String,
}

/// Reads what the project in a folder asks for. `prefix` is put before the files' names in messages.
pub fn read(
    folder: &Path,
    prefix: &str,
    sources: &SourceMap,
    render: &mut RenderText<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Result<Requests, FileError> {
    let packages = read_file(folder, prefix, PACKAGES_FILE, sources, findings)?;
    let dependencies = read_file(folder, prefix, DEPENDENCIES_FILE, sources, findings)?;
    if let Some(entry) = packages.as_ref().and_then(|tree| tree.entry("projects")) {
        let message = format!("`projects` belongs into {DEPENDENCIES_FILE}, not into {PACKAGES_FILE}");
        findings.push(Diagnostic::at(codes::INVALID_VALUE, entry.key_place, message));
    }
    let listed = |tree: &Option<Node>| tree.as_ref().and_then(|tree| tree.entry("packages").cloned());
    let (tree, file, entry) = match (listed(&packages), listed(&dependencies)) {
        (Some(first), Some(second)) => {
            let message = format!("`packages` stands in both {PACKAGES_FILE} and {DEPENDENCIES_FILE}");
            findings.push(
                Diagnostic::at(codes::INVALID_VALUE, second.key_place, message)
                    .also(first.key_place, "the other list")
                    .hint("keep one of the two lists"),
            );
            return Ok(Requests::default());
        }
        (None, Some(entry)) => (dependencies, DEPENDENCIES_FILE, entry),
        (Some(entry), None) => (packages, PACKAGES_FILE, entry),
        (None, None) => {
            // Without the key nothing is asked for; the reader below names the keys that are none.
            if let Some(tree) = packages {
                let mut reader = Reader::new(&tree, PACKAGES_FILE, findings);
                reader.entry("packages");
                reader.finish(&["projects"], findings);
            }
            return Ok(Requests { list: Vec::new(), fingerprint: fingerprint(&[], &[]) });
        }
    };
    if let Some(tree) = tree {
        let mut reader = Reader::new(&tree, file, findings);
        reader.list("packages", findings);
        reader.finish(&["projects"], findings);
    }
    let rendered = if file == PACKAGES_FILE {
        entry.value.map_texts(&mut Vec::new(), render)
    } else {
        entry.value.clone()
    };
    Ok(read_list(&rendered, Some(&entry.value), &format!("{prefix}{file}"), findings))
}

/// Returns how many packages the project in a folder asks for, and where, without rendering anything.
pub fn count(folder: &Path, sources: &SourceMap) -> Option<(usize, Place, &'static str)> {
    [PACKAGES_FILE, DEPENDENCIES_FILE].into_iter().find_map(|file| {
        let tree = read_file(folder, "", file, sources, &mut Vec::new()).ok()??;
        let entry = tree.entry("packages")?;
        Some((entry.value.items().len(), entry.key_place, file))
    })
}

/// Reads a list of packages; `written` is the list before it was rendered.
pub fn read_list(
    rendered: &Node,
    written: Option<&Node>,
    asked_by: &str,
    findings: &mut Vec<Diagnostic>,
) -> Requests {
    let mut list = Vec::new();
    for (at, node) in rendered.items().iter().enumerate() {
        let before = written.and_then(|written| written.items().get(at)).unwrap_or(node);
        if let Some(source) = read_entry(node, before, findings) {
            list.push(Request { source, place: node.place, asked_by: asked_by.to_owned() });
        }
    }
    let fingerprint = fingerprint(rendered.items(), written.unwrap_or(rendered).items());
    Requests { list, fingerprint }
}

fn read_file(
    folder: &Path,
    prefix: &str,
    name: &str,
    sources: &SourceMap,
    findings: &mut Vec<Diagnostic>,
) -> Result<Option<Node>, FileError> {
    let text = match fs::read_text(&folder.join(name)) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    let file = sources.add(format!("{prefix}{name}"), text.as_str());
    let (tree, more) = yaml::parse(file, &text);
    findings.extend(more);
    Ok(Some(if tree.is_null() { Node::null(Place::new(file, Span::default())) } else { tree }))
}

fn read_entry(node: &Node, written: &Node, findings: &mut Vec<Diagnostic>) -> Option<Source> {
    let mut reader = Reader::new(node, "a package", findings);
    if !node.is_map() {
        if node.is_null() {
            findings.push(Diagnostic::at(
                codes::INVALID_VALUE,
                node.place,
                "an entry of `packages` is empty",
            ));
        }
        return None;
    }
    let before = |key: &str, value: &str| {
        written.get(key).and_then(Node::as_text).map_or_else(|| value.to_owned(), str::to_owned)
    };
    let kinds = ["package", "git", "local", "tarball", "private"];
    let given: Vec<&str> = kinds.into_iter().filter(|kind| node.entry(kind).is_some()).collect();
    let source = match given.as_slice() {
        ["package"] => read_hub(&mut reader, findings),
        ["git"] => read_git(&mut reader, before, findings),
        ["local"] => place_of(&mut reader, "local", findings).map(|path| Source::Local { path }),
        ["tarball"] => {
            let url = place_of(&mut reader, "tarball", findings);
            let name = reader.required_text("name", findings);
            url.zip(name).map(|(url, name)| Source::Tarball { written: before("tarball", &url), url, name })
        }
        [_] => {
            let repository = place_of(&mut reader, "private", findings).unwrap_or_default();
            let finding = Diagnostic::at(
                codes::UNSUPPORTED,
                node.place,
                format!("the private package `{repository}` needs a hosted service, which knows its address"),
            );
            findings.push(finding.hint(format!(
                "write `git: https://github.com/{repository}.git` (or the address of your provider) with a `revision`"
            )));
            return None;
        }
        [] => {
            let finding =
                Diagnostic::at(codes::MISSING_KEY, node.place, "a package says nowhere where it comes from");
            findings.push(finding.hint("begin it with `package:`, `git:`, `local:` or `tarball:`"));
            return None;
        }
        [first, second, ..] => {
            let message = format!("a package comes from one place, not from both `{first}` and `{second}`");
            findings.push(Diagnostic::at(codes::INVALID_VALUE, node.place, message));
            return None;
        }
    };
    reader.finish(&["name"], findings);
    source
}

/// Returns the text that says where a package comes from; an empty one is a finding.
fn place_of(reader: &mut Reader<'_>, key: &'static str, findings: &mut Vec<Diagnostic>) -> Option<String> {
    let place = reader.entry(key).map_or(reader.place(), |entry| entry.value.place);
    let text = reader.text(key, findings).map(|text| text.trim().to_owned()).unwrap_or_default();
    let fault = if text.is_empty() {
        format!("`{key}` of a package is empty")
    } else if text.starts_with('-') {
        format!("`{text}` cannot be where a package comes from: it begins with `-`")
    } else {
        return Some(text);
    };
    findings.push(Diagnostic::at(codes::INVALID_VALUE, place, fault));
    None
}

fn read_hub(reader: &mut Reader<'_>, findings: &mut Vec<Diagnostic>) -> Option<Source> {
    let place = reader.place();
    let package = place_of(reader, "package", findings);
    let prerelease = reader.boolean("install_prerelease", findings).unwrap_or(false);
    let versions = read_versions(reader, package.as_deref().unwrap_or("the package"), findings);
    let package = package?;
    let parts: Vec<&str> = package.split('/').collect();
    let plain = |part: &&str| {
        !part.is_empty()
            && *part != "."
            && *part != ".."
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    if parts.len() != 2 || !parts.iter().all(plain) {
        let message = format!("`{package}` cannot be a package of the hub");
        findings.push(
            Diagnostic::at(codes::INVALID_VALUE, place, message)
                .hint("write the organisation and the name, as in `dbt-labs/dbt_utils`"),
        );
        return None;
    }
    versions.map(|versions| Source::Hub { package, versions, prerelease })
}

fn read_versions(
    reader: &mut Reader<'_>,
    package: &str,
    findings: &mut Vec<Diagnostic>,
) -> Option<Vec<Comparator>> {
    let Some(node) = reader.node("version") else {
        let message = format!("`{package}` says no `version`");
        findings.push(Diagnostic::at(codes::MISSING_KEY, reader.place(), message).hint(
            "a package of the hub needs one: `version: 1.3.0`, or `version: [\">=1.0.0\", \"<2.0.0\"]`",
        ));
        return None;
    };
    let texts = match node.to_data() {
        // As it is written: 1.0 stays 1.0.
        Data::Float(number) => vec![format!("{number:?}")],
        other => other.to_texts(),
    };
    let mut versions = Vec::new();
    for text in &texts {
        match Comparator::parse_all(text) {
            Ok(more) => versions.extend(more),
            Err(part) => {
                let message = format!("`{}` is not a version", part.trim());
                findings.push(Diagnostic::at(codes::INVALID_VALUE, node.place, message).hint(
                    "a version has three numbers, with `>=`, `>`, `<`, `<=` or `=` in front: `>=1.0.0`",
                ));
                return None;
            }
        }
    }
    if versions.is_empty() {
        let message = format!("`version` of `{package}` is empty");
        findings.push(Diagnostic::at(codes::INVALID_VALUE, node.place, message));
        return None;
    }
    Some(versions)
}

fn read_git(
    reader: &mut Reader<'_>,
    before: impl Fn(&str, &str) -> String,
    findings: &mut Vec<Diagnostic>,
) -> Option<Source> {
    let url = place_of(reader, "git", findings);
    let revision = match reader.node("revision") {
        Some(node) => match node.to_data() {
            // As Python writes it: 1.0 stays 1.0.
            Data::Float(number) => Some(format!("{number:?}")),
            _ => place_of(reader, "revision", findings),
        },
        None => None,
    };
    let subdirectory = match reader.node("subdirectory") {
        Some(node) => {
            let folder = place_of(reader, "subdirectory", findings)?;
            let folder = folder.trim_matches('/').to_owned();
            if folder.split('/').any(|part| matches!(part, "" | "." | "..")) {
                let message = format!("`{folder}` is no folder inside the repository");
                findings.push(Diagnostic::at(codes::INVALID_VALUE, node.place, message));
                return None;
            }
            Some(folder)
        }
        None => None,
    };
    let warn_unpinned = reader.boolean("warn-unpinned", findings).unwrap_or(true);
    let url = url?;
    Some(Source::Git { written: before("git", &url), url, revision, subdirectory, warn_unpinned })
}
