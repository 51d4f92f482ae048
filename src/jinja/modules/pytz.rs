//! Python's `pytz`: zones of time by name.

use chrono_tz::Tz;

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::object::Native;
use crate::jinja::value::zone::Zone;
use crate::jinja::value::{Arguments, Value};

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
