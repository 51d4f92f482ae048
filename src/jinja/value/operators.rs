//! Arithmetic and its kin, as Python does them.

use std::cell::RefCell;
use std::rc::Rc;

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::provenance::Output;
use crate::jinja::syntax::tree::BinaryOperator;
use crate::jinja::value::{Text, Value, formatting};

/// The longest text or list that repetition may make.
const LONGEST_REPEAT: usize = 64 << 20;

/// Applies a binary operator.
pub fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value> {
    let result = match operator {
        BinaryOperator::Concatenate => return Ok(concatenate(left, right)),
        BinaryOperator::Add => add(left, right),
        BinaryOperator::Subtract => subtract(left, right),
        BinaryOperator::Multiply => return multiply(left, right),
        BinaryOperator::Remainder => match left {
            Value::Str(format) => return formatting::percent(format.as_str(), right).map(Value::from),
            _ => return remainder(left, right),
        },
        BinaryOperator::Divide => return divide(left, right),
        BinaryOperator::FloorDivide => return floor_divide(left, right),
        BinaryOperator::Power => return power(left, right),
    };
    result.ok_or_else(|| unsupported(operator, left, right).into())
}

fn unsupported(operator: BinaryOperator, left: &Value, right: &Value) -> RenderError {
    let sign = match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::FloorDivide => "//",
        BinaryOperator::Remainder => "%",
        BinaryOperator::Power => "** or pow()",
        BinaryOperator::Concatenate => "~",
    };
    for value in [left, right] {
        if let Value::Undefined(name) = value {
            return RenderError::undefined(name);
        }
    }
    let (left, right) = (left.type_name(), right.type_name());
    if sign == "+" && left == "str" {
        return RenderError::new(format!("can only concatenate str (not \"{right}\") to str"));
    }
    RenderError::new(format!("unsupported operand type(s) for {sign}: '{left}' and '{right}'"))
}

/// `~`: both sides as text, keeping the pieces they came from.
fn concatenate(left: &Value, right: &Value) -> Value {
    let mut output = Output::default();
    for value in [left, right] {
        match value {
            Value::Str(text) => output.push_pieces(text.as_str(), text.pieces().unwrap_or_default()),
            other => output.push_plain(&other.to_text()),
        }
    }
    if output.pieces.is_empty() { Value::from(output.text) } else { Value::Str(Text::captured(output)) }
}

fn add(left: &Value, right: &Value) -> Option<Value> {
    Some(match (left, right) {
        (Value::Str(_), Value::Str(_)) => concatenate(left, right),
        (Value::List(a), Value::List(b)) => {
            Value::list(a.borrow().iter().chain(b.borrow().iter()).cloned().collect())
        }
        (Value::Tuple(a), Value::Tuple(b)) => Value::tuple(a.iter().chain(b.iter()).cloned().collect()),
        (Value::Date(date), Value::Delta(delta)) | (Value::Delta(delta), Value::Date(date)) => {
            Value::Date(date.checked_add_signed(*delta)?)
        }
        (Value::DateTime(stamp), Value::Delta(delta)) | (Value::Delta(delta), Value::DateTime(stamp)) => {
            Value::DateTime(stamp.checked_add_signed(*delta)?)
        }
        (Value::Moment(moment), Value::Delta(delta)) | (Value::Delta(delta), Value::Moment(moment)) => {
            Value::Moment(moment.checked_add_signed(*delta)?)
        }
        (Value::Delta(a), Value::Delta(b)) => Value::Delta(a.checked_add(b)?),
        _ => return arithmetic(left, right, i128::checked_add, |a, b| a + b, |a, b| a + b),
    })
}

fn subtract(left: &Value, right: &Value) -> Option<Value> {
    Some(match (left, right) {
        (Value::Date(a), Value::Date(b)) => Value::Delta(a.signed_duration_since(*b)),
        (Value::Date(date), Value::Delta(delta)) => Value::Date(date.checked_sub_signed(*delta)?),
        (Value::DateTime(a), Value::DateTime(b)) => Value::Delta(a.signed_duration_since(*b)),
        (Value::DateTime(stamp), Value::Delta(delta)) => Value::DateTime(stamp.checked_sub_signed(*delta)?),
        (Value::Moment(a), Value::Moment(b)) => Value::Delta(a.signed_duration_since(*b)),
        (Value::Moment(moment), Value::Delta(delta)) => Value::Moment(moment.checked_sub_signed(*delta)?),
        (Value::Delta(a), Value::Delta(b)) => Value::Delta(a.checked_sub(b)?),
        (Value::Set(a), Value::Set(b)) => {
            let other = b.borrow();
            let left = a
                .borrow()
                .iter()
                .filter(|(key, _)| !other.contains_key(*key))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            Value::Set(Rc::new(RefCell::new(left)))
        }
        _ => return arithmetic(left, right, i128::checked_sub, |a, b| a - b, |a, b| a - b),
    })
}

fn multiply(left: &Value, right: &Value) -> Result<Value> {
    let repeat = |value: &Value, times: i128| -> Option<Result<Value>> {
        let times = usize::try_from(times).unwrap_or(0);
        let length = value.length()?;
        let too_long = length.saturating_mul(times) > LONGEST_REPEAT;
        let refused = || Err(RenderError::new("this repetition is too long").into());
        Some(match value {
            Value::Str(_) | Value::List(_) | Value::Tuple(_) if too_long => refused(),
            Value::Str(text) => Ok(Value::from(text.as_str().repeat(times))),
            Value::List(items) => Ok(Value::list((0..times).flat_map(|_| items.borrow().clone()).collect())),
            Value::Tuple(items) => Ok(Value::tuple((0..times).flat_map(|_| items.to_vec()).collect())),
            _ => return None,
        })
    };
    let sides = [(left, right.to_int()), (right, left.to_int())];
    for (value, times) in sides {
        if let Some(result) = times.and_then(|times| repeat(value, times)) {
            return result;
        }
    }
    for (value, times) in [(left, right.to_int()), (right, left.to_int())] {
        let times = times.and_then(|times| i32::try_from(times).ok());
        if let (Value::Delta(delta), Some(times)) = (value, times)
            && let Some(product) = delta.checked_mul(times)
        {
            return Ok(Value::Delta(product));
        }
    }
    arithmetic(left, right, i128::checked_mul, |a, b| a * b, |a, b| a * b)
        .ok_or_else(|| unsupported(BinaryOperator::Multiply, left, right).into())
}

fn arithmetic(
    left: &Value,
    right: &Value,
    whole: impl Fn(i128, i128) -> Option<i128>,
    float: impl Fn(f64, f64) -> f64,
    decimal: impl Fn(bigdecimal::BigDecimal, bigdecimal::BigDecimal) -> bigdecimal::BigDecimal,
) -> Option<Value> {
    if let (Some(a), Some(b)) = (left.to_int(), right.to_int()) {
        return whole(a, b).map(Value::Int);
    }
    if matches!(left, Value::Float(_)) || matches!(right, Value::Float(_)) {
        return Some(Value::Float(float(left.to_float()?, right.to_float()?)));
    }
    Some(Value::Decimal(Rc::new(decimal(left.to_decimal()?, right.to_decimal()?))))
}

fn zero_checked(operator: BinaryOperator, left: &Value, right: &Value) -> Result<()> {
    match (left.to_float(), right.to_float()) {
        (Some(_), Some(0.0)) => Err(RenderError::new("division by zero").into()),
        (Some(_), Some(_)) => Ok(()),
        _ => Err(unsupported(operator, left, right).into()),
    }
}

fn divide(left: &Value, right: &Value) -> Result<Value> {
    if let Some((left, right)) = spans(left, right) {
        return Ok(Value::Float(left as f64 / right as f64));
    }
    if let (Value::Delta(delta), Some(by)) = (left, right.to_int().and_then(|by| i32::try_from(by).ok()))
        && let Some(quotient) = delta.checked_div(by)
    {
        return Ok(Value::Delta(quotient));
    }
    zero_checked(BinaryOperator::Divide, left, right)?;
    if let (Value::Decimal(_) | _, Some(a), Some(b)) = (left, left.to_decimal(), right.to_decimal())
        && (matches!(left, Value::Decimal(_)) || matches!(right, Value::Decimal(_)))
    {
        return Ok(Value::Decimal(Rc::new((a / b).with_prec(28).normalized())));
    }
    Ok(Value::Float(left.to_float().unwrap_or(0.0) / right.to_float().unwrap_or(1.0)))
}

/// Divides spans of time by each other.
fn spans(left: &Value, right: &Value) -> Option<(i64, i64)> {
    let (Value::Delta(left), Value::Delta(right)) = (left, right) else { return None };
    Some((left.num_microseconds()?, right.num_microseconds().filter(|micros| *micros != 0)?))
}

fn floor_divide(left: &Value, right: &Value) -> Result<Value> {
    if let Some((left, right)) = spans(left, right) {
        return Ok(Value::from(left.div_euclid(right)));
    }
    zero_checked(BinaryOperator::FloorDivide, left, right)?;
    if let (Some(a), Some(b)) = (left.to_int(), right.to_int()) {
        let too_large = || RenderError::new("this number is too large");
        let (quotient, rest) = (a.checked_div(b).ok_or_else(too_large)?, a.checked_rem(b).unwrap_or(0));
        return Ok(Value::Int(if rest != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }));
    }
    Ok(Value::Float((left.to_float().unwrap_or(0.0) / right.to_float().unwrap_or(1.0)).floor()))
}

fn remainder(left: &Value, right: &Value) -> Result<Value> {
    zero_checked(BinaryOperator::Remainder, left, right)?;
    if let (Some(a), Some(b)) = (left.to_int(), right.to_int()) {
        let rest = a.checked_rem(b).unwrap_or(0);
        return Ok(Value::Int(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }));
    }
    let (a, b) = (left.to_float().unwrap_or(0.0), right.to_float().unwrap_or(1.0));
    let rest = a % b;
    Ok(Value::Float(if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }))
}

fn power(left: &Value, right: &Value) -> Result<Value> {
    let failed = || unsupported(BinaryOperator::Power, left, right);
    if let (Some(base), Some(exponent)) = (left.to_int(), right.to_int())
        && exponent >= 0
    {
        let exponent = u32::try_from(exponent).ok();
        let power = exponent.and_then(|exponent| base.checked_pow(exponent));
        return power.map(Value::Int).ok_or_else(|| RenderError::new("this power is too large").into());
    }
    let (base, exponent) = (left.to_float().ok_or_else(failed)?, right.to_float().ok_or_else(failed)?);
    if base == 0.0 && exponent < 0.0 {
        return Err(RenderError::new("0.0 cannot be raised to a negative power").into());
    }
    if base < 0.0 && exponent.fract() != 0.0 {
        return Err(RenderError::new("a negative number has no real power of a fraction").into());
    }
    Ok(Value::Float(base.powf(exponent)))
}

/// `-value`.
pub fn negate(value: &Value) -> Result<Value> {
    Ok(match value {
        Value::Float(number) => Value::Float(-number),
        Value::Decimal(number) => Value::Decimal(Rc::new(-(**number).clone())),
        Value::Delta(delta) => Value::Delta(-*delta),
        Value::Undefined(name) => return Err(RenderError::undefined(name).into()),
        other => match other.to_int() {
            Some(number) => {
                let negated = number.checked_neg();
                Value::Int(negated.ok_or_else(|| RenderError::new("this number is too large"))?)
            }
            None => {
                return Err(RenderError::new(format!(
                    "bad operand type for unary -: '{}'",
                    other.type_name()
                ))
                .into());
            }
        },
    })
}

/// `+value`.
pub fn positive(value: &Value) -> Result<Value> {
    match value {
        Value::Float(_) | Value::Decimal(_) | Value::Delta(_) => Ok(value.clone()),
        Value::Undefined(name) => Err(RenderError::undefined(name).into()),
        other => other.to_int().map(Value::Int).ok_or_else(|| {
            RenderError::new(format!("bad operand type for unary +: '{}'", other.type_name())).into()
        }),
    }
}

/// `needle in haystack`.
pub fn contains(haystack: &Value, needle: &Value) -> Result<bool> {
    Ok(match haystack {
        Value::Str(text) => match needle {
            Value::Str(part) => text.as_str().contains(part.as_str()),
            other => {
                let message =
                    format!("'in <string>' requires string as left operand, not {}", other.type_name());
                return Err(RenderError::new(message).into());
            }
        },
        Value::Dict(entries) | Value::Set(entries) => crate::jinja::value::Key::new(needle.clone())
            .is_some_and(|key| entries.borrow().contains_key(&key)),
        other => match other.iterate() {
            Some(items) => items.iter().any(|item| item.equals(needle)),
            None => {
                return Err(RenderError::new(format!(
                    "argument of type '{}' is not iterable",
                    other.type_name()
                ))
                .into());
            }
        },
    })
}
