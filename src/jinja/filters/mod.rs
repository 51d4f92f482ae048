//! Filters: one table of names, and the functions by family.

pub(super) mod globals;
mod numbers;
mod sequences;
mod texts;

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Evaluator, Mode};
use crate::jinja::value::{Arguments, Value};

/// A filter.
type Filter = fn(&mut Evaluator<'_>, Value, Arguments) -> Result<Value>;

/// All filters: Jinja2's and dbt's.
const FILTERS: &[(&str, Filter)] = &[
    ("abs", numbers::abs),
    ("as_bool", same),
    ("as_native", same),
    ("as_number", same),
    ("as_text", same),
    ("attr", sequences::attr),
    ("batch", sequences::batch),
    ("capitalize", texts::capitalize),
    ("center", texts::center),
    ("count", sequences::length),
    ("d", default),
    ("default", default),
    ("dictsort", sequences::dictsort),
    ("e", same),
    ("escape", texts::escape),
    ("filesizeformat", numbers::filesizeformat),
    ("first", sequences::first),
    ("float", numbers::float),
    ("forceescape", texts::escape),
    ("format", texts::format),
    ("groupby", sequences::groupby),
    ("indent", texts::indent),
    ("int", numbers::int),
    ("is_list", is_list),
    ("items", sequences::items),
    ("join", sequences::join),
    ("last", sequences::last),
    ("length", sequences::length),
    ("list", sequences::list),
    ("lower", texts::lower),
    ("map", sequences::map),
    ("max", sequences::max),
    ("min", sequences::min),
    ("pprint", texts::pprint),
    ("random", sequences::first),
    ("reject", sequences::reject),
    ("rejectattr", sequences::rejectattr),
    ("replace", texts::replace),
    ("reverse", sequences::reverse),
    ("round", numbers::round),
    ("safe", same),
    ("select", sequences::select),
    ("selectattr", sequences::selectattr),
    ("slice", sequences::slice),
    ("sort", sequences::sort),
    ("string", texts::string),
    ("striptags", texts::striptags),
    ("sum", sequences::sum),
    ("title", texts::title),
    ("tojson", texts::tojson),
    ("trim", texts::trim),
    ("truncate", texts::truncate),
    ("unique", sequences::unique),
    ("upper", texts::upper),
    ("urlencode", texts::urlencode),
    ("wordcount", texts::wordcount),
    ("wordwrap", texts::wordwrap),
    ("xmlattr", texts::xmlattr),
];

/// Applies a filter.
pub(super) fn apply(
    evaluator: &mut Evaluator<'_>,
    name: &str,
    value: Value,
    arguments: Arguments,
) -> Result<Value> {
    let Some((_, filter)) = FILTERS.iter().find(|(known, _)| *known == name) else {
        let near = crate::diagnostic::suggest::nearest(name, FILTERS.iter().map(|(known, _)| *known));
        let error = RenderError::new(format!("No filter named '{name}'."));
        return Err(match near {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        }
        .into());
    };
    // While the project is read, nothing is known of an undefined value, whatever is done with it.
    if evaluator.environment.mode == Mode::Parse
        && value.is_undefined()
        && !matches!(name, "default" | "d" | "list" | "length")
    {
        return Ok(filter(evaluator, value.clone(), arguments).unwrap_or(value));
    }
    filter(evaluator, value, arguments)
}

fn same(_: &mut Evaluator<'_>, value: Value, _: Arguments) -> Result<Value> {
    Ok(value)
}

fn is_list(_: &mut Evaluator<'_>, value: Value, _: Arguments) -> Result<Value> {
    Ok(Value::Bool(matches!(value, Value::List(_))))
}

fn default(_: &mut Evaluator<'_>, value: Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("default");
    let other = reader.or("default_value", Value::from(""))?;
    let also_false = reader.truth("boolean", false)?;
    reader.finish()?;
    Ok(if value.is_undefined() || (also_false && !value.is_true()) { other } else { value })
}
