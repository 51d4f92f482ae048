//! Database, schema and alias of each node, by the macros that projects may override.

use std::rc::Rc;

use rayon::prelude::*;

use crate::base::data::Data;
use crate::compile::parse::{Draft, Reading};
use crate::compile::{context, node_value};
use crate::diagnostic::Diagnostic;
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::eval::{Environment, Mode, call};
use crate::jinja::macros::MacroValue;
use crate::jinja::value::{Arguments, Object, Value};

/// How many nodes one thread names at a time, with environments of its own.
const CHUNK: usize = 200;

/// Names every node but the sources, which have names already.
pub(super) fn assign(reading: &Reading, drafts: &mut [Draft], findings: &mut Vec<Diagnostic>) {
    let found: Vec<Vec<Diagnostic>> = drafts
        .par_chunks_mut(CHUNK)
        .map(|chunk| {
            let mut own = Vec::new();
            let mut environments: Vec<(String, Environment)> = Vec::new();
            for Draft { node, .. } in
                chunk.iter_mut().filter(|draft| draft.node.resource_type != ResourceType::Source)
            {
                if !environments.iter().any(|(package, _)| *package == node.package) {
                    environments.push((node.package.clone(), environment(reading, &node.package)));
                }
                if let Some((_, names)) = environments.iter().find(|(package, _)| *package == node.package) {
                    assign_one(reading, names, node, &mut own);
                }
            }
            own
        })
        .collect();
    findings.extend(found.into_iter().flatten());
}

fn assign_one(reading: &Reading, names: &Environment, node: &mut Node, findings: &mut Vec<Diagnostic>) {
    if node.resource_type == ResourceType::Test {
        node.config.set_default("schema", Data::from("dbt_test__audit"));
    }
    let fallback = node.generic_test().map_or_else(|| node.name.clone(), |test| test.short_name.clone());
    let value = Value::object(NodeObject(Rc::new(node.clone())));
    let target = &reading.loaded.invocation.target;
    node.database = generate(reading, names, node, "database", &value, findings)
        .unwrap_or_else(|| target.database.clone());
    node.schema =
        generate(reading, names, node, "schema", &value, findings).unwrap_or_else(|| target.schema.clone());
    // A snapshot may name its own place, which no macro changes.
    if node.resource_type == ResourceType::Snapshot {
        let own = |key: &str| node.config.text(key).map(str::to_owned);
        let (database, schema) = (own("target_database"), own("target_schema"));
        node.database = database.unwrap_or_else(|| node.database.clone());
        node.schema = schema.unwrap_or_else(|| node.schema.clone());
    }
    node.alias = match (node.generic_test(), node.config.get("alias")) {
        (Some(_), None | Some(Data::Null)) => fallback,
        _ => generate(reading, names, node, "alias", &value, findings).unwrap_or(fallback),
    };
}

fn environment(reading: &Reading, package: &str) -> Environment {
    // Real variables, no database: as when a node runs, but with nothing to run on.
    let names = Environment::new(reading.macros.clone(), package, Mode::Execute);
    context::node(&names, &reading.loaded.invocation, package, None);
    names
}

fn generate(
    reading: &Reading,
    names: &Environment,
    node: &Node,
    key: &str,
    value: &Value,
    findings: &mut Vec<Diagnostic>,
) -> Option<String> {
    let found = reading.macros.find(&node.package, &format!("generate_{key}_name"))?;
    let custom = node.config.get(key).filter(|data| !data.is_null()).map_or(Value::None, Value::from);
    let arguments = Arguments::positional(vec![custom, value.clone()]);
    match call(names, &Value::object(MacroValue(found.clone())), arguments) {
        Ok(name) => Some(name.to_text().trim().to_owned()).filter(|name| !name.is_empty()),
        Err(error) => {
            findings.push(crate::compile::render::finding(&error, &reading.sources));
            None
        }
    }
}

/// A node as the naming macros see it: made into a dictionary only when they look.
struct NodeObject(Rc<Node>);

impl Object for NodeObject {
    fn type_name(&self) -> &'static str {
        "Node"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "name" => Some(Value::from(self.0.name.as_str())),
            "version" => {
                Some(self.0.version.as_ref().map_or(Value::None, |version| Value::from(&version.value)))
            }
            "resource_type" => Some(Value::from(self.0.resource_type.name())),
            "package_name" => Some(Value::from(self.0.package.as_str())),
            "fqn" => Some(Value::list(self.0.fqn.iter().map(|part| Value::from(part.as_str())).collect())),
            _ => node_value::node(&self.0, 0.0).get(name).map(Value::from),
        }
    }

    fn is_true(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
