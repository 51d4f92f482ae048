//! Showing what happens: consumes `run::events` and writes lines. Holds no logic of running.

pub mod json_lines;
pub mod lines;
pub mod table;
pub mod text;
