//! Showing what happens: consumes `run::events` and writes lines. Holds no logic of running.

pub mod lines;
pub mod log;
pub mod log_file;
pub mod record;
pub mod records;
mod records_of_results;
pub mod several;
pub mod table;
pub mod text;
