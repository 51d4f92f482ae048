//! What tests of the whole program stand on: projects written from one string, and running the binary in them.

pub(crate) mod project;
pub(crate) mod run;
