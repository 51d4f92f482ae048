//! What another state of the project has to say when nodes are selected. Knows nothing of where that state comes from.

use std::collections::BTreeSet;

use crate::graph::nodes::Node;

/// Another state of the project: an earlier one, or that of another environment.
pub trait Earlier {
    /// Tells whether it knows any nodes, without which nothing can be said to differ.
    fn has_nodes(&self) -> bool;

    /// Tells whether a node is what a word of the method `state` names: one of [`STATE_WORDS`].
    fn is(&self, word: &str, node: &Node) -> bool;

    /// Returns the ids of the nodes whose results had a status, as `result:<status>` names them.
    ///
    /// # Errors
    /// A sentence for the user when that state has no results.
    fn with_status(&self, status: &str) -> Result<BTreeSet<String>, String>;

    /// Returns the ids of the sources that got newer rows since then, as `source_status:fresher` names them.
    ///
    /// # Errors
    /// A sentence for the user when freshness is not known of then or of now.
    fn fresher(&self) -> Result<BTreeSet<String>, String>;
}

/// The words of the method `state`.
pub const STATE_WORDS: &[&str] = &[
    "new",
    "old",
    "modified",
    "unmodified",
    "modified.body",
    "modified.configs",
    "modified.persisted_descriptions",
    "modified.relation",
    "modified.macros",
    "modified.contract",
];
