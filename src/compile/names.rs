//! Names about names: `context`, `builtins`, `validation`.

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::Result;
use crate::jinja::filters::globals;
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Object, Value};

/// `context`, every name that a template knows, and `builtins`, those that no macro has taken the place of. Looked up
/// when asked for.
pub(super) struct Names {
    pub(super) with_macros: bool,
}

impl Names {
    fn find(&self, evaluator: &Evaluator<'_>, name: &str) -> Option<Value> {
        if self.with_macros {
            return evaluator.lookup(name);
        }
        evaluator.environment.get(name).or_else(|| globals::get(name))
    }
}

impl Object for Names {
    fn type_name(&self) -> &'static str {
        "dict"
    }

    fn computed_attribute(&self, evaluator: &mut Evaluator<'_>, name: &str) -> Option<Result<Value>> {
        self.find(evaluator, name).map(Ok)
    }

    fn holds(&self, evaluator: &Evaluator<'_>, key: &Value) -> Option<bool> {
        Some(key.as_str().is_some_and(|name| self.find(evaluator, name).is_some()))
    }

    fn is_mapping(&self) -> bool {
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn call_method(
        &self,
        evaluator: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        (name == "get").then(|| {
            let mut reader = std::mem::take(arguments).reader(name);
            let wanted = reader.text("key")?;
            let default = reader.or("default", Value::None)?;
            reader.finish()?;
            Ok(self.find(evaluator, &wanted).unwrap_or(default))
        })
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// `validation.any`: makes validators, which nothing asks.
pub(super) struct AnyType;

impl Object for AnyType {
    fn type_name(&self) -> &'static str {
        "type"
    }

    fn item(&self, _: &Value) -> Option<Value> {
        Some(Native::value("validator", |_, _| Ok(Value::None)))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(&self, _: &mut Evaluator<'_>, _: Arguments) -> Result<Value> {
        Ok(Native::value("validator", |_, _| Ok(Value::None)))
    }

    fn is_true(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
