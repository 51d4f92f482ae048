//! `api.Relation` and `api.Column`: making relations and columns by hand.

use std::any::Any;

use crate::jinja::builtins::column::Column;
use crate::jinja::builtins::relation;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::Result;
use crate::jinja::value::{Arguments, Object, Value};

/// Returns what `api` is.
pub fn value() -> Value {
    Value::dict([("Relation", Value::object(RelationClass)), ("Column", Value::object(ColumnClass))])
}

struct RelationClass;

impl Object for RelationClass {
    fn type_name(&self) -> &'static str {
        "type"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        let kind = match name {
            "Table" => "table",
            "View" => "view",
            "CTE" => "cte",
            "External" => "external",
            "MaterializedView" => "materialized_view",
            _ => return None,
        };
        Some(Value::from(kind))
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        (name == "create").then(|| relation::create(std::mem::take(arguments)))
    }

    fn is_true(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct ColumnClass;

impl Object for ColumnClass {
    fn type_name(&self) -> &'static str {
        "type"
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(&self, _: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        create(arguments)
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        let arguments = std::mem::take(arguments);
        Some(match name {
            "create" | "from_description" => create(arguments),
            "translate_type" => translate(arguments),
            "string_type" => Ok(Value::from("TEXT")),
            "numeric_type" => numeric(arguments),
            _ => return None,
        })
    }

    fn is_true(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn create(arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("Column");
    let name = reader.text("name")?;
    let data_type = reader.text("label_or_dtype")?;
    Ok(Value::object(Column { name, data_type: label(&data_type) }))
}

fn translate(arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("translate_type");
    let name = reader.text("dtype")?;
    Ok(Value::from(label(&name)))
}

/// Translates dbt's labels of types to names that every database here knows.
fn label(name: &str) -> String {
    match name.to_uppercase().as_str() {
        "STRING" => "TEXT".to_owned(),
        "TIMESTAMP" => "TIMESTAMP".to_owned(),
        "FLOAT" => "FLOAT".to_owned(),
        "INTEGER" => "INT".to_owned(),
        "BOOLEAN" => "BOOLEAN".to_owned(),
        _ => name.to_owned(),
    }
}

fn numeric(arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("numeric_type");
    let name = reader.text("dtype")?;
    let precision = reader.optional_int("precision")?;
    let scale = reader.optional_int("scale")?;
    Ok(Value::from(match (precision, scale) {
        (Some(precision), Some(scale)) => format!("{name}({precision},{scale})"),
        _ => name,
    }))
}
