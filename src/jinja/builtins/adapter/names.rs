//! What the adapter answers without asking: quoting, its name, paths, and what this database does not have.

use std::path::Path;

use crate::jinja::builtins::relation::quoted;
use crate::jinja::builtins::table::TableValue;
use crate::jinja::core::Dialect;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::items;
use crate::jinja::value::object::ArgumentReader;
use crate::jinja::value::{Arguments, Key, Value};

/// Calls one of these methods.
pub(super) fn answer(dialect: &Dialect, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader(name);
    Ok(match name {
        "type" => Value::from(dialect.adapter),
        "quote" => Value::from(quoted(&reader.text("identifier")?)),
        "quote_as_configured" => {
            let identifier = reader.text("identifier")?;
            let key = reader.text("quote_key")?;
            let at = ["database", "schema", "identifier"].iter().position(|part| *part == key);
            let quotes = at.and_then(|at| dialect.quoting.get(at)).copied().unwrap_or(true);
            Value::from(if quotes { quoted(&identifier) } else { identifier })
        }
        "quote_seed_column" => quote_seed_column(dialect, &mut reader)?,
        "escape_sql_string" => Value::from(reader.text("value")?.replace('\'', "''")),
        "valid_incremental_strategies" => {
            Value::list(dialect.strategies.iter().map(|name| Value::from(*name)).collect())
        }
        "disable_transactions" | "is_motherduck" | "is_ducklake" | "use_ducklake_table_workarounds" => {
            Value::Bool(false)
        }
        "get_binding_char" => Value::from("?"),
        "convert_type" => {
            let table = reader.required("agate_table")?;
            let at = reader.optional_int("col_idx")?.and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
            let name = table.downcast::<TableValue>().and_then(|table| table.type_name_of(at));
            Value::from(name.unwrap_or_else(|| "text".to_owned()))
        }
        "convert_datetimes_to_strs" | "normalize_show_objects_result" => reader.required("table")?,
        "get_seed_file_path" => {
            let model = reader.required("model")?;
            let path = Path::new(&part(&model, "root_path")).join(part(&model, "original_file_path"));
            Value::from(path.to_string_lossy().into_owned())
        }
        "batch_id_for_model" => {
            let batch = items::attribute(&reader.required("model")?, "batch");
            let id = batch.and_then(|batch| items::attribute(&batch, "id"));
            id.filter(|id| !id.is_none()).unwrap_or_else(|| Value::from(""))
        }
        "get_temp_relation_path" => {
            let identifier = part(&reader.required("model")?, "alias");
            Value::dict([
                ("database", Value::None),
                ("schema", Value::from("dbt_temp")),
                ("identifier", Value::from(identifier)),
            ])
        }
        "parse_index" => parse_index(&reader.required("raw_index")?)?,
        "standardize_grants_dict" => standardize_grants(&reader.required("grants_table")?),
        "get_partitions_metadata" => Value::tuple(Vec::new()),
        "build_catalog_relation" => Value::None,
        _ => {
            let message = format!("{} has no `{name}`", dialect.adapter);
            return Err(RenderError::new(message).into());
        }
    })
}

fn part(value: &Value, name: &str) -> String {
    let part = items::attribute(value, name).filter(|part| !part.is_none());
    part.map(|part| part.to_text()).unwrap_or_default()
}

fn quote_seed_column(dialect: &Dialect, reader: &mut ArgumentReader<'_>) -> Result<Value> {
    let name = reader.text("column")?;
    let quote = match reader.optional("quote_config")? {
        None | Some(Value::None | Value::Undefined(_)) => dialect.quotes_seed_columns,
        Some(Value::Bool(truth)) => truth,
        Some(other) => {
            let message = format!("quote_columns cannot be {}", other.type_name());
            return Err(RenderError::new(message).hint("write `quote_columns: true` or `false`").into());
        }
    };
    Ok(Value::from(if quote { quoted(&name) } else { name }))
}

/// Reads `{columns: [...], unique: true}`.
fn parse_index(given: &Value) -> Result<Value> {
    if given.is_none() {
        return Ok(Value::None);
    }
    let columns = items::attribute(given, "columns");
    let Some(columns) = columns.filter(|columns| matches!(columns, Value::List(_) | Value::Tuple(_))) else {
        let message = format!("an index names its columns in a list, but this one is {}", given.repr());
        return Err(RenderError::new(message)
            .hint("write `indexes: [{columns: [id], unique: true}]`")
            .into());
    };
    let unique = items::attribute(given, "unique").is_some_and(|unique| unique.is_true());
    Ok(Value::dict([("columns", columns), ("unique", Value::Bool(unique))]))
}

/// Gathers the grantees of each privilege from rows of a database's own columns.
fn standardize_grants(table: &Value) -> Value {
    let grants = Value::dict(Vec::<(&str, Value)>::new());
    for row in table.iterate().unwrap_or_default() {
        let cell = |name: &str| items::item(&row, &Value::from(name)).map(|cell| cell.to_text());
        let Some(grantee) = cell("grantee").or_else(|| cell("grantee_name")) else { continue };
        let Some(privilege) = cell("privilege_type").or_else(|| cell("privilege")) else { continue };
        let to_role = cell("granted_to").is_none_or(|kind| kind != "SHARE" && kind != "DATABASE_ROLE");
        if privilege == "OWNERSHIP" || !to_role {
            continue;
        }
        if let Value::Dict(entries) = &grants {
            let mut entries = entries.borrow_mut();
            let list = entries.entry(Key::text(&privilege)).or_insert_with(|| Value::list(Vec::new()));
            if let Value::List(grantees) = list {
                grantees.borrow_mut().push(Value::from(grantee));
            }
        }
    }
    grants
}
