//! Filters on texts.

use crate::jinja::eval::error::Result;
use crate::jinja::limits::room;
use crate::jinja::value::{Arguments, Text, Value, containers, formatting, strings};

fn as_text(value: &Value) -> Text {
    match value {
        Value::Str(text) => text.clone(),
        other => Text::new(other.to_text()),
    }
}

pub(super) fn string(value: &Value) -> Result<Value> {
    Ok(Value::Str(as_text(value)))
}

pub(super) fn upper(value: &Value) -> Result<Value> {
    Ok(Value::from(value.to_text().to_uppercase()))
}

pub(super) fn lower(value: &Value) -> Result<Value> {
    Ok(Value::from(value.to_text().to_lowercase()))
}

pub(super) fn capitalize(value: &Value) -> Result<Value> {
    Ok(Value::from(strings::capitalize(&value.to_text())))
}

/// Words begin after blanks, dashes and opening brackets; the rest of each is small.
pub(super) fn title(value: &Value) -> Result<Value> {
    let mut out = String::new();
    let mut begins = true;
    for c in value.to_text().chars() {
        if begins {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        begins = c.is_whitespace() || "-({[<".contains(c);
    }
    Ok(Value::from(out))
}

pub(super) fn trim(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("trim");
    let characters = reader.optional_text("chars")?;
    reader.finish()?;
    Ok(strings::strip_text(&as_text(value), characters.as_deref(), true, true))
}

pub(super) fn replace(value: &Value, arguments: Arguments) -> Result<Value> {
    strings::call(&as_text(value), "replace", arguments).unwrap_or(Ok(Value::None))
}

pub(super) fn format(value: &Value, arguments: Arguments) -> Result<Value> {
    let argument = if arguments.named.is_empty() {
        Value::tuple(arguments.positional)
    } else {
        Value::dict(arguments.named)
    };
    formatting::percent(&value.to_text(), &argument).map(Value::from)
}

pub(super) fn center(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("center");
    let width = reader.or("width", Value::Int(80))?;
    reader.finish()?;
    strings::call(&as_text(value), "center", Arguments::positional(vec![width])).unwrap_or(Ok(Value::None))
}

pub(super) fn indent(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("indent");
    let width = reader.or("width", Value::Int(4))?;
    let first = reader.truth("first", false)?;
    let blank = reader.truth("blank", false)?;
    reader.finish()?;
    let pad = match width.to_int() {
        Some(width) => {
            let width = usize::try_from(width.max(0)).unwrap_or(usize::MAX);
            room(width)?;
            " ".repeat(width)
        }
        None => width.to_text(),
    };
    let text = value.to_text();
    room(text.len().saturating_add((text.matches('\n').count() + 1).saturating_mul(pad.len())))?;
    let mut out = String::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let wanted = if index == 0 { first } else { blank || !line.is_empty() };
        if wanted {
            out.push_str(&pad);
        }
        out.push_str(line);
    }
    Ok(Value::from(out))
}

pub(super) fn wordcount(value: &Value) -> Result<Value> {
    let text = value.to_text();
    Ok(Value::from(
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).count(),
    ))
}

pub(super) fn truncate(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("truncate");
    let length =
        reader.optional_int("length")?.and_then(|length| usize::try_from(length).ok()).unwrap_or(255);
    let kill_words = reader.truth("killwords", false)?;
    let end = reader.optional_text("end")?.unwrap_or_else(|| "...".to_owned());
    let leeway = reader.optional_int("leeway")?.and_then(|leeway| usize::try_from(leeway).ok()).unwrap_or(5);
    reader.finish()?;
    let text = value.to_text();
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= length + leeway {
        return Ok(value.clone());
    }
    let kept: String = characters.iter().take(length.saturating_sub(end.chars().count())).collect();
    let kept = if kill_words {
        kept
    } else {
        kept.rsplit_once(' ').map_or(kept.clone(), |(before, _)| before.to_owned())
    };
    Ok(Value::from(kept + &end))
}

pub(super) fn wordwrap(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("wordwrap");
    let width =
        reader.optional_int("width")?.and_then(|width| usize::try_from(width).ok()).unwrap_or(79).max(1);
    let break_long = reader.truth("break_long_words", true)?;
    let newline = reader.optional_text("wrapstring")?.unwrap_or_else(|| "\n".to_owned());
    let break_at_hyphens = reader.truth("break_on_hyphens", true)?;
    reader.finish()?;
    let mut lines: Vec<String> = Vec::new();
    for line in value.to_text().lines() {
        wrap(line, width, break_long, break_at_hyphens, &mut lines);
    }
    let size: usize = lines.iter().map(String::len).sum();
    room(size.saturating_add(lines.len().saturating_mul(newline.len())))?;
    Ok(Value::from(lines.join(&newline)))
}

/// Breaks one line into lines of a width.
fn wrap(line: &str, width: usize, break_long: bool, break_at_hyphens: bool, lines: &mut Vec<String>) {
    let mut current = String::new();
    // Blanks at the break are dropped, those between words of one line are kept.
    let mut blanks = String::new();
    for chunk in chunks(line, break_at_hyphens) {
        if chunk.starts_with(char::is_whitespace) {
            blanks = chunk;
            continue;
        }
        let mut word = chunk;
        let used = current.chars().count() + blanks.chars().count();
        if !current.is_empty() && used + word.chars().count() > width {
            let room_left = width.saturating_sub(used);
            if break_long && word.chars().count() > width && room_left > 0 {
                current.push_str(&blanks);
                current.extend(word.chars().take(room_left));
                word = word.chars().skip(room_left).collect();
            }
            lines.push(std::mem::take(&mut current));
            blanks.clear();
        }
        while break_long && word.chars().count() > width {
            lines.push(word.chars().take(width).collect());
            word = word.chars().skip(width).collect();
        }
        if !current.is_empty() || lines.is_empty() {
            current.push_str(&blanks);
        }
        blanks.clear();
        current.push_str(&word);
    }
    lines.push(current);
}

/// Cuts a line into words and the blanks between them; words with hyphens behind each.
fn chunks(line: &str, break_at_hyphens: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    let mut letters = 0;
    for c in line.chars() {
        let new_kind = last.is_none_or(|last| last.is_whitespace() != c.is_whitespace());
        let behind_hyphen = break_at_hyphens && last == Some('-') && letters > 1 && c.is_alphabetic();
        match found.last_mut() {
            Some(chunk) if !new_kind && !behind_hyphen => chunk.push(c),
            _ => {
                found.push(c.to_string());
                letters = 0;
            }
        }
        letters += usize::from(c.is_alphanumeric() || c == '-');
        last = Some(c);
    }
    found
}

/// Escapes what means something in HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

pub(super) fn escape(value: &Value) -> Result<Value> {
    Ok(Value::from(escaped(&value.to_text())))
}

pub(super) fn striptags(value: &Value) -> Result<Value> {
    let mut out = String::new();
    let mut inside = false;
    for c in value.to_text().chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if inside => {}
            other => out.push(other),
        }
    }
    Ok(Value::from(unescaped(&out.split_whitespace().collect::<Vec<_>>().join(" "))))
}

/// Reads the marks that stand for what means something in HTML.
fn unescaped(text: &str) -> String {
    const MARKS: &[(&str, &str)] = &[
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", "\u{a0}"),
        // Last, so that a mark it makes is not read again.
        ("&amp;", "&"),
    ];
    MARKS.iter().fold(text.to_owned(), |text, (mark, sign)| text.replace(mark, sign))
}

pub(super) fn xmlattr(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("xmlattr");
    let blank_first = reader.truth("autospace", true)?;
    reader.finish()?;
    let entries = containers::pairs(value)?;
    let pairs = entries.iter().filter(|(_, value)| !value.is_none() && !value.is_undefined());
    let attributes: Vec<String> = pairs
        .map(|(key, value)| format!("{}=\"{}\"", escaped(&key.0.to_text()), escaped(&value.to_text())))
        .collect();
    let blank = if blank_first && !attributes.is_empty() { " " } else { "" };
    Ok(Value::from(format!("{blank}{}", attributes.join(" "))))
}

/// A text keeps its slashes; pairs become a query, in which blanks are plus signs.
pub(super) fn urlencode(value: &Value) -> Result<Value> {
    let quote = |text: &str, kept: &[u8]| {
        let mut out = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) || kept.contains(&byte) {
                out.push(byte as char);
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
        out
    };
    let part = |value: &Value| quote(&value.to_text(), b" ").replace(' ', "+");
    Ok(Value::from(match value {
        Value::Str(text) => quote(text.as_str(), b"/"),
        other if other.iterate().is_some() => {
            let pairs = containers::pairs(other)?;
            let pairs = pairs.iter().map(|(key, value)| format!("{}={}", part(&key.0), part(value)));
            pairs.collect::<Vec<_>>().join("&")
        }
        other => quote(&other.to_text(), b"/"),
    }))
}
