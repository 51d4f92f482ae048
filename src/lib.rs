//! martlet compiles and runs SQL models: Jinja-templated `select` statements in, tested tables out.
//!
//! The map, from the ground up; a module imports only from those above it in this list. `tests/rust/layers.rs`
//! holds the list and fails when an import goes the other way. ARCHITECTURE.md says what each layer owns.
//!
//! - [`base`]: texts, spans, files, clock.
//! - [`diagnostic`]: findings about the user's project, and how they are drawn.
//! - [`generate`]: builders of test data, such as exports in the layout of Synthea.

pub mod base;
pub mod diagnostic;
pub mod generate;
