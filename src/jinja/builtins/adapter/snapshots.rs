//! What snapshots check: their target's columns, and what becomes of rows that are gone.

use crate::jinja::builtins::adapter::call_macro;
use crate::jinja::builtins::column::Column;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Evaluator, items};
use crate::jinja::value::{Arguments, Value, containers};

/// The columns that every snapshot has.
const COLUMNS: [&str; 3] = ["dbt_scd_id", "dbt_valid_from", "dbt_valid_to"];

/// Returns `ignore`, `invalidate` or `new_record`.
pub(super) fn hard_deletes(evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let config = arguments.reader("get_hard_deletes_behavior").required("config")?;
    let mut get = |name: &str| -> Result<Option<Value>> {
        let given = Arguments::positional(vec![Value::from(name)]);
        let value = items::call_method(evaluator, &config, "get", given)?;
        Ok((!value.is_none() && !value.is_undefined()).then_some(value))
    };
    let (legacy, asked) = (get("invalidate_hard_deletes")?, get("hard_deletes")?);
    if legacy.is_some() && asked.is_some() {
        let message = "invalidate_hard_deletes and hard_deletes are both set";
        return Err(RenderError::new(message).hint("keep `hard_deletes` alone").into());
    }
    if legacy.is_some_and(|legacy| legacy.is_true()) {
        return Ok(Value::from("invalidate"));
    }
    match asked.map(|asked| asked.to_text()) {
        None => Ok(Value::from("ignore")),
        Some(asked) if ["ignore", "invalidate", "new_record"].contains(&asked.as_str()) => {
            Ok(Value::from(asked))
        }
        Some(asked) => {
            let message = format!("hard_deletes cannot be `{asked}`");
            Err(RenderError::new(message).hint("it is `ignore`, `invalidate` or `new_record`").into())
        }
    }
}

/// Checks that a relation has the columns of a snapshot, under the names it gives them.
pub(super) fn check_target(
    evaluator: &mut Evaluator<'_>,
    with_strategy: bool,
    arguments: Arguments,
) -> Result<Value> {
    let mut reader = arguments.reader("valid_snapshot_target");
    let relation = reader.required("relation")?;
    let names = reader.or("column_names", Value::None)?;
    let strategy = if with_strategy { reader.or("strategy", Value::None)? } else { Value::None };
    let found = call_macro(evaluator, "get_columns_in_relation", Arguments::positional(vec![relation]))?;
    let present: Vec<String> = containers::items_of(&found)?
        .iter()
        .filter_map(|column| column.downcast::<Column>().map(|column| column.name.to_lowercase()))
        .collect();
    let deletes = items::item(&strategy, &Value::from("hard_deletes")).map(|deletes| deletes.to_text());
    let marks = (deletes.as_deref() == Some("new_record")).then_some("dbt_is_deleted");
    let missing: Vec<String> = COLUMNS
        .into_iter()
        .chain(marks)
        .map(|column| {
            let given = items::item(&names, &Value::from(column)).filter(Value::is_true);
            given.map_or_else(|| column.to_owned(), |name| name.to_text())
        })
        .filter(|column| !present.contains(&column.to_lowercase()))
        .collect();
    if missing.is_empty() {
        return Ok(Value::None);
    }
    let named = missing.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let message = format!("Snapshot target is not a snapshot table (missing {named})");
    Err(RenderError::new(message).hint("drop the table, or give the snapshot another name").into())
}
