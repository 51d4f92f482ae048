//! The methods that ask the database, or tell what changed in it.

use std::rc::Rc;

use crate::jinja::builtins::adapter::{call_macro, external, host_error, snapshots, text_of};
use crate::jinja::builtins::column::Column;
use crate::jinja::builtins::relation::Relation;
use crate::jinja::builtins::results::response;
use crate::jinja::builtins::table::TableValue;
use crate::jinja::core::Dialect;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{ErrorKind, Interrupt, RenderError, Result};
use crate::jinja::host::{Change, Host};
use crate::jinja::value::{Arguments, Text, Value, containers};

/// Calls one of these methods; `None` when there is none of this name.
pub(super) fn ask(
    dialect: &'static Dialect,
    host: &Rc<dyn Host>,
    evaluator: &mut Evaluator<'_>,
    name: &str,
    arguments: &Arguments,
) -> Option<Result<Value>> {
    let arguments = arguments.clone();
    Some(match name {
        "execute" => execute(host, arguments),
        "add_query" => add_query(dialect, host, arguments),
        "commit" => host.commit().map(|()| Value::None).map_err(|error| host_error(&error, None).into()),
        "get_relation" => get_relation(host, arguments),
        "list_relations" | "list_relations_without_caching" => list_relations(dialect, host, arguments),
        "check_schema_exists" => check_schema_exists(host, evaluator, arguments),
        "already_exists" => already_exists(host, evaluator, arguments),
        "drop_relation" | "truncate_relation" | "rename_relation" => {
            changing(host, evaluator, name, &arguments)
        }
        "create_schema" | "drop_schema" => change_schema(host, evaluator, name, arguments),
        "cache_added" | "cache_dropped" | "cache_renamed" => noticed(host, name, arguments),
        "get_columns_in_relation" => columns_or_none(evaluator, arguments),
        "get_columns_in_table" => columns_in_table(dialect, evaluator, arguments),
        "get_column_schema_from_query" => call_macro(evaluator, "describe_query", arguments),
        "get_missing_columns" => missing_columns(evaluator, arguments),
        "expand_target_column_types" => {
            call_macro(evaluator, "expand_column_types", arguments).map(|_| Value::None)
        }
        "valid_snapshot_target" => snapshots::check_target(evaluator, false, arguments),
        "assert_valid_snapshot_target_given_strategy" => snapshots::check_target(evaluator, true, arguments),
        "location_exists" => location_exists(host, arguments),
        "external_stage" => external::stage(arguments),
        "external_settle" => external::settle(arguments),
        "warn_once" => arguments.reader(name).text("msg").and_then(|message| {
            host.warn_once("JinjaLogWarning", &message)
                .map(|()| Value::None)
                .map_err(|error| host_error(&error, None).into())
        }),
        _ => return None,
    })
}

fn relation_of(value: &Value) -> Result<Relation> {
    value
        .downcast::<Relation>()
        .cloned()
        .ok_or_else(|| RenderError::new(format!("this needs a relation, not {}", value.type_name())).into())
}

fn execute(host: &Rc<dyn Host>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("execute");
    let sql = text_of(&reader.required("sql")?);
    let auto_begin = reader.truth("auto_begin", false)?;
    let fetch = reader.truth("fetch", false)?;
    let limit = reader.optional_int("limit")?.and_then(|limit| usize::try_from(limit).ok());
    let (receipt, table) =
        host.run(&sql, auto_begin, fetch, limit).map_err(|error| host_error(&error, Some(&sql)))?;
    Ok(Value::tuple(vec![response(&receipt), Value::object(TableValue::new(&table))]))
}

fn add_query(dialect: &Dialect, host: &Rc<dyn Host>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("add_query");
    let sql = text_of(&reader.required("sql")?);
    let auto_begin = reader.truth("auto_begin", true)?;
    let bindings = reader.optional("bindings")?.filter(Value::is_true);
    let sql = match bindings {
        Some(bindings) => Text::new(bound(dialect, sql.as_str(), &containers::items_of(&bindings)?)),
        None => sql,
    };
    host.run(&sql, auto_begin, false, None).map_err(|error| host_error(&error, Some(&sql)))?;
    Ok(Value::tuple(vec![Value::None, Value::None]))
}

/// Puts values in the places of a statement, marked `%s` or `?`, as literals.
fn bound(dialect: &Dialect, sql: &str, values: &[Value]) -> String {
    let mark = if sql.contains("%s") { "%s" } else { "?" };
    let mut values = values.iter();
    let mut parts = sql.split(mark);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match values.next() {
            None => out.push_str(mark),
            Some(Value::None | Value::Undefined(_)) => out.push_str("null"),
            Some(value @ (Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Decimal(_))) => {
                out.push_str(&value.to_text());
            }
            Some(value) => out.push_str(&dialect.literal(&value.to_text())),
        }
        out.push_str(part);
    }
    out
}

/// Reads database, schema and identifier.
fn names(arguments: Arguments) -> Result<[String; 3]> {
    let mut reader = arguments.reader("get_relation");
    let mut next = |name: &str| reader.optional_text(name).map(Option::unwrap_or_default);
    Ok([next("database")?, next("schema")?, next("identifier")?])
}

fn get_relation(host: &Rc<dyn Host>, arguments: Arguments) -> Result<Value> {
    let [database, schema, identifier] = names(arguments)?;
    let found = host.relation(&database, &schema, &identifier).map_err(|error| host_error(&error, None))?;
    if let Some(found) = found {
        return Ok(Value::object(found));
    }
    // One that differs in case alone is not it, and would be in its way.
    let all = host.relations(&database, &schema).map_err(|error| host_error(&error, None))?;
    for relation in all {
        if relation.matches([None, None, Some(&identifier)])? {
            return Ok(Value::object(relation));
        }
    }
    Ok(Value::None)
}

/// Lists the relations of a schema, given by its names or as a relation.
fn list_relations(dialect: &'static Dialect, host: &Rc<dyn Host>, arguments: Arguments) -> Result<Value> {
    let of_schema = arguments.positional.first().and_then(|first| first.downcast::<Relation>());
    let [database, schema, _] = match of_schema {
        Some(relation) => {
            let part = |part: &Option<String>| part.clone().unwrap_or_default();
            [part(&relation.database), part(&relation.schema), String::new()]
        }
        None => names(arguments)?,
    };
    let found = host.relations(&database, &schema).map_err(|error| host_error(&error, None))?;
    let found = found.into_iter().map(|relation| Value::object(Relation { dialect, ..relation }));
    Ok(Value::list(found.collect()))
}

fn check_schema_exists(
    host: &Rc<dyn Host>,
    evaluator: &mut Evaluator<'_>,
    arguments: Arguments,
) -> Result<Value> {
    let [database, schema, _] = names(arguments)?;
    // A schema that holds relations is there without asking; an empty one must be asked for.
    if !host.relations(&database, &schema).map_err(|error| host_error(&error, None))?.is_empty() {
        return Ok(Value::Bool(true));
    }
    let listed = call_macro(evaluator, "list_schemas", Arguments::positional(vec![Value::from(database)]))?;
    let present = listed.iterate().unwrap_or_default().iter().any(|row| {
        let name = row.iterate().and_then(|cells| cells.first().map(Value::to_text));
        name.is_some_and(|name| name.eq_ignore_ascii_case(&schema))
    });
    Ok(Value::Bool(present))
}

fn already_exists(host: &Rc<dyn Host>, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("already_exists");
    let (schema, name) = (reader.text("schema")?, reader.text("name")?);
    let database = evaluator.lookup("database").map(|database| database.to_text()).unwrap_or_default();
    let found = host.relation(&database, &schema, &name).map_err(|error| host_error(&error, None))?;
    Ok(Value::Bool(found.is_some()))
}

/// Runs the macro of the same name, then takes notice of what it changed.
fn changing(
    host: &Rc<dyn Host>,
    evaluator: &mut Evaluator<'_>,
    name: &str,
    arguments: &Arguments,
) -> Result<Value> {
    let given: Vec<&Value> =
        arguments.positional.iter().chain(arguments.named.iter().map(|(_, value)| value)).collect();
    let relations = given.iter().map(|value| relation_of(value)).collect::<Result<Vec<_>>>()?;
    call_macro(evaluator, name, arguments.clone())?;
    let mut relations = relations.into_iter();
    match (name, relations.next(), relations.next()) {
        ("drop_relation", Some(relation), _) => host.changed(Change::Dropped(relation)),
        ("rename_relation", Some(from), Some(to)) => {
            host.changed(Change::Renamed(Box::new(from), Box::new(to)));
        }
        _ => {}
    }
    Ok(Value::None)
}

fn change_schema(
    host: &Rc<dyn Host>,
    evaluator: &mut Evaluator<'_>,
    name: &str,
    arguments: Arguments,
) -> Result<Value> {
    let relation = arguments.positional.first().or(arguments.named.first().map(|(_, value)| value)).cloned();
    call_macro(evaluator, name, arguments)?;
    host.commit().map_err(|error| host_error(&error, None))?;
    if let ("drop_schema", Some(relation)) = (name, relation) {
        let relation = relation_of(&relation)?;
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        let gone = host
            .relations(&part(&relation.database), &part(&relation.schema))
            .map_err(|error| host_error(&error, None))?;
        for relation in gone {
            host.changed(Change::Dropped(relation));
        }
    }
    Ok(Value::None)
}

/// Takes notice of a change that a macro made with statements of its own.
fn noticed(host: &Rc<dyn Host>, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader(name);
    let first = reader.optional("relation")?.filter(|value| !value.is_none());
    let second = reader.optional("to_relation")?;
    let Some(first) = first else { return Ok(Value::from("")) };
    let relation = relation_of(&first)?;
    host.changed(match (name, second) {
        ("cache_added", _) => Change::Added(relation),
        ("cache_renamed", Some(to)) => Change::Renamed(Box::new(relation), Box::new(relation_of(&to)?)),
        _ => Change::Dropped(relation),
    });
    Ok(Value::from(""))
}

fn columns_of(evaluator: &mut Evaluator<'_>, relation: Value) -> Result<Vec<Value>> {
    let found = call_macro(evaluator, "get_columns_in_relation", Arguments::positional(vec![relation]))?;
    containers::items_of(&found)
}

/// Asks for the columns of a relation; one that is not there has none.
fn columns_or_none(evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    match call_macro(evaluator, "get_columns_in_relation", arguments) {
        Err(interrupt) if is_missing(&interrupt) => Ok(Value::list(Vec::new())),
        other => other,
    }
}

/// Tells whether the database does not know the relation it was asked of.
fn is_missing(interrupt: &Interrupt) -> bool {
    let Interrupt::Error(error) = interrupt else { return false };
    matches!(error.kind, ErrorKind::Database) && error.message.contains("does not exist")
}

fn columns_in_table(
    dialect: &'static Dialect,
    evaluator: &mut Evaluator<'_>,
    arguments: Arguments,
) -> Result<Value> {
    let mut reader = arguments.reader("get_columns_in_table");
    let (schema, name) = (reader.text("schema")?, reader.text("identifier")?);
    let database = evaluator.lookup("database").map(|database| database.to_text());
    let relation = Relation::of(dialect, database.as_deref(), Some(&schema), Some(&name));
    Ok(Value::list(columns_of(evaluator, Value::object(relation))?))
}

fn missing_columns(evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("get_missing_columns");
    let (from, to) = (reader.required("from_relation")?, reader.required("to_relation")?);
    let (from, to) = (columns_of(evaluator, from)?, columns_of(evaluator, to)?);
    let name = |value: &Value| value.downcast::<Column>().map(|column| column.name.clone());
    let known: Vec<_> = to.iter().filter_map(name).collect();
    let missing = from.into_iter().filter(|column| name(column).is_some_and(|name| !known.contains(&name)));
    Ok(Value::list(missing.collect()))
}

/// Tells whether a file can be read, by reading nothing of it.
fn location_exists(host: &Rc<dyn Host>, arguments: Arguments) -> Result<Value> {
    let location = arguments.reader("location_exists").text("location")?;
    let query = Text::new(format!("select 1 from '{}' where 1 = 0", location.replace('\'', "''")));
    Ok(Value::Bool(host.run(&query, false, false, None).is_ok()))
}
