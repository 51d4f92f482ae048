//! How a file is written and read back: the options of `copy ... to`, the pattern that finds its parts, and how it gets
//! its name only once it is whole.

use std::path::Path;

use crate::base::fs;
use crate::jinja::eval::error::{RenderError, Result};
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

/// Makes what a file is written to first. DuckDB writes a single file aside by itself; the files of a folder are
/// written to another folder, and those of a remote place appear when they are whole.
pub(super) fn stage(arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("external_stage");
    let location = reader.text("location")?;
    let options = reader.text("options")?;
    let words = options.to_lowercase();
    let said = |word: &str| words.contains(word);
    let is_folder = said("partition_by") || said("per_thread_output");
    let (written_to, options) = if location.contains("://") {
        (location.clone(), options)
    } else if is_folder {
        let target = Path::new(&location);
        let is_taken = fs::is_folder(target) && !fs::list_folder(target).map_err(failed)?.is_empty();
        if is_taken && !said("overwrite") && !said("append") {
            let message = format!("the folder `{location}` holds files already");
            return Err(RenderError::new(message)
                .hint("add one of the `options` overwrite, overwrite_or_ignore and append")
                .into());
        }
        let aside = format!("{}__dbt_tmp", location.trim_end_matches('/'));
        fs::remove(Path::new(&aside)).map_err(failed)?;
        (aside, options)
    } else if said("use_tmp_file") {
        (location.clone(), options)
    } else {
        (location.clone(), format!("{options}, use_tmp_file true"))
    };
    Ok(Value::dict([
        ("location", Value::from(location)),
        ("written_to", Value::from(written_to)),
        ("options", Value::from(options)),
    ]))
}

/// Gives what was written aside its names: a file that is seen under its name is whole.
pub(super) fn settle(arguments: Arguments) -> Result<Value> {
    let stage = arguments.reader("external_settle").required("stage")?;
    let part = |name: &str| items::item(&stage, &Value::from(name)).map(|part| part.to_text());
    let (Some(location), Some(written_to)) = (part("location"), part("written_to")) else {
        return Ok(Value::None);
    };
    if location == written_to {
        return Ok(Value::None);
    }
    let options = part("options").unwrap_or_default().to_lowercase().replace("overwrite_or_ignore", "");
    let (from, to) = (Path::new(&written_to), Path::new(&location));
    if options.contains("overwrite") {
        fs::remove(to).map_err(failed)?;
    }
    move_files(from, to).map_err(failed)?;
    fs::remove(from).map_err(failed)?;
    Ok(Value::None)
}

/// Moves every file of a folder to the same name under another.
fn move_files(from: &Path, to: &Path) -> std::result::Result<(), fs::FileError> {
    if !fs::is_folder(to) {
        return fs::rename(from, to);
    }
    for entry in fs::list_folder(from)? {
        let Some(name) = entry.file_name() else { continue };
        let target = to.join(name);
        if fs::is_folder(&entry) {
            move_files(&entry, &target)?;
        } else {
            fs::rename(&entry, &target)?;
        }
    }
    Ok(())
}

fn failed(error: fs::FileError) -> RenderError {
    RenderError::new(error.to_string())
}
