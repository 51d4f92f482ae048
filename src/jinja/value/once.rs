//! Python's generators and other iterators: gone through once, true even where nothing comes of them.

use std::any::Any;
use std::cell::RefCell;

use crate::jinja::eval::error::{Interrupt, RenderError, Result};
use crate::jinja::value::containers::items_of;
use crate::jinja::value::shared::Shared;
use crate::jinja::value::{Object, Value};

/// What filters such as `map` and functions such as `zip` give.
pub struct Once {
    name: &'static str,
    items: Shared<Vec<Value>>,
    /// What is wrong with the item after the last: found only by who gets so far.
    failure: RefCell<Option<RenderError>>,
}

impl Once {
    /// Makes an iterator of a type's name over items that are worked out already.
    pub fn value(name: &'static str, items: Vec<Value>) -> Value {
        crate::jinja::limits::charge(size_of::<Value>() * (items.len() + 2));
        Value::object(Self { name, items: Shared::new(items), failure: RefCell::default() })
    }

    /// Makes a generator of another value's items as far as they can be worked out. `next` makes none, one or an
    /// error of each.
    pub fn generator(source: &Value, mut next: impl FnMut(Value) -> Option<Result<Value>>) -> Result<Value> {
        let (items, mut failure) = match source.downcast::<Once>() {
            Some(iterator) => (iterator.items.take(), iterator.failure.take()),
            None => (items_of(source)?, None),
        };
        let mut good = Vec::new();
        for item in items.into_iter().filter_map(&mut next) {
            match item {
                Ok(item) => good.push(item),
                Err(interrupt) => match *interrupt {
                    Interrupt::Error(error) => {
                        failure = Some(error);
                        break;
                    }
                    other => return Err(Box::new(other)),
                },
            }
        }
        let failure = RefCell::new(failure);
        crate::jinja::limits::charge(size_of::<Value>() * (good.len() + 2));
        Ok(Value::object(Self { name: "generator", items: Shared::new(good), failure }))
    }

    /// Takes the next item.
    pub fn next(&self) -> Result<Option<Value>> {
        let mut items = self.items.borrow_mut();
        if items.is_empty() {
            return self.failure.take().map_or(Ok(None), |error| Err(error.into()));
        }
        Ok(Some(items.remove(0)))
    }

    /// Takes all items.
    pub fn rest(&self) -> Result<Vec<Value>> {
        match self.failure.take() {
            Some(error) => Err(error.into()),
            None => Ok(self.items.take()),
        }
    }
}

impl Object for Once {
    fn type_name(&self) -> &str {
        self.name
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some(self.items.take())
    }

    fn is_iterable(&self) -> bool {
        true
    }

    fn length(&self) -> Option<usize> {
        None
    }

    fn is_sequence(&self) -> bool {
        false
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        format!("<{} object>", self.name)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
