//! Rows as a database hands them over, and the receipt of the statement that made them.

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::base::data::Data;

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// SQL's null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number of any width.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// An exact decimal number, with its scale.
    Decimal(BigDecimal),
    /// A text; also anything that has no type of its own here (lists, structs, intervals, blobs).
    Text(String),
    /// A date.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A timestamp without zone.
    Timestamp(NaiveDateTime),
    /// A moment, in UTC.
    Moment(DateTime<Utc>),
}

impl Cell {
    /// Returns the value as people read it; null is an empty text.
    pub fn to_text(&self) -> String {
        match self {
            Cell::Null => String::new(),
            Cell::Bool(truth) => truth.to_string(),
            Cell::Int(number) => number.to_string(),
            Cell::Float(number) => format!("{number:?}"),
            Cell::Decimal(number) => number.to_plain_string(),
            Cell::Text(text) => text.clone(),
            Cell::Date(date) => date.to_string(),
            Cell::Time(time) => time.format("%H:%M:%S%.f").to_string(),
            Cell::Timestamp(stamp) => stamp.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
            Cell::Moment(moment) => moment.format("%Y-%m-%d %H:%M:%S%.f+00:00").to_string(),
        }
    }

    /// Returns a whole number: of an integer, or of a decimal or text that is one.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Cell::Int(number) => i64::try_from(*number).ok(),
            Cell::Bool(truth) => Some(i64::from(*truth)),
            Cell::Float(number) => (number.fract() == 0.0 && number.abs() < 9e15).then_some(*number as i64),
            Cell::Decimal(number) => number.to_plain_string().split('.').next()?.parse().ok(),
            Cell::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Returns a truth: of a boolean, a number, or a text as some databases give it.
    pub fn to_bool(&self) -> Option<bool> {
        match self {
            Cell::Bool(truth) => Some(*truth),
            Cell::Int(number) => Some(*number != 0),
            Cell::Text(text) if text.eq_ignore_ascii_case("true") || text == "1" => Some(true),
            Cell::Text(text) if text.eq_ignore_ascii_case("false") || text == "0" => Some(false),
            _ => None,
        }
    }

    /// Converts to JSON as dbt's `show --output json` does.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Cell::Null => serde_json::Value::Null,
            Cell::Bool(truth) => (*truth).into(),
            Cell::Int(number) => i64::try_from(*number).map_or_else(|_| (*number as f64).into(), Into::into),
            Cell::Float(number) => (*number).into(),
            Cell::Decimal(number) => number.to_plain_string().parse::<f64>().unwrap_or(f64::NAN).into(),
            Cell::Timestamp(stamp) => stamp.format("%Y-%m-%dT%H:%M:%S%.f").to_string().into(),
            Cell::Moment(moment) => moment.format("%Y-%m-%dT%H:%M:%S%.f+00:00").to_string().into(),
            other => other.to_text().into(),
        }
    }
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name, in the case the database gives.
    pub name: String,
    /// Its type as the database names it.
    pub data_type: String,
}

/// Rows with their columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The columns.
    pub columns: Vec<TableColumn>,
    /// The rows; each holds one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

/// What a statement did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Receipt {
    /// The database's answer in a word or two: `OK`, `SUCCESS 1`.
    pub message: String,
    /// The rows that were changed, where the database says so.
    pub rows_affected: Option<i64>,
    /// The seconds the database took; for a node, over all its statements.
    pub seconds: f64,
    /// The statements the database got.
    pub statements: usize,
    /// The bytes that what was built takes in the database, where they are known.
    pub bytes: Option<u64>,
    /// The database's own id of the query, where it has one.
    pub query_id: Option<String>,
}

impl Receipt {
    /// Returns what dbt calls the adapter's response, as far as dbt tells it: fields by name, none without a message.
    ///
    /// Where queries have ids, as on Snowflake, dbt tells a code and a count besides, and makes the message of these two.
    /// The count is not always one of rows that were changed: a statement that makes a table gives back one row.
    pub fn response(&self) -> Vec<(&'static str, Data)> {
        if self.message.is_empty() {
            return Vec::new();
        }
        let mut fields = vec![("_message", Data::from(self.message.as_str()))];
        let Some(id) = &self.query_id else {
            fields.extend(self.rows_affected.map(|rows| ("rows_affected", Data::Int(rows.into()))));
            return fields;
        };
        let (code, count) = self.message.split_once(' ').unwrap_or((&self.message, ""));
        let count = count.parse().ok().or(self.rows_affected.map(i128::from));
        fields.push(("code", Data::from(code)));
        fields.extend(count.map(|count| ("rows_affected", Data::Int(count))));
        fields.push(("query_id", Data::from(id.as_str())));
        fields
    }
}
