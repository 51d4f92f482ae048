//! Keys of dicts and members of sets: values that can be hashed, compared as Python does (`1 == 1.0 == True`).

use std::hash::{Hash, Hasher};

use indexmap::IndexMap;

use crate::jinja::limits::deeper;
use crate::jinja::value::Value;

/// A dict's entries in the order of insertion.
pub type Dict = IndexMap<Key, Value>;

/// A value used as a key.
#[derive(Clone)]
pub struct Key(pub Value);

impl Key {
    /// Makes a key; `None` when the value cannot be hashed, as lists and dicts cannot.
    pub fn new(value: Value) -> Option<Self> {
        hashable(&value).then_some(Self(value))
    }

    /// Makes a key of a text.
    pub fn text(text: &str) -> Self {
        Self(Value::text(text))
    }
}

fn hashable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Dict(_) | Value::Set(_) => false,
        Value::Tuple(items) => deeper(|| items.iter().all(hashable)).unwrap_or(false),
        _ => true,
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(&self.0, state);
    }
}

/// Numbers that are equal hash alike, whatever their types.
fn hash<H: Hasher>(value: &Value, state: &mut H) {
    match value {
        Value::Bool(truth) => i128::from(*truth).hash(state),
        Value::Int(number) => number.hash(state),
        Value::Float(_) | Value::Decimal(_) | Value::Big(_) => {
            let number = value.to_float().unwrap_or(f64::NAN);
            if number.fract() == 0.0 && number.abs() < i128::MAX as f64 {
                (number as i128).hash(state);
            } else {
                number.to_bits().hash(state);
            }
        }
        Value::Str(text) => text.as_str().hash(state),
        Value::Tuple(items) => {
            deeper(|| items.iter().for_each(|item| hash(item, state)));
        }
        Value::Date(date) => date.hash(state),
        Value::DateTime(stamp) => stamp.hash(state),
        Value::Moment(moment, _) => moment.hash(state),
        // The rest have no hash worth making.
        _ => 0_u8.hash(state),
    }
}
