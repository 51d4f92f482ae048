//! `adapter.dispatch` and the choice of an incremental strategy: macros found by name.

use crate::jinja::core::Dialect;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::macros::MacroValue;
use crate::jinja::value::{Arguments, Value};

/// Finds the variant of a macro for the adapter.
pub(super) fn dispatch(evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
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

/// Finds the macro of an incremental strategy.
pub(super) fn strategy(
    dialect: &Dialect,
    evaluator: &mut Evaluator<'_>,
    arguments: Arguments,
) -> Result<Value> {
    let mut reader = arguments.reader("get_incremental_strategy_macro");
    reader.required("context")?;
    let strategy = reader.text("strategy")?;
    let name = format!("get_incremental_{}_sql", strategy.replace('+', "_"));
    let found = evaluator.lookup(&name);
    let builtin =
        ["append", "delete+insert", "merge", "insert_overwrite", "microbatch"].contains(&strategy.as_str());
    match found {
        Some(_) if builtin && !dialect.strategies.contains(&strategy.as_str()) => {
            let message = format!("The incremental strategy '{strategy}' is not valid for this adapter");
            Err(RenderError::new(message).hint(format!("it has: {}", dialect.strategies.join(", "))).into())
        }
        Some(found) => Ok(found),
        None => {
            let message = format!(
                "dbt could not find an incremental strategy macro with the name '{name}' in the project"
            );
            Err(RenderError::new(message)
                .hint(format!("the adapter has: {}", dialect.strategies.join(", ")))
                .into())
        }
    }
}
