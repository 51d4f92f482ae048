//! The columns of a table: by place and by name, each with its values.

use std::any::Any;

use crate::jinja::builtins::table::TableValue;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::Result;
use crate::jinja::value::{Arguments, Object, Value};

/// `table.columns`.
pub(super) struct Columns(pub(super) TableValue);

impl Columns {
    fn at(&self, at: usize) -> Option<Value> {
        let table = &self.0;
        let values = table.rows.iter().filter_map(|row| row.get(at).cloned()).collect();
        let data_type = table.types.get(at).cloned().unwrap_or_default();
        Some(Value::object(TableColumn { index: at, name: table.names.get(at)?.clone(), data_type, values }))
    }

    fn all(&self) -> Vec<Value> {
        (0..self.0.names.len()).filter_map(|at| self.at(at)).collect()
    }
}

impl Object for Columns {
    fn type_name(&self) -> &'static str {
        "MappedSequence"
    }

    fn item(&self, key: &Value) -> Option<Value> {
        self.at(self.0.position(key)?)
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        Some(Ok(match name {
            "keys" => self.0.names(),
            "values" => Value::tuple(self.all()),
            "items" => {
                let pair =
                    |(name, column): (&String, Value)| Value::tuple(vec![Value::from(name.as_str()), column]);
                Value::list(self.0.names.iter().zip(self.all()).map(pair).collect())
            }
            "get" => {
                let found = arguments.positional.first().and_then(|key| self.item(key));
                found.or_else(|| arguments.positional.get(1).cloned()).unwrap_or(Value::None)
            }
            _ => return None,
        }))
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some(self.all())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// One column of a table with its values.
struct TableColumn {
    index: usize,
    name: String,
    data_type: String,
    values: Vec<Value>,
}

impl TableColumn {
    fn distinct(&self) -> Vec<Value> {
        let mut seen: Vec<Value> = Vec::new();
        for value in &self.values {
            if !seen.iter().any(|known| known.equals(value)) {
                seen.push(value.clone());
            }
        }
        seen
    }
}

impl Object for TableColumn {
    fn type_name(&self) -> &'static str {
        "Column"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        Some(match name {
            "name" => Value::from(self.name.as_str()),
            "index" => Value::Int(self.index as i128),
            "data_type" => Value::from(self.data_type.as_str()),
            _ => return None,
        })
    }

    fn call_method(&self, _: &mut Evaluator<'_>, name: &str, _: &mut Arguments) -> Option<Result<Value>> {
        Some(Ok(Value::tuple(match name {
            "values" => self.values.clone(),
            "values_distinct" => self.distinct(),
            "values_without_nulls" => self.values.iter().filter(|value| !value.is_none()).cloned().collect(),
            _ => return None,
        })))
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some(self.values.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
