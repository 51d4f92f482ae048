//! JSON, written as Python's `json.dumps` writes it and read back.

use crate::base::data::Data;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{Interrupt, RenderError, Result};
use crate::jinja::limits;
use crate::jinja::value::printing::float;
use crate::jinja::value::{Arguments, Value};

/// How JSON is written.
#[derive(Clone, Copy, Default)]
struct Style {
    /// Whether keys are sorted.
    sorted: bool,
    /// Blanks by which each level is indented; on one line without.
    indent: Option<usize>,
}

/// dbt's function `tojson`.
pub(super) fn function(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("tojson");
    let value = reader.required("value")?;
    let default = reader.optional("default")?.filter(|default| !default.is_none());
    let sorted = reader.truth("sort_keys", false)?;
    reader.finish()?;
    match (json(&value, Style { sorted, indent: None }), default) {
        (Ok(text), _) => Ok(Value::from(text)),
        (Err(_), Some(default)) => Ok(default),
        (Err(error), None) => Err(error),
    }
}

/// Jinja2's filter `tojson`: keys sorted, and safe inside of HTML.
pub(super) fn filter(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("tojson");
    let indent =
        reader.optional_int("indent")?.map(|indent| usize::try_from(indent.clamp(0, 100)).unwrap_or(0));
    reader.finish()?;
    let json = json(value, Style { sorted: true, indent })?;
    let safe =
        json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").replace('\'', "\\u0027");
    Ok(Value::from(safe))
}

/// Writes data on one line as Python's `json.dumps` does.
pub fn line(data: &Data) -> String {
    // Data holds nothing that JSON cannot.
    json(&Value::from(data), Style::default()).unwrap_or_default()
}

/// dbt's function `fromjson`.
pub(super) fn read(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("fromjson");
    let text = reader.text("string")?;
    let default = reader.or("default", Value::None)?;
    reader.finish()?;
    let text = with_marks(&text);
    Ok(serde_json::from_str::<serde_json::Value>(&text).map_or(default, |value| from_json(&value)))
}

/// What stands before the names of numbers that JSON has not and Python reads.
const MARK: char = '\u{1}';

/// Makes texts of `NaN`, `Infinity` and `-Infinity`, marked so that they become numbers again.
fn with_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut inside, mut rest) = (false, text);
    while let Some(c) = rest.chars().next() {
        let name =
            ["NaN", "-Infinity", "Infinity"].into_iter().find(|name| !inside && rest.starts_with(name));
        if let Some(name) = name {
            out.push_str(&format!("\"\\u0001{name}\""));
            rest = rest.get(name.len()..).unwrap_or_default();
            continue;
        }
        out.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '"' => inside = !inside,
            '\\' if inside => {
                let escaped = rest.chars().next();
                out.extend(escaped);
                rest = rest.get(escaped.map_or(0, char::len_utf8)..).unwrap_or_default();
            }
            _ => {}
        }
    }
    out
}

fn from_json(value: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::None,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => {
            number.as_i128().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)), Value::Int)
        }
        Json::String(text) => match text.strip_prefix(MARK) {
            Some("NaN") => Value::Float(f64::NAN),
            Some("Infinity") => Value::Float(f64::INFINITY),
            Some("-Infinity") => Value::Float(f64::NEG_INFINITY),
            _ => Value::from(text.as_str()),
        },
        Json::Array(items) => Value::list(items.iter().map(from_json).collect()),
        Json::Object(map) => Value::dict(map.iter().map(|(key, value)| (key.as_str(), from_json(value)))),
    }
}

/// Writes a value with `", "` and `": "`, everything beyond ASCII escaped.
fn json(value: &Value, style: Style) -> Result<String> {
    let mut out = String::new();
    write_json(value, style, &mut out, 0)?;
    Ok(out)
}

fn refused(message: String) -> Box<Interrupt> {
    RenderError::new(message).into()
}

fn write_json(value: &Value, style: Style, out: &mut String, depth: usize) -> Result<()> {
    match value {
        Value::None | Value::Undefined(_) => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(_) | Value::Big(_) => out.push_str(&value.to_text()),
        Value::Float(number) if number.is_nan() => out.push_str("NaN"),
        Value::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" });
        }
        Value::Float(number) => out.push_str(&float(*number)),
        Value::Dict(entries) => {
            let entries = entries.borrow();
            let mut pairs = Vec::with_capacity(entries.len());
            for (key, value) in entries.iter() {
                pairs.push((json_key(&key.0)?, value));
            }
            if style.sorted {
                pairs.sort_by(|a, b| a.0.cmp(&b.0));
            }
            enclosed(('{', '}'), &pairs, style, out, depth, |(key, value), out| {
                quote(key, out);
                out.push_str(": ");
                write_json(value, style, out, depth + 1)
            })?;
        }
        Value::List(items) => {
            enclosed(('[', ']'), &items.borrow(), style, out, depth, |item, out| {
                write_json(item, style, out, depth + 1)
            })?;
        }
        Value::Tuple(items) => enclosed(('[', ']'), items, style, out, depth, |item, out| {
            write_json(item, style, out, depth + 1)
        })?,
        // Texts, and objects that are texts in Python too.
        Value::Str(_) => quote(&value.to_text(), out),
        Value::Object(object) if object.type_name() == "StrEnum" => quote(&value.to_text(), out),
        other => {
            let message = format!("Object of type {} is not JSON serializable", other.type_name());
            return Err(refused(message));
        }
    }
    Ok(())
}

/// Writes brackets round parts, with commas between them.
fn enclosed<T>(
    (open, close): (char, char),
    parts: &[T],
    style: Style,
    out: &mut String,
    depth: usize,
    write: impl Fn(&T, &mut String) -> Result<()>,
) -> Result<()> {
    let line = |out: &mut String, depth: usize| {
        if let Some(indent) = style.indent {
            out.push('\n');
            out.push_str(&" ".repeat(indent * depth));
        }
    };
    out.push(open);
    let written = limits::deeper(|| {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                out.push_str(if style.indent.is_some() { "," } else { ", " });
            }
            line(out, depth + 1);
            write(part, out)?;
            limits::room(out.len())?;
        }
        Ok(())
    });
    written.unwrap_or_else(|| Err(refused("Circular reference detected".to_owned())))?;
    if !parts.is_empty() {
        line(out, depth);
    }
    out.push(close);
    Ok(())
}

fn json_key(key: &Value) -> Result<String> {
    match key {
        Value::None => Ok("null".to_owned()),
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Tuple(_) => Err(refused("keys must be str, int, float, bool or None, not tuple".to_owned())),
        other => Ok(other.to_text()),
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
