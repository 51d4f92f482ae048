//! `exceptions`: how templates stop with a message of their own, or warn.

use std::any::Any;
use std::rc::Rc;

use crate::jinja::eval::error::{ErrorKind, RenderError, Result};
use crate::jinja::eval::{Evaluator, Mode};
use crate::jinja::host::Host;
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Object, Value};

/// Makes `exceptions`.
pub fn value(host: Option<Rc<dyn Host>>) -> Value {
    Value::object(Exceptions { host })
}

/// Makes `try_or_compiler_error(message, function, ...)`: calls the function, and tells the message if that fails.
pub fn try_or_compiler_error() -> Value {
    Native::value("try_or_compiler_error", |evaluator, mut arguments| {
        if arguments.positional.len() < 2 {
            return Err(RenderError::new("try_or_compiler_error() needs a message and a function").into());
        }
        let rest = arguments.positional.split_off(2);
        let (message, function) = (arguments.positional.remove(0), arguments.positional.remove(0));
        let given = Arguments { positional: rest, named: arguments.named };
        evaluator.call_value(&function, given).map_err(|_| RenderError::new(message.to_text()).into())
    })
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
        let mut error = RenderError::new(message(&arguments));
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

impl Object for Exceptions {
    fn type_name(&self) -> &'static str {
        "exceptions"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        // Packages ask whether an exception is there before they raise it.
        if name == "warn" || Self::raise(name, Arguments::default()).is_some() {
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
        if name == "warn" {
            let message = arguments.positional.first().map(Value::to_text).unwrap_or_default();
            if let (Some(host), Mode::Execute) = (&self.host, evaluator.environment.mode) {
                host.warn(&message);
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
