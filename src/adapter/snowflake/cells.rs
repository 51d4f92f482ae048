//! Snowflake's values as cells of a table, and its types by name. Every value comes as a text whose meaning its column's
//! type settles. Knows no connection.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};
use snowflake_connector_rs as client;
use snowflake_connector_rs::decode::{PlanBuildResult, RowDecodeResult};
use snowflake_connector_rs::{ColumnType, RowPlanContext, RowRef, Schema};

use crate::base::table::{Cell, TableColumn};

/// One row of a result.
pub(super) struct Row(pub(super) Vec<Cell>);

impl client::FromRow for Row {
    type Plan = Arc<Schema>;

    fn build_plan(context: RowPlanContext<'_>) -> PlanBuildResult<Self::Plan> {
        Ok(context.shared_schema())
    }

    fn from_row_with_plan(row: RowRef<'_>, plan: &Self::Plan) -> RowDecodeResult<Self> {
        let columns = plan.columns().iter().enumerate();
        let cells = columns.map(|(index, column)| Ok(cell(row.cell_at(index)?.raw(), column.ty())));
        cells.collect::<RowDecodeResult<_>>().map(Row)
    }
}

/// Names the columns of a result and their types.
pub(super) fn columns(schema: &Schema) -> Vec<TableColumn> {
    let columns = schema.columns().iter();
    columns
        .map(|column| TableColumn { name: column.name().to_owned(), data_type: type_name(column.ty()) })
        .collect()
}

/// Converts one value. What cannot be read as its type says stays the text it came as.
fn cell(raw: Option<&str>, kind: &ColumnType) -> Cell {
    let Some(raw) = raw else { return Cell::Null };
    read(raw, kind).unwrap_or_else(|| Cell::Text(raw.to_owned()))
}

fn read(raw: &str, kind: &ColumnType) -> Option<Cell> {
    match kind {
        ColumnType::Fixed { scale, .. } if scale.unwrap_or(0) == 0 => raw.parse().ok().map(Cell::Int),
        ColumnType::Fixed { scale, .. } => {
            let number: BigDecimal = raw.parse().ok()?;
            Some(Cell::Decimal(number.with_scale(scale.unwrap_or(0).into())))
        }
        ColumnType::Real => raw.parse().ok().map(Cell::Float),
        ColumnType::Boolean => match raw {
            "1" => Some(Cell::Bool(true)),
            "0" => Some(Cell::Bool(false)),
            other => other.to_ascii_lowercase().parse().ok().map(Cell::Bool),
        },
        // Days since the epoch.
        ColumnType::Date => {
            let days = TimeDelta::try_days(raw.parse().ok()?)?;
            NaiveDate::from_ymd_opt(1970, 1, 1)?.checked_add_signed(days).map(Cell::Date)
        }
        ColumnType::Time { .. } => {
            let (seconds, rest) = seconds(raw)?;
            let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds.try_into().ok()?, rest);
            time.map(Cell::Time)
        }
        ColumnType::TimestampNtz { .. } => moment(raw).map(|moment| Cell::Timestamp(moment.naive_utc())),
        ColumnType::TimestampLtz { .. } => moment(raw).map(Cell::Moment),
        // The moment, and the minutes its zone was off UTC when it was written, raised by a day.
        ColumnType::TimestampTz { .. } => moment(raw.split(' ').next()?).map(Cell::Moment),
        _ => None,
    }
}

fn moment(raw: &str) -> Option<DateTime<chrono::Utc>> {
    let (seconds, rest) = seconds(raw)?;
    DateTime::from_timestamp(seconds, rest)
}

/// Reads seconds with a fraction exactly: whole seconds, rounded down, and the nanoseconds after them.
fn seconds(raw: &str) -> Option<(i64, u32)> {
    let (whole, fraction) = raw.split_once('.').unwrap_or((raw, ""));
    let seconds: i64 = whole.parse().ok()?;
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanoseconds: u32 = format!("{fraction:0<9}").parse().ok()?;
    if whole.starts_with('-') && nanoseconds > 0 {
        return Some((seconds.checked_sub(1)?, 1_000_000_000 - nanoseconds));
    }
    Some((seconds, nanoseconds))
}

/// Names a type as `describe table` does; a fraction of nine digits, which is Snowflake's usual, is not told.
fn type_name(kind: &ColumnType) -> String {
    let timed = |name: &str, scale: &Option<u8>| match scale {
        Some(scale) if *scale != 9 => format!("{name}({scale})"),
        _ => name.to_owned(),
    };
    let sized = |name: &str, length: &Option<u32>| match length {
        Some(length) => format!("{name}({length})"),
        None => name.to_owned(),
    };
    match kind {
        ColumnType::Fixed { precision, scale, .. } => {
            format!("NUMBER({},{})", precision.unwrap_or(38), scale.unwrap_or(0))
        }
        ColumnType::Real => "FLOAT".to_owned(),
        ColumnType::Text { length, .. } => sized("VARCHAR", length),
        ColumnType::Binary { length, .. } => sized("BINARY", length),
        ColumnType::Time { scale, .. } => timed("TIME", scale),
        ColumnType::TimestampNtz { scale, .. } => timed("TIMESTAMP_NTZ", scale),
        ColumnType::TimestampLtz { scale, .. } => timed("TIMESTAMP_LTZ", scale),
        ColumnType::TimestampTz { scale, .. } => timed("TIMESTAMP_TZ", scale),
        other => other.as_str().to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_exactly() {
        assert_eq!(seconds("1.5"), Some((1, 500_000_000)));
        assert_eq!(seconds("-1.500000000"), Some((-2, 500_000_000)));
        assert_eq!(seconds("-0.25"), Some((-1, 750_000_000)));
        assert_eq!(seconds("7"), Some((7, 0)));
        assert_eq!(seconds("x"), None);
        assert_eq!(seconds("1.x"), None);
    }

    #[test]
    fn values_without_parameters_are_read() {
        assert_eq!(cell(None, &ColumnType::Real), Cell::Null);
        assert_eq!(cell(Some("1.25"), &ColumnType::Real), Cell::Float(1.25));
        assert!(matches!(cell(Some("NaN"), &ColumnType::Real), Cell::Float(number) if number.is_nan()));
        assert_eq!(cell(Some("-inf"), &ColumnType::Real), Cell::Float(f64::NEG_INFINITY));
        assert_eq!(cell(Some("1"), &ColumnType::Boolean), Cell::Bool(true));
        assert_eq!(cell(Some("FALSE"), &ColumnType::Boolean), Cell::Bool(false));
        assert_eq!(cell(Some("-1"), &ColumnType::Date).to_text(), "1969-12-31");
        assert_eq!(cell(Some("18993"), &ColumnType::Date).to_text(), "2022-01-01");
        assert_eq!(cell(Some("{\"a\": 1}"), &ColumnType::Variant), Cell::Text("{\"a\": 1}".to_owned()));
    }

    #[test]
    fn what_is_not_of_its_type_stays_text() {
        assert_eq!(cell(Some("soon"), &ColumnType::Date), Cell::Text("soon".to_owned()));
        assert_eq!(cell(Some("99999999999"), &ColumnType::Date), Cell::Text("99999999999".to_owned()));
    }
}
