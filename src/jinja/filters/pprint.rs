//! Python's `pprint`: keys sorted, and what does not fit into a line spread over several.

use crate::jinja::eval::error::Result;
use crate::jinja::limits::deeper;
use crate::jinja::value::{Arguments, Value};

/// Characters of a line.
const WIDTH: usize = 80;

/// The filter `pprint`.
pub(super) fn pprint(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("pprint");
    reader.optional("verbose")?;
    reader.finish()?;
    let mut out = String::new();
    write(&sorted(value), 0, 0, &mut out);
    Ok(Value::from(out))
}

/// Returns a value whose dicts and sets are sorted by key.
fn sorted(value: &Value) -> Value {
    let in_order = |mut items: Vec<Value>| {
        items.sort_by(|a, b| a.order(b).unwrap_or(std::cmp::Ordering::Equal));
        items
    };
    let result = deeper(|| match value {
        Value::Dict(entries) => {
            let entries = entries.borrow();
            let keys = in_order(entries.keys().map(|key| key.0.clone()).collect());
            let pair = |key: Value| {
                let key = crate::jinja::value::Key(key);
                let value = sorted(entries.get(&key).unwrap_or(&Value::None));
                (key, value)
            };
            Value::entries(keys.into_iter().map(pair).collect())
        }
        Value::List(items) => Value::list(items.borrow().iter().map(sorted).collect()),
        Value::Tuple(items) => Value::tuple(items.iter().map(sorted).collect()),
        other => other.clone(),
    });
    result.unwrap_or_else(|| value.clone())
}

/// Writes a value at an indent, leaving room for the brackets and commas behind it.
fn write(value: &Value, indent: usize, behind: usize, out: &mut String) {
    let line = value.repr();
    if indent + line.chars().count() + behind <= WIDTH {
        out.push_str(&line);
        return;
    }
    let spread = deeper(|| match value {
        Value::Dict(entries) if !entries.borrow().is_empty() => {
            let entries = entries.borrow();
            let parts: Vec<_> = entries.iter().map(|(key, value)| (Some(key.0.repr()), value)).collect();
            lines(("{", "}"), &parts, indent, behind, out);
        }
        Value::List(items) if !items.borrow().is_empty() => {
            let items = items.borrow();
            let parts: Vec<_> = items.iter().map(|item| (None, item)).collect();
            lines(("[", "]"), &parts, indent, behind, out);
        }
        Value::Tuple(items) if !items.is_empty() => {
            let parts: Vec<_> = items.iter().map(|item| (None, item)).collect();
            lines(("(", if items.len() == 1 { ",)" } else { ")" }), &parts, indent, behind, out);
        }
        _ => out.push_str(&line),
    });
    spread.unwrap_or_else(|| out.push_str(&line));
}

/// Writes the parts of a container, one on a line.
fn lines(
    (open, close): (&str, &str),
    parts: &[(Option<String>, &Value)],
    indent: usize,
    behind: usize,
    out: &mut String,
) {
    out.push_str(open);
    for (index, (key, value)) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(",\n");
            out.push_str(&" ".repeat(indent + 1));
        }
        let key = key.as_ref().map_or(String::new(), |key| format!("{key}: "));
        out.push_str(&key);
        let behind = if index + 1 == parts.len() { behind + close.len() } else { 1 };
        write(value, indent + 1 + key.chars().count(), behind, out);
    }
    out.push_str(close);
}
