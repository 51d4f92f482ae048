//! Python's `pytz`: zones of time by name.

use std::any::Any;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Object, Value};

pub(super) fn module() -> Value {
    let utc = || Value::object(Zone::Named(Tz::UTC));
    let names = || Value::list(chrono_tz::TZ_VARIANTS.iter().map(|zone| Value::from(zone.name())).collect());
    Value::dict([
        ("UTC", utc()),
        ("all_timezones", names()),
        ("common_timezones", names()),
        ("timezone", Native::value("timezone", timezone)),
        ("utc", utc()),
    ])
}

fn timezone(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("timezone");
    let name = reader.text("zone")?;
    reader.finish()?;
    let found = chrono_tz::TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(&name));
    match found {
        Some(zone) => Ok(Value::object(Zone::Named(*zone))),
        None => {
            let near = crate::diagnostic::suggest::nearest(
                &name,
                chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()),
            );
            let error = RenderError::new(format!("there is no time zone '{name}'"));
            Err(near.map_or(error.clone(), |near| error.hint(format!("did you mean `{near}`?"))).into())
        }
    }
}

/// A zone of time.
#[derive(Clone, Copy)]
pub(crate) enum Zone {
    /// One with a name, whose offset depends on the date.
    Named(Tz),
    /// One that is nothing but an offset.
    Fixed(FixedOffset),
}

impl Zone {
    /// Returns an instant as this zone tells it.
    pub(crate) fn moment(self, utc: DateTime<Utc>) -> Value {
        Value::Moment(match self {
            Zone::Named(zone) => utc.with_timezone(&zone).fixed_offset(),
            Zone::Fixed(offset) => utc.with_timezone(&offset),
        })
    }

    /// Takes a timestamp for one of this zone. An hour that the clocks show twice is the later one, as pytz has it.
    pub(crate) fn localized(self, stamp: NaiveDateTime) -> Value {
        let offset = match self {
            Zone::Fixed(offset) => offset,
            Zone::Named(zone) => match zone.offset_from_local_datetime(&stamp) {
                chrono::LocalResult::Single(offset) | chrono::LocalResult::Ambiguous(_, offset) => {
                    offset.fix()
                }
                // The hour that the clocks leave out belongs to the time before them.
                chrono::LocalResult::None => {
                    zone.offset_from_utc_datetime(&(stamp - chrono::TimeDelta::hours(24))).fix()
                }
            },
        };
        Value::Moment(DateTime::from_naive_utc_and_offset(stamp - offset, offset))
    }
}

impl Object for Zone {
    fn type_name(&self) -> &'static str {
        "tzinfo"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        (name == "zone").then(|| Value::from(self.text()))
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        let moved = |arguments: Arguments| {
            let mut reader = arguments.reader(name);
            let stamp = reader.required("dt")?;
            reader.optional("is_dst")?;
            reader.finish()?;
            match stamp {
                Value::DateTime(stamp) if name == "localize" => Ok(self.localized(stamp)),
                Value::Moment(moment) if name == "normalize" => Ok(self.moment(moment.to_utc())),
                Value::Moment(_) => {
                    Err(RenderError::new("Not naive datetime (tzinfo is already set)").into())
                }
                _ => Err(RenderError::new(format!("{name}() takes a datetime")).into()),
            }
        };
        matches!(name, "localize" | "normalize").then(|| moved(std::mem::take(arguments)))
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        match self {
            Zone::Named(zone) => zone.name().to_owned(),
            Zone::Fixed(offset) if offset.local_minus_utc() == 0 => "UTC".to_owned(),
            Zone::Fixed(offset) => format!("UTC{offset}"),
        }
    }

    fn repr(&self) -> String {
        match self {
            Zone::Named(Tz::UTC) => "<UTC>".to_owned(),
            _ => format!("<DstTzInfo '{}'>", self.text()),
        }
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Zone>().is_some_and(|other| self.text() == other.text())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
