//! `generate`: made-up data.

use crate::cli::args::Generate;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;

/// Runs the command.
pub(super) fn run(setting: &Setting, what: &Generate) -> Exit {
    let Generate::Synthea { .. } = what;
    setting.complain("error: not there yet");
    Exit::Misuse
}
