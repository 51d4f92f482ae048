//! Running nodes: order, workers, results, events. Emits events and knows no terminal.

mod batches;
pub mod cache;
pub mod catalog;
mod cloning;
pub mod events;
pub mod freshness;
pub mod hooks;
pub mod journal;
pub mod label;
pub mod microbatch;
pub mod microbatch_windows;
pub mod nodes;
pub mod operation;
pub mod past;
pub mod plan;
pub mod query_comment;
pub mod relation_catalog;
pub mod result;
pub mod scheduler;
pub mod seeds;
pub mod session;
pub mod task;
pub mod timings;
pub mod unit_tests;
pub mod unit_tests_diff;
pub mod verify;
