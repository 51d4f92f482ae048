//! The new install folder in the place of the old one: never half of it, never in the place of anything else.

use std::path::{Path, PathBuf};

use crate::base::fs::{self, FileError};
use crate::diagnostic::{Diagnostic, codes};
use crate::packages::head::Head;
use crate::project::locate::{DBT_NAME, NATIVE_NAME};

/// The usual install folder, which holds nothing that somebody wrote.
const USUAL: &str = "dbt_packages";

/// Returns a hidden path beside a folder, on the same disk, so that one can take the other's place. It is always the
/// same, so that what a killed run left behind is cleared away by the next.
pub fn beside(folder: &Path, ending: &str) -> PathBuf {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    folder.with_file_name(format!(".{name}.{ending}"))
}

/// Says why the install folder of a project must not be replaced; `None` when it may be.
pub fn refuse(root: &Path, project: &Head) -> Option<Diagnostic> {
    let written = &project.install_folder;
    let folder = plain(&root.join(written));
    let root = plain(root);
    let reason = if root.starts_with(&folder) {
        "the project itself lies in it".to_owned()
    } else if let Some(own) =
        project.own_folders.iter().find(|own| plain(&root.join(own)).starts_with(&folder))
    {
        format!("the project's own files lie there ({})", own.display())
    } else if let Some(stranger) = stranger(&folder).filter(|_| folder != root.join(USUAL)) {
        format!("it holds `{stranger}`, which is no package")
    } else {
        return None;
    };
    let message = format!("packages are not installed to `{}`: {reason}", written.display());
    let finding = Diagnostic::at(codes::INVALID_VALUE, project.place, message);
    Some(finding.hint("what lies in `packages-install-path` is replaced by `deps`: name a folder of its own"))
}

/// Returns an entry of a folder that is no package: not hidden, no link, without a project file.
fn stranger(folder: &Path) -> Option<String> {
    let is_package = |path: &Path| [NATIVE_NAME, DBT_NAME].iter().any(|name| fs::is_file(&path.join(name)));
    let entries = fs::list_folder(folder).ok()?;
    entries.iter().find_map(|path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let expected = name.starts_with('.') || fs::link_target(path).is_some() || is_package(path);
        (!expected).then_some(name)
    })
}

/// Resolves the `.` and `..` of a path by its names; what is not there yet has no other way.
fn plain(path: &Path) -> PathBuf {
    use std::path::Component;
    let path = fs::canonicalize(path).unwrap_or_else(|_| {
        fs::current_folder().map_or_else(|_| path.to_path_buf(), |current| current.join(path))
    });
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts
}

/// Puts a folder in the place of another; when that fails, the other one is back in its place.
pub fn replace(folder: &Path, by: &Path) -> Result<(), FileError> {
    let old = beside(folder, "old");
    fs::remove(&old)?;
    let had = fs::is_folder(folder) || fs::link_target(folder).is_some();
    if had {
        fs::rename(folder, &old)?;
    }
    if let Err(error) = fs::rename(by, folder) {
        if had {
            fs::rename(&old, folder)?;
        }
        return Err(error);
    }
    fs::remove(&old)?;
    Ok(())
}
