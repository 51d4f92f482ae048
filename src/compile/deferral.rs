//! Deferring: which relation of another environment stands in for one that is not built here (dbt's `--defer`).

use std::collections::HashMap;
use std::rc::Rc;

use crate::base::data::{Data, DataMap};
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::builtins::relation::Relation;
use crate::jinja::host::{Host, HostError};
use crate::state::Manifest;

/// What stands in for what.
#[derive(Debug, Clone, Default)]
pub struct Deferral {
    /// Whether references are led there at all; `clone` only copies from there.
    pub is_on: bool,
    /// Whether nodes that are not chosen are taken from there even where they are built here.
    pub favors_state: bool,
    /// The relations of the other environment: database, schema and name, by the id of the node.
    relations: HashMap<String, [Option<String>; 3]>,
}

/// Where a reference leads, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Led {
    /// The other environment has nothing for it.
    Unknown,
    /// It is built here.
    IsHere,
    /// It is led away, because it is not chosen and the state is favoured.
    Favoured,
    /// It is led away, because it is not built here.
    Missing,
}

impl Deferral {
    /// Takes the relations of a manifest: those of models, seeds, snapshots and functions that are not ephemeral.
    pub fn new(manifest: &Manifest, is_on: bool, favors_state: bool) -> Self {
        let one = |id: &str| {
            let node = manifest.node(id)?;
            let text = |key: &str| node.get(key).and_then(Data::as_str);
            let is_refable = matches!(text("resource_type")?, "model" | "seed" | "snapshot" | "function");
            let parts = [text("database"), text("schema"), text("alias").or_else(|| text("name"))];
            (is_refable && !is_ephemeral(node))
                .then(|| (id.to_owned(), parts.map(|part| part.map(str::to_owned))))
        };
        let relations = manifest.ids().into_iter().filter_map(one).collect();
        Self { is_on, favors_state, relations }
    }

    /// Returns the relation of the other environment, quoted as it is here.
    pub fn relation(&self, node: &Node) -> Option<Relation> {
        let [database, schema, identifier] = self.relations.get(&node.unique_id)?.clone();
        let mut relation = node_value::relation(node);
        (relation.database, relation.schema, relation.identifier) = (database, schema, identifier);
        Some(relation)
    }

    /// Decides where a reference to a node leads. The host is asked whether the node is built here.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub fn led(&self, project: &Project, node: &Node, host: Option<&Rc<dyn Host>>) -> Result<Led, HostError> {
        let is_known = self.is_on && !node.is_ephemeral() && self.relations.contains_key(&node.unique_id);
        if !is_known {
            return Ok(Led::Unknown);
        }
        let is_chosen =
            project.invocation.selected.get().is_some_and(|chosen| chosen.contains(&node.unique_id));
        if self.favors_state && !is_chosen {
            return Ok(Led::Favoured);
        }
        let Some(host) = host else { return Ok(Led::IsHere) };
        Ok(match host.relation(&node.database, &node.schema, &node.alias)? {
            // DuckDB lists no functions: those that are not chosen count as missing, as in dbt.
            None => Led::Missing,
            Some(_) => Led::IsHere,
        })
    }

    /// Returns the relation that a reference to a node gives when it is led away.
    ///
    /// # Errors
    /// The database cannot be asked.
    pub fn stand_in(
        &self,
        project: &Project,
        node: &Node,
        host: Option<&Rc<dyn Host>>,
    ) -> Result<Option<Relation>, HostError> {
        match self.led(project, node, host)? {
            Led::Favoured | Led::Missing => Ok(self.relation(node)),
            Led::Unknown | Led::IsHere => Ok(None),
        }
    }
}

fn is_ephemeral(node: &DataMap) -> bool {
    let config = node.get("config").and_then(Data::as_map);
    let is_model = node.get("resource_type").and_then(Data::as_str) == Some(ResourceType::Model.name());
    let materialized = config.and_then(|config| config.get("materialized")).and_then(Data::as_str);
    is_model && materialized == Some("ephemeral")
}
