//! The rows of a table: by place, each with its values by place and by name.

use std::any::Any;
use std::rc::Rc;

use crate::jinja::builtins::table::{TableValue, texts};
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::Result;
use crate::jinja::value::{Arguments, Object, Value, containers};

/// `table.rows`.
pub(super) struct Rows(pub(super) TableValue);

impl Object for Rows {
    fn type_name(&self) -> &'static str {
        "MappedSequence"
    }

    fn item(&self, key: &Value) -> Option<Value> {
        self.0.item(key)
    }

    fn call_method(&self, _: &mut Evaluator<'_>, name: &str, _: &mut Arguments) -> Option<Result<Value>> {
        (name == "values").then(|| Ok(Value::tuple(self.0.row_values())))
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        self.0.iterate()
    }

    fn length(&self) -> Option<usize> {
        self.0.length()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// One row.
pub(super) struct Row {
    pub(super) names: Rc<[String]>,
    pub(super) values: Rc<[Value]>,
}

impl Row {
    fn named(&self, name: &str) -> Option<Value> {
        let at = self.names.iter().position(|known| known == name)?;
        self.values.get(at).cloned()
    }

    fn entries(&self) -> impl Iterator<Item = (&str, Value)> {
        self.names.iter().map(String::as_str).zip(self.values.iter().cloned())
    }
}

impl Object for Row {
    fn type_name(&self) -> &'static str {
        "Row"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        self.named(name)
    }

    fn item(&self, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some(name) => self.named(name),
            None => self.values.get(containers::index(key.to_int()?, self.values.len())?).cloned(),
        }
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        Some(Ok(match name {
            "values" => Value::tuple(self.values.to_vec()),
            "keys" => texts(&self.names),
            "dict" => Value::dict(self.entries()),
            "items" => {
                let pair = |(name, value): (&str, Value)| Value::tuple(vec![Value::from(name), value]);
                Value::list(self.entries().map(pair).collect())
            }
            "get" => {
                let name = arguments.positional.first().map(Value::to_text).unwrap_or_default();
                self.named(&name).or_else(|| arguments.positional.get(1).cloned()).unwrap_or(Value::None)
            }
            _ => return None,
        }))
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some(self.values.to_vec())
    }

    fn text(&self) -> String {
        format!("<agate.Row: {}>", Value::tuple(self.values.to_vec()).repr())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
