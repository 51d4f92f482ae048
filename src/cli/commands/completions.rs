//! `completions`: what a shell needs to complete commands and options, made from the arguments themselves.

use std::io::{Write, stdout};

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::cli::args::Arguments;
use crate::cli::exit::Exit;

/// Runs the command.
pub(super) fn run(shell: Shell) -> Exit {
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "martlet", &mut script);
    // A reader that has gone away is no failure.
    let _ = stdout().write_all(&script);
    Exit::Fine
}
