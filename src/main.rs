//! The program: parses the arguments, runs the command, turns its result into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(martlet::cli::run(std::env::args_os()).code())
}
