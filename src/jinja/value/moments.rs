//! Dates, times and spans of time: printing and methods, as Python's datetime module has them.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use crate::jinja::eval::error::{Interrupt, RenderError, Result};
use crate::jinja::value::{Arguments, Value, Zone};

/// Makes a date, unless it is beyond Python's years 1 to 9999.
pub fn day(day: Option<NaiveDate>) -> Result<Value> {
    day.filter(|day| (1..=9999).contains(&day.year())).map(Value::Date).ok_or_else(out_of_range)
}

/// Makes a timestamp, unless it is beyond Python's years.
pub fn stamp(stamp: Option<NaiveDateTime>) -> Result<Value> {
    stamp.filter(|stamp| (1..=9999).contains(&stamp.year())).map(Value::DateTime).ok_or_else(out_of_range)
}

/// Makes a moment, unless it is beyond Python's years.
pub fn moment(moment: Option<DateTime<FixedOffset>>, zone: Zone) -> Result<Value> {
    let moment = moment.filter(|moment| (1..=9999).contains(&moment.year()));
    moment.map(|moment| Value::Moment(moment, zone)).ok_or_else(out_of_range)
}

/// Makes a span of time, unless it is longer than Python's.
pub fn span(span: Option<TimeDelta>) -> Result<Value> {
    let longest = TimeDelta::days(999_999_999);
    span.filter(|span| span.abs() <= longest && span.num_microseconds().is_some())
        .map(Value::Delta)
        .ok_or_else(|| RenderError::new("this span of time is too long").into())
}

fn out_of_range() -> Box<Interrupt> {
    RenderError::new("date value out of range").into()
}

/// Writes a timestamp in ISO form; the fraction only where there is one.
pub fn iso(stamp: NaiveDateTime, separator: char) -> String {
    format!("{}{separator}{}", stamp.date(), iso_time(stamp.time()))
}

/// Writes a moment in ISO form with its offset.
pub fn iso_moment(moment: DateTime<FixedOffset>, separator: char) -> String {
    format!("{}{}", iso(moment.naive_local(), separator), moment.format("%:z"))
}

/// Writes a time of day.
pub fn iso_time(time: NaiveTime) -> String {
    let micros = time.nanosecond() / 1000;
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{}{fraction}", time.format("%H:%M:%S"))
}

/// Writes a span of time: `1 day, 2:00:00`.
pub fn delta(delta: TimeDelta) -> String {
    let (days, seconds, micros) = parts(delta);
    let plural = if days.abs() == 1 { "" } else { "s" };
    let days = if days == 0 { String::new() } else { format!("{days} day{plural}, ") };
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{days}{}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Writes a span of time as Python's `repr()`.
pub fn repr_delta(delta: TimeDelta) -> String {
    let (days, seconds, micros) = parts(delta);
    let named = [("days", days), ("seconds", seconds), ("microseconds", micros)];
    let shown: Vec<String> = named
        .iter()
        .filter(|(_, count)| *count != 0)
        .map(|(name, count)| format!("{name}={count}"))
        .collect();
    if shown.is_empty() {
        "datetime.timedelta(0)".to_owned()
    } else {
        format!("datetime.timedelta({})", shown.join(", "))
    }
}

/// Returns days, seconds of the day and microseconds; only the days may be negative.
fn parts(delta: TimeDelta) -> (i64, i64, i64) {
    let micros = delta.num_microseconds().unwrap_or(i64::MAX);
    let days = micros.div_euclid(86_400_000_000);
    let rest = micros.rem_euclid(86_400_000_000);
    (days, rest / 1_000_000, rest % 1_000_000)
}

/// Writes a timestamp as Python's `repr()`.
pub fn repr(stamp: NaiveDateTime) -> String {
    let micros = stamp.nanosecond() / 1000;
    let mut text = stamp.format("datetime.datetime(%Y, %-m, %-d, %-H, %-M").to_string();
    if stamp.second() > 0 || micros > 0 {
        text += &format!(", {}", stamp.second());
    }
    if micros > 0 {
        text += &format!(", {micros}");
    }
    text + ")"
}

/// Writes a time of day as Python's `repr()`.
pub fn repr_time(time: NaiveTime) -> String {
    let micros = time.nanosecond() / 1000;
    let seconds =
        if time.second() > 0 || micros > 0 { format!(", {}", time.second()) } else { String::new() };
    let micros = if micros > 0 { format!(", {micros}") } else { String::new() };
    format!("datetime.time({}, {}{seconds}{micros})", time.hour(), time.minute())
}

/// Formats by `strftime`'s directives; `%f` is microseconds, as in Python. What has no zone prints none.
fn strftime(stamp: DateTime<FixedOffset>, zone: Option<Zone>, format: &str) -> Result<String> {
    use std::fmt::Write;
    let name = zone.map(|zone| zone.abbreviation(stamp)).unwrap_or_default();
    let mut pattern = String::with_capacity(format.len());
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '%' { chars.next() } else { None }) {
            ('%', Some('f')) => pattern.push_str("%6f"),
            ('%', Some('Z')) => pattern.push_str(&name.replace('%', "%%")),
            ('%', Some('z')) if zone.is_none() => {}
            ('%', Some('z')) => pattern.push_str("%z"),
            ('%', Some(other)) => pattern.extend(['%', other]),
            ('%', None) => pattern.push_str("%%"),
            (other, _) => pattern.push(other),
        }
    }
    let mut out = String::new();
    write!(out, "{}", stamp.format(&pattern))
        .map_err(|_| RenderError::new(format!("strftime() does not know the format '{format}'")))?;
    Ok(out)
}

/// Returns an attribute of a date, time or span.
pub fn attribute(value: &Value, name: &str) -> Option<Value> {
    if let Value::Delta(delta) = value {
        let (days, seconds, micros) = parts(*delta);
        return match name {
            "days" => Some(Value::from(days)),
            "seconds" => Some(Value::from(seconds)),
            "microseconds" => Some(Value::from(micros)),
            _ => None,
        };
    }
    let (stamp, has_date, has_time) = parts_of(value)?;
    let number = |number: u32| Some(Value::from(i64::from(number)));
    match name {
        "tzinfo" if has_time => Some(match value {
            Value::Moment(_, zone) => Value::object(*zone),
            _ => Value::None,
        }),
        "year" if has_date => Some(Value::from(i64::from(stamp.year()))),
        "month" if has_date => number(stamp.month()),
        "day" if has_date => number(stamp.day()),
        "hour" if has_time => number(stamp.hour()),
        "minute" if has_time => number(stamp.minute()),
        "second" if has_time => number(stamp.second()),
        "microsecond" if has_time => number(stamp.nanosecond() / 1000),
        _ => None,
    }
}

/// Returns the local timestamp of a date, time or moment, and whether it has a date and a time.
fn parts_of(value: &Value) -> Option<(NaiveDateTime, bool, bool)> {
    Some(match value {
        Value::Date(date) => (date.and_time(NaiveTime::MIN), true, false),
        Value::DateTime(stamp) => (*stamp, true, true),
        Value::Moment(moment, _) => (moment.naive_local(), true, true),
        Value::Time(time) => (chrono::NaiveDate::from_ymd_opt(1900, 1, 1)?.and_time(*time), false, true),
        _ => return None,
    })
}

/// Calls a method of a date, time or span; `None` when there is none of this name.
pub fn call_method(value: &Value, name: &str, arguments: Arguments) -> Option<Result<Value>> {
    if let Value::Delta(delta) = value {
        return (name == "total_seconds").then(|| {
            arguments.reader(name).finish()?;
            Ok(Value::Float(delta.num_microseconds().unwrap_or(i64::MAX) as f64 / 1e6))
        });
    }
    let (stamp, has_date, has_time) = parts_of(value)?;
    let zone = FixedOffset::east_opt(0)?;
    let (moment, zone) = match value {
        Value::Moment(moment, zone) => (*moment, Some(*zone)),
        _ => (DateTime::from_naive_utc_and_offset(stamp, zone), None),
    };
    match name {
        "strftime" | "__format__" => Some((|| {
            let mut reader = arguments.reader(name);
            let format = reader.text("format")?;
            reader.finish()?;
            strftime(moment, zone, &format).map(Value::from)
        })()),
        "isoformat" => Some(isoformat(value, arguments)),
        "tzname" if has_time => {
            Some(Ok(zone.map_or(Value::None, |zone| Value::from(zone.abbreviation(moment)))))
        }
        "date" if has_date && has_time => Some(Ok(Value::Date(stamp.date()))),
        "time" if has_date && has_time => Some(Ok(Value::Time(stamp.time()))),
        "weekday" if has_date => Some(Ok(Value::from(i64::from(stamp.weekday().num_days_from_monday())))),
        "isoweekday" if has_date => Some(Ok(Value::from(i64::from(stamp.weekday().number_from_monday())))),
        "timestamp" if has_date && has_time => Some(Ok(Value::Float(moment.timestamp_micros() as f64 / 1e6))),
        "replace" => Some(replace(value, stamp, arguments)),
        "isocalendar" if has_date => {
            let week = stamp.iso_week();
            let parts = [week.year().into(), week.week().into(), stamp.weekday().number_from_monday().into()];
            Some(Ok(Value::tuple(parts.map(|number: i64| Value::from(number)).to_vec())))
        }
        "toordinal" if has_date => Some(Ok(Value::from(i64::from(stamp.date().num_days_from_ce())))),
        "ctime" if has_date => Some(Ok(Value::from(stamp.format("%a %b %e %H:%M:%S %Y").to_string()))),
        "utcoffset" if has_time => Some(Ok(match value {
            Value::Moment(moment, _) => {
                Value::Delta(TimeDelta::seconds(moment.offset().local_minus_utc().into()))
            }
            _ => Value::None,
        })),
        "astimezone" if has_date && has_time => Some(astimezone(moment, arguments)),
        _ => None,
    }
}

/// `isoformat(sep='T', timespec='auto')` of a timestamp, `isoformat(timespec='auto')` of a time of day.
fn isoformat(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("isoformat");
    let has_date = matches!(value, Value::DateTime(_) | Value::Moment(..));
    let separator = if has_date { reader.optional_text("sep")? } else { None };
    let precision = if matches!(value, Value::Date(_)) { None } else { reader.optional_text("timespec")? };
    reader.finish()?;
    let separator = separator.and_then(|text| text.chars().next()).unwrap_or('T');
    let (stamp, _, _) = parts_of(value).ok_or_else(out_of_range)?;
    let time = match precision.as_deref() {
        None | Some("auto") => iso_time(stamp.time()),
        Some("hours") => stamp.format("%H").to_string(),
        Some("minutes") => stamp.format("%H:%M").to_string(),
        Some("seconds") => stamp.format("%H:%M:%S").to_string(),
        Some("milliseconds") => stamp.format("%H:%M:%S%.3f").to_string(),
        Some("microseconds") => stamp.format("%H:%M:%S%.6f").to_string(),
        Some(_) => return Err(RenderError::new("Unknown timespec value").into()),
    };
    Ok(Value::from(match value {
        Value::Moment(moment, _) => format!("{}{separator}{time}{}", stamp.date(), moment.format("%:z")),
        Value::DateTime(_) => format!("{}{separator}{time}", stamp.date()),
        Value::Time(_) => time,
        other => other.to_text(),
    }))
}

/// A timestamp without a zone is taken for one of UTC.
fn astimezone(moment: DateTime<FixedOffset>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("astimezone");
    let zone = reader.optional("tz")?.filter(|zone| !zone.is_none());
    reader.finish()?;
    match zone {
        None => Ok(Value::Moment(moment, Zone::Fixed(*moment.offset()))),
        Some(zone) => match zone.downcast::<Zone>() {
            Some(zone) => Ok(zone.moment(moment.to_utc())),
            None => Err(RenderError::new("tzinfo argument must be None or of a tzinfo subclass").into()),
        },
    }
}

fn replace(value: &Value, stamp: NaiveDateTime, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("replace");
    let names = ["year", "month", "day", "hour", "minute", "second", "microsecond"];
    let given = names.map(|name| reader.optional_int(name));
    let zone = reader.optional("tzinfo")?;
    let no_zone = zone.as_ref().is_some_and(Value::is_none);
    let zone = zone.as_ref().and_then(Value::downcast::<Zone>).copied();
    reader.finish()?;
    let [year, month, day, hour, minute, second, micro] = given;
    let pick = |given: Result<Option<i128>>, old: u32| {
        given.map(|given| given.and_then(|n| u32::try_from(n).ok()).unwrap_or(old))
    };
    let year = year?.and_then(|year| i32::try_from(year).ok()).unwrap_or(stamp.year());
    let changed = chrono::NaiveDate::from_ymd_opt(year, pick(month, stamp.month())?, pick(day, stamp.day())?)
        .and_then(|date| {
            let parts = (
                pick(hour, stamp.hour()),
                pick(minute, stamp.minute()),
                pick(second, stamp.second()),
                pick(micro, stamp.nanosecond() / 1000),
            );
            date.and_hms_micro_opt(parts.0.ok()?, parts.1.ok()?, parts.2.ok()?, parts.3.ok()?)
        });
    let changed = changed.ok_or_else(|| RenderError::new("day is out of range for month"))?;
    Ok(match value {
        Value::Date(_) => Value::Date(changed.date()),
        Value::Time(_) => Value::Time(changed.time()),
        _ if zone.is_some() => zone.map_or(Value::None, |zone| zone.attached(changed)),
        Value::Moment(moment, zone) if !no_zone => {
            let offset = *moment.offset();
            Value::Moment(DateTime::from_naive_utc_and_offset(changed - offset, offset), *zone)
        }
        _ => Value::DateTime(changed),
    })
}
