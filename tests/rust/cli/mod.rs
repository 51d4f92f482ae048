//! The program as users meet it: commands, what they print, how they end.

mod broken_code;
mod broken_data;
mod broken_project;
mod commands;
mod database;
mod deps;
mod deps_archives;
mod deps_broken;
mod flags;
mod hooks;
mod incremental;
mod listing;
mod logs;
mod macros;
mod microbatch;
mod offered;
mod options;
mod retry;
mod scheduling;
mod seeds;
mod selectors;
mod snapshots;
mod stopping;
mod thresholds;
mod unit_tests;
mod verify_incremental;
