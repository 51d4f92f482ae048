//! Python's two ways to format: `'%s' % x` and `'{:>5}'.format(x)`.

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::printing::float;
use crate::jinja::value::{Arguments, Key, Value};

/// A format specification: `[[fill]align][sign][#][0][width][,][.precision][type]`.
#[derive(Debug, Clone, Default)]
struct Specification {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// The widest field that a format may ask for.
const WIDEST: usize = 1 << 20;

fn bad(message: impl Into<String>) -> Box<crate::jinja::eval::error::Interrupt> {
    RenderError::new(message).into()
}

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
        'r' | 'a' => item.repr(),
        'c' => character(item).ok_or_else(|| bad("%c requires int or char"))?,
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let whole = "diuxXo".contains(kind);
            if item.to_float().is_none() {
                let what = if whole { "a real number is required" } else { "must be real number" };
                return Err(bad(format!("%{kind} format: {what}, not {}", item.type_name())));
            }
            specification.kind = Some(if matches!(kind, 'i' | 'u') { 'd' } else { kind });
            let item = if whole {
                Value::Int(item.to_int().or_else(|| item.to_float().map(|n| n as i128)).unwrap_or(0))
            } else {
                item.clone()
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

fn number(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Option<usize>> {
    let mut digits = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    if digits.is_empty() {
        return Ok(None);
    }
    size(digits.parse().unwrap_or(i128::MAX)).map(Some)
}

fn size(number: i128) -> Result<usize> {
    usize::try_from(number)
        .ok()
        .filter(|number| *number <= WIDEST)
        .ok_or_else(|| bad("this format is too wide"))
}

/// Takes the argument that stands for a `*`.
fn starred(items: &mut std::collections::VecDeque<Value>) -> Result<i128> {
    let item = items.pop_front().ok_or_else(|| bad("not enough arguments for format string"))?;
    item.to_int().ok_or_else(|| bad("* wants int"))
}

/// Returns the character that a number or a text of one character stands for.
fn character(item: &Value) -> Option<String> {
    match item {
        Value::Str(text) => Some(text.as_str().to_owned()).filter(|text| text.chars().count() == 1),
        other => Some(char::from_u32(u32::try_from(other.to_int()?).ok()?)?.to_string()),
    }
}

/// `format.format(...)`.
pub fn format(format: &str, arguments: &Arguments) -> Result<String> {
    expand(format, arguments, &mut 0, 0)
}

fn expand(format: &str, arguments: &Arguments, automatic: &mut usize, depth: usize) -> Result<String> {
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
                out.push_str(&replacement(&field, arguments, automatic, depth)?);
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

fn replacement(field: &str, arguments: &Arguments, automatic: &mut usize, depth: usize) -> Result<String> {
    let (head, specification) = field.split_once(':').unwrap_or((field, ""));
    let (name, conversion) = head.split_once('!').unwrap_or((head, ""));
    let value = lookup(name, arguments, automatic)?;
    let value = match conversion {
        "r" | "a" => Value::from(value.repr()),
        "s" => Value::from(value.to_text()),
        _ => value,
    };
    let specification = expand(specification, arguments, automatic, depth + 1)?;
    if specification.is_empty() {
        return Ok(value.to_text());
    }
    if matches!(value, Value::Date(_) | Value::DateTime(_) | Value::Moment(_) | Value::Time(_)) {
        let arguments = Arguments::positional(vec![Value::from(specification)]);
        let formatted = crate::jinja::value::moments::call_method(&value, "strftime", arguments);
        return formatted.unwrap_or(Ok(Value::None)).map(|text| text.to_text());
    }
    apply(&value, &read(&specification)?)
}

/// Finds the value of a field's name: `0`, `name`, `name.attribute`, `name[key]`.
fn lookup(name: &str, arguments: &Arguments, automatic: &mut usize) -> Result<Value> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at(end);
    let mut value = if first.is_empty() {
        *automatic += 1;
        arguments.positional.get(*automatic - 1).cloned()
    } else if let Ok(index) = first.parse::<usize>() {
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
        let found = found.or_else(|| crate::jinja::eval::items::item(&value, &Value::from(key)));
        value = found.ok_or_else(|| bad(format!("KeyError: '{key}'")))?;
        rest = after;
    }
    Ok(value)
}

fn read(text: &str) -> Result<Specification> {
    let mut specification = Specification::default();
    let mut chars = text.chars().peekable();
    let mut ahead = text.chars();
    let (first, second) = (ahead.next(), ahead.next());
    if second.is_some_and(|c| "<>=^".contains(c)) {
        specification.fill = first;
        specification.align = second;
        chars.next();
        chars.next();
    } else if first.is_some_and(|c| "<>=^".contains(c)) {
        specification.align = chars.next();
    }
    specification.sign = chars.next_if(|c| "+- ".contains(*c));
    specification.alternate = chars.next_if_eq(&'#').is_some();
    if chars.next_if_eq(&'0').is_some() && specification.align.is_none() {
        specification.fill = Some('0');
        specification.align = Some('=');
    }
    specification.width = number(&mut chars)?.unwrap_or(0);
    specification.grouping = chars.next_if(|c| ",_".contains(*c));
    if chars.next_if_eq(&'.').is_some() {
        specification.precision =
            Some(number(&mut chars)?.ok_or_else(|| bad("Format specifier missing precision"))?);
    }
    specification.kind = chars.next();
    if chars.next().is_some() {
        return Err(bad(format!("Invalid format specifier '{text}'")));
    }
    Ok(specification)
}

fn apply(value: &Value, specification: &Specification) -> Result<String> {
    let is_number = value.to_float().is_some() && !matches!(value, Value::Str(_));
    if !is_number {
        if let Some(kind) = specification.kind.filter(|kind| *kind != 's') {
            return Err(bad(format!(
                "Unknown format code '{kind}' for object of type '{}'",
                value.type_name()
            )));
        }
        if !matches!(value, Value::Str(_)) {
            let message = format!("unsupported format string passed to {}.__format__", value.type_name());
            return Err(bad(message));
        }
        let text: String =
            value.to_text().chars().take(specification.precision.unwrap_or(usize::MAX)).collect();
        return Ok(pad(&text, specification, '<'));
    }
    if specification.kind == Some('c') {
        let text = character(value).ok_or_else(|| bad("%c arg not in range(0x110000)"))?;
        return Ok(pad(&text, specification, '<'));
    }
    let (negative, digits) = digits(value, specification)?;
    let sign = match (negative, specification.sign) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        _ => "",
    };
    if specification.align == Some('=') {
        let width = specification.width.saturating_sub(sign.len());
        if let (Some('0'), Some(separator)) = (specification.fill, specification.grouping) {
            return Ok(format!("{sign}{}", zeros_in_groups(&digits, separator, width)));
        }
        let missing = width.saturating_sub(digits.chars().count());
        let fill = specification.fill.unwrap_or(' ');
        return Ok(format!("{sign}{}{digits}", fill.to_string().repeat(missing)));
    }
    Ok(pad(&format!("{sign}{digits}"), specification, '>'))
}

/// Returns whether a number is negative, and its digits as the format's type writes them.
fn digits(value: &Value, specification: &Specification) -> Result<(bool, String)> {
    let kind = specification.kind;
    if let (Some(number), None | Some('d' | 'n' | 'x' | 'X' | 'o' | 'b')) = (value.to_int(), kind) {
        let size = number.unsigned_abs();
        let (prefix, text) = match kind {
            Some('x') => ("0x", format!("{size:x}")),
            Some('X') => ("0X", format!("{size:X}")),
            Some('o') => ("0o", format!("{size:o}")),
            Some('b') => ("0b", format!("{size:b}")),
            _ => ("", group(&size.to_string(), specification.grouping)),
        };
        let prefix = if specification.alternate { prefix } else { "" };
        return Ok((number < 0, format!("{prefix}{text}")));
    }
    let number = value.to_float().unwrap_or(0.0);
    let size = number.abs();
    let precision = specification.precision.unwrap_or(6);
    let text = match kind {
        Some('f' | 'F') => match value {
            Value::Decimal(exact) => exact
                .abs()
                .with_scale_round(precision as i64, bigdecimal::RoundingMode::HalfEven)
                .to_plain_string(),
            _ => format!("{size:.precision$}"),
        },
        Some('%') => format!("{:.precision$}%", size * 100.0),
        Some(kind @ ('e' | 'E')) => exponent(&format!("{size:.precision$e}"), kind),
        Some('G') => general(size, precision.max(1)).to_uppercase(),
        Some('g' | 'n') => general(size, precision.max(1)),
        None if specification.precision.is_some() => general(size, precision.max(1)),
        None => match value {
            Value::Decimal(exact) => exact.abs().to_plain_string(),
            _ => float(size),
        },
        Some(other) => {
            return Err(bad(format!(
                "Unknown format code '{other}' for object of type '{}'",
                value.type_name()
            )));
        }
    };
    Ok((number.is_sign_negative() && !number.is_nan(), group(&text, specification.grouping)))
}

fn exponent(text: &str, kind: char) -> String {
    let (digits, power) = text.split_once('e').unwrap_or((text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    format!("{digits}{kind}{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

fn general(size: f64, precision: usize) -> String {
    if size == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{size:.*e}", precision - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let trimmed = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    if power < -4 || power >= precision as i32 {
        let (digits, _) = scientific.split_once('e').unwrap_or((&scientific, ""));
        return exponent(&format!("{}e{power}", trimmed(digits)), 'e');
    }
    let places = usize::try_from(precision as i32 - 1 - power).unwrap_or(0);
    trimmed(&format!("{size:.places$}"))
}

/// Puts a separator between groups of three digits before the point.
fn group(text: &str, separator: Option<char>) -> String {
    let Some(separator) = separator else { return text.to_owned() };
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = text.split_at(end);
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out + rest
}

/// Fills up with zeros that are grouped as well.
fn zeros_in_groups(digits: &str, separator: char, width: usize) -> String {
    let mut out = digits.to_owned();
    let whole = |text: &str| text.find(|c: char| !c.is_ascii_digit() && c != separator).unwrap_or(text.len());
    while out.len() < width {
        let first = out.get(..whole(&out)).and_then(|whole| whole.split(separator).next());
        let full = first.is_some_and(|group| group.len() == 3);
        out = if full { format!("0{separator}{out}") } else { format!("0{out}") };
    }
    out
}

fn pad(text: &str, specification: &Specification, default: char) -> String {
    let missing = specification.width.saturating_sub(text.chars().count());
    let fill = |count: usize| specification.fill.unwrap_or(' ').to_string().repeat(count);
    match specification.align.unwrap_or(default) {
        '<' => format!("{text}{}", fill(missing)),
        '^' => format!("{}{text}{}", fill(missing / 2), fill(missing - missing / 2)),
        _ => format!("{}{text}", fill(missing)),
    }
}
