//! JSON, written as Python's `json.dumps` writes it and read back.

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::Result;
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
    reader.optional("default")?;
    let sorted = reader.truth("sort_keys", false)?;
    reader.finish()?;
    Ok(Value::from(json(&value, Style { sorted, indent: None })))
}

/// Jinja2's filter `tojson`: keys sorted, and safe inside of HTML.
pub(super) fn filter(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("tojson");
    let indent = reader.optional_int("indent")?.map(|indent| usize::try_from(indent).unwrap_or(0).min(100));
    reader.finish()?;
    let json = json(value, Style { sorted: true, indent });
    let safe =
        json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").replace('\'', "\\u0027");
    Ok(Value::from(safe))
}

/// dbt's function `fromjson`.
pub(super) fn read(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
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

/// Writes a value with `", "` and `": "`, everything beyond ASCII escaped.
fn json(value: &Value, style: Style) -> String {
    let mut out = String::new();
    write_json(value, style, &mut out, 0);
    out
}

fn write_json(value: &Value, style: Style, out: &mut String, depth: usize) {
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
            if style.sorted {
                pairs.sort_by(|a, b| a.0.cmp(&b.0));
            }
            enclosed(('{', '}'), pairs.len(), style, out, depth, |index, out| {
                let Some((key, value)) = pairs.get(index) else { return };
                quote(key, out);
                out.push_str(": ");
                write_json(value, style, out, depth + 1);
            });
        }
        Value::List(_) | Value::Tuple(_) | Value::Set(_) => {
            let items = value.iterate().unwrap_or_default();
            enclosed(('[', ']'), items.len(), style, out, depth, |index, out| {
                let Some(item) = items.get(index) else { return };
                write_json(item, style, out, depth + 1);
            });
        }
        other => quote(&other.to_text(), out),
    }
}

/// Writes brackets round parts, with commas between them.
fn enclosed(
    (open, close): (char, char),
    count: usize,
    style: Style,
    out: &mut String,
    depth: usize,
    part: impl Fn(usize, &mut String),
) {
    let line = |out: &mut String, depth: usize| {
        if let Some(indent) = style.indent {
            out.push('\n');
            out.push_str(&" ".repeat(indent * depth));
        }
    };
    out.push(open);
    for index in 0..count {
        if index > 0 {
            out.push_str(if style.indent.is_some() { "," } else { ", " });
        }
        line(out, depth + 1);
        part(index, out);
    }
    if count > 0 {
        line(out, depth);
    }
    out.push(close);
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
