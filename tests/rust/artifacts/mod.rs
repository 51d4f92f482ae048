//! Artifacts as programs of other authors read them.

mod projects;
mod readers;
mod states;
mod steady;
