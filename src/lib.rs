//! martlet compiles and runs SQL models: Jinja-templated `select` statements in, tested tables out.
//!
//! The map, from the ground up; a module imports only from those above it in this list. `tests/rust/layers.rs`
//! holds the list and fails when an import goes the other way. ARCHITECTURE.md says what each layer owns.
//!
//! - [`base`]: texts, spans, plain data, tables of rows, files, clock.
//! - [`diagnostic`]: findings about the user's project, and how they are drawn.
//! - [`yaml`]: YAML as dbt reads it, in a tree that keeps every place.
//! - [`generate`]: made-up patient records in Synthea's layout.
//! - [`project`]: what lies in a project folder: project file, profile, files, properties.
//! - [`jinja`]: the template language: syntax, Python's values, the evaluator, provenance of every byte.
//! - [`graph`]: nodes, how they depend on each other, selection.
//! - [`adapter`]: databases behind one trait.
//! - [`state`]: another state of a project, as artifacts tell it.
//! - [`packages`]: what a project asks for of others' projects: versions, fetching, the lock, installing.
//! - [`compile`]: from a project folder to resolved nodes, from a node to its SQL.
//! - [`run`]: which node runs when, and what came of it.
//! - [`artifact`]: what a run leaves behind for other programs.
//! - [`report`]: what people read while it runs.
//! - [`cli`]: arguments, commands, exit codes.

pub mod adapter;
pub mod artifact;
pub mod base;
pub mod cli;
pub mod compile;
pub mod diagnostic;
pub mod generate;
pub mod graph;
pub mod jinja;
pub mod packages;
pub mod project;
pub mod report;
pub mod run;
pub mod state;
pub mod yaml;
