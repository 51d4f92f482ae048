//! The few keys of a project file that installing packages needs: its name, its folders.

use std::path::{Path, PathBuf};

use crate::base::fs::{self, FileError};
use crate::base::source::{Place, SourceMap};
use crate::diagnostic::Diagnostic;
use crate::project::locate::{DBT_NAME, NATIVE_NAME};
use crate::yaml::{self, Node, RenderText};

/// What installing packages needs to know of a project.
#[derive(Debug, Clone)]
pub struct Head {
    /// The project's name; empty when the file gives none.
    pub name: String,
    /// Where the name stands.
    pub place: Place,
    /// The folder that packages are installed to.
    pub install_folder: PathBuf,
    /// The folders of the project's own files.
    pub own_folders: Vec<PathBuf>,
}

/// Keys that name folders of the project's own files.
const OWN: &[(&str, &str)] = &[
    ("model-paths", "models"),
    ("seed-paths", "seeds"),
    ("test-paths", "tests"),
    ("analysis-paths", "analyses"),
    ("macro-paths", "macros"),
    ("snapshot-paths", "snapshots"),
];

/// Reads the project file of a folder; `None` when it holds none.
pub fn read(
    folder: &Path,
    prefix: &str,
    sources: &SourceMap,
    render: &mut RenderText<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Result<Option<Head>, FileError> {
    let Some(file_name) = [NATIVE_NAME, DBT_NAME].into_iter().find(|name| fs::is_file(&folder.join(name)))
    else {
        return Ok(None);
    };
    let text = fs::read_text(&folder.join(file_name))?;
    let file = sources.add(format!("{prefix}{file_name}"), text.as_str());
    let (tree, more) = yaml::parse(file, &text);
    findings.extend(more.into_iter().filter(Diagnostic::is_error));
    let mut texts = |key: &str| -> Vec<String> {
        // The rest of the file may need a target, which installing packages does without.
        let node = tree.get(key).map(|node| node.map_texts(&mut Vec::new(), render));
        node.map(|node| node.to_data().to_texts()).unwrap_or_default()
    };
    let install = texts("packages-install-path").pop().unwrap_or_else(|| "dbt_packages".to_owned());
    let mut own_folders = Vec::new();
    for (key, default) in OWN {
        let given = texts(key);
        let given = if given.is_empty() { vec![(*default).to_owned()] } else { given };
        own_folders.extend(given.into_iter().map(PathBuf::from));
    }
    let name = tree.get("name");
    Ok(Some(Head {
        name: name.and_then(Node::as_text).unwrap_or_default().to_owned(),
        place: name.map_or(tree.place, |node| node.place),
        install_folder: PathBuf::from(install),
        own_folders,
    }))
}

impl Head {
    /// Tells whether the name can be that of a project, and so of a folder.
    pub fn has_name(&self) -> bool {
        let starts = self.name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        starts && self.name.chars().all(|c| c.is_alphanumeric() || c == '_')
    }
}
