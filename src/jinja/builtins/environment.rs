//! `env_var` and `var`.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::base::data::Data;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Evaluator, Mode};
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Object, Value};
use crate::project::variables::Variables;

/// The beginning of the names of secret variables, which only profiles and package files may read.
const SECRET: &str = "DBT_ENV_SECRET";

/// Makes `env_var`.
pub fn env_var(environment: Arc<BTreeMap<String, String>>, secrets: bool) -> Value {
    Native::value("env_var", move |_, arguments| {
        let mut reader = arguments.reader("env_var");
        let name = reader.text("var")?;
        let default = reader.optional("default")?.filter(|value| !value.is_none());
        reader.finish()?;
        if name.starts_with(SECRET) && !secrets {
            let message = format!(
                "Secret env vars are allowed only in profiles.yml or packages.yml. Found '{name}' referenced elsewhere."
            );
            return Err(RenderError::new(message).into());
        }
        match (environment.get(&name), default) {
            (Some(value), _) => Ok(Value::from(value.as_str())),
            (None, Some(default)) => Ok(default),
            (None, None) => {
                let near = crate::diagnostic::suggest::nearest(&name, environment.keys().map(String::as_str));
                let error = RenderError::new(format!("Env var required but not provided: '{name}'"));
                let hint = near.map_or_else(
                    || format!("set it, or give a default: `env_var('{name}', '...')`"),
                    |near| format!("did you mean `{near}`?"),
                );
                Err(error.hint(hint).into())
            }
        }
    })
}

/// What `var` is: a function with `has_var`.
pub struct VarFunction {
    variables: Arc<Variables>,
    package: Rc<str>,
}

impl VarFunction {
    /// Makes `var` for the nodes of a package.
    pub fn value(variables: Arc<Variables>, package: &str) -> Value {
        Value::object(Self { variables, package: package.into() })
    }

    fn get(&self, name: &str) -> Option<&Data> {
        self.variables.get(&self.package, name)
    }
}

impl Object for VarFunction {
    fn type_name(&self) -> &'static str {
        "Var"
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn call(&self, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        let mut reader = arguments.reader("var");
        let name = reader.text("name")?;
        let default = reader.optional("default")?;
        reader.finish()?;
        match (self.get(&name), default) {
            (Some(Data::Str(text)), _) if text.contains("{{") || text.contains("{%") => {
                rendered(evaluator, text)
            }
            (Some(data), _) => Ok(Value::from(data)),
            (None, Some(default)) => Ok(default),
            (None, None) if evaluator.environment.mode == Mode::Parse => Ok(Value::None),
            (None, None) => {
                let names = self.variables.names(&self.package);
                let error = RenderError::new(format!("Required var '{name}' not found in config"));
                let near = crate::diagnostic::suggest::nearest(&name, names.iter().copied());
                let hint = near.map_or_else(|| format!("give it with `--vars '{{{name}: ...}}'`, under `vars:` in the project file, or give a default"), |near| format!("did you mean `{near}`?"));
                Err(error.hint(hint).into())
            }
        }
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        (name == "has_var").then(|| {
            let name = arguments.positional.first().map(Value::to_text).unwrap_or_default();
            Ok(Value::Bool(self.get(&name).is_some()))
        })
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// Renders a variable's text where it is used, as dbt does.
fn rendered(evaluator: &mut Evaluator<'_>, text: &str) -> Result<Value> {
    let Some(here) = evaluator.here() else { return Ok(Value::from(text)) };
    let origin = Origin::at(here.file, here.span.start as usize);
    let template =
        parse(text, &origin, false).map_err(|finding| RenderError::new(finding.message.clone()))?;
    evaluator.render(&template).map(|output| Value::from(output.text))
}
