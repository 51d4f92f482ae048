//! `parse`: reads the project, reports, writes the manifest. Opens no database.

use crate::artifact::semantic_manifest::semantic_manifest;
use crate::artifact::{self, manifest};
use crate::cli::exit::Exit;
use crate::cli::session::Setting;

/// Runs the command.
pub(super) fn run(setting: &Setting) -> Exit {
    let project = match setting.read("parse", None) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    if !setting.flags.is_on("write_json") {
        return Exit::Fine;
    }
    let artifacts = [
        ("manifest.json", manifest::manifest(&project, &[])),
        ("semantic_manifest.json", semantic_manifest(&project).to_string()),
    ];
    match artifact::write(&project, &artifacts) {
        Ok(()) => Exit::Fine,
        Err(error) => {
            setting.complain(&format!("error: {error}"));
            Exit::Misuse
        }
    }
}
