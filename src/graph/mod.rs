//! The nodes of a project and how they depend on each other: resolution, cycles, selection. Knows neither templates
//! nor databases.

pub mod build;
pub mod cycle;
pub mod nodes;
pub mod select;
