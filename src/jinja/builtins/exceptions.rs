//! `exceptions`: how templates stop with a message of their own, or warn.

use std::any::Any;
use std::rc::Rc;

use crate::jinja::eval::error::{ErrorKind, Interrupt, RenderError, Result};
use crate::jinja::eval::{Evaluator, Mode, items};
use crate::jinja::host::Host;
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Object, Value, containers};

/// Makes `exceptions`.
pub fn value(host: Option<Rc<dyn Host>>) -> Value {
    Value::object(Exceptions { host })
}

/// `try_or_compiler_error(message, function, *arguments, **named)`: an error of the function becomes the message.
pub fn try_or_compiler_error(evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("try_or_compiler_error");
    let message = reader.text("message_if_exception")?;
    let function = reader.required("func")?;
    let (positional, named) = reader.rest();
    match evaluator.call_value(&function, Arguments { positional, named }) {
        Err(interrupt) if matches!(*interrupt, Interrupt::Error(_)) => Err(RenderError::new(message).into()),
        result => result,
    }
}

struct Exceptions {
    host: Option<Rc<dyn Host>>,
}

impl Exceptions {
    fn raise(name: &str, arguments: Arguments) -> Option<Result<Value>> {
        let message = |arguments: &Arguments| {
            arguments
                .positional
                .first()
                .or(arguments.named.first().map(|(_, value)| value))
                .map(Value::to_text)
                .unwrap_or_default()
        };
        let mut error = RenderError::new(match name {
            "column_type_missing" => {
                format!(
                    "a contract needs a data_type for each column, but there is none for {}",
                    message(&arguments)
                )
            }
            "raise_contract_error" => contract_mismatch(&arguments),
            _ => message(&arguments),
        });
        match name {
            "raise_compiler_error"
            | "raise_not_implemented"
            | "raise_fail_fast_error"
            | "raise_dependency_error"
            | "raise_parsing_error"
            | "missing_config"
            | "missing_relation"
            | "relation_wrong_type"
            | "missing_materialization"
            | "column_type_missing"
            | "raise_contract_error"
            | "raise_duplicate_resource_name"
            | "raise_ambiguous_alias" => {}
            "raise_database_error" => error.kind = ErrorKind::Database,
            _ => return None,
        }
        Some(Err(error.into()))
    }
}

/// Returns the name of the warning that a method gives, if it gives one.
fn warning(method: &str) -> Option<&'static str> {
    match method {
        "warn" => Some("JinjaLogWarning"),
        "warn_snapshot_timestamp_data_types" => Some("SnapshotTimestampWarning"),
        "warn_snapshot_history" => Some("SnapshotHistoryWarning"),
        _ => None,
    }
}

/// Tells that the moments of a snapshot are of another type than the column it goes by.
fn other_type(arguments: &Arguments) -> String {
    let mut types = arguments.positional.iter().chain(arguments.named.iter().map(|(_, value)| value));
    let mut next = || types.next().map(Value::to_text).unwrap_or_default();
    let (own, given) = (next(), next());
    format!(
        "the times of the snapshot are of the type {own}, and its column `updated_at` is of the type {given}: \
         cast the column, or name another one"
    )
}

/// Tells how the columns of a query differ from those of its contract.
fn contract_mismatch(arguments: &Arguments) -> String {
    let columns = |at: usize| {
        let given = arguments.positional.get(at).or(arguments.named.get(at).map(|(_, value)| value));
        let listed = given.and_then(|given| containers::items_of(given).ok()).unwrap_or_default();
        let part = |column: &Value, name| {
            items::attribute(column, name).map(|part| part.to_text()).unwrap_or_default()
        };
        listed.iter().map(|column| (part(column, "name"), part(column, "data_type"))).collect::<Vec<_>>()
    };
    let (promised, found) = (columns(0), columns(1));
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    let mut told = vec!["the query does not give the columns of the contract".to_owned()];
    for (name, wanted) in &promised {
        match found.iter().find(|(known, _)| same(known, name)) {
            None => told.push(format!("  {name}: missing in the query")),
            Some((_, given)) if !same(given, wanted) => {
                told.push(format!("  {name}: {given} in the query, {wanted} in the contract"));
            }
            Some(_) => {}
        }
    }
    let extra = found.iter().filter(|(name, _)| !promised.iter().any(|(known, _)| same(known, name)));
    told.extend(extra.map(|(name, _)| format!("  {name}: missing in the contract")));
    told.join("\n")
}

impl Object for Exceptions {
    fn type_name(&self) -> &'static str {
        "exceptions"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        // Packages ask whether an exception is there before they raise it.
        if warning(name).is_some() || Self::raise(name, Arguments::default()).is_some() {
            let (host, name) = (self.host.clone(), name.to_owned());
            return Some(Native::value("exception", move |evaluator, mut arguments| {
                let exceptions = Exceptions { host: host.clone() };
                exceptions.call_method(evaluator, &name, &mut arguments).unwrap_or(Ok(Value::None))
            }));
        }
        None
    }

    fn call_method(
        &self,
        evaluator: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        if let Some(event) = warning(name) {
            let message = match name {
                "warn_snapshot_timestamp_data_types" => other_type(arguments),
                _ => arguments.positional.first().map(Value::to_text).unwrap_or_default(),
            };
            if let (Some(host), Mode::Execute) = (&self.host, evaluator.environment.mode) {
                let warned = host.warn(event, &message);
                return Some(
                    warned.map(|()| Value::from("")).map_err(|error| RenderError::new(error.message).into()),
                );
            }
            return Some(Ok(Value::from("")));
        }
        Self::raise(name, arguments.clone())
    }

    fn is_true(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
