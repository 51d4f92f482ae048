//! The program: parses the arguments, runs the command, turns its result into an exit code.

use std::process::ExitCode;

/// Reading a large project is mostly making and dropping small texts on all threads, which this one does faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(martlet::cli::run(std::env::args_os()).code())
}
