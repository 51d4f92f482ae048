//! The command line: arguments, commands, exit codes. Holds no logic worth a unit test.

pub mod args;
pub mod commands;
mod dry_run;
pub mod exit;
mod flags;
mod interrupt;
mod kinds;
mod listening;
mod misuse;
mod session;
mod state;

use std::ffi::OsString;

use clap::Parser;
use clap::error::ErrorKind;

use crate::cli::args::Arguments;
use crate::cli::exit::Exit;

/// Runs the program with some arguments and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let words: Vec<OsString> = arguments.into_iter().collect();
    let told: Vec<String> = words.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let arguments = match Arguments::try_parse_from(words) {
        Ok(mut arguments) => {
            arguments.global.command_lines = vec![told];
            arguments
        }
        Err(error) => {
            // Help and version are asked for and go to stdout; anything else is misuse.
            if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
                let code = if error.use_stderr() { Exit::Misuse } else { Exit::Fine };
                let _ = error.print();
                return code;
            }
            anstream::eprintln!("{}", misuse::line(&error));
            return Exit::Misuse;
        }
    };
    interrupt::listen();
    commands::run(arguments)
}
