//! What dbt puts into a template's context, as far as it needs no graph: relations, columns, tables, variables,
//! exceptions, the adapter. One file per thing.

pub mod adapter;
pub mod api;
pub mod column;
pub mod config;
pub mod differences;
pub mod environment;
pub mod exceptions;
pub mod messages;
pub mod relation;
pub mod results;
pub mod table;
