//! `adapter`: what templates ask of the database. While the project is read it answers nothing.

mod constraints;
mod dispatch;
mod external;
mod names;
mod questions;
mod snapshots;

use std::any::Any;
use std::rc::Rc;

use crate::diagnostic::suggest::nearest;
use crate::jinja::builtins::table::TableValue;
use crate::jinja::core::Dialect;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{ErrorKind, RenderError, Result};
use crate::jinja::host::{Host, HostError};
use crate::jinja::provenance::to_source;
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Object, Text, Value};

/// What `adapter` is.
#[derive(Clone)]
pub struct AdapterObject {
    /// What is known of the database.
    pub dialect: &'static Dialect,
    /// The outside; `None` while the project is read.
    pub host: Option<Rc<dyn Host>>,
}

/// What a method answers while the project is read.
#[derive(Clone, Copy)]
enum AtParse {
    /// The same as later: it asks nothing of the database.
    Same,
    /// Nothing.
    None,
    /// False.
    No,
    /// An empty list.
    List,
    /// An empty text.
    Text,
    /// Two nothings: a connection and a cursor.
    Pair,
    /// A response without words and a table without rows.
    Answer,
}

/// Every method, in the order of the alphabet.
const METHODS: &[(&str, AtParse)] = &[
    ("add_query", AtParse::Pair),
    ("already_exists", AtParse::No),
    ("assert_valid_snapshot_target_given_strategy", AtParse::None),
    ("batch_id_for_model", AtParse::Same),
    ("build_catalog_relation", AtParse::Same),
    ("cache_added", AtParse::Text),
    ("cache_dropped", AtParse::Text),
    ("cache_renamed", AtParse::Text),
    ("check_schema_exists", AtParse::No),
    ("commit", AtParse::None),
    ("convert_datetimes_to_strs", AtParse::Same),
    ("convert_type", AtParse::Same),
    ("create_schema", AtParse::None),
    ("describe_dynamic_table", AtParse::None),
    ("disable_transactions", AtParse::Same),
    ("dispatch", AtParse::Same),
    ("drop_relation", AtParse::None),
    ("drop_schema", AtParse::None),
    ("escape_sql_string", AtParse::Same),
    ("execute", AtParse::Answer),
    ("expand_target_column_types", AtParse::None),
    ("external_read_location", AtParse::Same),
    ("external_root", AtParse::Same),
    ("external_settle", AtParse::None),
    ("external_stage", AtParse::None),
    ("external_write_options", AtParse::Same),
    ("get_binding_char", AtParse::Same),
    ("get_catalog_integration", AtParse::Same),
    ("get_column_schema_from_query", AtParse::List),
    ("get_columns_in_relation", AtParse::List),
    ("get_columns_in_table", AtParse::List),
    ("get_hard_deletes_behavior", AtParse::None),
    ("get_incremental_strategy_macro", AtParse::None),
    ("get_missing_columns", AtParse::List),
    ("get_partitions_metadata", AtParse::Same),
    ("get_relation", AtParse::None),
    ("get_seed_file_path", AtParse::Same),
    ("get_temp_relation_path", AtParse::Same),
    ("is_ducklake", AtParse::Same),
    ("is_motherduck", AtParse::Same),
    ("list_relations", AtParse::List),
    ("list_relations_without_caching", AtParse::List),
    ("location_exists", AtParse::No),
    ("normalize_show_objects_result", AtParse::Same),
    ("parse_index", AtParse::Same),
    ("quote", AtParse::Same),
    ("quote_as_configured", AtParse::Same),
    ("quote_seed_column", AtParse::Same),
    ("rename_relation", AtParse::None),
    ("render_raw_columns_constraints", AtParse::Same),
    ("render_raw_model_constraints", AtParse::Same),
    ("standardize_grants_dict", AtParse::Same),
    ("store_relation", AtParse::None),
    ("truncate_relation", AtParse::None),
    ("type", AtParse::Same),
    ("use_ducklake_table_workarounds", AtParse::Same),
    ("valid_incremental_strategies", AtParse::Same),
    ("valid_snapshot_target", AtParse::None),
    ("warn_once", AtParse::None),
];

impl AtParse {
    fn value(self) -> Value {
        match self {
            AtParse::Same | AtParse::None => Value::None,
            AtParse::No => Value::Bool(false),
            AtParse::List => Value::list(Vec::new()),
            AtParse::Text => Value::from(""),
            AtParse::Pair => Value::tuple(vec![Value::None, Value::None]),
            AtParse::Answer => Value::tuple(vec![Value::from(""), Value::object(TableValue::default())]),
        }
    }
}

impl AdapterObject {
    fn call_known(&self, evaluator: &mut Evaluator<'_>, name: &str, arguments: Arguments) -> Result<Value> {
        let Some((_, at_parse)) = METHODS.iter().find(|(known, _)| *known == name) else {
            // As with any undefined name, only a template that is run finds out.
            if self.host.is_none() {
                return Ok(Value::Undefined(name.into()));
            }
            let error = RenderError::new(format!("the adapter has no method `{name}`"));
            return Err(match nearest(name, METHODS.iter().map(|(known, _)| *known)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            }
            .into());
        };
        match (&self.host, at_parse) {
            (Some(host), _) => questions::ask(self.dialect, host, evaluator, name, &arguments)
                .unwrap_or_else(|| self.answer(evaluator, name, arguments)),
            (None, AtParse::Same) => self.answer(evaluator, name, arguments),
            (None, known) => Ok(known.value()),
        }
    }

    /// Calls what asks nothing of the database.
    fn answer(&self, evaluator: &mut Evaluator<'_>, name: &str, arguments: Arguments) -> Result<Value> {
        match name {
            "dispatch" => dispatch::dispatch(evaluator, arguments),
            "get_incremental_strategy_macro" => dispatch::strategy(self.dialect, evaluator, arguments),
            "render_raw_columns_constraints" => constraints::of_columns(self, evaluator, arguments),
            "render_raw_model_constraints" => constraints::of_model(self, evaluator, arguments),
            "get_hard_deletes_behavior" => snapshots::hard_deletes(evaluator, arguments),
            "external_root" => Ok(external::root(evaluator)),
            "external_write_options" => external::write_options(arguments),
            "external_read_location" => external::read_location(arguments),
            _ => names::answer(self.dialect, name, arguments),
        }
    }
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

/// Returns a value as text with its pieces.
fn text_of(value: &Value) -> Text {
    match value {
        Value::Str(text) => text.clone(),
        other => Text::new(other.to_text()),
    }
}

/// Calls a macro by its bare name.
fn call_macro(evaluator: &mut Evaluator<'_>, name: &str, arguments: Arguments) -> Result<Value> {
    let found = evaluator.lookup(name).unwrap_or_else(|| Value::Undefined(name.into()));
    evaluator.call_value(&found, arguments)
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
        let known = METHODS.iter().any(|(known, _)| *known == name);
        let (adapter, method) = (self.clone(), name.to_owned());
        known.then(|| {
            Native::value("method", move |evaluator, arguments| {
                adapter.call_known(evaluator, &method, arguments)
            })
        })
    }

    fn call_method(
        &self,
        evaluator: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        Some(self.call_known(evaluator, name, std::mem::take(arguments)))
    }

    fn is_true(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn Any {
        self
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
