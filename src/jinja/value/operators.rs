//! Arithmetic and its kin, as Python does them.

use std::rc::Rc;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, Signed, ToPrimitive};
use chrono::TimeDelta;

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::limits;
use crate::jinja::provenance::Output;
use crate::jinja::syntax::tree::BinaryOperator;
use crate::jinja::value::{Dict, Text, Value, containers, formatting, integers, moments};

/// Applies a binary operator.
pub fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value> {
    let result = match operator {
        BinaryOperator::Concatenate => return concatenate(left, right),
        BinaryOperator::Add => add(left, right)?,
        BinaryOperator::Subtract => subtract(left, right)?,
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
fn concatenate(left: &Value, right: &Value) -> Result<Value> {
    let size = |value: &Value| value.as_str().map_or(0, str::len);
    limits::room(size(left) + size(right))?;
    let mut output = Output::default();
    for value in [left, right] {
        match value {
            Value::Str(text) => output.push_pieces(text.as_str(), text.pieces().unwrap_or_default()),
            other => output.push_plain(&other.to_text()),
        }
    }
    Ok(if output.pieces.is_empty() { Value::from(output.text) } else { Value::Str(Text::captured(output)) })
}

fn add(left: &Value, right: &Value) -> Result<Option<Value>> {
    Ok(Some(match (left, right) {
        (Value::Str(_), Value::Str(_)) => concatenate(left, right)?,
        (Value::List(a), Value::List(b)) => {
            Value::list(a.borrow().iter().chain(b.borrow().iter()).cloned().collect())
        }
        (Value::Tuple(a), Value::Tuple(b)) => Value::tuple(a.iter().chain(b.iter()).cloned().collect()),
        (Value::Date(date), Value::Delta(delta)) | (Value::Delta(delta), Value::Date(date)) => {
            moments::day(date.checked_add_signed(*delta))?
        }
        (Value::DateTime(stamp), Value::Delta(delta)) | (Value::Delta(delta), Value::DateTime(stamp)) => {
            moments::stamp(stamp.checked_add_signed(*delta))?
        }
        (Value::Moment(moment, zone), Value::Delta(delta))
        | (Value::Delta(delta), Value::Moment(moment, zone)) => {
            moments::moment(moment.checked_add_signed(*delta), *zone)?
        }
        (Value::Delta(a), Value::Delta(b)) => moments::span(a.checked_add(b))?,
        _ => return arithmetic(left, right, (i128::checked_add, |a, b| a + b), |a, b| a + b, |a, b| a + b),
    }))
}

fn subtract(left: &Value, right: &Value) -> Result<Option<Value>> {
    Ok(Some(match (left, right) {
        (Value::Date(a), Value::Date(b)) => Value::Delta(a.signed_duration_since(*b)),
        (Value::Date(date), Value::Delta(delta)) => moments::day(date.checked_sub_signed(*delta))?,
        (Value::DateTime(a), Value::DateTime(b)) => Value::Delta(a.signed_duration_since(*b)),
        (Value::DateTime(stamp), Value::Delta(delta)) => moments::stamp(stamp.checked_sub_signed(*delta))?,
        (Value::Moment(a, _), Value::Moment(b, _)) => Value::Delta(a.signed_duration_since(*b)),
        (Value::Moment(moment, zone), Value::Delta(delta)) => {
            moments::moment(moment.checked_sub_signed(*delta), *zone)?
        }
        (Value::Delta(a), Value::Delta(b)) => moments::span(a.checked_sub(b))?,
        (Value::Set(a), Value::Set(b)) => without(&a.borrow(), &b.borrow()),
        // Views of keys subtract as sets do, from anything that can be gone through.
        (Value::Object(view), other) if matches!(view.type_name(), "dict_keys" | "dict_items") => {
            without(&containers::members(left)?, &containers::members(other)?)
        }
        _ => return arithmetic(left, right, (i128::checked_sub, |a, b| a - b), |a, b| a - b, |a, b| a - b),
    }))
}

fn without(left: &Dict, right: &Dict) -> Value {
    let kept = left.iter().filter(|(key, _)| !right.contains_key(*key));
    Value::members(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
}

fn multiply(left: &Value, right: &Value) -> Result<Value> {
    for (value, times) in [(left, right), (right, left)] {
        if times.is_whole()
            && let Some(result) = repeated(value, times)
        {
            return result;
        }
    }
    arithmetic(left, right, (i128::checked_mul, |a, b| a * b), |a, b| a * b, |a, b| a * b)?
        .ok_or_else(|| unsupported(BinaryOperator::Multiply, left, right).into())
}

/// Repeats a sequence or a span of time; `None` for what is neither.
fn repeated(value: &Value, times: &Value) -> Option<Result<Value>> {
    // A number beyond all others repeats what is empty, or asks for too much room.
    let times = times.to_int().unwrap_or(i128::MAX);
    if let Value::Delta(delta) = value {
        let product = i32::try_from(times).ok().and_then(|times| delta.checked_mul(times));
        return Some(moments::span(product));
    }
    let times = usize::try_from(times).unwrap_or(if times < 0 { 0 } else { usize::MAX });
    let each = match value {
        Value::Str(text) => text.as_str().len(),
        Value::List(items) => items.borrow().len() * size_of::<Value>(),
        Value::Tuple(items) => items.len() * size_of::<Value>(),
        _ => return None,
    };
    if let Err(error) = limits::room(each.saturating_mul(times)) {
        return Some(Err(error.into()));
    }
    let times = if each == 0 { 0 } else { times };
    Some(Ok(match value {
        Value::Str(text) => Value::from(text.as_str().repeat(times)),
        Value::List(items) => Value::list(repeat_items(&items.borrow(), times)),
        Value::Tuple(items) => Value::tuple(repeat_items(items, times)),
        _ => return None,
    }))
}

fn repeat_items(items: &[Value], times: usize) -> Vec<Value> {
    std::iter::repeat_n(items, times).flatten().cloned().collect()
}

/// How whole numbers are computed: in machine words as long as the result fits, else at any length.
type Whole = (fn(i128, i128) -> Option<i128>, fn(&BigInt, &BigInt) -> BigInt);

/// Computes with numbers; `None` when one side is none.
fn arithmetic(
    left: &Value,
    right: &Value,
    (small, large): Whole,
    float: impl Fn(f64, f64) -> f64,
    decimal: impl Fn(BigDecimal, BigDecimal) -> BigDecimal,
) -> Result<Option<Value>> {
    if let (Some(a), Some(b)) = (left.to_int(), right.to_int())
        && let Some(number) = small(a, b)
    {
        return Ok(Some(Value::Int(number)));
    }
    if let Some(result) = integers::computed(left, right, large) {
        return result.map(Some);
    }
    if matches!(left, Value::Float(_)) || matches!(right, Value::Float(_)) {
        return match (left.to_float(), right.to_float()) {
            (Some(a), Some(b)) => Ok(Some(Value::Float(float(finite(left, a)?, finite(right, b)?)))),
            _ => Ok(None),
        };
    }
    let decimals = left.to_decimal().zip(right.to_decimal());
    Ok(decimals.map(|(a, b)| Value::Decimal(Rc::new(decimal(a, b)))))
}

/// Refuses a whole number that no float comes near.
fn finite(value: &Value, float: f64) -> Result<f64> {
    if float.is_infinite() && value.is_whole() {
        return Err(RenderError::new("int too large to convert to float").into());
    }
    Ok(float)
}

fn zero_checked(operator: BinaryOperator, left: &Value, right: &Value) -> Result<()> {
    match (left.to_float(), right.to_float()) {
        (Some(_), Some(0.0)) => Err(RenderError::new("division by zero").into()),
        (Some(_), Some(_)) => Ok(()),
        _ => Err(unsupported(operator, left, right).into()),
    }
}

fn divide(left: &Value, right: &Value) -> Result<Value> {
    if let (Value::Delta(_), Value::Delta(_)) = (left, right) {
        let (left, right) = spans(left, right)?;
        return Ok(Value::Float(left as f64 / right as f64));
    }
    if let (Value::Delta(delta), true) = (left, matches!(right, Value::Float(_)) || right.is_whole()) {
        zero_checked(BinaryOperator::Divide, &Value::Int(0), right)?;
        let micros = delta.num_microseconds().unwrap_or(i64::MAX) as f64 / right.to_float().unwrap_or(1.0);
        return Ok(Value::Delta(TimeDelta::microseconds(micros.round_ties_even() as i64)));
    }
    zero_checked(BinaryOperator::Divide, left, right)?;
    if let (Some(left), Some(right)) = (left.to_big(), right.to_big()) {
        return integers::true_division(&left, &right);
    }
    if matches!(left, Value::Float(_)) || matches!(right, Value::Float(_)) {
        return Ok(Value::Float(left.to_float().unwrap_or(0.0) / right.to_float().unwrap_or(1.0)));
    }
    match (left.to_decimal(), right.to_decimal()) {
        // Python's decimals have 28 digits.
        (Some(a), Some(b)) => Ok(Value::Decimal(Rc::new((a / b).with_prec(28).normalized()))),
        _ => Err(unsupported(BinaryOperator::Divide, left, right).into()),
    }
}

/// Returns spans of time to divide by each other.
fn spans(left: &Value, right: &Value) -> Result<(i64, i64)> {
    let micros = |value: &Value| match value {
        Value::Delta(delta) => delta.num_microseconds(),
        _ => None,
    };
    match (micros(left), micros(right)) {
        (_, Some(0)) => Err(RenderError::new("division by zero").into()),
        (Some(left), Some(right)) => Ok((left, right)),
        _ => Err(RenderError::new("this span of time is too long").into()),
    }
}

fn floor_divide(left: &Value, right: &Value) -> Result<Value> {
    if let (Value::Delta(_), Value::Delta(_)) = (left, right) {
        let (left, right) = spans(left, right)?;
        let floor = integers::floor_division(&BigInt::from(left), &BigInt::from(right)).0;
        return Ok(Value::whole(floor));
    }
    zero_checked(BinaryOperator::FloorDivide, left, right)?;
    if let (Some(left), Some(right)) = (left.to_big(), right.to_big()) {
        return Ok(Value::whole(integers::floor_division(&left, &right).0));
    }
    if !matches!(left, Value::Float(_))
        && !matches!(right, Value::Float(_))
        && let (Some(a), Some(b)) = (left.to_decimal(), right.to_decimal())
    {
        // Decimals are cut towards zero, unlike all other numbers.
        let quotient = (a / b).with_scale_round(0, bigdecimal::RoundingMode::Down);
        return Ok(Value::Decimal(Rc::new(quotient)));
    }
    Ok(Value::Float((left.to_float().unwrap_or(0.0) / right.to_float().unwrap_or(1.0)).floor()))
}

fn remainder(left: &Value, right: &Value) -> Result<Value> {
    if let (Value::Delta(_), Value::Delta(_)) = (left, right) {
        let (left, right) = spans(left, right)?;
        let rest = integers::floor_division(&BigInt::from(left), &BigInt::from(right)).1;
        let rest = rest.to_i64().unwrap_or(0);
        return Ok(Value::Delta(TimeDelta::microseconds(rest)));
    }
    zero_checked(BinaryOperator::Remainder, left, right)?;
    if let (Some(left), Some(right)) = (left.to_big(), right.to_big()) {
        return Ok(Value::whole(integers::floor_division(&left, &right).1));
    }
    if !matches!(left, Value::Float(_))
        && !matches!(right, Value::Float(_))
        && let (Some(a), Some(b)) = (left.to_decimal(), right.to_decimal())
    {
        return Ok(Value::Decimal(Rc::new(a % b)));
    }
    let (a, b) = (left.to_float().unwrap_or(0.0), right.to_float().unwrap_or(1.0));
    let rest = a % b;
    Ok(Value::Float(if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }))
}

fn power(left: &Value, right: &Value) -> Result<Value> {
    let failed = || unsupported(BinaryOperator::Power, left, right);
    if let (Some(base), Some(exponent)) = (left.to_big(), right.to_big())
        && !exponent.is_negative()
    {
        return match exponent.to_u32() {
            Some(exponent) => integers::power(&base, exponent),
            None if base.abs() <= BigInt::from(1) => integers::power(&base, 2 - u32::from(exponent.bit(0))),
            None => Err(RenderError::new("this power is too large to be worked out").into()),
        };
    }
    let (base, exponent) = (left.to_float().ok_or_else(failed)?, right.to_float().ok_or_else(failed)?);
    if base == 0.0 && exponent < 0.0 {
        return Err(RenderError::new("0.0 cannot be raised to a negative power").into());
    }
    if base < 0.0 && exponent.fract() != 0.0 {
        return Err(RenderError::new("a negative number has no real power of a fraction").into());
    }
    let power = base.powf(exponent);
    if power.is_infinite() && base.is_finite() && exponent.is_finite() {
        return Err(RenderError::new("this power is too large for a float").into());
    }
    Ok(Value::Float(power))
}

/// `-value`.
pub fn negate(value: &Value) -> Result<Value> {
    Ok(match value {
        Value::Float(number) => Value::Float(-number),
        Value::Decimal(number) => Value::Decimal(Rc::new(-(**number).clone())),
        Value::Delta(delta) => Value::Delta(-*delta),
        Value::Big(number) => Value::whole(-(**number).clone()),
        Value::Undefined(name) => return Err(RenderError::undefined(name).into()),
        other => match other.to_int() {
            Some(number) => Value::whole(-BigInt::from(number)),
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
        Value::Float(_) | Value::Decimal(_) | Value::Delta(_) | Value::Big(_) => Ok(value.clone()),
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
        Value::List(items) => among(&items.borrow(), needle),
        Value::Tuple(items) => among(items, needle),
        Value::Undefined(_) => false,
        other => match other.iterate() {
            Some(items) => among(&items, needle),
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

fn among(items: &[Value], needle: &Value) -> bool {
    limits::work(items.len());
    items.iter().any(|item| item.equals(needle))
}
