//! Which relation a node is.

use crate::base::data::Data;
use crate::compile::ephemeral::cte_name;
use crate::graph::nodes::{Node, ResourceType, Source};
use crate::jinja::builtins::relation::Relation;
use crate::jinja::core;
use crate::jinja::value::{Arguments, Value, formatting};
use crate::project::config::Config;

/// Returns the full name of a node's relation; `None` where it has none.
pub fn relation_name(node: &Node) -> Option<String> {
    let stored = node.config.boolean("store_failures").unwrap_or(false)
        || node.config.text("store_failures_as").is_some_and(|kind| kind != "ephemeral");
    match node.resource_type {
        ResourceType::Operation
        | ResourceType::Analysis
        | ResourceType::UnitTest
        | ResourceType::Function => None,
        ResourceType::Test if !stored => None,
        kind if kind.is_semantic() => None,
        _ if node.is_ephemeral() => None,
        ResourceType::Source => {
            // Told with the project's quoting, though it is selected from without.
            let mut relation = relation(node);
            relation.quote = node.quoting;
            overlay(&mut relation, node);
            Some(relation.render())
        }
        _ => Some(relation(node).render()),
    }
}

/// Returns the relation that a node would be: what `this` is in an ephemeral model too.
pub fn own_relation(node: &Node) -> Relation {
    let dialect = core::dialect(node.adapter);
    let mut relation = Relation::of(dialect, Some(&node.database), Some(&node.schema), Some(&node.alias));
    if node.source().is_none() {
        relation.quote = node.quoting;
    }
    relation
}

/// Returns a node's relation, as others refer to it.
pub fn relation(node: &Node) -> Relation {
    let mut relation = own_relation(node);
    if node.is_ephemeral() {
        relation.identifier = Some(cte_name(&node.alias));
        relation.kind = Some("cte".to_owned());
        relation.include = [false, false, true];
        relation.quote = [false; 3];
    }
    if node.resource_type == ResourceType::Function {
        // The project's quoting counts for tables and views only.
        relation.quote = [true; 3];
        relation.kind = Some("function".to_owned());
    }
    if let Some(source) = node.source() {
        overlay(&mut relation, node);
        relation.external = external_location(node, source, &node.config);
    }
    relation
}

/// Puts a source's own quoting over another.
fn overlay(relation: &mut Relation, node: &Node) {
    let quoting = node.source().map(|source| source.quoting).unwrap_or_default();
    for (quote, wanted) in relation.quote.iter_mut().zip(quoting) {
        *quote = wanted.unwrap_or(*quote);
    }
}

/// Returns what is read in place of a source's relation: `external_location` of its meta, as dbt-duckdb has it. An empty
/// one is none, so that a template may leave it out for other databases.
fn external_location(node: &Node, source: &Source, config: &Config) -> Option<String> {
    let meta = config.get("meta").and_then(Data::as_map);
    let own = meta.and_then(|meta| meta.get("external_location")).and_then(Data::to_text);
    let location = own.or_else(|| config.get("external_location").and_then(Data::to_text))?;
    if location.is_empty() {
        return None;
    }
    let fields = [
        ("name", source.table_name.as_str()),
        ("identifier", source.identifier.as_str()),
        ("schema", node.schema.as_str()),
        ("database", node.database.as_str()),
        ("source_name", source.source_name.as_str()),
    ];
    let named = fields.map(|(key, value)| (key.into(), Value::from(value)));
    let arguments = Arguments { positional: Vec::new(), named: named.to_vec() };
    let location = formatting::format(&location, &arguments).unwrap_or(location);
    let bare = !location.contains('(') && !location.starts_with('\'');
    Some(if bare { format!("'{location}'") } else { location })
}
