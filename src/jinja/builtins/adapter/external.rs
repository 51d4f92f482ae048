//! How a file is written and read back: the options of `copy ... to`, and the pattern that finds its parts.

use std::path::Path;

use crate::jinja::eval::error::Result;
use crate::jinja::eval::{Evaluator, items};
use crate::jinja::value::{Arguments, Dict, Key, Value};

/// Options whose values are texts to the database.
const TEXTS: [&str; 4] = ["delimiter", "quote", "escape", "null"];

fn text(options: &Dict, name: &str) -> Option<String> {
    options.get(&Key::text(name)).filter(|value| value.is_true()).map(Value::to_text)
}

/// Returns the folder of files whose models name no place.
pub(super) fn root(evaluator: &mut Evaluator<'_>) -> Value {
    let target = evaluator.lookup("target");
    let root = target.and_then(|target| items::attribute(&target, "external_root"));
    root.filter(Value::is_true).unwrap_or_else(|| Value::from("."))
}

/// Writes the options, the format being taken from the name of the file unless it is said.
pub(super) fn write_options(arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("external_write_options");
    let location = reader.text("write_location")?;
    let options = reader.required("rendered_options")?;
    let Value::Dict(options) = &options else { return Ok(Value::from("")) };
    let mut options = options.borrow_mut();
    if !options.contains_key(&Key::text("format")) {
        let path = Path::new(&location);
        let ending = |path: &Path| path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let packed = match ending(path).as_deref() {
            Some("gz") => Some("gzip"),
            Some("zst") => Some("zstd"),
            _ => None,
        };
        let format = if packed.is_some() {
            path.file_stem().and_then(|stem| ending(Path::new(stem)))
        } else {
            ending(path)
        };
        let packed = packed.filter(|_| format.is_some());
        let has_delimiter = options.contains_key(&Key::text("delimiter"));
        let format = format.unwrap_or_else(|| if has_delimiter { "csv" } else { "parquet" }.to_owned());
        options.insert(Key::text("format"), Value::from(format));
        if let Some(packed) = packed {
            options.entry(Key::text("compression")).or_insert_with(|| Value::from(packed));
        }
    }
    if text(&options, "format").as_deref() == Some("csv") {
        options.entry(Key::text("header")).or_insert(Value::Int(1));
    }
    if let Some(columns) =
        text(&options, "partition_by").filter(|columns| columns.contains(',') && !columns.starts_with('('))
    {
        options.insert(Key::text("partition_by"), Value::from(format!("({columns})")));
    }
    let written = options.iter().map(|(name, value)| {
        let (name, value) = (name.0.to_text(), value.to_text());
        let quotes = TEXTS.contains(&name.to_lowercase().as_str()) && !value.starts_with('\'');
        if quotes { format!("{name} '{value}'") } else { format!("{name} {value}") }
    });
    Ok(Value::from(written.collect::<Vec<_>>().join(", ")))
}

/// Returns what finds the files that were written: a pattern when there may be several.
pub(super) fn read_location(arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("external_read_location");
    let location = reader.text("write_location")?;
    let options = reader.required("rendered_options")?;
    let Value::Dict(options) = &options else { return Ok(Value::from(location)) };
    let options = options.borrow();
    let partitions = text(&options, "partition_by").map_or(0, |columns| columns.split(',').count());
    if partitions == 0 && text(&options, "per_thread_output").is_none() {
        return Ok(Value::from(location));
    }
    let format = text(&options, "format").unwrap_or_else(|| "parquet".to_owned());
    Ok(Value::from(format!("{location}/*{}.{format}", "/*".repeat(partitions))))
}
