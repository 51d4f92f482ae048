//! Where a text of a node's configuration stands in the user's files. Configuration is merged of many values, which keep
//! no places: a text is looked for where it can have been written.

use crate::base::source::{Place, SourceMap};
use crate::graph::nodes::Node;

/// Finds a text as it stands in the node's file, in its property file, or in a project file.
pub fn place(sources: &SourceMap, node: &Node, text: &str) -> Option<Place> {
    let text = text.trim();
    let patch = node.patch_path.as_ref().map(|(_, path)| path.as_str());
    let own = sources.find(text, |file, _| file == node.file);
    let found = own.or_else(|| patch.and_then(|path| sources.find(text, |_, name| name == path)));
    found.or_else(|| sources.find(text, |_, name| name.ends_with("dbt_project.yml")))
}
