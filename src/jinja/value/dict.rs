//! Keys of dicts and members of sets: values that can be hashed, compared as Python does (`1 == 1.0 == True`).

use std::hash::{Hash, Hasher};

use indexmap::IndexMap;

use crate::jinja::value::Value;

/// A dict's entries in the order of insertion.
pub type Dict = IndexMap<Key, Value>;

/// A value used as a key.
#[derive(Clone)]
pub struct Key(pub Value);

impl Key {
    /// Makes a key; `None` when the value cannot be hashed, as lists and dicts cannot.
    pub fn new(value: Value) -> Option<Self> {
        match &value {
            Value::List(_) | Value::Dict(_) | Value::Set(_) => None,
            Value::Tuple(items) if !items.iter().all(|item| Key::new(item.clone()).is_some()) => None,
            _ => Some(Self(value)),
        }
    }

    /// Makes a key of a text.
    pub fn text(text: &str) -> Self {
        Self(Value::text(text))
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
        match &self.0 {
            Value::Bool(truth) => i128::from(*truth).hash(state),
            Value::Int(number) => number.hash(state),
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e30 => {
                (*number as i128).hash(state);
            }
            Value::Float(number) => number.to_bits().hash(state),
            Value::Str(text) => text.as_str().hash(state),
            Value::Tuple(items) => {
                for item in items.iter() {
                    Key(item.clone()).hash(state);
                }
            }
            Value::Date(date) => date.hash(state),
            Value::DateTime(stamp) => stamp.hash(state),
            Value::Moment(moment) => moment.hash(state),
            // Decimals equal integers and floats, so they share one bucket; the rest have no hash worth making.
            _ => 0_u8.hash(state),
        }
    }
}
