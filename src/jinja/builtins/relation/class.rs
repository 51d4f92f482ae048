//! `api.Relation`: making relations by hand.

use std::any::Any;

use crate::jinja::builtins::relation::{Relation, kind_constant, methods};
use crate::jinja::core::Dialect;
use crate::jinja::eval::error::Result;
use crate::jinja::eval::{Evaluator, items};
use crate::jinja::value::object::ArgumentReader;
use crate::jinja::value::{Arguments, Object, Value, containers};

/// The class of a database's relations.
pub struct RelationClass(pub &'static Dialect);

impl RelationClass {
    fn method(&self, name: &str, arguments: Arguments) -> Option<Result<Value>> {
        let reader = arguments.reader(name);
        Some(match name {
            "create" => self.create(reader),
            "create_from" => self.create_from(reader),
            "scd_args" => scd_args(reader),
            "add_ephemeral_prefix" => ephemeral_name(reader),
            "get_default_quote_policy" => Ok(super::policy(self.0.quoting)),
            "get_default_include_policy" => Ok(super::policy([true; 3])),
            _ => return None,
        })
    }

    fn create(&self, mut reader: ArgumentReader<'_>) -> Result<Value> {
        let mut relation = Relation::of(self.0, None, None, None);
        relation.database = reader.optional_text("database")?;
        relation.schema = reader.optional_text("schema")?;
        relation.identifier = reader.optional_text("identifier")?;
        relation.kind = reader.optional_text("type")?;
        methods::set_fields(&mut relation, reader.rest().1);
        Ok(Value::object(relation))
    }

    /// Makes the relation of a node: the names it was given, quoted as the project and the node say.
    fn create_from(&self, mut reader: ArgumentReader<'_>) -> Result<Value> {
        let project = reader.required("quoting")?;
        let node = reader.required("relation_config")?;
        let part = |name: &str| items::attribute(&node, name).filter(|value| !value.is_none());
        let text = |name: &str| part(name).map(|value| value.to_text());
        let mut relation = Relation::of(self.0, None, None, None);
        relation.database = text("database");
        relation.schema = text("schema");
        relation.identifier = text("identifier").or_else(|| text("alias")).or_else(|| text("name"));
        let node_config = part("config");
        for owner in [Some(project), part("quoting").or(node_config)].into_iter().flatten() {
            let quoting = items::attribute(&owner, "quoting").unwrap_or(owner);
            methods::set_fields(&mut relation, vec![("quote_policy".into(), quoting)]);
        }
        methods::set_fields(&mut relation, reader.rest().1);
        Ok(Value::object(relation))
    }
}

/// The arguments of a snapshot's row id: the key's columns, then the column of the time.
fn scd_args(mut reader: ArgumentReader<'_>) -> Result<Value> {
    let key = reader.required("primary_key")?;
    let mut columns = match &key {
        Value::List(_) | Value::Tuple(_) => containers::items_of(&key)?,
        _ => vec![key],
    };
    columns.push(reader.required("updated_at")?);
    Ok(Value::list(columns))
}

fn ephemeral_name(mut reader: ArgumentReader<'_>) -> Result<Value> {
    Ok(Value::from(format!("__dbt__cte__{}", reader.text("name")?)))
}

impl Object for RelationClass {
    fn type_name(&self) -> &'static str {
        "type"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        kind_constant(name)
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        self.method(name, std::mem::take(arguments))
    }

    fn is_true(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Relation {
    /// Calls a method of the class, which relations have as well.
    pub(super) fn class_method(&self, name: &str, arguments: Arguments) -> Option<Result<Value>> {
        RelationClass(self.dialect).method(name, arguments)
    }
}
