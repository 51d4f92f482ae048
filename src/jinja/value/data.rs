//! Plain values and table cells as template values, and back.

use std::rc::Rc;

use crate::base::data::{Data, DataMap};
use crate::base::table::Cell;
use crate::jinja::value::printing::float;
use crate::jinja::value::{Key, Value, Zone};

/// How many containers inside each other are converted.
const DEEPEST: usize = 200;

impl From<&Data> for Value {
    fn from(data: &Data) -> Self {
        match data {
            Data::Null => Value::None,
            Data::Bool(truth) => Value::Bool(*truth),
            Data::Int(number) => Value::Int(*number),
            Data::Float(number) => Value::Float(*number),
            Data::Str(text) => Value::text(text.as_str()),
            Data::List(items) => Value::list(items.iter().map(Value::from).collect()),
            Data::Map(map) => Value::from(map),
        }
    }
}

impl From<&DataMap> for Value {
    fn from(map: &DataMap) -> Self {
        let entries = map.iter().map(|(key, value)| (Key::text(key), Value::from(value)));
        Value::entries(entries.collect())
    }
}

impl From<&Cell> for Value {
    fn from(cell: &Cell) -> Self {
        match cell {
            Cell::Null => Value::None,
            Cell::Bool(truth) => Value::Bool(*truth),
            Cell::Int(number) => Value::Int(*number),
            // dbt hands all other numbers over as decimals, each with the digits it has.
            Cell::Float(number) => match float(*number).parse() {
                Ok(decimal) => Value::Decimal(Rc::new(decimal)),
                Err(_) => Value::Float(*number),
            },
            Cell::Decimal(number) => Value::Decimal(Rc::new(number.clone())),
            Cell::Text(text) => Value::text(text.as_str()),
            Cell::Date(date) => Value::Date(*date),
            Cell::Time(time) => Value::Time(*time),
            Cell::Timestamp(stamp) => Value::DateTime(*stamp),
            Cell::Moment(moment) => Zone::UTC.moment(*moment),
        }
    }
}

impl Value {
    /// Converts to a plain value; what has none (objects, dates) becomes its text, undefined becomes nothing.
    pub fn to_data(&self) -> Data {
        self.to_data_within(0)
    }

    fn to_data_within(&self, depth: usize) -> Data {
        let inner = |value: &Value| value.to_data_within(depth + 1);
        match self {
            // A list may hold itself.
            _ if depth > DEEPEST => Data::Null,
            Value::None | Value::Undefined(_) => Data::Null,
            Value::Bool(truth) => Data::Bool(*truth),
            Value::Int(number) => Data::Int(*number),
            Value::Float(number) => Data::Float(*number),
            Value::Str(text) => Data::Str(text.as_str().to_owned()),
            Value::List(items) => Data::List(items.borrow().iter().map(inner).collect()),
            Value::Tuple(items) => Data::List(items.iter().map(inner).collect()),
            Value::Set(entries) => Data::List(entries.borrow().keys().map(|key| inner(&key.0)).collect()),
            Value::Dict(entries) => Data::Map(
                entries.borrow().iter().map(|(key, value)| (key.0.to_text(), inner(value))).collect(),
            ),
            other => Data::Str(other.to_text()),
        }
    }
}
