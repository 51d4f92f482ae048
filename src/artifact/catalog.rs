//! `catalog.json`: what the database tells of the relations of nodes and sources, in dbt's schema v1.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::artifact::{metadata, stamp};
use crate::base::clock;
use crate::compile::project::Project;
use crate::graph::nodes::{Node, ResourceType};
use crate::run::relation_catalog::{ColumnFacts, Facts, RelationFacts, Statistic};

/// What relations are matched by: dbt ignores the case of names here.
type Place = [String; 3];

/// Makes the catalog of the chosen nodes and sources.
pub fn catalog(project: &Project, facts: &Facts, chosen: &BTreeSet<String>) -> Value {
    let mut found: BTreeMap<Place, &RelationFacts> = BTreeMap::new();
    for relation in &facts.relations {
        found.insert(
            place(relation.database.as_deref().unwrap_or_default(), &relation.schema, &relation.name),
            relation,
        );
    }
    let section = |takes: fn(&Node) -> bool| -> Map<String, Value> {
        let nodes = project.nodes.enabled.values();
        nodes
            .filter(|node| takes(node) && chosen.contains(&node.unique_id))
            .filter_map(|node| {
                let relation = found.get(&place(&node.database, &node.schema, &node.alias))?;
                Some((node.unique_id.clone(), table(&node.unique_id, relation)))
            })
            .collect()
    };
    let errors = (!facts.errors.is_empty()).then_some(&facts.errors);
    json!({
        "metadata": metadata(project, "catalog/v1", &stamp(&clock::now())),
        "nodes": section(|node| node.source().is_none()),
        "sources": section(|node| node.resource_type == ResourceType::Source),
        "errors": errors,
    })
}

fn place(database: &str, schema: &str, name: &str) -> Place {
    [database, schema, name].map(str::to_lowercase)
}

fn table(unique_id: &str, relation: &RelationFacts) -> Value {
    let column = |column: &ColumnFacts| {
        let facts = json!({
            "type": column.data_type, "index": column.index, "name": column.name, "comment": column.comment,
        });
        (column.name.clone(), facts)
    };
    let shown = relation.statistics.iter().filter(|(_, statistic)| statistic.include);
    let mut statistics: Map<String, Value> =
        shown.map(|(id, statistic)| (id.clone(), counted(id, statistic))).collect();
    let has_statistics = json!({
        "id": "has_stats", "label": "Has Stats?", "value": !statistics.is_empty(), "include": false,
        "description": "Indicates whether there are statistics for this table",
    });
    statistics.insert("has_stats".to_owned(), has_statistics);
    json!({
        "metadata": {
            "type": relation.kind, "schema": relation.schema, "name": relation.name,
            "database": relation.database, "comment": relation.comment, "owner": relation.owner,
        },
        "columns": relation.columns.iter().map(column).collect::<Map<_, _>>(),
        "stats": statistics,
        "unique_id": unique_id,
    })
}

fn counted(id: &str, statistic: &Statistic) -> Value {
    let value = statistic.value.as_ref().map_or(Value::Null, |text| {
        text.parse::<f64>().map_or_else(|_| Value::from(text.as_str()), Value::from)
    });
    json!({
        "id": id, "label": statistic.label, "value": value, "include": true,
        "description": statistic.description,
    })
}
