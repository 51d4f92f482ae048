//! Literals: the parser's constants as ours, and the escapes of texts as Python reads them.

use minijinja::value::ValueKind;

use crate::jinja::syntax::tree::Constant;

/// Converts a constant; `written` is how it stands in the template.
pub(super) fn constant(value: &minijinja::Value, written: &str) -> Constant {
    match value.kind() {
        ValueKind::Bool => Constant::Bool(value.is_true()),
        ValueKind::Number => match i128::try_from(value.clone()) {
            Ok(number) if value.is_integer() => Constant::Int(number),
            _ => f64::try_from(value.clone()).map_or(Constant::None, Constant::Float),
        },
        ValueKind::String if written.contains('\\') => Constant::Text(texts(written).into()),
        ValueKind::String => value.as_str().map_or(Constant::None, |text| Constant::Text(text.into())),
        _ => Constant::None,
    }
}

/// Joins the quoted texts that stand side by side.
fn texts(written: &str) -> String {
    let mut out = String::new();
    let mut rest = written.trim_start();
    while let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let inner = rest.get(1..).unwrap_or_default();
        let end = end_of_text(inner, quote);
        unescape(inner.get(..end).unwrap_or_default(), &mut out);
        rest = inner.get(end + 1..).unwrap_or_default().trim_start();
    }
    out
}

fn end_of_text(inner: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at,
            _ => {}
        }
    }
    inner.len()
}

/// Reads escapes; those that Python does not know stay as they are.
fn unescape(inner: &str, out: &mut String) {
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + 1..).unwrap_or_default();
        let Some(kind) = after.chars().next() else { break };
        let digits = |most: usize, radix: u32| {
            let start = usize::from(radix == 16);
            let text = after.get(start..).unwrap_or_default();
            let count = text.chars().take(most).take_while(|c| c.is_digit(radix)).count();
            let code = text.get(..count).and_then(|digits| u32::from_str_radix(digits, radix).ok());
            code.map(|code| (code, start + count))
        };
        let simple = match kind {
            '\n' => Some(""),
            '\\' => Some("\\"),
            '\'' => Some("'"),
            '"' => Some("\""),
            'a' => Some("\x07"),
            'b' => Some("\x08"),
            'f' => Some("\x0c"),
            'n' => Some("\n"),
            'r' => Some("\r"),
            't' => Some("\t"),
            'v' => Some("\x0b"),
            _ => None,
        };
        let coded = match kind {
            'x' => digits(2, 16),
            'u' => digits(4, 16).map(|(code, length)| with_low_half(code, length, after)),
            'U' => digits(8, 16),
            '0'..='7' => digits(3, 8),
            _ => None,
        };
        let mut length = kind.len_utf8();
        match (simple, coded.and_then(|(code, width)| Some((char::from_u32(code)?, width)))) {
            (Some(text), _) => out.push_str(text),
            (None, Some((c, width))) => {
                out.push(c);
                length = width;
            }
            (None, None) => {
                out.push('\\');
                out.push(kind);
            }
        }
        rest = after.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// Joins the two halves of a character beyond the first plane.
fn with_low_half(high: u32, length: usize, after: &str) -> (u32, usize) {
    let low = after
        .get(length..)
        .and_then(|rest| rest.strip_prefix("\\u"))
        .and_then(|rest| u32::from_str_radix(rest.get(..4)?, 16).ok());
    match low {
        Some(low) if (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(&low) => {
            (0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), length + 6)
        }
        _ => (high, length),
    }
}
