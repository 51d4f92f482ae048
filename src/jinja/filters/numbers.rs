//! Filters on numbers.

use std::rc::Rc;

use bigdecimal::Signed;

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::{Arguments, Value, integers};

pub(super) fn abs(value: &Value) -> Result<Value> {
    match value {
        Value::Float(number) => Ok(Value::Float(number.abs())),
        Value::Decimal(number) => Ok(Value::Decimal(Rc::new(number.abs()))),
        other => match other.to_big() {
            Some(number) => Ok(Value::whole(number.abs())),
            None => {
                Err(RenderError::new(format!("bad operand type for abs(): '{}'", other.type_name())).into())
            }
        },
    }
}

pub(super) fn int(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("int");
    let default = reader.or("default", Value::Int(0))?;
    let base = reader
        .optional_int("base")?
        .and_then(|base| u32::try_from(base).ok())
        .filter(|base| (2..=36).contains(base))
        .unwrap_or(10);
    reader.finish()?;
    Ok(match value {
        Value::Undefined(name) => return Err(RenderError::undefined(name).into()),
        Value::Str(text) => {
            let rounded = || integers::truncated(&Value::Float(text.as_str().trim().parse().ok()?));
            integers::read(text.as_str(), base).or_else(rounded).unwrap_or(default)
        }
        Value::Bool(truth) => Value::Int((*truth).into()),
        other => integers::truncated(other).unwrap_or(default),
    })
}

pub(super) fn float(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("float");
    let default = reader.or("default", Value::Float(0.0))?;
    reader.finish()?;
    Ok(match value {
        Value::Undefined(name) => return Err(RenderError::undefined(name).into()),
        Value::Str(text) => text.as_str().trim().replace('_', "").parse().map_or(default, Value::Float),
        other => other.to_float().map_or(default, Value::Float),
    })
}

pub(super) fn round(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("round");
    let precision = reader.optional_int("precision")?.unwrap_or(0);
    let method = reader.optional_text("method")?.unwrap_or_else(|| "common".to_owned());
    reader.finish()?;
    let precision = i32::try_from(precision.clamp(-300, 300)).unwrap_or(0);
    if let (Value::Decimal(number), "common") = (&value, method.as_str()) {
        let rounded = number.with_scale_round(i64::from(precision), bigdecimal::RoundingMode::HalfEven);
        return Ok(Value::Decimal(Rc::new(rounded)));
    }
    if let (Some(number), "common") = (value.to_int(), method.as_str()) {
        return Ok(Value::Int(if precision < 0 { half_even_whole(number, precision) } else { number }));
    }
    let Some(number) = value.to_float() else {
        return Err(
            RenderError::new(format!("type {} doesn't define __round__ method", value.type_name())).into()
        );
    };
    let scale = 10_f64.powi(precision);
    Ok(Value::Float(match method.as_str() {
        "ceil" => (number * scale).ceil() / scale,
        "floor" => (number * scale).floor() / scale,
        "common" => half_even(number, precision),
        _ => return Err(RenderError::new("method must be common, ceil or floor").into()),
    }))
}

/// Rounds the exact binary value half to even, as Python's `round()` does.
fn half_even(number: f64, precision: i32) -> f64 {
    if precision >= 0 {
        return format!("{number:.*}", usize::try_from(precision).unwrap_or(0)).parse().unwrap_or(number);
    }
    let scale = 10_f64.powi(-precision);
    (number / scale).round_ties_even() * scale
}

/// Rounds a whole number to tens, hundreds and so on, half to even.
fn half_even_whole(number: i128, precision: i32) -> i128 {
    let Some(unit) = 10_i128.checked_pow(precision.unsigned_abs()) else { return 0 };
    let (whole, rest) = (number.div_euclid(unit), number.rem_euclid(unit));
    let half = unit / 2;
    let up = rest > half || (rest == half && whole % 2 != 0);
    (whole + i128::from(up)).saturating_mul(unit)
}

pub(super) fn filesizeformat(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("filesizeformat");
    let binary = reader.truth("binary", false)?;
    reader.finish()?;
    let bytes = value.to_float().unwrap_or(0.0);
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    if bytes < base {
        return Ok(Value::from(if (bytes - 1.0).abs() < f64::EPSILON {
            "1 Byte".to_owned()
        } else {
            format!("{} Bytes", bytes as i64)
        }));
    }
    let units = if binary { ["KiB", "MiB", "GiB", "TiB", "PiB"] } else { ["kB", "MB", "GB", "TB", "PB"] };
    let mut size = bytes / base;
    let mut unit = 0;
    while size >= base && unit + 1 < units.len() {
        size /= base;
        unit += 1;
    }
    Ok(Value::from(format!("{size:.1} {}", units.get(unit).copied().unwrap_or_default())))
}
