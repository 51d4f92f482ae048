//! The methods of numbers.

use crate::jinja::eval::error::Result;
use crate::jinja::value::{Arguments, Value};

/// Calls a method of a number; `None` when there is none of this name.
pub fn call_method(value: &Value, name: &str, arguments: Arguments) -> Option<Result<Value>> {
    let found = match (value, name) {
        (Value::Float(number), "is_integer") => Value::Bool(number.fract() == 0.0),
        (other, "is_integer") if other.is_whole() => Value::Bool(true),
        (other, "bit_length") => Value::Int(other.to_big()?.bits().into()),
        (other, "conjugate") => other.clone(),
        _ => return None,
    };
    Some(arguments.reader(name).finish().map(|()| found))
}
