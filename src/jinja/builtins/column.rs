//! Columns of a relation: name and type, as a database describes them.

use std::any::Any;

use crate::jinja::core::Dialect;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::{Arguments, Object, Value};

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type without length and precision.
    pub dtype: String,
    /// The length of its texts.
    pub char_size: Option<i128>,
    /// The digits of its numbers.
    pub precision: Option<i128>,
    /// The digits behind the point.
    pub scale: Option<i128>,
    /// How its texts are ordered.
    pub collation: Option<String>,
    /// What is known of its database.
    pub dialect: &'static Dialect,
}

impl Column {
    /// Makes a column of a type that says no length.
    pub fn new(dialect: &'static Dialect, name: &str, dtype: &str) -> Self {
        Self {
            name: name.to_owned(),
            dtype: dtype.to_owned(),
            char_size: None,
            precision: None,
            scale: None,
            collation: None,
            dialect,
        }
    }

    /// Makes a column of a type as a database writes it: `decimal(10,2)`.
    pub fn from_description(dialect: &'static Dialect, name: &str, described: &str) -> Result<Self> {
        let nested = ["array", "object", "map", "vector"];
        let lower = described.to_lowercase();
        if dialect.has_collations && nested.iter().any(|kind| lower.starts_with(kind)) {
            return Ok(Self::new(dialect, name, described));
        }
        let (described, collation) = match lower.find("collate ").filter(|_| dialect.has_collations) {
            Some(at) => {
                let (described, rest) = described.split_at(at);
                (described.trim(), rest.split('\'').nth(1).map(str::to_owned))
            }
            None => (described, None),
        };
        let (dtype, sizes) = match described.split_once('(') {
            Some((dtype, rest)) => (dtype, rest.split_once(')').map(|(sizes, _)| sizes)),
            None => (described, None),
        };
        let unreadable =
            || RenderError::new(format!("the length of the type `{described}` is no whole number"));
        if dtype.is_empty() {
            return Err(RenderError::new(format!("the type `{described}` has no name")).into());
        }
        let numbers: Vec<i128> = sizes
            .map_or_else(Vec::new, |sizes| sizes.split(',').map(|size| size.trim().parse().ok()).collect())
            .into_iter()
            .collect::<Option<_>>()
            .ok_or_else(unreadable)?;
        let mut column = Self { collation, ..Self::new(dialect, name, dtype) };
        match numbers.as_slice() {
            [size] => column.char_size = Some(*size),
            [precision, scale] => (column.precision, column.scale) = (Some(*precision), Some(*scale)),
            _ => {}
        }
        Ok(column)
    }

    fn is_one_of(&self, types: &[&str]) -> bool {
        types.iter().any(|name| name.eq_ignore_ascii_case(&self.dtype))
    }

    fn is_string(&self) -> bool {
        self.is_one_of(self.dialect.string_types)
    }

    fn is_integer(&self) -> bool {
        self.is_one_of(self.dialect.integer_types)
    }

    fn is_numeric(&self) -> bool {
        self.is_one_of(self.dialect.numeric_types)
    }

    fn is_float(&self) -> bool {
        self.is_one_of(self.dialect.float_types)
    }

    fn is_struct(&self) -> bool {
        self.dialect.has_structs && self.dtype.to_lowercase().starts_with("struct")
    }

    fn string_size(&self) -> Result<i128> {
        if !self.is_string() {
            return Err(RenderError::new("string_size() is of texts alone").into());
        }
        let size = self.char_size.filter(|_| self.dtype != "text");
        Ok(size.unwrap_or(self.dialect.string_size))
    }

    /// Returns the type as it is written in SQL.
    fn data_type(&self) -> String {
        match self.string_size() {
            Ok(size) => string_type(size),
            Err(_) if self.is_numeric() => numeric_type(&self.dtype, self.precision, self.scale),
            Err(_) => self.dtype.clone(),
        }
    }

    fn can_expand_to(&self, other: &Self) -> Result<bool> {
        Ok(self.is_string() && other.is_string() && other.string_size()? > self.string_size()?)
    }

    /// Returns the fields of a struct, and of structs inside it, as columns named `outer.inner`; else the column.
    fn flatten(&self) -> Vec<Self> {
        if !self.is_struct() {
            return vec![self.clone()];
        }
        let inner = self.fields();
        let deep = inner.iter().flat_map(Self::flatten);
        deep.map(|field| Self { name: format!("{}.{}", self.name, field.name), ..field }).collect()
    }

    /// Returns the fields of `struct(a integer, b struct(...))`.
    fn fields(&self) -> Vec<Self> {
        let Some((open, close)) = self.dtype.find('(').zip(self.dtype.rfind(')')) else { return Vec::new() };
        let inside = self.dtype.get(open + 1..close).unwrap_or_default();
        let (mut depth, mut begun, mut parts) = (0_i32, 0, Vec::new());
        for (at, character) in inside.char_indices() {
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                ',' if depth == 0 => {
                    parts.extend(inside.get(begun..at));
                    begun = at + 1;
                }
                _ => {}
            }
        }
        parts.extend(inside.get(begun..));
        let named = parts.into_iter().filter_map(|part| part.trim().split_once(' '));
        named.map(|(name, dtype)| Self::new(self.dialect, name, dtype)).collect()
    }

    fn method(&self, name: &str, arguments: Arguments) -> Option<Result<Value>> {
        Some(match name {
            "is_string" => Ok(Value::Bool(self.is_string())),
            "is_integer" => Ok(Value::Bool(self.is_integer())),
            "is_numeric" => Ok(Value::Bool(self.is_numeric())),
            "is_float" => Ok(Value::Bool(self.is_float())),
            "is_number" => Ok(Value::Bool(self.is_integer() || self.is_numeric() || self.is_float())),
            "is_struct" => Ok(Value::Bool(self.is_struct())),
            "string_size" => self.string_size().map(Value::Int),
            "can_expand_to" => (|| {
                let other = arguments.reader("can_expand_to").required("other_column")?;
                let Some(other) = other.downcast::<Self>() else {
                    let message = format!("can_expand_to() needs a column, not {}", other.type_name());
                    return Err(RenderError::new(message).into());
                };
                self.can_expand_to(other).map(Value::Bool)
            })(),
            "literal" => (|| {
                let value = arguments.reader("literal").text("value")?;
                Ok(Value::from(format!("{value}::{}", self.data_type())))
            })(),
            "flatten" => Ok(Value::list(self.flatten().into_iter().map(Value::object).collect())),
            _ => return None,
        })
    }

    /// What two equal columns share.
    fn identity(&self) -> (&str, &str, [Option<i128>; 3], Option<&str>) {
        (&self.name, &self.dtype, [self.char_size, self.precision, self.scale], self.collation.as_deref())
    }
}

/// Returns the type of texts of a length.
pub fn string_type(size: i128) -> String {
    format!("character varying({size})")
}

/// Returns the type of exact numbers.
pub fn numeric_type(dtype: &str, precision: Option<i128>, scale: Option<i128>) -> String {
    match (precision, scale) {
        (Some(precision), Some(scale)) => format!("{dtype}({precision},{scale})"),
        _ => dtype.to_owned(),
    }
}

fn number(value: Option<i128>) -> Value {
    value.map_or(Value::None, Value::Int)
}

impl Object for Column {
    fn type_name(&self) -> &'static str {
        "Column"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        Some(match name {
            "name" | "column" => Value::from(self.name.as_str()),
            "quoted" => Value::from(format!("\"{}\"", self.name)),
            "dtype" => Value::from(self.dtype.as_str()),
            "data_type" => Value::from(self.data_type()),
            "expanded_data_type" => Value::from(match &self.collation {
                Some(collation) => format!("{} collate '{collation}'", self.data_type()),
                None => self.data_type(),
            }),
            "char_size" => number(self.char_size),
            "numeric_precision" => number(self.precision),
            "numeric_scale" => number(self.scale),
            "collation" => Value::from(self.collation.clone()),
            "fields" => Value::list(self.fields().into_iter().map(Value::object).collect()),
            _ => return None,
        })
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

    fn text(&self) -> String {
        format!("<Column {} ({})>", self.name, self.data_type())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| self.identity() == other.identity())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
