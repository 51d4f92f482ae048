//! Whole numbers of any size, and their order among floats and decimals, which is exact.

use std::cmp::Ordering;
use std::rc::Rc;

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::{BigDecimal, FromPrimitive, RoundingMode, Signed, ToPrimitive, Zero};

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::limits;
use crate::jinja::value::Value;

/// Floats up to here are told apart from all other whole numbers.
const EXACT: u128 = 1 << 53;

/// Digits of the largest number that is read, as in Python.
const MOST_DIGITS: usize = 4300;

/// Bits of the largest number that is computed: it can still be printed.
const MOST_BITS: u64 = 14_000;

impl Value {
    /// Makes a whole number.
    pub fn whole(number: BigInt) -> Self {
        match number.to_i128() {
            Some(small) => Value::Int(small),
            None => {
                limits::charge(usize::try_from(number.bits() / 8).unwrap_or(usize::MAX));
                Value::Big(Rc::new(number))
            }
        }
    }

    /// Returns the whole number of a boolean or an int of any size.
    pub fn to_big(&self) -> Option<BigInt> {
        match self {
            Value::Big(number) => Some((**number).clone()),
            other => other.to_int().map(BigInt::from),
        }
    }

    /// Tells whether this is an int, however large, or a boolean.
    pub fn is_whole(&self) -> bool {
        matches!(self, Value::Int(_) | Value::Big(_) | Value::Bool(_))
    }
}

/// Cuts a number towards zero; `None` for what is no number or has no end.
pub fn truncated(number: &Value) -> Option<Value> {
    if number.is_whole() {
        return Some(number.clone());
    }
    let whole = number.to_decimal()?.with_scale_round(0, RoundingMode::Down);
    Some(Value::whole(whole.into_bigint_and_scale().0))
}

/// Reads a number as `int()` does: digits of a base with `_` between them, a sign, the base's prefix.
pub fn read(text: &str, base: u32) -> Option<Value> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefix = match base {
        16 => Some(["0x", "0X"]),
        8 => Some(["0o", "0O"]),
        2 => Some(["0b", "0B"]),
        _ => None,
    };
    let digits = prefix
        .and_then(|prefix| prefix.iter().find_map(|prefix| digits.strip_prefix(prefix)))
        .unwrap_or(digits);
    let lonely = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    if lonely || digits.is_empty() || digits.len() > MOST_DIGITS {
        return None;
    }
    let digits = digits.replace('_', "");
    // The parser of large numbers takes signs and underscores of its own.
    if !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    let number = BigInt::parse_bytes(digits.as_bytes(), base)?;
    Some(Value::whole(if negative { -number } else { number }))
}

/// Adds, subtracts or multiplies numbers that do not fit into machine words.
pub fn computed(
    left: &Value,
    right: &Value,
    compute: impl Fn(&BigInt, &BigInt) -> BigInt,
) -> Option<Result<Value>> {
    let (left, right) = (left.to_big()?, right.to_big()?);
    Some(if left.bits() + right.bits() > MOST_BITS {
        Err(RenderError::new("this number is too large to be worked out").into())
    } else {
        Ok(Value::whole(compute(&left, &right)))
    })
}

/// Divides towards minus infinity: quotient and rest, as Python's `divmod()`. The divisor is not zero.
pub fn floor_division(left: &BigInt, right: &BigInt) -> (BigInt, BigInt) {
    let (quotient, rest) = (left / right, left % right);
    if !rest.is_zero() && (rest.sign() == Sign::Minus) != (right.sign() == Sign::Minus) {
        (quotient - 1, rest + right)
    } else {
        (quotient, rest)
    }
}

/// Raises to a power that is not negative.
pub fn power(base: &BigInt, exponent: u32) -> Result<Value> {
    if base.bits().saturating_mul(u64::from(exponent)) > MOST_BITS {
        return Err(RenderError::new("this power is too large to be worked out").into());
    }
    Ok(Value::whole(base.pow(exponent)))
}

/// Divides whole numbers exactly and rounds once. The divisor is not zero.
pub fn true_division(left: &BigInt, right: &BigInt) -> Result<Value> {
    let small = |number: &BigInt| number.abs().to_u128().is_some_and(|number| number <= EXACT);
    let quotient = if small(left) && small(right) {
        left.to_f64().unwrap_or(0.0) / right.to_f64().unwrap_or(1.0)
    } else {
        let quotient = BigDecimal::from(left.clone()) / BigDecimal::from(right.clone());
        quotient.to_f64().unwrap_or(f64::INFINITY)
    };
    if quotient.is_infinite() {
        return Err(RenderError::new("integer division result too large for a float").into());
    }
    Ok(Value::Float(quotient))
}

/// Orders a whole number against a float, without rounding either.
pub fn order_float(whole: &BigInt, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if float.is_infinite() {
        return Some(if float > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let floor = BigInt::from_f64(float.floor())?;
    Some(whole.cmp(&floor).then(if float.fract() == 0.0 { Ordering::Equal } else { Ordering::Less }))
}
