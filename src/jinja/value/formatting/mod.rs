//! Python's two ways to format: `'%s' % x` and `'{:>5}'.format(x)`, and the specification that both come down to.

mod fields;
mod percent;

use bigdecimal::Signed;

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::Value;
use crate::jinja::value::printing::float;

pub use fields::format;
pub use percent::percent;

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

/// Returns the character that a number or a text of one character stands for.
fn character(item: &Value) -> Option<String> {
    match item {
        Value::Str(text) => Some(text.as_str().to_owned()).filter(|text| text.chars().count() == 1),
        other => Some(char::from_u32(u32::try_from(other.to_int()?).ok()?)?.to_string()),
    }
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
    if let (Some(number), None | Some('d' | 'n' | 'x' | 'X' | 'o' | 'b')) = (value.to_big(), kind) {
        let size = number.abs();
        let (prefix, text) = match kind {
            Some('x') => ("0x", in_fours(&size.to_str_radix(16), specification)?),
            Some('X') => ("0X", in_fours(&size.to_str_radix(16).to_uppercase(), specification)?),
            Some('o') => ("0o", in_fours(&size.to_str_radix(8), specification)?),
            Some('b') => ("0b", in_fours(&size.to_str_radix(2), specification)?),
            _ => ("", group(&size.to_string(), specification.grouping)),
        };
        let prefix = if specification.alternate { prefix } else { "" };
        return Ok((number.is_negative(), format!("{prefix}{text}")));
    }
    let number = value.to_float().unwrap_or(0.0);
    let size = number.abs();
    let precision = specification.precision.unwrap_or(6);
    let text = match kind {
        Some(kind) if !number.is_finite() => {
            let text = float(size);
            let text = if kind == '%' { text + "%" } else { text };
            if kind.is_uppercase() { text.to_uppercase() } else { text }
        }
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
        None if specification.precision.is_some() && number.is_finite() => with_point(size, precision.max(1)),
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

/// Writes as `general` does, but as a float: with a point, and an exponent one digit earlier.
fn with_point(size: f64, precision: usize) -> String {
    let scientific = format!("{size:.*e}", precision - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    if size != 0.0 && power == precision as i32 - 1 {
        let (digits, _) = scientific.split_once('e').unwrap_or((&scientific, ""));
        let digits =
            if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
        return exponent(&format!("{digits}e{power}"), 'e');
    }
    let text = general(size, precision);
    if text.contains(['.', 'e']) { text } else { text + ".0" }
}

/// Puts `_` between groups of four digits, which are all that such numbers may have.
fn in_fours(digits: &str, specification: &Specification) -> Result<String> {
    match specification.grouping {
        None => Ok(digits.to_owned()),
        Some('_') => {
            let mut out = String::new();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index).is_multiple_of(4) {
                    out.push('_');
                }
                out.push(digit);
            }
            Ok(out)
        }
        Some(other) => Err(bad(format!("Cannot specify '{other}' with this format type"))),
    }
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

/// Writes what is beyond ASCII as escapes, as Python's `ascii()`.
fn ascii(repr: &str) -> String {
    let mut out = String::with_capacity(repr.len());
    for c in repr.chars() {
        match c as u32 {
            ..0x80 => out.push(c),
            code @ ..=0xff => out.push_str(&format!("\\x{code:02x}")),
            code @ ..=0xffff => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out
}
