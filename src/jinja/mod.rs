//! The template language: Jinja over Python's values, as dbt has it. Syntax trees, values, an evaluator, and the
//! provenance of every byte it writes. Knows no database and no graph; what it may ask of the outside is `host`.

pub mod builtins;
pub mod core;
pub mod eval;
pub mod filters;
pub mod host;
pub mod limits;
pub mod macros;
pub mod modules;
mod predicates;
pub mod provenance;
pub mod syntax;
pub mod value;
