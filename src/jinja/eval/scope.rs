//! Names and their values, scope within scope. Shared by reference, so that `caller()` sees where it was written.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::jinja::value::Value;
use crate::jinja::value::shared::drop_all;

/// One scope.
pub struct Scope {
    names: RefCell<Vec<(Arc<str>, Value)>>,
    parent: Option<Rc<Scope>>,
}

impl Drop for Scope {
    fn drop(&mut self) {
        // What a name holds may nest to any depth.
        let names = self.names.take();
        if names.iter().any(|(_, value)| !value.is_plain()) {
            drop_all(names.into_iter().map(|(_, value)| value).collect());
        }
    }
}

impl Scope {
    /// Makes a scope that sees nothing around it.
    pub fn root() -> Rc<Self> {
        Rc::new(Self { names: RefCell::default(), parent: None })
    }

    /// Makes a scope inside another.
    pub fn inside(parent: &Rc<Scope>) -> Rc<Self> {
        Rc::new(Self { names: RefCell::default(), parent: Some(parent.clone()) })
    }

    /// Sets a name in this scope.
    pub fn set(&self, name: Arc<str>, value: Value) {
        let mut names = self.names.borrow_mut();
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => names.push((name, value)),
        }
    }

    /// Finds a name here or around.
    pub fn get(&self, name: &str) -> Option<Value> {
        let mut scope = self;
        loop {
            if let Some((_, value)) = scope.names.borrow().iter().rev().find(|(known, _)| &**known == name) {
                return Some(value.clone());
            }
            scope = scope.parent.as_deref()?;
        }
    }
}
