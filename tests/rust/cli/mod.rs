//! The program as users meet it: commands, what they print, how they end.

mod broken_code;
mod broken_data;
mod broken_project;
mod commands;
mod database;
mod deps;
mod deps_archives;
mod deps_broken;
mod docs;
mod flags;
mod freshness;
mod hooks;
mod incremental;
mod listing;
mod macros;
mod microbatch;
mod retry;
mod scheduling;
mod seeds;
mod selectors;
mod snapshots;
mod stopping;
mod thresholds;
mod unit_tests;
mod verify_incremental;
