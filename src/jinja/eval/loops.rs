//! `for` and its `loop`.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use crate::jinja::eval::error::{Interrupt, RenderError, Result};
use crate::jinja::eval::scope::Scope;
use crate::jinja::eval::{Evaluator, Mode};
use crate::jinja::syntax::tree::For;
use crate::jinja::value::{Arguments, Object, Text, Value};

impl Evaluator<'_> {
    pub(super) fn for_loop(&mut self, node: &For) -> Result<()> {
        let iterable = self.expression(&node.iterable)?;
        self.run_loop(node, &iterable, 0)
    }

    fn run_loop(&mut self, node: &For, iterable: &Value, depth: usize) -> Result<()> {
        let items = match iterable.iterate() {
            Some(items) => items,
            None if self.environment.mode == Mode::Parse && iterable.is_none() => Vec::new(),
            None => {
                let error = RenderError::new(format!("'{}' object is not iterable", iterable.type_name()));
                return Err(self.located(error, node.iterable.place));
            }
        };
        let items = self.kept(node, items)?;
        let state = Rc::new(LoopState {
            items: RefCell::new(items),
            at: Cell::new(0),
            depth,
            last_changed: RefCell::new(None),
            // A recursive loop is called from its own body, which the tree outlives.
            recursion: node.recursive.then(|| (Arc::new(node.clone()), self.scope.clone())),
        });
        // Jinja2 takes a round that was broken off for none at all.
        let mut completed = false;
        let mut index = 0;
        loop {
            // A list may change while it is gone through; one that a condition picked from is a copy.
            if let (Value::List(list), None) = (iterable, &node.condition)
                && list.borrow().len() != state.items.borrow().len()
            {
                state.items.replace(list.borrow().clone());
            }
            let Some(item) = state.items.borrow().get(index).cloned() else { break };
            state.at.set(index);
            index += 1;
            let flow = self.scoped(|evaluator| {
                evaluator.scope.set("loop".into(), Value::Object(state.clone()));
                evaluator.assign(&node.target, item)?;
                evaluator.block(&node.body)
            });
            match flow {
                Ok(()) => completed = true,
                Err(interrupt) => match *interrupt {
                    Interrupt::Break => break,
                    Interrupt::Continue => {}
                    other => return Err(Box::new(other)),
                },
            }
        }
        if completed { Ok(()) } else { self.scoped(|evaluator| evaluator.block(&node.otherwise)) }
    }

    /// Returns the items that the loop's condition keeps.
    fn kept(&mut self, node: &For, items: Vec<Value>) -> Result<Vec<Value>> {
        let Some(condition) = &node.condition else { return Ok(items) };
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            let keep = self.scoped(|evaluator| {
                evaluator.assign(&node.target, item.clone())?;
                Ok(evaluator.expression(condition)?.is_true())
            })?;
            if keep {
                kept.push(item);
            }
        }
        Ok(kept)
    }
}

/// What `loop` is inside of a `for`.
struct LoopState {
    items: RefCell<Vec<Value>>,
    at: Cell<usize>,
    depth: usize,
    last_changed: RefCell<Option<Value>>,
    recursion: Option<(Arc<For>, Rc<Scope>)>,
}

impl Object for LoopState {
    fn type_name(&self) -> &'static str {
        "LoopContext"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        let items = self.items.borrow();
        let (at, length) = (self.at.get(), items.len());
        Some(match name {
            "index" => Value::from(at + 1),
            "index0" => Value::from(at),
            "revindex" => Value::from(length - at),
            "revindex0" => Value::from(length - at - 1),
            "first" => Value::Bool(at == 0),
            "last" => Value::Bool(at + 1 == length),
            "length" => Value::from(length),
            "depth" => Value::from(self.depth + 1),
            "depth0" => Value::from(self.depth),
            "previtem" => at
                .checked_sub(1)
                .and_then(|at| items.get(at))
                .cloned()
                .unwrap_or_else(|| Value::Undefined("loop.previtem".into())),
            "nextitem" => {
                items.get(at + 1).cloned().unwrap_or_else(|| Value::Undefined("loop.nextitem".into()))
            }
            _ => return None,
        })
    }

    fn is_true(&self) -> bool {
        true
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        let values = std::mem::take(&mut arguments.positional);
        match name {
            "cycle" => Some(match self.at.get().checked_rem(values.len()).and_then(|at| values.get(at)) {
                Some(value) => Ok(value.clone()),
                None => Err(RenderError::new("no items for cycling given").into()),
            }),
            "changed" => {
                let value = Value::tuple(values);
                let mut last = self.last_changed.borrow_mut();
                let changed = last.as_ref().is_none_or(|last| !last.equals(&value));
                *last = Some(value);
                Some(Ok(Value::Bool(changed)))
            }
            _ => {
                arguments.positional = values;
                None
            }
        }
    }

    fn is_callable(&self) -> bool {
        self.recursion.is_some()
    }

    fn call(&self, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        let Some((node, scope)) = &self.recursion else {
            return Err(RenderError::new("this loop is not recursive")
                .hint("write `{% for ... recursive %}`")
                .into());
        };
        let mut reader = arguments.reader("loop");
        let iterable = reader.required("iterable")?;
        reader.finish()?;
        if self.depth >= evaluator.environment.limits.depth {
            return Err(RenderError::new("this loop calls itself too deeply").into());
        }
        let outer = std::mem::replace(&mut evaluator.scope, scope.clone());
        let written = evaluator.capture(|evaluator| evaluator.run_loop(node, &iterable, self.depth + 1));
        evaluator.scope = outer;
        written.map(|output| Value::Str(Text::captured(output)))
    }

    fn text(&self) -> String {
        format!("<LoopContext {}/{}>", self.at.get() + 1, self.items.borrow().len())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
