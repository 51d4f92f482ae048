//! Finding the project folder and its project file.

use std::path::{Path, PathBuf};

use crate::base::fs;

/// The native name of the project file.
pub const NATIVE_NAME: &str = "project.yml";
/// dbt's name of the project file, taken when there is no native one.
pub const DBT_NAME: &str = "dbt_project.yml";

/// Why no project file can be read.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// No project file in the folder or above it.
    #[error(
        "Not a dbt project: {} holds no {NATIVE_NAME}. Missing dbt_project.yml file, here and in the folders above. \
         `martlet init` makes a new project; `--project-dir` names the folder of another",
        .0.display()
    )]
    Missing(PathBuf),
    /// Both project files in one folder.
    #[error("{} holds both {NATIVE_NAME} and {DBT_NAME}: keep one of them", .0.display())]
    Both(PathBuf),
}

/// Finds the project file: in the folder asked for, else in the current folder or the nearest one above it.
pub fn project_file(asked: Option<&Path>, current: &Path) -> Result<PathBuf, LocateError> {
    let folders: Vec<&Path> = asked.map_or_else(|| current.ancestors().collect(), |folder| vec![folder]);
    for folder in &folders {
        match (fs::is_file(&folder.join(NATIVE_NAME)), fs::is_file(&folder.join(DBT_NAME))) {
            (true, true) => return Err(LocateError::Both(folder.to_path_buf())),
            (true, false) => return Ok(folder.join(NATIVE_NAME)),
            (false, true) => return Ok(folder.join(DBT_NAME)),
            (false, false) => {}
        }
    }
    Err(LocateError::Missing(asked.unwrap_or(current).to_path_buf()))
}
