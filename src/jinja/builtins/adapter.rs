//! `adapter`: what templates ask of the database. While the project is read it answers nothing.

use std::any::Any;
use std::rc::Rc;

use crate::jinja::builtins::column::Column;
use crate::jinja::builtins::relation::{Relation, quoted};
use crate::jinja::builtins::results::response;
use crate::jinja::builtins::table::TableValue;
use crate::jinja::core::Dialect;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{ErrorKind, RenderError, Result};
use crate::jinja::host::{Change, Host, HostError};
use crate::jinja::macros::MacroValue;
use crate::jinja::provenance::to_source;
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Object, Text, Value, containers};

/// What `adapter` is.
pub struct AdapterObject {
    /// What is known of the database.
    pub dialect: &'static Dialect,
    /// The outside; `None` while the project is read.
    pub host: Option<Rc<dyn Host>>,
}

/// Turns an error of the outside into one of the render, with the place that wrote the failing byte.
pub fn host_error(error: &HostError, sql: Option<&Text>) -> RenderError {
    let mut failure = RenderError::new(error.message.clone());
    if error.from_database {
        failure.kind = ErrorKind::Database;
    }
    let mapped = sql.and_then(|sql| to_source(sql.pieces()?, error.offset?));
    if let Some(mapped) = mapped {
        let word = error.offset.zip(sql).map_or(0, |(at, sql)| word_length(sql.as_str(), at));
        let mut place = mapped.place;
        if mapped.exact {
            place.span.end = place.span.end.max(place.span.start + word as u32);
        }
        failure.place = Some(place);
        failure.calls = mapped.calls;
    }
    failure
}

/// Returns the length of the word that stands at a byte, so that a message underlines all of it.
fn word_length(sql: &str, at: usize) -> usize {
    let rest = sql.get(at..).unwrap_or_default();
    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
}

impl AdapterObject {
    fn relation_of(value: &Value) -> Result<Relation> {
        value.downcast::<Relation>().cloned().ok_or_else(|| {
            RenderError::new(format!("this needs a relation, not {}", value.type_name())).into()
        })
    }

    /// The methods that answer the same whether the project is read or run.
    fn pure(
        &self,
        evaluator: &mut Evaluator<'_>,
        name: &str,
        arguments: &Arguments,
    ) -> Option<Result<Value>> {
        let arguments = arguments.clone();
        Some(match name {
            "dispatch" => self.dispatch(evaluator, arguments),
            "type" => Ok(Value::from(self.dialect.adapter)),
            "quote" => (|| Ok(Value::from(quoted(&arguments.reader("quote").text("identifier")?))))(),
            "quote_as_configured" => {
                (|| Ok(Value::from(quoted(&arguments.reader("quote_as_configured").text("identifier")?))))()
            }
            "quote_seed_column" => (|| {
                let mut reader = arguments.reader("quote_seed_column");
                let name = reader.text("column")?;
                let quote = reader
                    .optional("quote_config")?
                    .filter(|value| !value.is_none())
                    .is_none_or(|value| value.is_true());
                Ok(Value::from(if quote { quoted(&name) } else { name }))
            })(),
            "valid_incremental_strategies" => {
                Ok(Value::list(self.dialect.strategies.iter().map(|name| Value::from(*name)).collect()))
            }
            "get_incremental_strategy_macro" => self.strategy(evaluator, arguments),
            "disable_transactions" | "is_motherduck" | "is_ducklake" => Ok(Value::Bool(false)),
            "external_root" => Ok(Value::from(".")),
            "convert_type" => (|| {
                let mut reader = arguments.reader("convert_type");
                let table = reader.required("agate_table")?;
                let at = reader.optional_int("col_idx")?.and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
                let name = table.downcast::<TableValue>().and_then(|table| table.type_name_of(at));
                Ok(Value::from(name.unwrap_or_else(|| "text".to_owned())))
            })(),
            "get_seed_file_path" => (|| {
                let model = arguments.reader("get_seed_file_path").required("model")?;
                let part = |name: &str| {
                    crate::jinja::eval::items::attribute(&model, name)
                        .map(|part| part.to_text())
                        .unwrap_or_default()
                };
                let path = std::path::Path::new(&part("root_path")).join(part("original_file_path"));
                Ok(Value::from(path.to_string_lossy().into_owned()))
            })(),
            _ => return None,
        })
    }

    fn dispatch(&self, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        let mut reader = arguments.reader("dispatch");
        let name = reader.text("macro_name")?;
        let namespace = reader.optional_text("macro_namespace")?;
        reader.finish()?;
        if name.contains('.') {
            let message = format!(
                "In adapter.dispatch, got a macro name of \"{name}\", but \".\" is not a valid macro name component"
            );
            return Err(RenderError::new(message).into());
        }
        let environment = evaluator.environment;
        match environment.macros.dispatch(&environment.package, &name, namespace.as_deref()) {
            Ok(found) => Ok(Value::object(MacroValue(found.clone()))),
            Err(tried) => {
                let message = format!(
                    "In dispatch: No macro named '{name}' found within namespace: '{}'",
                    namespace.unwrap_or_else(|| "None".to_owned())
                );
                Err(RenderError::new(message).hint(format!("searched for: {}", tried.join(", "))).into())
            }
        }
    }

    fn strategy(&self, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        let mut reader = arguments.reader("get_incremental_strategy_macro");
        reader.required("context")?;
        let strategy = reader.text("strategy")?;
        let name = format!("get_incremental_{}_sql", strategy.replace('+', "_"));
        let found = evaluator.lookup(&name);
        let builtin = ["append", "delete+insert", "merge", "insert_overwrite", "microbatch"]
            .contains(&strategy.as_str());
        match found {
            Some(_) if builtin && !self.dialect.strategies.contains(&strategy.as_str()) => {
                let message = format!("The incremental strategy '{strategy}' is not valid for this adapter");
                Err(RenderError::new(message)
                    .hint(format!("it has: {}", self.dialect.strategies.join(", ")))
                    .into())
            }
            Some(found) => Ok(found),
            None => {
                let message = format!(
                    "dbt could not find an incremental strategy macro with the name '{name}' in the project"
                );
                Err(RenderError::new(message)
                    .hint(format!("the adapter has: {}", self.dialect.strategies.join(", ")))
                    .into())
            }
        }
    }

    /// The methods that need the outside.
    fn asked(
        &self,
        host: &Rc<dyn Host>,
        evaluator: &mut Evaluator<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Option<Result<Value>> {
        let mut reader = arguments.clone().reader("adapter");
        Some(match name {
            "execute" => (|| {
                let sql = text_of(&reader.required("sql")?);
                let auto_begin = reader.truth("auto_begin", false)?;
                let fetch = reader.truth("fetch", false)?;
                let limit = reader.optional_int("limit")?.and_then(|limit| usize::try_from(limit).ok());
                let (receipt, table) = host
                    .run(&sql, auto_begin, fetch, limit)
                    .map_err(|error| host_error(&error, Some(&sql)))?;
                Ok(Value::tuple(vec![response(&receipt), Value::object(TableValue::new(&table))]))
            })(),
            "add_query" => (|| {
                let sql = text_of(&reader.required("sql")?);
                host.run(&sql, true, false, None).map_err(|error| host_error(&error, Some(&sql)))?;
                Ok(Value::tuple(vec![Value::None, Value::None]))
            })(),
            "commit" => host.commit().map(|()| Value::None).map_err(|error| host_error(&error, None).into()),
            "get_relation" => (|| {
                let database = reader.optional_text("database")?.unwrap_or_default();
                let schema = reader.optional_text("schema")?.unwrap_or_default();
                let identifier = reader.optional_text("identifier")?.unwrap_or_default();
                let found = host
                    .relation(&database, &schema, &identifier)
                    .map_err(|error| host_error(&error, None))?;
                Ok(found.map_or(Value::None, Value::object))
            })(),
            "list_relations" | "list_relations_without_caching" => (|| {
                let database = reader.optional_text("database")?.unwrap_or_default();
                let schema = reader.optional_text("schema")?.unwrap_or_default();
                let found = host.relations(&database, &schema).map_err(|error| host_error(&error, None))?;
                Ok(Value::list(found.into_iter().map(Value::object).collect()))
            })(),
            "check_schema_exists" => (|| {
                let database = reader.optional_text("database")?.unwrap_or_default();
                let schema = reader.optional_text("schema")?.unwrap_or_default();
                Ok(Value::Bool(
                    !host.relations(&database, &schema).map_err(|error| host_error(&error, None))?.is_empty(),
                ))
            })(),
            "drop_relation" | "truncate_relation" | "rename_relation" | "create_schema" | "drop_schema" => {
                changing(host, evaluator, name, &arguments)
            }
            "get_columns_in_relation" => call_macro(evaluator, "get_columns_in_relation", arguments),
            "get_missing_columns" => missing_columns(evaluator, &arguments),
            "expand_target_column_types" => Ok(Value::None),
            "cache_added" | "cache_dropped" | "cache_renamed" => Ok(Value::from("")),
            _ => return None,
        })
    }

    /// What the methods that need the outside answer while the project is read.
    fn stub(name: &str) -> Option<Value> {
        Some(match name {
            "execute" => Value::tuple(vec![
                Value::from(""),
                Value::object(TableValue::new(&crate::base::table::Table::default())),
            ]),
            "add_query" => Value::tuple(vec![Value::None, Value::None]),
            "get_relation"
            | "drop_relation"
            | "truncate_relation"
            | "rename_relation"
            | "create_schema"
            | "drop_schema"
            | "expand_target_column_types"
            | "commit"
            | "get_seed_file_path" => Value::None,
            "check_schema_exists" => Value::Bool(false),
            "get_columns_in_relation"
            | "get_missing_columns"
            | "list_relations"
            | "list_relations_without_caching"
            | "get_column_schema_from_query" => Value::list(Vec::new()),
            "cache_added" | "cache_dropped" | "cache_renamed" => Value::from(""),
            _ => return None,
        })
    }
}

/// Returns a value as text with its pieces.
fn text_of(value: &Value) -> Text {
    match value {
        Value::Str(text) => text.clone(),
        other => Text::new(other.to_text()),
    }
}

fn call_macro(evaluator: &mut Evaluator<'_>, name: &str, arguments: Arguments) -> Result<Value> {
    let found = evaluator.lookup(name).unwrap_or_else(|| Value::Undefined(name.into()));
    evaluator.call_value(&found, arguments)
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
    let first = given.first().map(|value| AdapterObject::relation_of(value)).transpose()?;
    call_macro(evaluator, name, arguments.clone())?;
    match (name, first) {
        ("drop_relation", Some(relation)) => host.changed(Change::Dropped(relation)),
        ("rename_relation", Some(relation)) => {
            if let Some(to) = given.get(1) {
                let to = AdapterObject::relation_of(to)?;
                host.changed(Change::Renamed(Box::new(relation), Box::new(to)));
            }
        }
        _ => {}
    }
    Ok(Value::None)
}

fn missing_columns(evaluator: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let mut reader = arguments.clone().reader("get_missing_columns");
    let (from, to) = (reader.required("from_relation")?, reader.required("to_relation")?);
    let mut columns = |relation: Value| -> Result<Vec<Value>> {
        let found = call_macro(evaluator, "get_columns_in_relation", Arguments::positional(vec![relation]))?;
        containers::items_of(&found)
    };
    let (from, to) = (columns(from)?, columns(to)?);
    let name = |value: &Value| value.downcast::<Column>().map(|column| column.name.clone());
    let known: Vec<_> = to.iter().filter_map(name).collect();
    Ok(Value::list(
        from.into_iter().filter(|column| name(column).is_some_and(|name| !known.contains(&name))).collect(),
    ))
}

impl Object for AdapterObject {
    fn type_name(&self) -> &'static str {
        "Adapter"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        if name == "behavior" {
            return Some(Value::object(Behavior));
        }
        // A method passed on as a value (`{% set f = adapter.dispatch %}`) keeps the adapter it belongs to.
        let known = Self::stub(name).is_some() || matches!(name, "dispatch" | "quote" | "type");
        let (adapter, method) = (self.clone_handle(), name.to_owned());
        known.then(|| {
            Native::value("method", move |evaluator, mut arguments| {
                adapter.call_method(evaluator, &method, &mut arguments).unwrap_or(Ok(Value::None))
            })
        })
    }

    fn call_method(
        &self,
        evaluator: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        if let Some(result) = self.pure(evaluator, name, arguments) {
            return Some(result);
        }
        match &self.host {
            Some(host) => self.asked(host, evaluator, name, arguments.clone()),
            None => Self::stub(name).map(Ok),
        }
    }

    fn is_true(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl AdapterObject {
    fn clone_handle(&self) -> Self {
        Self { dialect: self.dialect, host: self.host.clone() }
    }
}

/// Switches of behaviour by name, all off: `adapter.behavior.<flag>.no_warn`.
struct Behavior;

impl Object for Behavior {
    fn type_name(&self) -> &'static str {
        "Behavior"
    }

    fn attribute(&self, _: &str) -> Option<Value> {
        Some(Value::dict([("setting", Value::Bool(false)), ("no_warn", Value::Bool(false))]))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
