//! Functions that every template has: Jinja2's own and the pure ones of dbt.

use std::cell::RefCell;
use std::rc::Rc;

use md5::{Digest, Md5};

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::filters::sequences;
use crate::jinja::value::containers::items_of;
use crate::jinja::value::object::Native;
use crate::jinja::value::printing::float;
use crate::jinja::value::{Arguments, Dict, Key, Object, Value};

/// A function of Jinja's or dbt's own.
type Function = fn(&mut Evaluator<'_>, Arguments) -> Result<Value>;

const FUNCTIONS: &[(&str, Function)] = &[
    ("range", range),
    ("dict", |_, arguments| sequences::dict_of(arguments)),
    ("namespace", |_, arguments| {
        let entries = sequences::dict_of(arguments)?;
        let Value::Dict(entries) = entries else { return Ok(Value::None) };
        Ok(Value::object(Namespace(RefCell::new(entries.borrow().clone()))))
    }),
    ("set", set),
    ("set_strict", set),
    ("zip", zip),
    ("zip_strict", zip),
    ("tojson", tojson),
    ("fromjson", fromjson),
    ("local_md5", |_, arguments| {
        let mut reader = arguments.reader("local_md5");
        let text = reader.text("value")?;
        reader.finish()?;
        Ok(Value::from(hex(&Md5::digest(text.as_bytes()))))
    }),
    ("joiner", |_, arguments| {
        let mut reader = arguments.reader("joiner");
        let separator = reader.optional_text("sep")?.unwrap_or_else(|| ", ".to_owned());
        reader.finish()?;
        let used = RefCell::new(false);
        Ok(Native::value("joiner", move |_, _| {
            let first = !used.replace(true);
            Ok(Value::from(if first { "" } else { separator.as_str() }))
        }))
    }),
];

/// Returns a function by name.
pub(crate) fn get(name: &str) -> Option<Value> {
    let (name, function) = FUNCTIONS.iter().find(|(known, _)| *known == name)?;
    Some(Native::value(name, function))
}

fn hex(bytes: &[u8]) -> String {
    crate::project::files::hex(bytes)
}

fn range(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let numbers: Option<Vec<i128>> = arguments.positional.iter().map(Value::to_int).collect();
    let numbers = numbers.ok_or_else(|| RenderError::new("range() takes whole numbers"))?;
    let (start, stop, step) = match numbers.as_slice() {
        [stop] => (0, *stop, 1),
        [start, stop] => (*start, *stop, 1),
        [start, stop, step] => (*start, *stop, *step),
        _ => return Err(RenderError::new("range expected 1 to 3 arguments").into()),
    };
    if step == 0 {
        return Err(RenderError::new("range() arg 3 must not be zero").into());
    }
    let count =
        if step > 0 { (stop - start + step - 1) / step } else { (start - stop - step - 1) / -step }.max(0);
    // Jinja2's sandbox has this bound too.
    if count > 100_000 {
        return Err(RenderError::new(
            "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
        )
        .into());
    }
    Ok(Value::object(Range { start, stop, step, count }))
}

struct Range {
    start: i128,
    stop: i128,
    step: i128,
    count: i128,
}

impl Object for Range {
    fn type_name(&self) -> &'static str {
        "range"
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some((0..self.count).map(|at| Value::Int(self.start + at * self.step)).collect())
    }

    fn text(&self) -> String {
        if self.step == 1 {
            format!("range({}, {})", self.start, self.stop)
        } else {
            format!("range({}, {}, {})", self.start, self.stop, self.step)
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// What `namespace()` makes: attributes that can be set from inner scopes.
struct Namespace(RefCell<Dict>);

impl Object for Namespace {
    fn type_name(&self) -> &'static str {
        "Namespace"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        self.0.borrow().get(&Key::text(name)).cloned()
    }

    fn set_attribute(&self, name: &str, value: Value) -> bool {
        self.0.borrow_mut().insert(Key::text(name), value);
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        format!("<Namespace {}>", Value::Dict(Rc::new(self.0.borrow().clone().into())).repr())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn set(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("set");
    let value = reader.or("value", Value::list(Vec::new()))?;
    let default = reader.optional("default")?;
    reader.finish()?;
    match default {
        Some(default) => Ok(sequences::set_of(&value).unwrap_or(default)),
        None => sequences::set_of(&value),
    }
}

fn zip(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let columns = arguments.positional.iter().map(items_of).collect::<Result<Vec<_>>>()?;
    let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
    let row = |at: usize| Value::tuple(columns.iter().filter_map(|column| column.get(at).cloned()).collect());
    Ok(Value::list((0..rows).map(row).collect()))
}

fn tojson(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("tojson");
    let value = reader.required("value")?;
    reader.optional("default")?;
    let sorted = reader.truth("sort_keys", false)?;
    reader.finish()?;
    Ok(Value::from(json(&value, sorted)))
}

fn fromjson(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("fromjson");
    let text = reader.text("string")?;
    let default = reader.or("default", Value::None)?;
    reader.finish()?;
    Ok(serde_json::from_str::<serde_json::Value>(&text).map_or(default, |value| from_json(&value)))
}

fn from_json(value: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::None,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => {
            number.as_i128().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)), Value::Int)
        }
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(from_json).collect()),
        Json::Object(map) => Value::dict(map.iter().map(|(key, value)| (key.as_str(), from_json(value)))),
    }
}

/// Writes JSON as Python's `json.dumps` does: `", "` and `": "`, everything beyond ASCII escaped.
pub(crate) fn json(value: &Value, sorted: bool) -> String {
    let mut out = String::new();
    write_json(value, sorted, &mut out, 0);
    out
}

fn write_json(value: &Value, sorted: bool, out: &mut String, depth: usize) {
    match value {
        _ if depth > 200 => out.push_str("null"),
        Value::None | Value::Undefined(_) => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Float(number) if number.is_nan() => out.push_str("NaN"),
        Value::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" });
        }
        Value::Float(number) => out.push_str(&float(*number)),
        Value::Dict(entries) => {
            let entries = entries.borrow();
            let mut pairs: Vec<(String, &Value)> =
                entries.iter().map(|(key, value)| (json_key(&key.0), value)).collect();
            if sorted {
                pairs.sort_by(|a, b| a.0.cmp(&b.0));
            }
            out.push('{');
            for (index, (key, value)) in pairs.into_iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                quote(&key, out);
                out.push_str(": ");
                write_json(value, sorted, out, depth + 1);
            }
            out.push('}');
        }
        Value::List(_) | Value::Tuple(_) | Value::Set(_) => {
            out.push('[');
            for (index, item) in value.iterate().unwrap_or_default().iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                write_json(item, sorted, out, depth + 1);
            }
            out.push(']');
        }
        other => quote(&other.to_text(), out),
    }
}

fn json_key(key: &Value) -> String {
    match key {
        Value::None => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        other => other.to_text(),
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            c if (' '..='~').contains(&c) => out.push(c),
            c => {
                let mut units = [0_u16; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}
