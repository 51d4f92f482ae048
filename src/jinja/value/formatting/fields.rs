//! `format.format(...)`: fields in braces.

use super::{apply, ascii, bad, read};
use crate::jinja::eval::error::Result;
use crate::jinja::value::{Arguments, Value};

/// `format.format(...)`.
pub fn format(format: &str, arguments: &Arguments) -> Result<String> {
    expand(format, arguments, &mut Numbering::Unknown, 0)
}

/// How fields are told apart: all by their order or all by numbers.
#[derive(Clone, Copy)]
enum Numbering {
    Unknown,
    /// The number of the next field.
    Automatic(usize),
    Manual,
}

impl Numbering {
    /// Returns the position of the next field without a number.
    fn next(&mut self) -> Result<usize> {
        let next = match self {
            Self::Manual => {
                let message = "cannot switch from manual field specification to automatic field numbering";
                return Err(bad(message));
            }
            Self::Unknown => 0,
            Self::Automatic(next) => *next,
        };
        *self = Self::Automatic(next + 1);
        Ok(next)
    }

    /// Notes a field with a number.
    fn given(&mut self) -> Result<()> {
        if matches!(self, Self::Automatic(_)) {
            let message = "cannot switch from automatic field numbering to manual field specification";
            return Err(bad(message));
        }
        *self = Self::Manual;
        Ok(())
    }
}

fn expand(format: &str, arguments: &Arguments, numbering: &mut Numbering, depth: usize) -> Result<String> {
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' if chars.next_if_eq(&'{').is_some() => out.push('{'),
            '}' if chars.next_if_eq(&'}').is_some() => out.push('}'),
            '}' => return Err(bad("Single '}' encountered in format string")),
            '{' => {
                let mut level = 1;
                let mut field = String::new();
                for c in chars.by_ref() {
                    level += match c {
                        '{' => 1,
                        '}' => -1,
                        _ => 0,
                    };
                    if level == 0 {
                        break;
                    }
                    field.push(c);
                }
                if level != 0 || depth > 1 {
                    return Err(bad("expected '}' before end of string"));
                }
                out.push_str(&replacement(&field, arguments, numbering, depth)?);
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

fn replacement(
    field: &str,
    arguments: &Arguments,
    numbering: &mut Numbering,
    depth: usize,
) -> Result<String> {
    let (head, specification) = field.split_once(':').unwrap_or((field, ""));
    let (name, conversion) = head.split_once('!').unwrap_or((head, ""));
    let value = lookup(name, arguments, numbering)?;
    let value = match conversion {
        "r" => Value::from(value.repr()),
        "a" => Value::from(ascii(&value.repr())),
        "s" => Value::from(value.to_text()),
        "" => value,
        other => return Err(bad(format!("Unknown conversion specifier '{other}'"))),
    };
    let specification = expand(specification, arguments, numbering, depth + 1)?;
    if specification.is_empty() {
        return Ok(value.to_text());
    }
    if matches!(value, Value::Date(_) | Value::DateTime(_) | Value::Moment(..) | Value::Time(_)) {
        let arguments = Arguments::positional(vec![Value::from(specification)]);
        let formatted = crate::jinja::value::moments::call_method(&value, "strftime", arguments);
        return formatted.unwrap_or(Ok(Value::None)).map(|text| text.to_text());
    }
    apply(&value, &read(&specification)?)
}

/// Finds the value of a field's name: `0`, `name`, `name.attribute`, `name[key]`.
fn lookup(name: &str, arguments: &Arguments, numbering: &mut Numbering) -> Result<Value> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at(end);
    let mut value = if first.is_empty() {
        arguments.positional.get(numbering.next()?).cloned()
    } else if let Ok(index) = first.parse::<usize>() {
        numbering.given()?;
        arguments.positional.get(index).cloned()
    } else {
        arguments.named.iter().find(|(given, _)| &**given == first).map(|(_, value)| value.clone())
    }
    .ok_or_else(|| match first.parse::<usize>() {
        Err(_) if !first.is_empty() => bad(format!("KeyError: '{first}'")),
        _ => bad("Replacement index out of range for positional args tuple"),
    })?;
    while !rest.is_empty() {
        let (key, after) = if let Some(inner) = rest.strip_prefix('[') {
            inner.split_once(']').ok_or_else(|| bad("Missing ']' in format string"))?
        } else {
            let inner = rest.get(1..).unwrap_or_default();
            inner.split_at(inner.find(['.', '[']).unwrap_or(inner.len()))
        };
        let by_index = key.parse::<i128>().ok().map(Value::Int);
        let found = by_index.and_then(|index| crate::jinja::eval::items::item(&value, &index));
        let found = found
            .or_else(|| crate::jinja::eval::items::item(&value, &Value::from(key)))
            .or_else(|| crate::jinja::eval::items::attribute(&value, key));
        value = found.ok_or_else(|| bad(format!("KeyError: '{key}'")))?;
        rest = after;
    }
    Ok(value)
}
