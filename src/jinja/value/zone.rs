//! Zones of time: those of the time zone database by name, and plain offsets.

use std::any::Any;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName, Tz};

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::{Arguments, Object, Value, moments};

/// A zone of time.
#[derive(Clone, Copy)]
pub enum Zone {
    /// One with a name, whose offset depends on the date.
    Named(Tz),
    /// One that is nothing but an offset.
    Fixed(FixedOffset),
}

impl Zone {
    /// Universal time.
    pub const UTC: Self = Zone::Named(Tz::UTC);

    /// Returns an instant as this zone tells it.
    pub(crate) fn moment(self, utc: DateTime<Utc>) -> Value {
        let moment = match self {
            Zone::Named(zone) => utc.with_timezone(&zone).fixed_offset(),
            Zone::Fixed(offset) => utc.with_timezone(&offset),
        };
        Value::Moment(moment, self)
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
        Value::Moment(DateTime::from_naive_utc_and_offset(stamp - offset, offset), self)
    }

    /// Puts the zone on a timestamp without asking which of its offsets holds then: the first that was ever known,
    /// as pytz has it, whose zones are meant for `localize()`.
    pub(crate) fn attached(self, stamp: NaiveDateTime) -> Value {
        let offset = match self {
            Zone::Named(Tz::UTC) | Zone::Fixed(_) => return self.localized(stamp),
            Zone::Named(_) => self.first(),
        };
        Value::Moment(DateTime::from_naive_utc_and_offset(stamp - offset, offset), self)
    }

    /// The offset of local mean time, in whole minutes.
    fn first(self) -> FixedOffset {
        let zone = match self {
            Zone::Fixed(offset) => return offset,
            Zone::Named(zone) => zone,
        };
        let seconds = zone.offset_from_utc_datetime(&NaiveDateTime::MIN).fix().local_minus_utc();
        let minutes = (seconds + 30).div_euclid(60) * 60;
        FixedOffset::east_opt(minutes).unwrap_or_else(|| Utc.fix())
    }

    /// Returns the short name that the zone has at a moment: `EST`.
    pub(crate) fn abbreviation(self, moment: DateTime<FixedOffset>) -> String {
        match self {
            Zone::Named(zone) => {
                let here = zone.offset_from_utc_datetime(&moment.naive_utc());
                if here.fix() == *moment.offset() {
                    here.abbreviation().unwrap_or_default().to_owned()
                } else {
                    "LMT".to_owned()
                }
            }
            Zone::Fixed(_) => self.text(),
        }
    }

    /// Returns Python's `repr()` of the zone as it is at a moment.
    pub(crate) fn repr_at(self, moment: DateTime<FixedOffset>) -> String {
        let Zone::Named(zone) = self else { return self.repr() };
        if zone == Tz::UTC {
            return self.repr();
        }
        let here = zone.offset_from_utc_datetime(&moment.naive_utc());
        let summer = here.fix() == *moment.offset() && !here.dst_offset().is_zero();
        self.described(&self.abbreviation(moment), *moment.offset(), summer)
    }

    fn described(self, name: &str, offset: FixedOffset, summer: bool) -> String {
        let seconds = offset.local_minus_utc();
        let sign = if seconds > 0 { "+" } else { "" };
        let span = moments::delta(TimeDelta::seconds(seconds.into()));
        format!("<DstTzInfo '{}' {name}{sign}{span} {}>", self.text(), if summer { "DST" } else { "STD" })
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
                Value::Moment(moment, _) if name == "normalize" => Ok(self.moment(moment.to_utc())),
                Value::Moment(..) => {
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
            Zone::Named(_) => self.described("LMT", self.first(), false),
            Zone::Fixed(_) => format!("datetime.timezone({})", self.text()),
        }
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Zone>().is_some_and(|other| self.text() == other.text())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
