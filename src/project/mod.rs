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

use crate::base::data::Data;
use crate::yaml::{Node, Text};

/// Renders one text of a YAML file: is given the keys on the way to it, and returns the value to put in its
/// place, or `None` to leave the text as it is. The language itself lives in a higher layer.
pub type RenderText<'r> = dyn FnMut(&[String], &Node, &Text) -> Option<Data> + 'r;
