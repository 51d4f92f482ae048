//! The program: parses the arguments, runs the command, turns its result into an exit code.

fn main() {}
