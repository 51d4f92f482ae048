//! Plain values as YAML, JSON and Python share them: what configurations, variables and properties hold.

use indexmap::IndexMap;

/// A mapping with text keys, in the order written.
pub type DataMap = IndexMap<String, Data>;

/// One plain value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Data {
    /// No value.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Str(String),
    /// Values in order.
    List(Vec<Data>),
    /// Named values in order.
    Map(DataMap),
}

impl Data {
    /// Returns the text of a text value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Data::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the truth of a boolean value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Data::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// Returns the whole number of an integer value that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Data::Int(number) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// Returns the mapping of a mapping value.
    pub fn as_map(&self) -> Option<&DataMap> {
        match self {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Returns the values of a list.
    pub fn as_list(&self) -> Option<&[Data]> {
        match self {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// Tells whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Data::Null)
    }

    /// Names the type as people call it, with its article.
    pub fn type_name(&self) -> &'static str {
        match self {
            Data::Null => "nothing",
            Data::Bool(_) => "a boolean",
            Data::Int(_) => "a whole number",
            Data::Float(_) => "a number",
            Data::Str(_) => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
        }
    }

    /// Returns the texts of a list of scalars, or of one scalar as a list of one.
    pub fn to_texts(&self) -> Vec<String> {
        match self {
            Data::Null => Vec::new(),
            Data::List(list) => list.iter().filter_map(Data::to_text).collect(),
            other => other.to_text().into_iter().collect(),
        }
    }

    /// Returns a scalar as text, as YAML would write it; `None` for nothing and for collections.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Data::Str(text) => Some(text.clone()),
            Data::Bool(truth) => Some(truth.to_string()),
            Data::Int(number) => Some(number.to_string()),
            Data::Float(number) => Some(number.to_string()),
            Data::Null | Data::List(_) | Data::Map(_) => None,
        }
    }

    /// Converts to JSON; a number JSON cannot hold becomes null.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Data::Null => Value::Null,
            Data::Bool(truth) => Value::Bool(*truth),
            Data::Int(number) => i64::try_from(*number)
                .map(Value::from)
                .or_else(|_| u64::try_from(*number).map(Value::from))
                .unwrap_or_else(|_| Value::from(*number as f64)),
            Data::Float(number) => Value::from(*number),
            Data::Str(text) => Value::from(text.as_str()),
            Data::List(list) => list.iter().map(Data::to_json).collect(),
            Data::Map(map) => {
                Value::Object(map.iter().map(|(key, value)| (key.clone(), value.to_json())).collect())
            }
        }
    }
}

impl From<serde_json::Value> for Data {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Data::Null,
            Value::Bool(truth) => Data::Bool(truth),
            Value::Number(number) => match number.as_i128() {
                Some(whole) => Data::Int(whole),
                None => number.as_f64().map_or(Data::Null, Data::Float),
            },
            Value::String(text) => Data::Str(text),
            Value::Array(items) => Data::List(items.into_iter().map(Data::from).collect()),
            Value::Object(entries) => {
                Data::Map(entries.into_iter().map(|(key, value)| (key, Data::from(value))).collect())
            }
        }
    }
}

impl From<&str> for Data {
    fn from(text: &str) -> Self {
        Data::Str(text.to_owned())
    }
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        Data::Str(text)
    }
}

impl From<bool> for Data {
    fn from(truth: bool) -> Self {
        Data::Bool(truth)
    }
}

impl From<i64> for Data {
    fn from(number: i64) -> Self {
        Data::Int(number.into())
    }
}

impl<T: Into<Data>> From<Option<T>> for Data {
    fn from(value: Option<T>) -> Self {
        value.map_or(Data::Null, Into::into)
    }
}

impl<T: Into<Data>> From<Vec<T>> for Data {
    fn from(values: Vec<T>) -> Self {
        Data::List(values.into_iter().map(Into::into).collect())
    }
}
