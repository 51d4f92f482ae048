//! The methods of texts.

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::limits::{self, room};
use crate::jinja::value::containers::items_of;
use crate::jinja::value::object::ArgumentReader;
use crate::jinja::value::{Arguments, Dict, Key, Text, Value, characters, formatting};

/// Calls a method of a text; `None` when there is none of this name.
pub fn call(text: &Text, name: &str, arguments: Arguments) -> Option<Result<Value>> {
    let value = text.as_str();
    limits::work(value.len() >> 6);
    if let Some(changed) = simple(value, name) {
        return Some(arguments.reader(name).finish().map(|()| changed));
    }
    Some(match name {
        "strip" | "lstrip" | "rstrip" => strip(text, name, arguments),
        "split" | "rsplit" => split(value, name, arguments),
        "replace" => replace(value, arguments),
        "startswith" | "endswith" => affix(value, name, arguments),
        "find" | "rfind" | "index" | "rindex" | "count" => search(value, name, arguments),
        "format" => formatting::format(value, &arguments).map(Value::from),
        "format_map" => format_map(value, arguments),
        "join" => join(value, arguments),
        "removeprefix" | "removesuffix" | "partition" | "rpartition" => cut(value, name, arguments),
        "center" | "ljust" | "rjust" | "zfill" => pad(value, name, arguments),
        "splitlines" => lines(value, arguments),
        "expandtabs" => expand_tabs(value, arguments),
        "translate" => translate(value, arguments),
        "maketrans" => translation(arguments),
        "encode" => Ok(Value::Str(text.clone())),
        _ => return None,
    })
}

/// The methods without arguments.
fn simple(value: &str, name: &str) -> Option<Value> {
    let all = |test: fn(char) -> bool| Value::Bool(!value.is_empty() && value.chars().all(test));
    let cased = || value.chars().any(|c| c.is_lowercase() || c.is_uppercase());
    Some(match name {
        "upper" => Value::from(value.to_uppercase()),
        "lower" => Value::from(value.to_lowercase()),
        "casefold" => Value::from(characters::casefold(value)),
        "capitalize" => Value::from(capitalize(value)),
        "title" => Value::from(title(value)),
        "swapcase" => {
            let swap = |c: char| {
                if c.is_uppercase() {
                    c.to_lowercase().collect::<String>()
                } else {
                    c.to_uppercase().collect()
                }
            };
            Value::from(value.chars().map(swap).collect::<String>())
        }
        "isdigit" => all(characters::is_digit),
        "isdecimal" => all(characters::is_decimal),
        "istitle" => Value::Bool(characters::is_title(value)),
        "isascii" => Value::Bool(value.is_ascii()),
        "isprintable" => Value::Bool(value.chars().all(characters::is_printable)),
        "isnumeric" => all(char::is_numeric),
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(char::is_alphanumeric),
        "isspace" => all(char::is_whitespace),
        "isupper" => Value::Bool(cased() && !value.chars().any(char::is_lowercase)),
        "islower" => Value::Bool(cased() && !value.chars().any(char::is_uppercase)),
        "isidentifier" => {
            let mut chars = value.chars();
            let first = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
            Value::Bool(first && chars.all(|c| c.is_alphanumeric() || c == '_'))
        }
        _ => return None,
    })
}

/// First letter large, the rest small.
pub fn capitalize(value: &str) -> String {
    let mut chars = value.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
        .unwrap_or_default()
}

/// The first letter of each run of letters large, the rest small.
pub fn title(value: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in value.chars() {
        if inside {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphabetic();
    }
    out
}

/// Strips characters off the ends; the rest keeps the pieces it came from.
pub fn strip_text(text: &Text, characters: Option<&str>, left: bool, right: bool) -> Value {
    let value = text.as_str();
    let drop = |c: char| characters.map_or_else(|| c.is_whitespace(), |set| set.contains(c));
    let start = if left { value.len() - value.trim_start_matches(drop).len() } else { 0 };
    let end = if right { value.trim_end_matches(drop).len().max(start) } else { value.len() };
    Value::Str(text.slice(start..end))
}

fn strip(text: &Text, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader(name);
    let characters = reader.optional_text("chars")?;
    reader.finish()?;
    Ok(strip_text(text, characters.as_deref(), name != "rstrip", name != "lstrip"))
}

fn split(value: &str, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader(name);
    let separator = reader.optional_text("sep")?;
    let most = reader.optional_int("maxsplit")?.and_then(|most| usize::try_from(most).ok());
    reader.finish()?;
    let limit = most.map_or(usize::MAX, |most| most + 1);
    let from_right = name == "rsplit";
    let parts: Vec<String> = match separator.as_deref() {
        Some("") => return Err(RenderError::new("empty separator").into()),
        Some(separator) if from_right => reversed(value.rsplitn(limit, separator)),
        Some(separator) => value.splitn(limit, separator).map(str::to_owned).collect(),
        None if limit == usize::MAX => value.split_whitespace().map(str::to_owned).collect(),
        None if from_right => {
            let mut words: Vec<String> = Vec::new();
            let mut rest = value.trim_end();
            while words.len() + 1 < limit {
                let Some(at) = rest.rfind(char::is_whitespace) else { break };
                words.push(rest.get(at..).unwrap_or_default().trim_start().to_owned());
                rest = rest.get(..at).unwrap_or_default().trim_end();
            }
            // What is left over keeps the blanks before it.
            let all = words.len() + 1 < limit;
            let rest = if all { rest.trim_start() } else { rest };
            if !rest.trim_start().is_empty() {
                words.push(rest.to_owned());
            }
            reversed(words.iter().map(String::as_str))
        }
        None => {
            let mut words: Vec<String> = Vec::new();
            let mut rest = value.trim_start();
            while words.len() + 1 < limit {
                let Some(at) = rest.find(char::is_whitespace) else { break };
                words.push(rest.get(..at).unwrap_or_default().to_owned());
                rest = rest.get(at..).unwrap_or_default().trim_start();
            }
            if !rest.is_empty() {
                words.push(rest.to_owned());
            }
            words
        }
    };
    Ok(Value::list(parts.into_iter().map(Value::from).collect()))
}

fn reversed<'p>(parts: impl Iterator<Item = &'p str>) -> Vec<String> {
    let mut parts: Vec<String> = parts.map(str::to_owned).collect();
    parts.reverse();
    parts
}

fn replace(value: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("replace");
    let (old, new) = (reader.text("old")?, reader.text("new")?);
    let count = reader.optional_int("count")?.and_then(|count| usize::try_from(count).ok());
    reader.finish()?;
    let most = count.unwrap_or(usize::MAX);
    let hits = if old.is_empty() { value.len() + 1 } else { value.matches(&old).take(most).count() };
    room(value.len().saturating_add(hits.min(most).saturating_mul(new.len())))?;
    Ok(Value::from(match count {
        Some(count) => value.replacen(&old, &new, count),
        None => value.replace(&old, &new),
    }))
}

fn affix(value: &str, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader(name);
    let wanted = reader.required("prefix")?;
    let (start, end) = (reader.optional_int("start")?, reader.optional_int("end")?);
    reader.finish()?;
    let Some((_, value)) = window(value, start, end) else { return Ok(Value::Bool(false)) };
    let options = match &wanted {
        Value::Tuple(items) => items.iter().map(Value::to_text).collect(),
        Value::Str(text) => vec![text.as_str().to_owned()],
        other => {
            let message =
                format!("{name} first arg must be str or a tuple of str, not {}", other.type_name());
            return Err(RenderError::new(message).into());
        }
    };
    let hit =
        |part: &String| if name == "startswith" { value.starts_with(part) } else { value.ends_with(part) };
    Ok(Value::Bool(options.iter().any(hit)))
}

/// Returns the part of a text between two characters, counted from either end, and the byte it starts at.
fn window(value: &str, start: Option<i128>, end: Option<i128>) -> Option<(usize, &str)> {
    if start.is_none() && end.is_none() {
        return Some((0, value));
    }
    let length = value.chars().count() as i128;
    let bound = |at: i128| if at < 0 { (at + length).max(0) } else { at };
    let (start, end) = (bound(start.unwrap_or(0)), bound(end.unwrap_or(length)).min(length));
    if start > end {
        return None;
    }
    let byte = |at: i128| -> usize {
        value.chars().take(usize::try_from(at).unwrap_or(0)).map(char::len_utf8).sum()
    };
    value.get(byte(start)..byte(end)).map(|part| (byte(start), part))
}

fn search(value: &str, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader(name);
    let part = reader.text("sub")?;
    let (start, end) = (reader.optional_int("start")?, reader.optional_int("end")?);
    reader.finish()?;
    let part_of = window(value, start, end);
    if name == "count" {
        return Ok(Value::from(part_of.map_or(0, |(_, rest)| rest.matches(part.as_str()).count())));
    }
    let (skip, rest) = part_of.unwrap_or((0, ""));
    let found = match part_of {
        None => None,
        Some(_) if name.starts_with('r') => rest.rfind(&part),
        Some(_) => rest.find(&part),
    };
    match found {
        Some(at) => Ok(Value::from(value.get(..skip + at).map_or(0, |before| before.chars().count()))),
        None if name.ends_with("index") => Err(RenderError::new("substring not found").into()),
        None => Ok(Value::Int(-1)),
    }
}

fn format_map(value: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("format_map");
    let entries = crate::jinja::value::containers::pairs(&reader.required("mapping")?)?;
    reader.finish()?;
    let named = entries.into_iter().map(|(key, value)| (key.0.to_text().into(), value)).collect();
    formatting::format(value, &Arguments { positional: Vec::new(), named }).map(Value::from)
}

fn join(value: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("join");
    let items = items_of(&reader.required("iterable")?)?;
    reader.finish()?;
    let mut parts = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let Some(text) = item.as_str() else {
            let message = format!("sequence item {index}: expected str instance, {} found", item.type_name());
            return Err(RenderError::new(message).into());
        };
        parts.push(text.to_owned());
    }
    let size: usize = parts.iter().map(String::len).sum();
    room(size.saturating_add(value.len().saturating_mul(parts.len())))?;
    Ok(Value::from(parts.join(value)))
}

fn lines(value: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("splitlines");
    let keep_ends = reader.truth("keepends", false)?;
    reader.finish()?;
    Ok(Value::list(characters::lines(value, keep_ends).into_iter().map(Value::from).collect()))
}

fn expand_tabs(value: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("expandtabs");
    let size = reader.optional_int("tabsize")?.unwrap_or(8).max(0);
    reader.finish()?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    room(value.matches('\t').count().saturating_mul(size))?;
    let mut out = String::new();
    let mut column = 0;
    for c in value.chars() {
        match c {
            '\t' => {
                let blanks = if size == 0 { 0 } else { size - column % size };
                out.push_str(&" ".repeat(blanks));
                column += blanks;
            }
            other => {
                out.push(other);
                column = if matches!(other, '\n' | '\r') { 0 } else { column + 1 };
            }
        }
    }
    Ok(Value::from(out))
}

/// Replaces characters by a table that `maketrans` makes: their numbers to texts, numbers or none.
fn translate(value: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("translate");
    let table = reader.required("table")?;
    reader.finish()?;
    let mut out = String::new();
    for c in value.chars() {
        let number = Value::Int((c as u32).into());
        match crate::jinja::eval::items::item(&table, &number) {
            None => out.push(c),
            Some(Value::None) => {}
            Some(Value::Int(code)) => out.extend(u32::try_from(code).ok().and_then(char::from_u32)),
            Some(other) => out.push_str(&other.to_text()),
        }
        room(out.len())?;
    }
    Ok(Value::from(out))
}

fn translation(arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("maketrans");
    let (from, to) = (reader.required("x")?, reader.optional_text("y")?);
    let dropped = reader.optional_text("z")?;
    reader.finish()?;
    let code = |c: char| Value::Int((c as u32).into());
    let mut table = Dict::new();
    match (&from, to) {
        (from, Some(to)) => {
            let from = from.to_text();
            if from.chars().count() != to.chars().count() {
                let message = "the first two maketrans arguments must have equal length";
                return Err(RenderError::new(message).into());
            }
            table.extend(from.chars().zip(to.chars()).map(|(from, to)| (Key(code(from)), code(to))));
        }
        (from, None) => {
            for (key, value) in crate::jinja::value::containers::pairs(from)? {
                let key = key.0.as_str().and_then(|text| text.chars().next()).map_or(key.0.clone(), code);
                table.insert(Key(key), value);
            }
        }
    }
    table.extend(dropped.unwrap_or_default().chars().map(|c| (Key(code(c)), Value::None)));
    Ok(Value::entries(table))
}

fn cut(value: &str, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader(name);
    let part = reader.text("sep")?;
    reader.finish()?;
    let triple = |parts: [&str; 3]| Value::tuple(parts.map(Value::from).to_vec());
    Ok(match name {
        "removeprefix" => Value::from(value.strip_prefix(part.as_str()).unwrap_or(value)),
        "removesuffix" => Value::from(value.strip_suffix(part.as_str()).unwrap_or(value)),
        "partition" => match value.split_once(part.as_str()) {
            Some((before, after)) => triple([before, &part, after]),
            None => triple([value, "", ""]),
        },
        _ => match value.rsplit_once(part.as_str()) {
            Some((before, after)) => triple([before, &part, after]),
            None => triple(["", "", value]),
        },
    })
}

fn pad(value: &str, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader: ArgumentReader<'_> = arguments.reader(name);
    let width = reader.optional_int("width")?.unwrap_or(0).max(0);
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    let fill = reader
        .optional_text("fillchar")?
        .unwrap_or_else(|| if name == "zfill" { "0" } else { " " }.to_owned());
    reader.finish()?;
    if fill.chars().count() != 1 {
        return Err(RenderError::new("The fill character must be exactly one character long").into());
    }
    room(width.saturating_mul(fill.len()))?;
    let missing = width.saturating_sub(value.chars().count());
    let some = |count: usize| fill.repeat(count);
    Ok(Value::from(match name {
        "ljust" => format!("{value}{}", some(missing)),
        "rjust" => format!("{}{value}", some(missing)),
        "zfill" => match value.strip_prefix(['-', '+']) {
            Some(digits) => format!("{}{}{digits}", value.get(..1).unwrap_or_default(), some(missing)),
            None => format!("{}{value}", some(missing)),
        },
        // Python puts the odd blank on the left when the width is odd.
        _ => {
            let left = missing / 2 + (missing & width & 1);
            format!("{}{value}{}", some(left), some(missing - left))
        }
    }))
}
