//! A model's contract as artifacts see it, with the hash by which dbt tells whether it was changed.

use sha2::{Digest, Sha256};

use crate::base::data::{Data, DataMap};
use crate::compile::node_value::mapping;
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::value::Value;
use crate::project::files::hex;

/// Returns `contract` of a node: what its configuration says, and the checksum that belongs to it.
pub(super) fn value(node: &Node, config: &Data) -> Data {
    let of = |key: &str, default: bool| {
        config.as_map().and_then(|map| map.get(key)).cloned().unwrap_or(Data::Bool(default))
    };
    let enforced = of("enforced", false);
    let has_checksum = enforced.as_bool() == Some(true) && node.resource_type == ResourceType::Model;
    let checksum = has_checksum.then(|| checksum(node));
    mapping([("enforced", enforced), ("alias_types", of("alias_types", true)), ("checksum", checksum.into())])
}

/// Hashes what is promised, as Python prints it: columns by name, and the constraints that the model has.
fn checksum(node: &Node) -> String {
    let mut columns: Vec<_> = node.columns.iter().collect();
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    let mut all = String::new();
    for column in columns {
        let data_type = column.data_type.clone().unwrap_or_else(|| "None".to_owned());
        all.push_str(&format!("|{}{data_type}{}", column.name, constraints(&column.constraints, false)));
    }
    if matches!(node.materialization(), "table" | "incremental") {
        all.push_str(node.materialization());
        all.push_str(&constraints(node.kept.get("constraints").unwrap_or(&Data::Null), true));
    }
    hex(&Sha256::digest(all.as_bytes()))
}

fn constraints(given: &Data, of_model: bool) -> String {
    let one = |constraint: &DataMap| {
        let text = |key: &str, default: Data| Value::from(constraint.get(key).unwrap_or(&default)).repr();
        let kind = constraint.get("type").and_then(Data::as_str).unwrap_or_default();
        let columns = if of_model {
            format!(", columns={}", text("columns", Data::List(Vec::new())))
        } else {
            String::new()
        };
        format!(
            "{}LevelConstraint(type=<ConstraintType.{kind}: '{kind}'>, name={}, expression={}, warn_unenforced={}, \
             warn_unsupported={}, to={}, to_columns={}{columns})",
            if of_model { "Model" } else { "Column" },
            text("name", Data::Null),
            text("expression", Data::Null),
            text("warn_unenforced", true.into()),
            text("warn_unsupported", true.into()),
            text("to", Data::Null),
            text("to_columns", Data::List(Vec::new())),
        )
    };
    let items = given.as_list().unwrap_or_default().iter().filter_map(Data::as_map).map(one);
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}
