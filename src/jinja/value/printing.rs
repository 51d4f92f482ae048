//! How values print: Python's `str()` and `repr()`.

use std::rc::Rc;

use bigdecimal::BigDecimal;

use crate::jinja::limits::{deeper, fits};
use crate::jinja::value::characters::is_printable;
use crate::jinja::value::{Value, moments};

impl Value {
    /// Returns Python's `str()`; undefined is an empty text.
    pub fn to_text(&self) -> String {
        match self {
            Value::Str(text) => text.as_str().to_owned(),
            Value::Undefined(_) => String::new(),
            Value::Decimal(number) => decimal(number),
            Value::Date(date) => date.format("%Y-%m-%d").to_string(),
            Value::DateTime(stamp) => moments::iso(*stamp, ' '),
            Value::Moment(moment, _) => moments::iso_moment(*moment, ' '),
            Value::Time(time) => moments::iso_time(*time),
            Value::Delta(delta) => moments::delta(*delta),
            Value::Object(object) => object.text(),
            other => other.repr(),
        }
    }

    /// Returns Python's `repr()`.
    pub fn repr(&self) -> String {
        let mut out = String::new();
        self.write_repr(&mut out, &mut Vec::new());
        out
    }

    /// Writes the value inside of those that are being written: one that holds itself prints dots for itself.
    fn write_repr(&self, out: &mut String, around: &mut Vec<*const ()>) {
        let address: *const () = match self {
            Value::List(items) => Rc::as_ptr(items).cast(),
            Value::Dict(entries) | Value::Set(entries) => Rc::as_ptr(entries).cast(),
            _ => std::ptr::null(),
        };
        if !address.is_null() && around.contains(&address) {
            out.push_str(match self {
                Value::List(_) => "[...]",
                Value::Dict(_) => "{...}",
                _ => "...",
            });
            return;
        }
        if self.is_plain() {
            self.write_parts(out, around);
            return;
        }
        around.push(address);
        if fits(out.len()) {
            deeper(|| self.write_parts(out, around));
        }
        around.pop();
    }

    fn write_parts(&self, out: &mut String, around: &mut Vec<*const ()>) {
        match self {
            Value::None => out.push_str("None"),
            Value::Bool(true) => out.push_str("True"),
            Value::Bool(false) => out.push_str("False"),
            Value::Int(number) => out.push_str(&number.to_string()),
            Value::Big(number) => out.push_str(&number.to_string()),
            Value::Float(number) => out.push_str(&float(*number)),
            Value::Decimal(number) => out.push_str(&format!("Decimal('{}')", decimal(number))),
            Value::Str(text) => quote(text.as_str(), out),
            Value::List(items) => sequence(&items.borrow(), ("[", "]"), out, around),
            Value::Tuple(items) => {
                sequence(items, ("(", if items.len() == 1 { ",)" } else { ")" }), out, around);
            }
            Value::Set(entries) if entries.borrow().is_empty() => out.push_str("set()"),
            Value::Set(entries) => {
                let items: Vec<Value> = entries.borrow().keys().map(|key| key.0.clone()).collect();
                sequence(&items, ("{", "}"), out, around);
            }
            Value::Dict(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.borrow().iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    key.0.write_repr(out, around);
                    out.push_str(": ");
                    value.write_repr(out, around);
                }
                out.push('}');
            }
            Value::Date(date) => out.push_str(&date.format("datetime.date(%Y, %-m, %-d)").to_string()),
            Value::DateTime(stamp) => out.push_str(&moments::repr(*stamp)),
            Value::Moment(moment, zone) => {
                let stamp = moments::repr(moment.naive_local());
                let stamp = stamp.strip_suffix(')').unwrap_or(&stamp);
                out.push_str(&format!("{stamp}, tzinfo={})", zone.repr_at(*moment)));
            }
            Value::Time(time) => out.push_str(&moments::repr_time(*time)),
            Value::Delta(delta) => out.push_str(&moments::repr_delta(*delta)),
            Value::Object(object) => out.push_str(&object.repr()),
            Value::Undefined(_) => out.push_str("Undefined"),
        }
    }
}

fn sequence(items: &[Value], (open, close): (&str, &str), out: &mut String, around: &mut Vec<*const ()>) {
    out.push_str(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        item.write_repr(out, around);
    }
    out.push_str(close);
}

/// Writes a text in quotes as Python does: single ones, unless it holds a single and no double one.
fn quote(text: &str, out: &mut String) {
    let mark = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(mark);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == mark => {
                out.push('\\');
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            c => match c as u32 {
                code @ ..=0xff => out.push_str(&format!("\\x{code:02x}")),
                code @ ..=0xffff => out.push_str(&format!("\\u{code:04x}")),
                code => out.push_str(&format!("\\U{code:08x}")),
            },
        }
    }
    out.push(mark);
}

/// Writes a decimal as Python's `str()`: all its digits, with an exponent where it has fewer than its size.
fn decimal(number: &BigDecimal) -> String {
    let (digits, scale) = number.as_bigint_and_exponent();
    let text = digits.magnitude().to_string();
    let adjusted = text.len() as i64 - scale - 1;
    if scale >= 0 && adjusted >= -6 {
        return number.to_plain_string();
    }
    let sign = if digits.sign() == bigdecimal::num_bigint::Sign::Minus { "-" } else { "" };
    let (first, rest) = text.split_at(1.min(text.len()));
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}E{adjusted:+}")
}

/// Writes a float as Python's `repr()`: the shortest digits that read back the same, with an exponent from 1e16 on.
pub fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{number}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}
