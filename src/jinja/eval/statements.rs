//! Statements.

use crate::jinja::eval::calls::Closure;
use crate::jinja::eval::error::{Interrupt, RenderError, Result};
use crate::jinja::eval::{Evaluator, items};
use crate::jinja::filters;
use crate::jinja::limits::nested;
use crate::jinja::syntax::tree::{Expression, Kind, Statement, Target};
use crate::jinja::value::{Arguments, Text, Value};

impl Evaluator<'_> {
    /// Runs statements in the present scope.
    pub(super) fn block(&mut self, statements: &[Statement]) -> Result<()> {
        nested(|| statements.iter().try_for_each(|statement| self.statement(statement)))
    }

    fn statement(&mut self, statement: &Statement) -> Result<()> {
        match statement {
            Statement::Text { text, place } => {
                self.step(*place)?;
                self.note_text(text);
                self.output.push(text, *place, true, self.frame.as_ref());
            }
            Statement::Emit(expression) => {
                let value = self.expression(expression)?;
                self.write(&value, expression)?;
            }
            Statement::For(node) => self.for_loop(node)?,
            Statement::If { condition, then, otherwise } => {
                let branch = if self.expression(condition)?.is_true() { then } else { otherwise };
                self.block(branch)?;
            }
            Statement::Set { target, value } => {
                let value = self.expression(value)?;
                self.assign(target, value)?;
            }
            Statement::SetBlock { target, filter, body } => {
                let output = self.capture(|evaluator| evaluator.scoped(|evaluator| evaluator.block(body)))?;
                let mut value = Value::Str(Text::captured(output));
                if let Some(filter) = filter {
                    value = self.filter_chain(filter, value)?;
                }
                self.assign(target, value)?;
            }
            Statement::With { assignments, body } => self.scoped(|evaluator| {
                // All values are those of the names outside.
                let mut values = Vec::with_capacity(assignments.len());
                for (_, value) in assignments {
                    values.push(evaluator.expression(value)?);
                }
                for ((target, _), value) in assignments.iter().zip(values) {
                    evaluator.assign(target, value)?;
                }
                evaluator.block(body)
            })?,
            Statement::Filter { filter, body } => {
                let output = self.capture(|evaluator| evaluator.scoped(|evaluator| evaluator.block(body)))?;
                let value = self.filter_chain(filter, Value::Str(Text::captured(output)))?;
                self.write(&value, filter)?;
            }
            Statement::Macro(definition) => {
                let closure = Closure { definition: definition.clone(), scope: self.scope.clone() };
                self.scope.set(definition.name.clone(), Value::object(closure));
                // dbt renames a model's own macros; both names are taken.
                let renamed = format!("dbt_macro__{}", definition.name);
                let closure = Closure { definition: definition.clone(), scope: self.scope.clone() };
                self.scope.set(renamed.into(), Value::object(closure));
            }
            Statement::Call { call, caller } => {
                let closure = Closure { definition: caller.clone(), scope: self.scope.clone() };
                let value = self.call_block(call, Value::object(closure))?;
                self.write(&value, call)?;
            }
            Statement::Do(expression) => {
                self.expression(expression)?;
            }
            Statement::Break => return Err(Box::new(Interrupt::Break)),
            Statement::Continue => return Err(Box::new(Interrupt::Continue)),
            Statement::Block(body) => self.scoped(|evaluator| evaluator.block(body))?,
        }
        Ok(())
    }

    /// Writes a value; captured text keeps the pieces it came from.
    fn write(&mut self, value: &Value, expression: &Expression) -> Result<()> {
        let noted = self.note_value(value, expression);
        self.locate(noted, expression.place)?;
        match value {
            Value::Str(text) => match text.pieces() {
                Some(pieces) if !pieces.is_empty() => self.output.push_pieces(text.as_str(), pieces),
                _ => self.output.push(text.as_str(), expression.place, false, self.frame.as_ref()),
            },
            other => {
                let text = other.to_text();
                self.checked(expression.place)?;
                self.output.push(&text, expression.place, false, self.frame.as_ref());
            }
        }
        Ok(())
    }

    /// Applies a filter whose innermost value is the text of the block.
    fn filter_chain(&mut self, filter: &Expression, text: Value) -> Result<Value> {
        let result = match &*filter.kind {
            Kind::Filter(inner, name, arguments) => {
                let value = match inner {
                    Some(inner) => self.filter_chain(inner, text)?,
                    None => text,
                };
                let arguments = self.arguments(arguments)?;
                filters::apply(self, name, &value, arguments)
            }
            _ => Err(RenderError::new("this is not a filter").into()),
        };
        self.locate(result, filter.place)
    }

    fn call_block(&mut self, call: &Expression, caller: Value) -> Result<Value> {
        let outer = self.here.replace(call.place);
        let result = self.call_with_caller(call, caller);
        self.here = outer;
        self.locate(result, call.place)
    }

    fn call_with_caller(&mut self, call: &Expression, caller: Value) -> Result<Value> {
        let Kind::Call(callee, arguments) = &*call.kind else {
            return Err(RenderError::new("a `call` block needs a call").into());
        };
        let mut arguments: Arguments = self.arguments(arguments)?;
        arguments.named.push(("caller".into(), caller));
        match &*callee.kind {
            Kind::Attribute(value, name) => {
                let value = self.expression(value)?;
                items::call_method(self, &value, name, arguments)
            }
            _ => {
                let callable = self.expression(callee)?;
                self.call_value(&callable, arguments)
            }
        }
    }

    /// Binds a value to a target.
    pub(super) fn assign(&mut self, target: &Target, value: Value) -> Result<()> {
        match target {
            Target::Name(name) => self.scope.set(name.clone(), value),
            Target::Unpack(targets, place) => {
                let Some(items) = value.iterate().filter(|_| !value.is_undefined()) else {
                    let message = format!("cannot unpack non-iterable {} object", value.type_name());
                    return Err(self.located(RenderError::new(message), *place));
                };
                if items.len() != targets.len() {
                    let (wanted, found) = (targets.len(), items.len());
                    let message = if found > wanted {
                        format!("too many values to unpack (expected {wanted})")
                    } else {
                        format!("not enough values to unpack (expected {wanted}, got {found})")
                    };
                    return Err(self.located(RenderError::new(message), *place));
                }
                for (target, item) in targets.iter().zip(items) {
                    self.assign(target, item)?;
                }
            }
            Target::Attribute(object, name) => {
                let place = object.place;
                let object = self.expression(object)?;
                let set = matches!(&object, Value::Object(object) if object.set_attribute(name, value));
                if !set {
                    let message = "cannot assign attribute on non-namespace object";
                    return Err(self.located(RenderError::new(message), place));
                }
            }
        }
        Ok(())
    }
}
