//! The program as users meet it: commands, what they print, how they end.

mod broken_code;
mod broken_data;
mod broken_project;
mod commands;
mod deps;
mod deps_archives;
mod deps_broken;
mod flags;
mod hooks;
mod incremental;
mod listing;
mod macros;
mod microbatch;
mod selectors;
mod thresholds;
mod unit_tests;
