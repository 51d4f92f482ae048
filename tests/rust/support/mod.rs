//! What tests of the whole program stand on: projects written from one string, running the binary in them,
//! and what packages are fetched from.

pub(crate) mod project;
pub(crate) mod run;
pub(crate) mod servers;
