//! `api.Relation` and `api.Column`: making relations and columns by hand.

use std::any::Any;

use crate::jinja::builtins::column::{self, Column};
use crate::jinja::builtins::relation;
use crate::jinja::core::Dialect;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::{Arguments, Object, Value};

/// Returns what `api` is.
pub fn value(dialect: &'static Dialect) -> Value {
    Value::dict([
        ("Relation", Value::object(relation::RelationClass(dialect))),
        ("Column", column_class(dialect)),
    ])
}

/// Returns the class of columns.
pub fn column_class(dialect: &'static Dialect) -> Value {
    Value::object(ColumnClass(dialect))
}

struct ColumnClass(&'static Dialect);

impl ColumnClass {
    fn method(&self, name: &str, arguments: Arguments) -> Option<Result<Value>> {
        let mut reader = arguments.reader(name);
        let mut answer = || -> Result<Option<Value>> {
            Ok(Some(match name {
                "create" => {
                    let (name, label) = (reader.text("name")?, reader.text("label_or_dtype")?);
                    Value::object(Column::new(self.0, &name, &self.0.type_name(&label)))
                }
                "from_description" => {
                    let (name, described) = (reader.text("name")?, reader.text("raw_data_type")?);
                    Value::object(Column::from_description(self.0, &name, &described)?)
                }
                "translate_type" => Value::from(self.0.type_name(&reader.text("dtype")?)),
                "string_type" => {
                    let size = reader.optional_int("size")?;
                    let missing =
                        || RenderError::new("string_type() missing 1 required positional argument: 'size'");
                    Value::from(column::string_type(size.ok_or_else(missing)?))
                }
                "numeric_type" => {
                    let dtype = reader.text("dtype")?;
                    let (precision, scale) =
                        (reader.optional_int("precision")?, reader.optional_int("scale")?);
                    Value::from(column::numeric_type(&dtype, precision, scale))
                }
                _ => return Ok(None),
            }))
        };
        answer().transpose()
    }

    fn construct(&self, arguments: Arguments) -> Result<Value> {
        let mut reader = arguments.reader("Column");
        let (name, dtype) = (reader.text("column")?, reader.text("dtype")?);
        let mut column = Column::new(self.0, &name, &dtype);
        let mut size = |name: &str| -> Result<Option<i128>> {
            // Databases hand such numbers over as decimals.
            let given = reader.optional(name)?.filter(|value| !value.is_none() && !value.is_undefined());
            Ok(given.and_then(|value| value.to_int().or_else(|| value.to_text().parse().ok())))
        };
        column.char_size = size("char_size")?;
        column.precision = size("numeric_precision")?;
        column.scale = size("numeric_scale")?;
        Ok(Value::object(column))
    }
}

impl Object for ColumnClass {
    fn type_name(&self) -> &'static str {
        "type"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        let labels = self.0.type_labels.iter().map(|(label, name)| (*label, Value::from(*name)));
        (name == "TYPE_LABELS").then(|| Value::dict(labels))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(&self, _: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        self.construct(arguments)
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
