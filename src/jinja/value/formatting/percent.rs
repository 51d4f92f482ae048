//! `format % value`.

use super::{Specification, apply, ascii, bad, character, number, pad, size};
use crate::jinja::eval::error::Result;
use crate::jinja::value::{Key, Value, integers};

/// `format % value`.
pub fn percent(format: &str, value: &Value) -> Result<String> {
    let mut items: std::collections::VecDeque<Value> = match value {
        Value::Tuple(items) => items.to_vec().into(),
        other => [other.clone()].into(),
    };
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut named = None;
        if chars.peek() == Some(&'(') {
            chars.next();
            let key: String = chars.by_ref().take_while(|c| *c != ')').collect();
            named = Some(match value {
                Value::Dict(entries) => entries
                    .borrow()
                    .get(&Key::text(&key))
                    .cloned()
                    .ok_or_else(|| bad(format!("KeyError: '{key}'")))?,
                _ => return Err(bad("format requires a mapping")),
            });
        }
        let mut specification = Specification { align: Some('>'), ..Specification::default() };
        while let Some(flag) = chars.next_if(|c| "-+ 0#".contains(*c)) {
            match flag {
                '-' => specification.align = Some('<'),
                '0' => specification.fill = Some('0'),
                '#' => specification.alternate = true,
                sign => specification.sign = Some(sign),
            }
        }
        specification.width = if chars.next_if_eq(&'*').is_some() {
            let width = starred(&mut items)?;
            if width < 0 {
                specification.align = Some('<');
            }
            size(width.abs())?
        } else {
            number(&mut chars)?.unwrap_or(0)
        };
        if chars.next_if_eq(&'.').is_some() {
            specification.precision = Some(if chars.next_if_eq(&'*').is_some() {
                size(starred(&mut items)?.max(0))?
            } else {
                number(&mut chars)?.unwrap_or(0)
            });
        }
        let kind = chars.next().ok_or_else(|| bad("incomplete format"))?;
        if kind == '%' {
            out.push('%');
            continue;
        }
        let item = match named {
            Some(item) => item,
            None => items.pop_front().ok_or_else(|| bad("not enough arguments for format string"))?,
        };
        out.push_str(&percent_item(&item, kind, specification)?);
    }
    if !items.is_empty()
        && !matches!(value, Value::Dict(_))
        && (!matches!(value, Value::List(_)) || format.contains('%'))
    {
        return Err(bad("not all arguments converted during string formatting"));
    }
    Ok(out)
}

fn percent_item(item: &Value, kind: char, mut specification: Specification) -> Result<String> {
    let text = match kind {
        's' => item.to_text(),
        'r' => item.repr(),
        'a' => ascii(&item.repr()),
        'c' => character(item).ok_or_else(|| bad("%c requires int or char"))?,
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let whole = "diuxXo".contains(kind);
            if item.to_float().is_none() {
                let what = if whole { "a real number is required" } else { "must be real number" };
                return Err(bad(format!("%{kind} format: {what}, not {}", item.type_name())));
            }
            specification.kind = Some(if matches!(kind, 'i' | 'u') { 'd' } else { kind });
            if "xXo".contains(kind) && !item.is_whole() {
                let message = format!("%{kind} format: an integer is required, not {}", item.type_name());
                return Err(bad(message));
            }
            let item = match item {
                _ if !whole || item.is_whole() => item.clone(),
                other => truncated(other)?,
            };
            if specification.fill == Some('0') && specification.align == Some('>') {
                specification.align = Some('=');
            }
            if whole {
                specification.precision = None;
            }
            return apply(&item, &specification);
        }
        other => return Err(bad(format!("unsupported format character '{other}'"))),
    };
    specification.fill = None;
    let text: String = text.chars().take(specification.precision.unwrap_or(usize::MAX)).collect();
    Ok(pad(&text, &specification, '>'))
}

/// Cuts a number towards zero.
fn truncated(number: &Value) -> Result<Value> {
    integers::truncated(number).ok_or_else(|| bad("cannot convert float infinity or NaN to integer"))
}

/// Takes the argument that stands for a `*`.
fn starred(items: &mut std::collections::VecDeque<Value>) -> Result<i128> {
    let item = items.pop_front().ok_or_else(|| bad("not enough arguments for format string"))?;
    item.to_int().ok_or_else(|| bad("* wants int"))
}
