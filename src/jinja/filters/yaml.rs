//! dbt's `fromyaml` and `toyaml`: YAML 1.1 as PyYAML reads it and, in block style, writes it.

use crate::base::source::SourceMap;
use crate::diagnostic::Severity;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::limits;
use crate::jinja::value::printing::float;
use crate::jinja::value::{Arguments, Value};
use crate::yaml::{self, Kind, Node};

/// Columns after which a text goes on in the next line.
const WIDTH: usize = 80;

/// `fromyaml(text, default=none)`.
pub(super) fn read(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("fromyaml");
    let text = reader.text("value")?;
    let default = reader.or("default", Value::None)?;
    reader.finish()?;
    let file = SourceMap::default().add("fromyaml", text.as_str());
    let (node, findings) = yaml::parse(file, &text);
    let broken = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if broken { default } else { value_of(&node, &text) })
}

/// Makes a value of a node; plain scalars that are dates become dates.
fn value_of(node: &Node, source: &str) -> Value {
    match &node.kind {
        Kind::List(items) => Value::list(items.iter().map(|item| value_of(item, source)).collect()),
        Kind::Map(entries) => {
            Value::dict(entries.iter().map(|entry| (entry.key.as_str(), value_of(&entry.value, source))))
        }
        Kind::Text(text) => {
            let written = source.get(node.place.span.start as usize..).unwrap_or_default();
            let plain = !written.starts_with(['\'', '"', '|', '>']);
            date_of(&text.value).filter(|_| plain).unwrap_or_else(|| Value::from(text.value.as_str()))
        }
        Kind::Scalar(data) => Value::from(data),
    }
}

fn date_of(text: &str) -> Option<Value> {
    if let Ok(day) = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return (text.len() == 10).then_some(Value::Date(day));
    }
    let stamp = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    Some(Value::DateTime(stamp))
}

/// `toyaml(value, default=none, sort_keys=false)`.
pub(super) fn write(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("toyaml");
    let value = reader.required("value")?;
    let default = reader.or("default", Value::None)?;
    let sorted = reader.truth("sort_keys", false)?;
    reader.finish()?;
    let mut writer = Writer { out: String::new(), sorted };
    let is_block = match &value {
        Value::List(items) => !items.borrow().is_empty(),
        Value::Tuple(items) => !items.is_empty(),
        Value::Dict(entries) => !entries.borrow().is_empty(),
        _ => false,
    };
    if let Err(error) = writer.value(&value, 0, false) {
        // What has no YAML gives the default, as in dbt; what passes the bounds does not.
        return if limits::room(writer.out.len()).is_ok() { Ok(default) } else { Err(error) };
    }
    writer.out.push('\n');
    if !is_block && value.is_plain() && !starts_quoted(&writer.out) {
        writer.out.push_str("...\n");
    }
    Ok(Value::from(writer.out))
}

fn starts_quoted(text: &str) -> bool {
    text.starts_with(['\'', '"'])
}

struct Writer {
    out: String,
    sorted: bool,
}

impl Writer {
    /// Writes a value; one in a list or mapping begins on the line of its dash or key.
    fn value(&mut self, value: &Value, indent: usize, in_mapping: bool) -> Result<()> {
        limits::room(self.out.len())?;
        let written = limits::deeper(|| match value {
            Value::List(items) => self.list(&items.borrow(), indent, in_mapping),
            Value::Tuple(items) => self.list(items, indent, in_mapping),
            Value::Dict(entries) => {
                let entries = entries.borrow();
                let mut pairs: Vec<(&Value, &Value)> =
                    entries.iter().map(|(key, value)| (&key.0, value)).collect();
                if self.sorted {
                    pairs.sort_by(|(a, _), (b, _)| a.order(b).unwrap_or(std::cmp::Ordering::Equal));
                }
                self.mapping(&pairs, indent, in_mapping)
            }
            other => self.scalar(other, indent),
        });
        written.unwrap_or_else(|| Err(RenderError::new("this value nests too deeply for YAML").into()))
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.push_str(&" ".repeat(indent));
    }

    fn list(&mut self, items: &[Value], indent: usize, in_mapping: bool) -> Result<()> {
        if items.is_empty() {
            self.out.push_str("[]");
            return Ok(());
        }
        // Dashes below a key stand under the key.
        let indent = if in_mapping { indent.saturating_sub(2) } else { indent };
        for (index, item) in items.iter().enumerate() {
            if index > 0 || in_mapping {
                self.new_line(indent);
            }
            self.out.push_str("- ");
            self.value(item, indent + 2, false)?;
        }
        Ok(())
    }

    fn mapping(&mut self, pairs: &[(&Value, &Value)], indent: usize, in_mapping: bool) -> Result<()> {
        if pairs.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        for (index, (key, value)) in pairs.iter().enumerate() {
            if index > 0 || in_mapping {
                self.new_line(indent);
            }
            self.scalar(key, indent)?;
            self.out.push(':');
            let nested = match value {
                Value::List(items) => !items.borrow().is_empty(),
                Value::Tuple(items) => !items.is_empty(),
                Value::Dict(entries) => !entries.borrow().is_empty(),
                _ => false,
            };
            if !nested {
                self.out.push(' ');
            }
            self.value(value, indent + 2, true)?;
        }
        Ok(())
    }

    fn scalar(&mut self, value: &Value, indent: usize) -> Result<()> {
        let plain = match value {
            Value::None | Value::Undefined(_) => "null".to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::Float(number) if number.is_nan() => ".nan".to_owned(),
            Value::Float(number) if number.is_infinite() => {
                if *number > 0.0 { ".inf" } else { "-.inf" }.to_owned()
            }
            Value::Float(number) => {
                let text = float(*number);
                if text.contains('e') && !text.contains('.') { text.replacen('e', ".0e", 1) } else { text }
            }
            Value::Int(_) | Value::Big(_) | Value::Date(_) | Value::DateTime(_) | Value::Moment(..) => {
                value.to_text()
            }
            Value::Str(text) => {
                self.text(text.as_str(), indent);
                return Ok(());
            }
            other => {
                let message = format!("cannot represent an object of type {} as YAML", other.type_name());
                return Err(RenderError::new(message).into());
            }
        };
        self.out.push_str(&plain);
        Ok(())
    }

    fn text(&mut self, text: &str, indent: usize) {
        if text.chars().any(|c| c != '\n' && (c.is_control() || !(' '..='~').contains(&c))) {
            self.out.push_str(&double_quoted(text));
        } else if is_plain(text) {
            self.folded(text, indent);
        } else {
            self.out.push('\'');
            let quoted = text.replace('\'', "''");
            // A line break in quotes is written as two; blanks beside one have to be escaped instead.
            if quoted.contains(" \n") || quoted.contains("\n ") {
                self.out.pop();
                self.out.push_str(&double_quoted(text));
                return;
            }
            let lines: Vec<&str> = quoted.split('\n').collect();
            for (index, line) in lines.iter().enumerate() {
                // One break is written as two, each further one as one more.
                if index > 0 && (line.is_empty() && index + 1 < lines.len()) {
                    self.out.push('\n');
                } else if index > 0 {
                    self.out.push('\n');
                    self.new_line(indent.max(2));
                }
                self.folded(line, indent.max(2));
            }
            self.out.push('\'');
        }
    }

    /// Writes words, going on in the next line once this one is full.
    fn folded(&mut self, text: &str, indent: usize) {
        let start = self.out.rfind('\n').map_or(0, |at| at + 1);
        let mut column = self.out.len() - start;
        let words: Vec<&str> = text.split(' ').collect();
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                // Only a single blank between words may become a line break.
                let single = !word.is_empty() && words.get(index - 1).is_some_and(|word| !word.is_empty());
                if column > WIDTH && single {
                    self.new_line(indent);
                    column = indent;
                } else {
                    self.out.push(' ');
                    column += 1;
                }
            }
            self.out.push_str(word);
            column += word.len();
        }
    }
}

/// Tells whether a text needs no quotes: it reads back as itself.
fn is_plain(text: &str) -> bool {
    let resolved = yaml::scalar::resolve(text);
    let same = matches!(&resolved, crate::base::data::Data::Str(read) if read == text);
    let first = text.chars().next();
    let indicator = first.is_none_or(|c| "#,[]{}&*!|>'\"%@`".contains(c))
        || (first.is_some_and(|c| "-?:".contains(c)) && text.chars().nth(1).is_none_or(|c| c == ' '))
        || matches!(text, "=" | "<<" | "---" | "...")
        || text.starts_with("--- ")
        || text.starts_with("... ");
    same && !indicator
        && !yaml::scalar::looks_like_date(text)
        && !text.contains('\n')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.starts_with(' ')
        && !text.ends_with(' ')
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            ' '..='~' => out.push(c),
            c => match c as u32 {
                code @ ..=0xff => out.push_str(&format!("\\x{code:02X}")),
                code @ ..=0xffff => out.push_str(&format!("\\u{code:04X}")),
                code => out.push_str(&format!("\\U{code:08X}")),
            },
        }
    }
    out.push('"');
    out
}
