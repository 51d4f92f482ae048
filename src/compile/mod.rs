//! From a project folder to resolved nodes, and from a node to its SQL: joins project, language and graph. Runs
//! nothing; what a template asks of a database goes to a host that a higher layer brings.

pub mod changes;
pub mod context;
pub mod deferral;
pub mod ephemeral;
pub mod event_time;
pub mod flags;
pub mod load;
pub mod macro_calls;
mod names;
pub mod node_value;
pub mod parse;
pub mod project;
pub mod render;
pub mod target;
pub mod test_names;
pub mod unit_test;
mod version_check;
pub mod warnings;
pub mod written;
pub mod yaml_text;
