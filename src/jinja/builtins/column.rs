//! Columns of a relation: name and type.

use std::any::Any;

use crate::jinja::builtins::relation::quoted;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::Result;
use crate::jinja::value::{Arguments, Object, Value};

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as the database names it.
    pub data_type: String,
}

impl Column {
    /// Returns the type without length and precision, in small letters.
    fn base(&self) -> String {
        self.data_type.split('(').next().unwrap_or_default().trim().to_lowercase()
    }

    fn is_string(&self) -> bool {
        matches!(
            self.base().as_str(),
            "text" | "character varying" | "character" | "varchar" | "string" | "char"
        )
    }

    fn is_integer(&self) -> bool {
        let base = self.base();
        let base = base.strip_prefix('u').unwrap_or(&base);
        matches!(
            base,
            "smallint" | "integer" | "bigint" | "tinyint" | "hugeint" | "int" | "int4" | "int8" | "serial"
        )
    }

    fn is_numeric(&self) -> bool {
        matches!(self.base().as_str(), "numeric" | "decimal" | "number")
    }

    fn is_float(&self) -> bool {
        matches!(self.base().as_str(), "real" | "float" | "double" | "double precision" | "float4" | "float8")
    }

    fn method(&self, name: &str, arguments: Arguments) -> Option<Result<Value>> {
        Some(match name {
            "is_string" => Ok(Value::Bool(self.is_string())),
            "is_integer" => Ok(Value::Bool(self.is_integer())),
            "is_numeric" => Ok(Value::Bool(self.is_numeric())),
            "is_float" => Ok(Value::Bool(self.is_float())),
            "is_number" => Ok(Value::Bool(self.is_integer() || self.is_numeric() || self.is_float())),
            "string_size" => Ok(Value::Int(256)),
            "can_expand_to" => (|| {
                let mut reader = arguments.reader("can_expand_to");
                reader.required("other_column")?;
                // Texts have no length to widen here.
                Ok(Value::Bool(false))
            })(),
            "literal" => (|| {
                let mut reader = arguments.reader("literal");
                Ok(Value::from(format!("{}::{}", reader.text("value")?, self.data_type)))
            })(),
            "flatten" => Ok(Value::list(vec![Value::object(self.clone())])),
            _ => return None,
        })
    }
}

impl Object for Column {
    fn type_name(&self) -> &'static str {
        "Column"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        Some(match name {
            "name" | "column" => Value::from(self.name.as_str()),
            "quoted" => Value::from(quoted(&self.name)),
            "dtype" | "data_type" | "expanded_data_type" => Value::from(self.data_type.as_str()),
            "char_size" | "numeric_precision" | "numeric_scale" => Value::None,
            _ => return None,
        })
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        self.method(name, arguments.clone())
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        format!("<Column {} ({})>", self.name, self.data_type)
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
