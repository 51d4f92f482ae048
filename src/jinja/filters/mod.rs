//! Filters: one table of names, and the functions by family.

pub mod globals;
pub mod json;
mod numbers;
mod pprint;
mod sequences;
mod texts;
mod yaml;

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Evaluator, Mode};
use crate::jinja::value::{Arguments, Value};

/// A filter, by what it needs.
#[derive(Clone, Copy)]
enum Filter {
    /// The value alone.
    Plain(fn(&Value) -> Result<Value>),
    /// Arguments as well.
    With(fn(&Value, Arguments) -> Result<Value>),
    /// Other filters and tests as well.
    Evaluating(fn(&mut Evaluator<'_>, &Value, Arguments) -> Result<Value>),
}

use Filter::{Evaluating, Plain, With};

/// All filters: Jinja2's and dbt's.
const FILTERS: &[(&str, Filter)] = &[
    ("abs", Plain(numbers::abs)),
    ("as_bool", Plain(same)),
    ("as_native", Plain(same)),
    ("as_number", Plain(same)),
    ("as_text", Plain(same)),
    ("attr", Evaluating(sequences::attr)),
    ("batch", With(sequences::batch)),
    ("capitalize", Plain(texts::capitalize)),
    ("center", With(texts::center)),
    ("count", Plain(sequences::length)),
    ("d", With(default)),
    ("default", With(default)),
    ("dictsort", With(sequences::dictsort)),
    ("e", Plain(texts::escape)),
    ("escape", Plain(texts::escape)),
    ("filesizeformat", With(numbers::filesizeformat)),
    ("first", Plain(sequences::first)),
    ("float", With(numbers::float)),
    ("forceescape", Plain(texts::escape)),
    ("format", With(texts::format)),
    ("groupby", With(sequences::groupby)),
    ("indent", With(texts::indent)),
    ("int", With(numbers::int)),
    ("is_list", Plain(is_list)),
    ("items", Plain(sequences::items)),
    ("join", With(sequences::join)),
    ("last", Plain(sequences::last)),
    ("length", Plain(sequences::length)),
    ("list", Plain(sequences::list)),
    ("lower", Plain(texts::lower)),
    ("map", Evaluating(sequences::map)),
    ("max", With(sequences::max)),
    ("min", With(sequences::min)),
    ("pprint", With(pprint::pprint)),
    // Chance has no place in a compiler: the same input gives the same text.
    ("random", Plain(sequences::first)),
    ("reject", Evaluating(sequences::reject)),
    ("rejectattr", Evaluating(sequences::rejectattr)),
    ("replace", With(texts::replace)),
    ("reverse", Plain(sequences::reverse)),
    ("round", With(numbers::round)),
    ("safe", Plain(same)),
    ("select", Evaluating(sequences::select)),
    ("selectattr", Evaluating(sequences::selectattr)),
    ("slice", With(sequences::slice)),
    ("sort", With(sequences::sort)),
    ("string", Plain(texts::string)),
    ("striptags", Plain(texts::striptags)),
    ("sum", With(sequences::sum)),
    ("title", Plain(texts::title)),
    ("tojson", With(json::filter)),
    ("trim", With(texts::trim)),
    ("truncate", With(texts::truncate)),
    ("unique", With(sequences::unique)),
    ("upper", Plain(texts::upper)),
    ("urlencode", Plain(texts::urlencode)),
    ("wordcount", Plain(texts::wordcount)),
    ("wordwrap", With(texts::wordwrap)),
    ("xmlattr", With(texts::xmlattr)),
];

fn find(name: &str) -> Option<Filter> {
    FILTERS.iter().find(|(known, _)| *known == name).map(|(_, filter)| *filter)
}

/// Tells whether there is a filter of a name.
pub(super) fn exists(name: &str) -> bool {
    find(name).is_some()
}

/// Applies a filter.
pub(super) fn apply(
    evaluator: &mut Evaluator<'_>,
    name: &str,
    value: &Value,
    arguments: Arguments,
) -> Result<Value> {
    let Some(filter) = find(name) else {
        let near = crate::diagnostic::suggest::nearest(name, FILTERS.iter().map(|(known, _)| *known));
        let error = RenderError::new(format!("No filter named '{name}'."));
        return Err(match near {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        }
        .into());
    };
    let result = match filter {
        Plain(function) => arguments.reader(name).finish().and_then(|()| function(value)),
        With(function) => function(value, arguments),
        Evaluating(function) => function(evaluator, value, arguments),
    };
    match result {
        // While the project is read, nothing is known of an undefined value, whatever is done with it.
        Err(_) if evaluator.environment.mode == Mode::Parse && value.is_undefined() => Ok(value.clone()),
        result => result,
    }
}

fn same(value: &Value) -> Result<Value> {
    Ok(value.clone())
}

fn is_list(value: &Value) -> Result<Value> {
    Ok(Value::Bool(matches!(value, Value::List(_))))
}

fn default(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("default");
    let other = reader.or("default_value", Value::from(""))?;
    let also_false = reader.truth("boolean", false)?;
    reader.finish()?;
    Ok(if value.is_undefined() || (also_false && !value.is_true()) { other } else { value.clone() })
}
