//! Equality and order as Python has them.
//!
//! Both go into values that may hold themselves. Where that ends nowhere, nothing is equal, and the evaluator finds
//! that a bound was passed (`limits`).

use std::cmp::Ordering;
use std::rc::Rc;

use bigdecimal::{BigDecimal, FromPrimitive, ToPrimitive};

use crate::jinja::limits::deeper;
use crate::jinja::value::{Dict, Value, integers};

impl Value {
    /// Tells what `==` says.
    pub fn equals(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::None, Value::None) | (Value::Undefined(_), Value::Undefined(_)) => true,
            (Value::Str(a), Value::Str(b)) => a.as_str() == b.as_str(),
            (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b) || all_equal(&a.borrow(), &b.borrow()),
            (Value::Tuple(a), Value::Tuple(b)) => Rc::ptr_eq(a, b) || all_equal(a, b),
            (Value::Dict(a), Value::Dict(b)) => Rc::ptr_eq(a, b) || dicts_equal(&a.borrow(), &b.borrow()),
            (Value::Set(a), Value::Set(b)) => {
                let (a, b) = (a.borrow(), b.borrow());
                a.len() == b.len() && a.keys().all(|key| b.contains_key(key))
            }
            (Value::Date(a), Value::Date(b)) => a == b,
            (Value::DateTime(a), Value::DateTime(b)) => a == b,
            (Value::Moment(a, _), Value::Moment(b, _)) => a == b,
            (Value::Time(a), Value::Time(b)) => a == b,
            (Value::Delta(a), Value::Delta(b)) => a == b,
            (Value::Object(a), b) => match b {
                Value::Object(b) => deeper(|| a.equals(&**b)).unwrap_or(false),
                // Statuses and the like compare equal to plain texts.
                Value::Str(text) => a.type_name() == "StrEnum" && a.text() == text.as_str(),
                _ => false,
            },
            (Value::Str(_), Value::Object(_)) => other.equals(self),
            _ => numbers(self, other).is_some_and(|order| order == Ordering::Equal),
        }
    }

    /// Tells how two values are ordered; `None` when Python would refuse.
    pub fn order(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Str(a), Value::Str(b)) => Some(a.as_str().cmp(b.as_str())),
            (Value::List(a), Value::List(b)) => order_all(&a.borrow(), &b.borrow()),
            (Value::Tuple(a), Value::Tuple(b)) => order_all(a, b),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Value::DateTime(a), Value::DateTime(b)) => Some(a.cmp(b)),
            (Value::Moment(a, _), Value::Moment(b, _)) => Some(a.cmp(b)),
            (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
            (Value::Delta(a), Value::Delta(b)) => Some(a.cmp(b)),
            (Value::Set(a), Value::Set(b)) => order_sets(&a.borrow(), &b.borrow()),
            _ => numbers(self, other),
        }
    }

    /// Returns the number of a boolean or number as a float.
    pub fn to_float(&self) -> Option<f64> {
        match self {
            Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
            Value::Int(number) => Some(*number as f64),
            Value::Big(number) => number.to_f64(),
            Value::Float(number) => Some(*number),
            Value::Decimal(number) => number.to_f64(),
            _ => None,
        }
    }

    /// Returns the whole number of a boolean or an int that is not too large to count with.
    pub fn to_int(&self) -> Option<i128> {
        match self {
            Value::Bool(truth) => Some((*truth).into()),
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the number of an int or decimal exactly, of a float as it stands.
    pub fn to_decimal(&self) -> Option<BigDecimal> {
        match self {
            Value::Decimal(number) => Some((**number).clone()),
            Value::Float(number) => BigDecimal::from_f64(*number),
            other => other.to_big().map(BigDecimal::from),
        }
    }
}

fn all_equal(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && deeper(|| a.iter().zip(b).all(|(a, b)| a.equals(b))).unwrap_or(false)
}

fn dicts_equal(a: &Dict, b: &Dict) -> bool {
    let same = |(key, value): (_, &Value)| b.get(key).is_some_and(|other| value.equals(other));
    a.len() == b.len() && deeper(|| a.iter().all(same)).unwrap_or(false)
}

fn order_all(a: &[Value], b: &[Value]) -> Option<Ordering> {
    deeper(|| {
        for (a, b) in a.iter().zip(b) {
            if !a.equals(b) {
                return a.order(b);
            }
        }
        Some(a.len().cmp(&b.len()))
    })?
}

/// A set is less than those that hold all of it and more.
fn order_sets(a: &Dict, b: &Dict) -> Option<Ordering> {
    let (within, around) = (a.keys().all(|key| b.contains_key(key)), b.keys().all(|key| a.contains_key(key)));
    match (within, around) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => Some(Ordering::Less),
        (false, true) => Some(Ordering::Greater),
        (false, false) => None,
    }
}

fn numbers(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (a.to_int(), b.to_int()) {
        return Some(a.cmp(&b));
    }
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Float(a), b) if b.is_whole() => {
            integers::order_float(&b.to_big()?, *a).map(Ordering::reverse)
        }
        (a, Value::Float(b)) if a.is_whole() => integers::order_float(&a.to_big()?, *b),
        _ if a.is_whole() && b.is_whole() => Some(a.to_big()?.cmp(&b.to_big()?)),
        _ => Some(a.to_decimal()?.cmp(&b.to_decimal()?)),
    }
}
