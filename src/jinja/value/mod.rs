//! Python's values: what templates compute with. One file per family of types.

pub mod characters;
pub mod compare;
pub mod containers;
pub mod data;
pub mod dict;
pub mod formatting;
pub mod integers;
pub mod moments;
pub mod numbers;
pub mod object;
pub mod once;
pub mod operators;
pub mod printing;
pub mod shared;
pub mod strings;
pub mod text;
pub mod zone;

use std::rc::Rc;

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

pub use dict::{Dict, Key};
pub use object::{Arguments, Object};
pub use shared::{Items, Shared};
pub use text::Text;
pub use zone::Zone;

use crate::jinja::limits;

/// Bytes that an entry of a dict takes, about.
const ENTRY: usize = 2 * size_of::<Value>() + 16;

/// One value. Containers are shared by reference, as in Python.
#[derive(Clone)]
pub enum Value {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A whole number beyond the range of the other.
    Big(Rc<BigInt>),
    /// A floating-point number.
    Float(f64),
    /// An exact decimal number.
    Decimal(Rc<BigDecimal>),
    /// A text.
    Str(Text),
    /// A list.
    List(Rc<Shared<Vec<Value>>>),
    /// A tuple.
    Tuple(Rc<Items>),
    /// A dict in the order of insertion.
    Dict(Rc<Shared<Dict>>),
    /// A set in the order of insertion.
    Set(Rc<Shared<Dict>>),
    /// A date.
    Date(NaiveDate),
    /// A date and time without a zone.
    DateTime(NaiveDateTime),
    /// A date and time with its offset and the zone that it came from.
    Moment(DateTime<FixedOffset>, Zone),
    /// A time of day.
    Time(NaiveTime),
    /// A span of time.
    Delta(TimeDelta),
    /// Anything else: functions, macros, relations, ...
    Object(Rc<dyn Object>),
    /// A name that has no value; keeps the name for messages.
    Undefined(Rc<str>),
}

impl Value {
    /// Makes a text.
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Value::Str(Text::new(text))
    }

    /// Makes a list.
    pub fn list(items: Vec<Value>) -> Self {
        limits::charge(size_of::<Value>() * (items.len() + 2));
        Value::List(Rc::new(Shared::new(items)))
    }

    /// Makes a tuple.
    pub fn tuple(items: Vec<Value>) -> Self {
        limits::charge(size_of::<Value>() * (items.len() + 2));
        Value::Tuple(Rc::new(Items::new(items)))
    }

    /// Makes a dict with text keys.
    pub fn dict<K: Into<Rc<str>>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (Key(Value::text(key)), value));
        Value::entries(entries.collect())
    }

    /// Makes a dict of entries.
    pub fn entries(entries: Dict) -> Self {
        limits::charge(ENTRY * (entries.len() + 2));
        Value::Dict(Rc::new(Shared::new(entries)))
    }

    /// Makes a set of members.
    pub fn members(members: Dict) -> Self {
        limits::charge(ENTRY * (members.len() + 2));
        Value::Set(Rc::new(Shared::new(members)))
    }

    /// Tells whether the value holds no others.
    pub(crate) fn is_plain(&self) -> bool {
        !matches!(self, Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::Set(_) | Value::Object(_))
    }

    /// Makes an object.
    pub fn object(object: impl Object + 'static) -> Self {
        Value::Object(Rc::new(object))
    }

    /// Returns the text of a text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// Tells whether there is a value.
    pub fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined(_))
    }

    /// Tells whether this is `None`.
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// Returns the object of a type, if this is one.
    pub fn downcast<T: 'static>(&self) -> Option<&T> {
        match self {
            Value::Object(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// Tells what Python's `bool()` says.
    pub fn is_true(&self) -> bool {
        match self {
            Value::None | Value::Undefined(_) => false,
            Value::Bool(truth) => *truth,
            Value::Int(number) => *number != 0,
            Value::Big(_) => true,
            Value::Float(number) => *number != 0.0,
            Value::Decimal(number) => !bigdecimal::Zero::is_zero(&**number),
            Value::Str(text) => !text.as_str().is_empty(),
            Value::List(items) => !items.borrow().is_empty(),
            Value::Tuple(items) => !items.is_empty(),
            Value::Dict(entries) | Value::Set(entries) => !entries.borrow().is_empty(),
            Value::Delta(delta) => !delta.is_zero(),
            Value::Date(_) | Value::DateTime(_) | Value::Moment(..) | Value::Time(_) => true,
            Value::Object(object) => object.is_true(),
        }
    }

    /// Returns the name of the type, as Python has it.
    pub fn type_name(&self) -> &str {
        match self {
            Value::None => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Big(_) => "int",
            Value::Float(_) => "float",
            Value::Decimal(_) => "Decimal",
            Value::Str(_) => "str",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Dict(_) => "dict",
            Value::Set(_) => "set",
            Value::Date(_) => "date",
            Value::DateTime(_) | Value::Moment(..) => "datetime",
            Value::Time(_) => "time",
            Value::Delta(_) => "timedelta",
            Value::Object(object) => object.type_name(),
            Value::Undefined(_) => "Undefined",
        }
    }

    /// Returns the items that a loop goes through; `None` when it cannot.
    pub fn iterate(&self) -> Option<Vec<Value>> {
        let items = self.iterated()?;
        limits::work(items.len());
        Some(items)
    }

    fn iterated(&self) -> Option<Vec<Value>> {
        Some(match self {
            Value::Undefined(_) => Vec::new(),
            Value::Str(text) => text.as_str().chars().map(|c| Value::text(c.to_string())).collect(),
            Value::List(items) => items.borrow().clone(),
            Value::Tuple(items) => items.to_vec(),
            Value::Dict(entries) | Value::Set(entries) => {
                entries.borrow().keys().map(|key| key.0.clone()).collect()
            }
            Value::Object(object) => return object.iterate(),
            _ => return None,
        })
    }

    /// Returns what Python's `len()` says; `None` when it has none.
    pub fn length(&self) -> Option<usize> {
        Some(match self {
            Value::Undefined(_) => 0,
            Value::Str(text) => text.as_str().chars().count(),
            Value::List(items) => items.borrow().len(),
            Value::Tuple(items) => items.len(),
            Value::Dict(entries) | Value::Set(entries) => entries.borrow().len(),
            Value::Object(object) => return object.length(),
            _ => return None,
        })
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Value::Int(number as i128)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::None, Into::into)
    }
}
