//! DuckDB's values as cells of a table, and its types by name.

use ::duckdb::core::{LogicalTypeHandle, LogicalTypeId};
use ::duckdb::types::{TimeUnit, Value, ValueRef};
use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;
use chrono::{DateTime, NaiveDate, NaiveTime};

use crate::base::table::{Cell, TableColumn};

/// Converts one value; `column` tells a moment from a timestamp without zone.
pub(super) fn cell(value: ValueRef<'_>, column: Option<&TableColumn>) -> Cell {
    let with_zone = column.is_some_and(|column| column.data_type.ends_with("WITH TIME ZONE"));
    owned(Value::from(value), with_zone)
}

fn owned(value: Value, with_zone: bool) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Boolean(truth) => Cell::Bool(truth),
        Value::TinyInt(number) => Cell::Int(number.into()),
        Value::SmallInt(number) => Cell::Int(number.into()),
        Value::Int(number) => Cell::Int(number.into()),
        Value::BigInt(number) => Cell::Int(number.into()),
        Value::HugeInt(number) => Cell::Int(number),
        Value::UHugeInt(number) => {
            i128::try_from(number).map_or_else(|_| Cell::Text(number.to_string()), Cell::Int)
        }
        Value::UTinyInt(number) => Cell::Int(number.into()),
        Value::USmallInt(number) => Cell::Int(number.into()),
        Value::UInt(number) => Cell::Int(number.into()),
        Value::UBigInt(number) => Cell::Int(number.into()),
        Value::Float(number) => Cell::Float(number.into()),
        Value::Double(number) => Cell::Float(number),
        Value::Decimal(number) => {
            Cell::Decimal(BigDecimal::new(BigInt::from(number.value()), i64::from(number.scale())))
        }
        Value::Timestamp(unit, count) => stamp(unit, count, with_zone),
        Value::Text(text) => Cell::Text(text),
        Value::Date32(days) => date(days),
        Value::Time64(unit, count) => time(nanoseconds(unit, count)),
        other => Cell::Text(text(&other)),
    }
}

fn nanoseconds(unit: TimeUnit, count: i64) -> i128 {
    let count = i128::from(count);
    match unit {
        TimeUnit::Second => count * 1_000_000_000,
        TimeUnit::Millisecond => count * 1_000_000,
        TimeUnit::Microsecond => count * 1_000,
        TimeUnit::Nanosecond => count,
    }
}

fn stamp(unit: TimeUnit, count: i64, with_zone: bool) -> Cell {
    let nanoseconds = nanoseconds(unit, count);
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
    let rest = u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).unwrap_or(0);
    match DateTime::from_timestamp(seconds, rest) {
        Some(moment) if with_zone => Cell::Moment(moment),
        Some(moment) => Cell::Timestamp(moment.naive_utc()),
        // Infinity and years beyond the calendar have no value here.
        None => Cell::Text(if count > 0 { "infinity" } else { "-infinity" }.to_owned()),
    }
}

fn date(days: i32) -> Cell {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1);
    let found = epoch.and_then(|epoch| epoch.checked_add_signed(chrono::TimeDelta::days(days.into())));
    found.map_or_else(|| Cell::Text(if days > 0 { "infinity" } else { "-infinity" }.to_owned()), Cell::Date)
}

fn time(nanoseconds: i128) -> Cell {
    let seconds = u32::try_from(nanoseconds / 1_000_000_000).unwrap_or(0);
    let rest = u32::try_from(nanoseconds % 1_000_000_000).unwrap_or(0);
    let found = NaiveTime::from_num_seconds_from_midnight_opt(seconds, rest);
    found.map_or_else(|| Cell::Text("24:00:00".to_owned()), Cell::Time)
}

/// Writes a nested value as DuckDB's shell does.
fn text(value: &Value) -> String {
    match value {
        Value::Enum(name) => name.clone(),
        Value::Blob(bytes) | Value::Geometry(bytes) => {
            bytes.iter().map(|byte| format!("\\x{byte:02X}")).collect::<Vec<_>>().concat()
        }
        Value::Interval { months, days, nanos } => interval(*months, *days, *nanos),
        Value::List(items) | Value::Array(items) => format!("[{}]", joined(items.iter())),
        Value::Struct(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("'{name}': {}", inner(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}={}", inner(key), inner(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Union(value) => inner(value),
        other => inner(other),
    }
}

fn joined<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    values.map(inner).collect::<Vec<_>>().join(", ")
}

fn inner(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::List(_)
        | Value::Array(_)
        | Value::Struct(_)
        | Value::Map(_)
        | Value::Union(_)
        | Value::Enum(_)
        | Value::Blob(_)
        | Value::Interval { .. } => text(value),
        other => match owned(other.clone(), false) {
            Cell::Text(text) => text,
            cell => cell.to_text(),
        },
    }
}

fn interval(months: i32, days: i32, nanoseconds: i64) -> String {
    let mut parts = Vec::new();
    for (count, name) in [(months / 12, "year"), (months % 12, "month"), (days, "day")] {
        if count != 0 {
            parts.push(format!("{count} {name}{}", if count.abs() == 1 { "" } else { "s" }));
        }
    }
    if nanoseconds != 0 || parts.is_empty() {
        let seconds = nanoseconds.abs() / 1_000_000_000;
        let sign = if nanoseconds < 0 { "-" } else { "" };
        let micros = nanoseconds.abs() / 1_000 % 1_000_000;
        let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
        parts.push(format!(
            "{sign}{:02}:{:02}:{:02}{fraction}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        ));
    }
    parts.join(" ")
}

/// Names a type as DuckDB's `describe` does.
pub(super) fn type_name(handle: &LogicalTypeHandle) -> String {
    let name = match handle.id() {
        LogicalTypeId::Decimal => {
            return format!("DECIMAL({},{})", handle.decimal_width(), handle.decimal_scale());
        }
        LogicalTypeId::List => return format!("{}[]", type_name(&handle.child(0))),
        LogicalTypeId::Boolean => "BOOLEAN",
        LogicalTypeId::Tinyint => "TINYINT",
        LogicalTypeId::Smallint => "SMALLINT",
        LogicalTypeId::Integer => "INTEGER",
        LogicalTypeId::Bigint => "BIGINT",
        LogicalTypeId::Hugeint => "HUGEINT",
        LogicalTypeId::UHugeint => "UHUGEINT",
        LogicalTypeId::UTinyint => "UTINYINT",
        LogicalTypeId::USmallint => "USMALLINT",
        LogicalTypeId::UInteger => "UINTEGER",
        LogicalTypeId::UBigint => "UBIGINT",
        LogicalTypeId::Float => "FLOAT",
        LogicalTypeId::Double => "DOUBLE",
        LogicalTypeId::Varchar => "VARCHAR",
        LogicalTypeId::Blob => "BLOB",
        LogicalTypeId::Date => "DATE",
        LogicalTypeId::Time => "TIME",
        LogicalTypeId::Timestamp => "TIMESTAMP",
        LogicalTypeId::TimestampTZ => "TIMESTAMP WITH TIME ZONE",
        LogicalTypeId::TimestampS => "TIMESTAMP_S",
        LogicalTypeId::TimestampMs => "TIMESTAMP_MS",
        LogicalTypeId::TimestampNs => "TIMESTAMP_NS",
        LogicalTypeId::Interval => "INTERVAL",
        LogicalTypeId::Uuid => "UUID",
        LogicalTypeId::Struct => "STRUCT",
        LogicalTypeId::Map => "MAP",
        LogicalTypeId::Enum => "ENUM",
        LogicalTypeId::Union => "UNION",
        _ => "UNKNOWN",
    };
    name.to_owned()
}
