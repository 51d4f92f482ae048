//! The modules of Python that templates may use: `modules.datetime`, `.pytz`, `.re`, `.itertools`.

mod datetime;
mod itertools;
pub(crate) mod pytz;
mod re;
mod re_pattern;

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::Result;
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Value};

/// A function of a module.
type Function = fn(&mut Evaluator<'_>, Arguments) -> Result<Value>;

/// Returns what `modules` is in a template.
pub fn modules() -> Value {
    Value::dict([
        ("datetime", datetime::module()),
        ("itertools", itertools::module()),
        ("pytz", pytz::module()),
        ("re", re::module()),
    ])
}

/// Makes callable values of a table of functions.
fn functions(table: &[(&'static str, Function)]) -> impl Iterator<Item = (&'static str, Value)> {
    table.iter().map(|(name, function)| (*name, Native::value(name, *function)))
}
