//! `parse`: reads the project, reports, writes the manifest. Opens no database.

use crate::artifact;
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
    match artifact::write(&project, &artifact::of_project(&project, &[])) {
        Ok(()) => Exit::Fine,
        Err(error) => {
            setting.complain(&format!("error: {error}"));
            Exit::Misuse
        }
    }
}
