//! What lies in a project folder: project file, profile, resources, property files. Reads and types them; renders
//! nothing itself (a callback does) and knows neither graph nor database.

pub mod config;
pub mod config_tree;
pub mod definition;
pub mod files;
pub mod locate;
pub mod profile;
pub mod properties;
pub mod variables;

pub use crate::yaml::RenderText;
