//! The bundled healthcare project: builds and tests green on generated patients, and its marts say what the generator
//! knows to be true.

mod generated;
mod samples;
mod snowflake;
mod spoiled;
pub(crate) mod workbench;
