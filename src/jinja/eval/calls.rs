//! Calls: of methods, of macros, of `caller`.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use crate::jinja::eval::error::{Interrupt, RenderError, Result};
use crate::jinja::eval::scope::Scope;
use crate::jinja::eval::{Evaluator, Mode, items};
use crate::jinja::provenance::Frame;
use crate::jinja::syntax::tree::{CallArgument, Expression, Kind, MacroDefinition};
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Key, Object, Text, Value, containers, moments, numbers, strings};

impl Evaluator<'_> {
    pub(super) fn call_expression(
        &mut self,
        callee: &Expression,
        arguments: &[CallArgument],
    ) -> Result<Value> {
        match &*callee.kind {
            Kind::Attribute(value, name) => {
                let value = self.expression(value)?;
                let arguments = self.arguments(arguments)?;
                items::call_method(self, &value, name, arguments)
            }
            // `return` leaves the macro, whatever stands around it.
            Kind::Name(name) if &**name == "return" && self.lookup(name).is_none() => {
                let mut reader = self.arguments(arguments)?.reader("return");
                let value = reader.required("data")?;
                reader.finish()?;
                if self.depth == 0 {
                    return Err(RenderError::new("`return` outside of a macro").into());
                }
                Err(Box::new(Interrupt::Return(value)))
            }
            _ => {
                let callable = self.expression(callee)?;
                let arguments = self.arguments(arguments)?;
                self.call_value(&callable, arguments)
            }
        }
    }

    /// Calls a value.
    pub fn call_value(&mut self, callable: &Value, arguments: Arguments) -> Result<Value> {
        match callable {
            Value::Object(object) => object.clone().call(self, arguments),
            Value::Undefined(_) if self.environment.mode == Mode::Parse => Ok(callable.clone()),
            Value::Undefined(name) => Err(self.undefined_error(name).into()),
            other => Err(RenderError::new(format!("'{}' object is not callable", other.type_name())).into()),
        }
    }

    /// Returns what `value.method` is without a call: something that can be called later.
    pub(crate) fn bound_method(&mut self, value: &Value, name: &str) -> Result<Value> {
        if !has_method(value, name) {
            return self.missing_attribute(value, name, false);
        }
        let (value, name) = (value.clone(), name.to_owned());
        Ok(Native::value("method", move |evaluator, arguments| {
            items::call_method(evaluator, &value, &name, arguments)
        }))
    }

    /// Calls a macro. `scope` is where it sees names around it: nothing, or where `caller` was written.
    pub(crate) fn call_macro(
        &mut self,
        definition: &Arc<MacroDefinition>,
        around: Option<&Rc<Scope>>,
        arguments: Arguments,
    ) -> Result<Value> {
        if self.depth >= self.environment.limits.get().depth {
            let message = format!(
                "macros call each other more than {} levels deep",
                self.environment.limits.get().depth
            );
            let hint = format!("does `{}` call itself without end?", definition.name);
            return Err(RenderError::new(message).hint(hint).into());
        }
        let scope = around.map_or_else(Scope::root, Scope::inside);
        let name: Rc<str> = definition.name.to_string().into();
        let frame = Rc::new(Frame { name, called_at: self.here, parent: self.frame.clone() });
        let outer_scope = std::mem::replace(&mut self.scope, scope);
        let outer_frame = self.frame.replace(frame);
        self.depth += 1;
        let result = self
            .bind(definition, arguments)
            .and_then(|()| self.capture(|evaluator| evaluator.block(&definition.body)));
        self.depth -= 1;
        let place = self.here.unwrap_or(definition.place);
        let result = match result {
            Ok(output) => Ok(Value::Str(Text::captured(output))),
            Err(interrupt) => match *interrupt {
                // The body of a `call` block is no macro: what returns there leaves the macro that called it.
                Interrupt::Return(value) if around.is_none() || &*definition.name != "caller" => Ok(value),
                other => Err(Box::new(other)),
            },
        };
        // An error without a place happened while arguments were bound: it belongs to the call.
        self.frame = outer_frame;
        self.scope = outer_scope;
        self.locate(result, place)
    }

    fn bind(&mut self, definition: &Arc<MacroDefinition>, arguments: Arguments) -> Result<()> {
        let Arguments { positional, mut named } = arguments;
        let mut positional = positional.into_iter();
        for parameter in &definition.parameters {
            let by_name = named.iter().position(|(name, _)| **name == *parameter.name);
            let value = match (positional.next(), by_name) {
                (Some(_), Some(_)) => {
                    let message = format!(
                        "macro '{}' got multiple values for argument '{}'",
                        definition.name, parameter.name
                    );
                    return Err(RenderError::new(message).into());
                }
                (Some(value), None) => value,
                (None, Some(at)) => named.remove(at).1,
                (None, None) => match &parameter.default {
                    Some(default) => self.expression(default)?,
                    None => self.undefined(&parameter.name),
                },
            };
            self.scope.set(parameter.name.clone(), value);
        }
        let caller = named.iter().position(|(name, _)| &**name == "caller").map(|at| named.remove(at).1);
        match caller {
            Some(_) if !definition.uses.caller && &*definition.name != "caller" => {
                let message = format!("macro '{}' takes no keyword argument 'caller'", definition.name);
                return Err(RenderError::new(message).into());
            }
            Some(caller) => self.scope.set("caller".into(), caller),
            None => {}
        }
        let left: Vec<Value> = positional.collect();
        if definition.uses.varargs {
            self.scope.set("varargs".into(), Value::tuple(left));
        } else if !left.is_empty() {
            let most = definition.parameters.len();
            let plural = if most == 1 { "" } else { "s" };
            let message = format!("macro '{}' takes not more than {most} argument{plural}", definition.name);
            return Err(RenderError::new(message).into());
        }
        if definition.uses.kwargs {
            let entries = named.into_iter().map(|(name, value)| (Key::text(&name), value)).collect();
            self.scope.set("kwargs".into(), Value::entries(entries));
        } else if let Some((name, _)) = named.first() {
            let message = format!("macro '{}' takes no keyword argument '{name}'", definition.name);
            return Err(RenderError::new(message).into());
        }
        Ok(())
    }

    /// Notes that a macro of a package was called, when the template itself calls it.
    pub(crate) fn note_macro(&self, id: &str) {
        if self.depth == 0 {
            self.environment.note_call(id);
        }
    }
}

/// Tells whether a value has a method, without calling it on anything that could change.
fn has_method(value: &Value, name: &str) -> bool {
    let none = Arguments::default();
    match value {
        Value::Object(object) => object.has_method(name),
        Value::Str(_) => strings::call(&Text::new(""), name, none).is_some(),
        Value::List(_) => containers::call_list(&Rc::default(), name, none).is_some(),
        Value::Tuple(_) => matches!(name, "index" | "count"),
        Value::Dict(_) => containers::call_dict(&Rc::default(), name, none).is_some(),
        Value::Set(_) => containers::call_set(&Rc::default(), name, none).is_some(),
        Value::Int(_) | Value::Big(_) | Value::Bool(_) | Value::Float(_) => {
            numbers::call_method(value, name, none).is_some()
        }
        other => moments::call_method(other, name, none).is_some(),
    }
}

/// A macro written in a template, or the body of a `call` block: sees the names around it.
pub(super) struct Closure {
    pub(super) definition: Arc<MacroDefinition>,
    pub(super) scope: Rc<Scope>,
}

impl Object for Closure {
    fn type_name(&self) -> &'static str {
        "Macro"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "name" => Some(Value::from(&*self.definition.name)),
            "arguments" => {
                let names = self.definition.parameters.iter().map(|parameter| Value::from(&*parameter.name));
                Some(Value::tuple(names.collect()))
            }
            "caller" => Some(Value::Bool(self.definition.uses.caller)),
            "catch_varargs" => Some(Value::Bool(self.definition.uses.varargs)),
            "catch_kwargs" => Some(Value::Bool(self.definition.uses.kwargs)),
            _ => None,
        }
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn call(&self, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        evaluator.call_macro(&self.definition, Some(&self.scope), arguments)
    }

    fn text(&self) -> String {
        format!("<Macro '{}'>", self.definition.name)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
