//! Python's `datetime`: the classes and what they make. What their values can do is `value::moments`.

use std::any::Any;

use chrono::format::{Parsed, StrftimeItems, parse, parse_and_remainder};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::base::clock;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::object::ArgumentReader;
use crate::jinja::value::{Arguments, Object, Value, Zone};

/// The classes, by name.
const CLASSES: &[&str] = &["date", "datetime", "time", "timedelta", "tzinfo"];

/// The methods of the classes themselves.
const METHODS: &[&str] = &[
    "combine",
    "fromisoformat",
    "fromordinal",
    "fromtimestamp",
    "now",
    "strptime",
    "today",
    "utcfromtimestamp",
    "utcnow",
];

pub(super) fn module() -> Value {
    Value::dict(CLASSES.iter().map(|name| (*name, Value::object(Class(name)))))
}

/// One class: called, it makes a value; its methods make others.
struct Class(&'static str);

impl Object for Class {
    fn type_name(&self) -> &'static str {
        "type"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        Some(match (self.0, name) {
            ("date", "min") => Value::Date(NaiveDate::from_ymd_opt(1, 1, 1)?),
            ("date", "max") => Value::Date(NaiveDate::from_ymd_opt(9999, 12, 31)?),
            ("datetime", "min") => {
                Value::DateTime(NaiveDate::from_ymd_opt(1, 1, 1)?.and_time(NaiveTime::MIN))
            }
            ("datetime", "max") => Value::DateTime(
                NaiveDate::from_ymd_opt(9999, 12, 31)?.and_hms_micro_opt(23, 59, 59, 999_999)?,
            ),
            ("time", "min") => Value::Time(NaiveTime::MIN),
            (_, "__name__") => Value::from(self.0),
            _ => return None,
        })
    }

    fn has_method(&self, name: &str) -> bool {
        METHODS.contains(&name)
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn call(&self, _: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        let mut reader = arguments.reader(self.0);
        let made = match self.0 {
            "date" => Value::Date(date(&mut reader)?),
            "time" => Value::Time(time(&mut reader)?),
            "datetime" => {
                let day = date(&mut reader)?;
                let stamp = day.and_time(time(&mut reader)?);
                with_zone(stamp, reader.optional("tzinfo")?.as_ref())?
            }
            "timedelta" => Value::Delta(delta(&mut reader)?),
            _ => return Err(RenderError::new(format!("'{}' makes no values here", self.0)).into()),
        };
        reader.finish()?;
        Ok(made)
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        self.has_method(name).then(|| method(self.0, name, std::mem::take(arguments)))
    }

    fn text(&self) -> String {
        format!("<class 'datetime.{}'>", self.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn method(class: &str, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader(name);
    let local = || clock::now().with_timezone(&chrono::Local).naive_local();
    let made = match name {
        "today" if class == "date" => Value::Date(local().date()),
        "today" => Value::DateTime(local()),
        "utcnow" => Value::DateTime(clock::now().naive_utc()),
        "now" => match zone(reader.optional("tz")?.as_ref())? {
            Some(zone) => zone.moment(clock::now()),
            None => Value::DateTime(local()),
        },
        "fromtimestamp" | "utcfromtimestamp" => {
            let seconds = reader.required("timestamp")?;
            let zone = zone(reader.optional("tz")?.as_ref())?;
            let utc = instant(&seconds)?;
            match zone {
                Some(zone) => zone.moment(utc),
                None if name.starts_with("utc") => Value::DateTime(utc.naive_utc()),
                None if class == "date" => Value::Date(utc.with_timezone(&chrono::Local).date_naive()),
                None => Value::DateTime(utc.with_timezone(&chrono::Local).naive_local()),
            }
        }
        "fromordinal" => {
            let day = reader.optional_int("ordinal")?.and_then(|day| i32::try_from(day).ok());
            let day = day.and_then(NaiveDate::from_num_days_from_ce_opt);
            let day = day.ok_or_else(|| RenderError::new("ordinal must be >= 1"))?;
            if class == "date" { Value::Date(day) } else { Value::DateTime(day.and_time(NaiveTime::MIN)) }
        }
        "combine" => match (reader.required("date")?, reader.required("time")?) {
            (Value::Date(day), Value::Time(time)) => Value::DateTime(day.and_time(time)),
            (Value::DateTime(stamp), Value::Time(time)) => Value::DateTime(stamp.date().and_time(time)),
            _ => return Err(RenderError::new("combine() takes a date and a time").into()),
        },
        "strptime" => {
            let (text, format) = (reader.text("date_string")?, reader.text("format")?);
            strptime(&text, &format)?
        }
        _ => {
            let text = reader.text("date_string")?;
            from_iso(class, &text)
                .ok_or_else(|| RenderError::new(format!("Invalid isoformat string: '{text}'")))?
        }
    };
    reader.finish()?;
    Ok(made)
}

fn part(reader: &mut ArgumentReader<'_>, name: &str, default: Option<u32>) -> Result<u32> {
    let given = reader.optional_int(name)?;
    match (given, default) {
        (Some(number), _) => {
            u32::try_from(number).map_err(|_| RenderError::new(format!("{name} is out of range")).into())
        }
        (None, Some(default)) => Ok(default),
        (None, None) => Err(RenderError::new(format!("function missing required argument '{name}'")).into()),
    }
}

fn date(reader: &mut ArgumentReader<'_>) -> Result<NaiveDate> {
    let year = part(reader, "year", None)?;
    let (month, day) = (part(reader, "month", None)?, part(reader, "day", None)?);
    if !(1..=9999).contains(&year) {
        return Err(RenderError::new(format!("year {year} is out of range")).into());
    }
    if !(1..=12).contains(&month) {
        return Err(RenderError::new("month must be in 1..12").into());
    }
    let found = NaiveDate::from_ymd_opt(i32::try_from(year).unwrap_or(0), month, day);
    found.ok_or_else(|| RenderError::new("day is out of range for month").into())
}

fn time(reader: &mut ArgumentReader<'_>) -> Result<NaiveTime> {
    let parts = [("hour", 23), ("minute", 59), ("second", 59), ("microsecond", 999_999)];
    let mut numbers = [0; 4];
    for (number, (name, most)) in numbers.iter_mut().zip(parts) {
        *number = part(reader, name, Some(0))?;
        if *number > most {
            return Err(RenderError::new(format!("{name} must be in 0..{most}")).into());
        }
    }
    let [hour, minute, second, micro] = numbers;
    let found = NaiveTime::from_hms_micro_opt(hour, minute, second, micro);
    found.ok_or_else(|| RenderError::new("this is no time of day").into())
}

fn delta(reader: &mut ArgumentReader<'_>) -> Result<TimeDelta> {
    let units = [
        ("days", 86_400e6),
        ("seconds", 1e6),
        ("microseconds", 1.0),
        ("milliseconds", 1e3),
        ("minutes", 60e6),
        ("hours", 3600e6),
        ("weeks", 604_800e6),
    ];
    let mut total = 0_i64;
    for (name, micros) in units {
        let Some(count) = reader.optional(name)? else { continue };
        let added = match &count {
            Value::Float(number) => Some((number * micros).round_ties_even() as i64),
            other => match other.to_int() {
                Some(number) => {
                    i64::try_from(number).ok().and_then(|number| number.checked_mul(micros as i64))
                }
                None => {
                    let kind = other.type_name();
                    let message = format!("unsupported type for timedelta {name} component: {kind}");
                    return Err(RenderError::new(message).into());
                }
            },
        };
        total = added
            .and_then(|added| total.checked_add(added))
            .ok_or_else(|| RenderError::new("this span of time is too long"))?;
    }
    Ok(TimeDelta::microseconds(total))
}

/// Returns the zone that an argument is; `None` for none.
fn zone(value: Option<&Value>) -> Result<Option<Zone>> {
    match value {
        None | Some(Value::None) => Ok(None),
        Some(value) => match value.downcast::<Zone>() {
            Some(zone) => Ok(Some(*zone)),
            None => Err(RenderError::new("tzinfo argument must be None or of a tzinfo subclass").into()),
        },
    }
}

fn with_zone(stamp: NaiveDateTime, given: Option<&Value>) -> Result<Value> {
    Ok(match zone(given)? {
        Some(zone) => zone.attached(stamp),
        None => Value::DateTime(stamp),
    })
}

fn instant(seconds: &Value) -> Result<DateTime<chrono::Utc>> {
    let micros = match seconds {
        Value::Float(number) => Some((number * 1e6).round() as i64),
        other => other.to_int().and_then(|number| i64::try_from(number * 1_000_000).ok()),
    };
    let found = micros.and_then(DateTime::from_timestamp_micros);
    found.ok_or_else(|| RenderError::new("this timestamp is out of range").into())
}

/// Reads a text by `strptime`'s directives; what the format does not name is the first of January 1900.
fn strptime(text: &str, format: &str) -> Result<Value> {
    let refused = || RenderError::new(format!("time data '{text}' does not match format '{format}'"));
    // Python reads one to six digits of a fraction, chrono a fixed number: what stands there is cut out first.
    let (text, format, micros) = match format.split_once("%f") {
        None => (text.to_owned(), format.to_owned(), 0),
        Some((before, after)) => {
            let mut parsed = Parsed::new();
            let rest =
                parse_and_remainder(&mut parsed, text, StrftimeItems::new(before)).map_err(|_| refused())?;
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let digits = rest.get(..digits.min(6)).unwrap_or_default();
            let micros = format!("{digits:0<6}").parse::<u32>().ok().filter(|_| !digits.is_empty());
            let read = text.len() - rest.len();
            let left = text.get(..read).unwrap_or_default().to_owned()
                + rest.get(digits.len()..).unwrap_or_default();
            (left, format!("{before}{after}"), micros.ok_or_else(refused)?)
        }
    };
    let mut parsed = Parsed::new();
    parse(&mut parsed, &text, StrftimeItems::new(&format)).map_err(|_| refused())?;
    let hour = parsed.hour_div_12().zip(parsed.hour_mod_12()).map_or(0, |(half, hour)| half * 12 + hour);
    let (minute, second) = (parsed.minute().unwrap_or(0), parsed.second().unwrap_or(0));
    let time = NaiveTime::from_hms_micro_opt(hour, minute, second, micros).ok_or_else(refused)?;
    let offset = parsed.to_fixed_offset().ok();
    let date = parsed.to_naive_date().ok().or_else(|| {
        let year = parsed.year().unwrap_or(1900);
        NaiveDate::from_ymd_opt(year, parsed.month().unwrap_or(1), parsed.day().unwrap_or(1))
    });
    let stamp = date.ok_or_else(refused)?.and_time(time);
    Ok(match offset {
        Some(offset) => Zone::Fixed(offset).localized(stamp),
        None => Value::DateTime(stamp),
    })
}

fn from_iso(class: &str, text: &str) -> Option<Value> {
    if class == "date" {
        return NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Value::Date);
    }
    if class == "time" {
        let read = |format| NaiveTime::parse_from_str(text, format).ok();
        return read("%H:%M:%S%.f").or_else(|| read("%H:%M")).map(Value::Time);
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(Value::DateTime(day.and_time(NaiveTime::MIN)));
    }
    let text = text.replacen(' ', "T", 1);
    let zoned = text.strip_suffix('Z').map_or(text.clone(), |rest| format!("{rest}+00:00"));
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(stamp) = NaiveDateTime::parse_from_str(&text, format) {
            return Some(Value::DateTime(stamp));
        }
        if let Ok(moment) = DateTime::parse_from_str(&zoned, &format!("{format}%:z")) {
            return Some(Value::Moment(moment, Zone::Fixed(*moment.offset())));
        }
    }
    None
}
