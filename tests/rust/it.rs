//! The one harnessed test binary: every file under `tests/rust` that holds `#[test]` is listed here.

mod artifacts;
mod bundled;
mod campaigns;
mod cli;
mod layers;
mod seeds;
mod snowflake;
mod support;
mod tidy;
