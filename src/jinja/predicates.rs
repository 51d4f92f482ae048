//! Tests: what stands behind `is`.

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::filters;
use crate::jinja::syntax::tree::BinaryOperator;
use crate::jinja::value::{Arguments, Value, operators};

/// The tests that are written as signs.
const SIGNS: &[&str] = &["==", "!=", "<", "<=", ">", ">="];

/// The names of all tests, to suggest one.
const NAMES: &[&str] = &[
    "boolean",
    "callable",
    "defined",
    "divisibleby",
    "eq",
    "equalto",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sameas",
    "sequence",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

/// Tells whether a test holds.
pub(super) fn test(_: &mut Evaluator<'_>, name: &str, value: &Value, arguments: Arguments) -> Result<bool> {
    let mut reader = arguments.reader(name);
    let holds = match name {
        "defined" => !value.is_undefined(),
        "undefined" => value.is_undefined(),
        "none" => value.is_none(),
        "string" => matches!(value, Value::Str(_)),
        "number" => matches!(value, Value::Int(_) | Value::Float(_) | Value::Decimal(_) | Value::Bool(_)),
        "integer" => matches!(value, Value::Int(_)),
        "float" => matches!(value, Value::Float(_)),
        "boolean" => matches!(value, Value::Bool(_)),
        "true" => matches!(value, Value::Bool(true)),
        "false" => matches!(value, Value::Bool(false)),
        "mapping" => match value {
            Value::Object(object) => object.is_mapping(),
            other => matches!(other, Value::Dict(_)),
        },
        "iterable" => match value {
            Value::Object(object) => object.is_iterable() || object.endless_item(0).is_some(),
            other => other.iterate().is_some(),
        },
        "sequence" => match value {
            Value::Set(_) => false,
            Value::Object(object) => object.is_sequence() && object.is_iterable(),
            other => other.length().is_some() && other.iterate().is_some(),
        },
        "filter" => value.as_str().is_some_and(filters::exists),
        "test" => value.as_str().is_some_and(|name| NAMES.contains(&name) || SIGNS.contains(&name)),
        "callable" => match value {
            Value::Object(object) => object.is_callable(),
            other => other.is_undefined(),
        },
        "escaped" => false,
        "lower" => {
            value.as_str().is_some_and(|text| text == text.to_lowercase() && text != text.to_uppercase())
        }
        "upper" => {
            value.as_str().is_some_and(|text| text == text.to_uppercase() && text != text.to_lowercase())
        }
        "odd" | "even" | "divisibleby" => {
            let divisor = if name == "divisibleby" { reader.required("num")? } else { Value::Int(2) };
            if value.to_float().is_none() {
                let message = format!("`{name}` needs a number, not {}", value.type_name());
                return Err(RenderError::new(message).into());
            }
            let rest = operators::binary(BinaryOperator::Remainder, value, &divisor)?;
            rest.equals(&Value::Int(i128::from(name == "odd")))
        }
        "sameas" => same(value, &reader.required("other")?),
        "in" => operators::contains(&reader.required("seq")?, value)?,
        "eq" | "equalto" | "==" => value.equals(&reader.required("other")?),
        "ne" | "!=" => !value.equals(&reader.required("other")?),
        "lt" | "lessthan" | "<" | "le" | "<=" | "gt" | "greaterthan" | ">" | "ge" | ">=" => {
            let other = reader.required("other")?;
            let refused = || {
                RenderError::new(format!(
                    "'{name}' not supported between instances of '{}' and '{}'",
                    value.type_name(),
                    other.type_name()
                ))
            };
            let order = value.order(&other).ok_or_else(refused)?;
            match name {
                "lt" | "lessthan" | "<" => order.is_lt(),
                "le" | "<=" => order.is_le(),
                "gt" | "greaterthan" | ">" => order.is_gt(),
                _ => order.is_ge(),
            }
        }
        _ => {
            let error = RenderError::new(format!("No test named '{name}'."));
            let near = crate::diagnostic::suggest::nearest(name, NAMES.iter().copied());
            return Err(match near {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            }
            .into());
        }
    };
    reader.finish()?;
    Ok(holds)
}

/// Tells whether two values are one and the same.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => std::rc::Rc::ptr_eq(a, b),
        (Value::Dict(a), Value::Dict(b)) => std::rc::Rc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => a.equals(&**b),
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Bool(_), _) | (_, Value::Bool(_)) => false,
        _ => a.type_name() == b.type_name() && a.equals(b),
    }
}
