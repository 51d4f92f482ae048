//! Objects: values with behaviour of their own, and the arguments of a call.

use std::any::Any;
use std::rc::Rc;

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::Value;

/// A value with behaviour of its own. Everything has a default: an object that can do nothing.
pub trait Object: Any {
    /// The name of the type.
    fn type_name(&self) -> &str;

    /// Returns an attribute; `None` when there is none of this name.
    fn attribute(&self, _name: &str) -> Option<Value> {
        None
    }

    /// Returns an attribute that has to be worked out; `None` when there is none of this name.
    fn computed_attribute(&self, _evaluator: &mut Evaluator<'_>, _name: &str) -> Option<Result<Value>> {
        None
    }

    /// Tells whether a key is in the object, where that takes an evaluator.
    fn holds(&self, _evaluator: &Evaluator<'_>, _key: &Value) -> Option<bool> {
        None
    }

    /// Tells whether the object counts as a mapping.
    fn is_mapping(&self) -> bool {
        false
    }

    /// Tells whether there is a method of a name, which can then be handed on without being called.
    fn has_method(&self, _name: &str) -> bool {
        false
    }

    /// Returns an item (`object[key]`); the attributes unless said otherwise.
    fn item(&self, key: &Value) -> Option<Value> {
        key.as_str().and_then(|name| self.attribute(name))
    }

    /// Sets an attribute; `false` when that cannot be done.
    fn set_attribute(&self, _name: &str, _value: Value) -> bool {
        false
    }

    /// Tells whether the object can be called.
    fn is_callable(&self) -> bool {
        false
    }

    /// Calls the object.
    fn call(&self, _evaluator: &mut Evaluator<'_>, _arguments: Arguments) -> Result<Value> {
        Err(RenderError::new(format!("'{}' object is not callable", self.type_name())).into())
    }

    /// Calls a method; `None` when there is none of this name, so that attributes are tried.
    fn call_method(
        &self,
        _evaluator: &mut Evaluator<'_>,
        _name: &str,
        _arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        None
    }

    /// Returns the items that a loop goes through.
    fn iterate(&self) -> Option<Vec<Value>> {
        None
    }

    /// Tells whether a loop could go through it, without going through it.
    fn is_iterable(&self) -> bool {
        self.iterate().is_some()
    }

    /// Returns an item of an iterator that never ends.
    fn endless_item(&self, _at: usize) -> Option<Value> {
        None
    }

    /// Returns a part, where that is something of its own kind.
    fn slice(&self, _start: Option<i128>, _stop: Option<i128>, _step: i128) -> Option<Value> {
        None
    }

    /// Returns the length.
    fn length(&self) -> Option<usize> {
        self.iterate().map(|items| items.len())
    }

    /// Tells whether items can be asked for by their position.
    fn is_sequence(&self) -> bool {
        self.length().is_some()
    }

    /// Tells what `bool()` says.
    fn is_true(&self) -> bool {
        self.length() != Some(0)
    }

    /// Returns what is printed.
    fn text(&self) -> String {
        format!("<{}>", self.type_name())
    }

    /// Returns what is printed inside of containers.
    fn repr(&self) -> String {
        self.text()
    }

    /// Tells whether two objects are equal; by identity unless said otherwise.
    fn equals(&self, other: &dyn Object) -> bool {
        std::ptr::addr_eq(std::ptr::from_ref(self.as_any()), std::ptr::from_ref(other.as_any()))
    }

    /// Returns itself for a look at its type.
    fn as_any(&self) -> &dyn Any;
}

/// The arguments of a call.
#[derive(Clone, Default)]
pub struct Arguments {
    /// By position.
    pub positional: Vec<Value>,
    /// By name.
    pub named: Vec<(Rc<str>, Value)>,
}

impl Arguments {
    /// Makes arguments by position.
    pub fn positional(values: Vec<Value>) -> Self {
        Self { positional: values, named: Vec::new() }
    }

    /// Starts to take arguments out, for a function of some name.
    pub fn reader(self, function: &str) -> ArgumentReader<'_> {
        ArgumentReader {
            function,
            positional: self.positional.into_iter().map(Some).collect(),
            named: self.named,
            next: 0,
        }
    }
}

/// Takes arguments out one by one, in the order of the parameters.
pub struct ArgumentReader<'f> {
    function: &'f str,
    positional: Vec<Option<Value>>,
    named: Vec<(Rc<str>, Value)>,
    next: usize,
}

impl ArgumentReader<'_> {
    /// Returns the next parameter's argument, by position or by name; `None` when it is not given.
    pub fn optional(&mut self, name: &str) -> Result<Option<Value>> {
        let at = self.next;
        self.next += 1;
        let by_name =
            self.named.iter().position(|(given, _)| &**given == name).map(|index| self.named.remove(index).1);
        let by_position = self.positional.get_mut(at).and_then(Option::take);
        if by_name.is_some() && by_position.is_some() {
            let message = format!("{}() got multiple values for argument '{name}'", self.function);
            return Err(RenderError::new(message).into());
        }
        Ok(by_position.or(by_name))
    }

    /// Returns the next parameter's argument, or a default.
    pub fn or(&mut self, name: &str, default: Value) -> Result<Value> {
        Ok(self.optional(name)?.unwrap_or(default))
    }

    /// Returns the next parameter's argument, which must be given.
    pub fn required(&mut self, name: &str) -> Result<Value> {
        let message = format!("{}() missing 1 required positional argument: '{name}'", self.function);
        self.optional(name)?.ok_or_else(|| RenderError::new(message).into())
    }

    /// Returns the next parameter's argument as text.
    pub fn text(&mut self, name: &str) -> Result<String> {
        Ok(self.required(name)?.to_text())
    }

    /// Returns the next parameter's argument as a text that may be absent or none.
    pub fn optional_text(&mut self, name: &str) -> Result<Option<String>> {
        Ok(self
            .optional(name)?
            .filter(|value| !value.is_none() && !value.is_undefined())
            .map(|value| value.to_text()))
    }

    /// Returns the next parameter's argument as a truth, or a default.
    pub fn truth(&mut self, name: &str, default: bool) -> Result<bool> {
        Ok(self.optional(name)?.map_or(default, |value| value.is_true()))
    }

    /// Returns the next parameter's argument as a whole number that may be absent or none.
    pub fn optional_int(&mut self, name: &str) -> Result<Option<i128>> {
        match self.optional(name)? {
            None | Some(Value::None | Value::Undefined(_)) => Ok(None),
            Some(Value::Int(number)) => Ok(Some(number)),
            Some(Value::Bool(truth)) => Ok(Some(truth.into())),
            Some(other) => {
                let message =
                    format!("{}(): '{name}' must be an integer, not '{}'", self.function, other.type_name());
                Err(RenderError::new(message).into())
            }
        }
    }

    /// Returns the arguments that no parameter took.
    pub fn rest(self) -> (Vec<Value>, Vec<(Rc<str>, Value)>) {
        (self.positional.into_iter().flatten().collect(), self.named)
    }

    /// Checks that nothing is left.
    pub fn finish(self) -> Result<()> {
        if let Some((name, _)) = self.named.first() {
            let message = format!("{}() got an unexpected keyword argument '{name}'", self.function);
            return Err(RenderError::new(message).into());
        }
        let left = self.positional.iter().flatten().count();
        if left > 0 {
            let given = self.positional.len();
            let message = format!(
                "{}() takes {} positional arguments but {given} were given",
                self.function,
                given - left
            );
            return Err(RenderError::new(message).into());
        }
        Ok(())
    }
}

/// The signature of a function written in Rust.
pub type NativeCall = dyn Fn(&mut Evaluator<'_>, Arguments) -> Result<Value>;

/// A function written in Rust.
pub struct Native {
    name: &'static str,
    call: Box<NativeCall>,
}

impl Native {
    /// Makes a callable value.
    pub fn value(
        name: &'static str,
        call: impl Fn(&mut Evaluator<'_>, Arguments) -> Result<Value> + 'static,
    ) -> Value {
        Value::object(Self { name, call: Box::new(call) })
    }
}

impl Object for Native {
    fn type_name(&self) -> &'static str {
        "function"
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn call(&self, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        (self.call)(evaluator, arguments)
    }

    fn text(&self) -> String {
        format!("<function {}>", self.name)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
