//! Plain scalars by the rules of YAML 1.1 as PyYAML has them: `yes` is true, `012` is ten, `1e3` is a text.

use std::sync::LazyLock;

use regex::Regex;

use crate::base::data::Data;

static FLOAT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^[-+]?(?:(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$")
        .ok()
});
static TIME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$").ok());
static STAMP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]|[ \t]+)(\d{1,2}):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d{1,2}(?::?\d\d)?))?$",
    )
    .ok()
});

/// Gives a plain scalar its type.
pub fn resolve(text: &str) -> Data {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Data::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Data::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Data::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Data::Float(f64::NAN),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return Data::Str(text.to_owned());
    }
    integer(text)
        .map(Data::Int)
        .or_else(|| float(text).map(Data::Float))
        .or_else(|| timestamp(text).map(Data::Str))
        .unwrap_or_else(|| Data::Str(text.to_owned()))
}

fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = split_sign(text);
    let clean: String = digits.chars().filter(|c| *c != '_').collect();
    let magnitude = match clean.as_str() {
        "" => None,
        "0" => Some(0),
        other => {
            if let Some(hex) = other.strip_prefix("0x") {
                i128::from_str_radix(hex, 16).ok()
            } else if let Some(binary) = other.strip_prefix("0b") {
                i128::from_str_radix(binary, 2).ok()
            } else if let Some(octal) = other.strip_prefix('0') {
                i128::from_str_radix(octal, 8).ok()
            } else if other.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('_') {
                other.parse().ok()
            } else {
                sexagesimal(other)
            }
        }
    }?;
    Some(if negative { -magnitude } else { magnitude })
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Reads `12:30` as 12 times 60 plus 30, as YAML 1.1 does.
fn sexagesimal(text: &str) -> Option<i128> {
    if text.contains('.') || !TIME.as_ref()?.is_match(text) {
        return None;
    }
    text.split(':').try_fold(0_i128, |sum, part| part.parse::<i128>().ok()?.checked_add(sum.checked_mul(60)?))
}

fn float(text: &str) -> Option<f64> {
    let (negative, rest) = split_sign(text);
    if matches!(rest, ".inf" | ".Inf" | ".INF") {
        return Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    FLOAT.as_ref()?.is_match(text).then(|| text.replace('_', "").parse().ok())?
}

/// Tells whether a plain scalar would be a date or a timestamp.
pub fn looks_like_date(text: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let date = text.len() == 10 && digits(0..4) && digits(5..7) && digits(8..10);
    (date && text.get(4..5) == Some("-") && text.get(7..8) == Some("-")) || timestamp(text).is_some()
}

/// Returns a timestamp in ISO form; a date alone is ISO already. PyYAML makes datetimes, dbt prints them so.
fn timestamp(text: &str) -> Option<String> {
    let parts = STAMP.as_ref()?.captures(text)?;
    let number = |index: usize| parts.get(index).and_then(|found| found.as_str().parse::<u32>().ok());
    let fraction = parts.get(7).map(|found| format!("{:0<6}", found.as_str()));
    let fraction =
        fraction.map(|digits| format!(".{}", digits.get(..6).unwrap_or_default())).unwrap_or_default();
    let zone = match parts.get(8).map(|found| found.as_str()) {
        None => "",
        Some("Z") => "+00:00",
        Some(other) => other,
    };
    Some(format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{fraction}{zone}",
        number(1)?,
        number(2)?,
        number(3)?,
        number(4)?,
        number(5)?,
        number(6)?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_have_the_types_of_yaml_1_1() {
        let cases: &[(&str, Data)] = &[
            ("yes", Data::Bool(true)),
            ("off", Data::Bool(false)),
            ("012", Data::Int(10)),
            ("1_000", Data::Int(1000)),
            ("0x1F", Data::Int(31)),
            ("12:30", Data::Int(750)),
            ("-7", Data::Int(-7)),
            ("1.0", Data::Float(1.0)),
            ("1e3", Data::from("1e3")),
            ("1.5e+3", Data::Float(1500.0)),
            ("09", Data::from("09")),
            ("2020-01-02", Data::from("2020-01-02")),
            ("2020-01-02 03:04:05", Data::from("2020-01-02T03:04:05")),
            ("~", Data::Null),
            ("y", Data::from("y")),
            ("1.2.3", Data::from("1.2.3")),
            (".", Data::from(".")),
            ("-", Data::from("-")),
        ];
        for (text, expected) in cases {
            assert_eq!(&resolve(text), expected, "{text}");
        }
    }
}
