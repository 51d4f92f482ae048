//! The methods of tables: each gives another table, and leaves its own as it is.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::jinja::builtins::table::TableValue;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::{Arguments, Key, Value, containers};

/// Calls a method; `None` when there is none of this name.
pub(super) fn call(
    table: &TableValue,
    evaluator: &mut Evaluator<'_>,
    name: &str,
    arguments: Arguments,
) -> Option<Result<Value>> {
    let made = match name {
        "print_table" => return Some(print(table, evaluator)),
        "to_json" => return Some(Ok(Value::from(json(table)))),
        "group_by" => return Some(group_by(table, arguments)),
        "select" => choose(table, arguments, true),
        "exclude" => choose(table, arguments, false),
        "limit" => limit(table, arguments),
        "where" => filter(table, evaluator, arguments),
        "order_by" => order_by(table, arguments),
        "distinct" => distinct(table, arguments),
        "rename" => rename(table, arguments),
        "merge" => merge(table, arguments),
        _ => return None,
    };
    Some(made.map(Value::object))
}

fn print(table: &TableValue, evaluator: &mut Evaluator<'_>) -> Result<Value> {
    if let Some(print) = evaluator.lookup("print") {
        evaluator.call_value(&print, Arguments::positional(vec![Value::from(table.draw())]))?;
    }
    Ok(Value::None)
}

/// Writes the rows as a JSON list of objects.
fn json(table: &TableValue) -> String {
    let object = |row: &Rc<[Value]>| {
        let entries = table.names.iter().zip(row.iter());
        let entries = entries.map(|(name, value)| (name.clone(), value.to_data().to_json()));
        serde_json::Value::Object(entries.collect())
    };
    serde_json::Value::Array(table.rows.iter().map(object).collect()).to_string()
}

/// Reads the places of columns: one name or a list of them.
fn columns(table: &TableValue, key: &Value) -> Result<Vec<usize>> {
    let listed = match key {
        Value::Str(_) | Value::Int(_) => vec![key.clone()],
        other => containers::items_of(other)?,
    };
    listed
        .iter()
        .map(|name| {
            let missing = || {
                let known = table.names.join(", ");
                RenderError::new(format!("the table has no column {}", name.repr()))
                    .hint(format!("it has: {known}"))
            };
            table.position(name).ok_or_else(|| missing().into())
        })
        .collect()
}

fn choose(table: &TableValue, arguments: Arguments, keep: bool) -> Result<TableValue> {
    let named = columns(table, &arguments.reader("select").required("key")?)?;
    if keep {
        return Ok(table.keep_columns(&named));
    }
    let others: Vec<usize> = (0..table.names.len()).filter(|at| !named.contains(at)).collect();
    Ok(table.keep_columns(&others))
}

fn limit(table: &TableValue, arguments: Arguments) -> Result<TableValue> {
    let mut reader = arguments.reader("limit");
    let mut next = |name: &str| -> Result<Option<usize>> {
        Ok(reader.optional_int(name)?.and_then(|number| usize::try_from(number).ok()))
    };
    let (first, stop, step) = (next("start_or_stop")?, next("stop")?, next("step")?);
    let (start, stop) = match stop {
        Some(stop) => (first.unwrap_or(0), stop),
        None => (0, first.unwrap_or(usize::MAX)),
    };
    let rows = table.rows.iter().take(stop).skip(start).step_by(step.unwrap_or(1).max(1));
    Ok(table.with_rows(rows.cloned().collect()))
}

fn filter(table: &TableValue, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<TableValue> {
    let test = arguments.reader("where").required("test")?;
    let mut kept = Vec::new();
    for (row, values) in table.row_values().into_iter().zip(table.rows.iter()) {
        if evaluator.call_value(&test, Arguments::positional(vec![row]))?.is_true() {
            kept.push(values.clone());
        }
    }
    Ok(table.with_rows(kept))
}

/// Orders two values; nothing comes last.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a.is_none(), b.is_none()) {
        (false, false) => a.order(b).unwrap_or(Ordering::Equal),
        (a, b) => a.cmp(&b),
    }
}

fn order_by(table: &TableValue, arguments: Arguments) -> Result<TableValue> {
    let mut reader = arguments.reader("order_by");
    let keys = columns(table, &reader.required("key")?)?;
    let reverse = reader.truth("reverse", false)?;
    let mut rows = table.rows.to_vec();
    rows.sort_by(|a, b| {
        let pairs = keys.iter().filter_map(|at| Some((a.get(*at)?, b.get(*at)?)));
        let ordering = pairs.map(|(a, b)| order(a, b)).find(|ordering| ordering.is_ne());
        let ordering = ordering.unwrap_or(Ordering::Equal);
        if reverse { ordering.reverse() } else { ordering }
    });
    Ok(table.with_rows(rows))
}

fn distinct(table: &TableValue, arguments: Arguments) -> Result<TableValue> {
    let keys = match arguments.reader("distinct").optional("key")? {
        Some(key) if !key.is_none() => columns(table, &key)?,
        _ => (0..table.names.len()).collect(),
    };
    let same = |a: &Rc<[Value]>, b: &Rc<[Value]>| {
        keys.iter().all(|at| a.get(*at).zip(b.get(*at)).is_some_and(|(a, b)| a.equals(b)))
    };
    let mut kept: Vec<Rc<[Value]>> = Vec::new();
    for row in table.rows.iter() {
        if !kept.iter().any(|known| same(known, row)) {
            kept.push(row.clone());
        }
    }
    Ok(table.with_rows(kept))
}

fn rename(table: &TableValue, arguments: Arguments) -> Result<TableValue> {
    let names = arguments.reader("rename").or("column_names", Value::None)?;
    let renamed = match &names {
        Value::None => table.names.to_vec(),
        Value::Dict(entries) => {
            let entries = entries.borrow();
            let new = |name: &String| entries.get(&Key::text(name)).map_or(name.clone(), Value::to_text);
            table.names.iter().map(new).collect()
        }
        other => containers::items_of(other)?.iter().map(Value::to_text).collect(),
    };
    Ok(TableValue { names: renamed.into(), ..table.clone() })
}

/// Puts tables one below the other. `self` is not part of it: the list says all.
fn merge(table: &TableValue, arguments: Arguments) -> Result<TableValue> {
    let listed = containers::items_of(&arguments.reader("merge").required("tables")?)?;
    let mut merged = TableValue::default();
    let mut rows = Vec::new();
    for part in &listed {
        let Some(part) = part.downcast::<TableValue>() else {
            let message = format!("merge() needs tables, not {}", part.type_name());
            return Err(RenderError::new(message).into());
        };
        if merged.names.is_empty() {
            (merged.names, merged.types) = (part.names.clone(), part.types.clone());
        }
        rows.extend(part.rows.iter().cloned());
    }
    Ok(if listed.is_empty() { table.clone() } else { merged.with_rows(rows) })
}

/// Gathers the rows of each value of a column, in the order they come.
fn group_by(table: &TableValue, arguments: Arguments) -> Result<Value> {
    let key = columns(table, &arguments.reader("group_by").required("key")?)?;
    let mut groups: Vec<(Value, Vec<Rc<[Value]>>)> = Vec::new();
    for row in table.rows.iter() {
        let value = key.first().and_then(|at| row.get(*at)).cloned().unwrap_or(Value::None);
        match groups.iter_mut().find(|(known, _)| known.equals(&value)) {
            Some((_, rows)) => rows.push(row.clone()),
            None => groups.push((value, vec![row.clone()])),
        }
    }
    let gathered = groups
        .into_iter()
        .map(|(value, rows)| Value::tuple(vec![value, Value::object(table.with_rows(rows))]));
    Ok(Value::Dict(Rc::new(containers::pairs(&Value::list(gathered.collect()))?.into())))
}
