//! What Python knows of characters: kinds of digits, what prints, folded case.

use std::sync::LazyLock;

use regex::Regex;

/// Other digits than decimal ones: raised, lowered and circled.
const OTHER_DIGITS: &str = "²³¹⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒";

fn class(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^[{pattern}]$")).ok()
}

fn is_in(class: Option<&Regex>, c: char) -> bool {
    class.is_some_and(|class| class.is_match(c.encode_utf8(&mut [0; 4])))
}

/// Tells whether Python's `repr()` shows a character as it is.
pub fn is_printable(c: char) -> bool {
    static HIDDEN: LazyLock<Option<Regex>> = LazyLock::new(|| class(r"\p{C}\p{Z}"));
    if c.is_ascii() { (' '..='~').contains(&c) } else { !is_in(HIDDEN.as_ref(), c) }
}

/// Tells whether a character is a decimal digit.
pub fn is_decimal(c: char) -> bool {
    static DECIMAL: LazyLock<Option<Regex>> = LazyLock::new(|| class(r"\p{Nd}"));
    if c.is_ascii() { c.is_ascii_digit() } else { is_in(DECIMAL.as_ref(), c) }
}

/// Tells whether a character is a digit, decimal or not.
pub fn is_digit(c: char) -> bool {
    static OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| class(OTHER_DIGITS));
    is_decimal(c) || (!c.is_ascii() && is_in(OTHER.as_ref(), c))
}

/// Small letters, and those that have none in the shape that compares equal.
pub fn casefold(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            'ς' => out.push('σ'),
            'ẞ' => out.push_str("ss"),
            _ if c.is_lowercase() && c.to_uppercase().count() > 1 => {
                out.extend(c.to_uppercase().flat_map(char::to_lowercase));
            }
            _ => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// Tells whether words begin with large letters and go on with small ones.
pub fn is_title(value: &str) -> bool {
    let mut inside = false;
    let mut cased = false;
    for c in value.chars() {
        if (c.is_uppercase() && inside) || (c.is_lowercase() && !inside) {
            return false;
        }
        inside = c.is_uppercase() || c.is_lowercase();
        cased |= inside;
    }
    cased
}

/// Cuts a text into lines at every kind of line end that Python knows.
pub fn lines(value: &str, keep_ends: bool) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let ends = |c: char| "\n\r\x0b\x0c\x1c\x1d\x1e\u{85}\u{2028}\u{2029}".contains(c);
        let end = rest.find(ends).unwrap_or(rest.len());
        let after = rest.get(end..).unwrap_or_default();
        let width =
            if after.starts_with("\r\n") { 2 } else { after.chars().next().map_or(0, char::len_utf8) };
        let (line, later) = rest.split_at(if keep_ends { end + width } else { end });
        found.push(line);
        rest = if keep_ends { later } else { later.get(width..).unwrap_or_default() };
    }
    found
}
