//! `for` and its `loop`.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use crate::jinja::eval::error::{Interrupt, RenderError, Result};
use crate::jinja::eval::scope::Scope;
use crate::jinja::eval::{Evaluator, Mode};
use crate::jinja::syntax::tree::For;
use crate::jinja::value::once::Once;
use crate::jinja::value::{Arguments, Object, Shared, Text, Value, containers};

impl Evaluator<'_> {
    pub(super) fn for_loop(&mut self, node: &Arc<For>) -> Result<()> {
        let iterable = self.expression(&node.iterable)?;
        self.run_loop(node, &iterable, 0)
    }

    fn run_loop(&mut self, node: &Arc<For>, iterable: &Value, depth: usize) -> Result<()> {
        let source = match iterable {
            Value::List(list) => Source::Live(list.clone()),
            Value::None if self.environment.mode == Mode::Parse => Source::Fixed(Vec::new()),
            Value::Object(object) if object.endless_item(0).is_some() => Source::Endless(object.clone()),
            other if other.downcast::<Once>().is_some() => {
                let items = containers::items_of(other);
                Source::Fixed(self.locate(items, node.iterable.place)?)
            }
            other => match other.iterate() {
                Some(items) => Source::Fixed(items),
                None => {
                    let error =
                        RenderError::new(format!("'{}' object is not iterable", iterable.type_name()));
                    return Err(self.located(error, node.iterable.place));
                }
            },
        };
        let state = Rc::new(LoopState {
            source,
            node: node.clone(),
            scope: self.scope.clone(),
            taken: Cell::new(0),
            exhausted: Cell::new(false),
            ahead: RefCell::default(),
            current: RefCell::default(),
            at: Cell::new(0),
            depth,
            length: Cell::new(None),
            last_changed: RefCell::new(None),
        });
        // Jinja2 takes a round that was broken off for none at all.
        let mut completed = false;
        while let Some(item) = state.advance(self)? {
            self.step(node.iterable.place)?;
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
        // A loop that its own body still holds on to would never be freed.
        state.finish();
        if completed { Ok(()) } else { self.scoped(|evaluator| evaluator.block(&node.otherwise)) }
    }
}

/// What a loop goes through.
enum Source {
    /// A list, which may change meanwhile.
    Live(Rc<Shared<Vec<Value>>>),
    /// Items that stay what they are.
    Fixed(Vec<Value>),
    /// An iterator without an end.
    Endless(Rc<dyn Object>),
}

impl Source {
    fn get(&self, at: usize) -> Option<Value> {
        match self {
            Source::Live(list) => list.borrow().get(at).cloned(),
            Source::Fixed(items) => items.get(at).cloned(),
            Source::Endless(object) => object.endless_item(at),
        }
    }

    fn length(&self) -> usize {
        match self {
            Source::Live(list) => list.borrow().len(),
            Source::Fixed(items) => items.len(),
            Source::Endless(_) => usize::MAX,
        }
    }
}

/// What `loop` is inside of a `for`. Items are taken one by one, so that the loop's condition sees what the rounds
/// before it did; only who asks for the next item or for the length makes the loop look ahead, as in Jinja2.
struct LoopState {
    source: Source,
    node: Arc<For>,
    /// Where the loop was written.
    scope: Rc<Scope>,
    /// Items taken from the source.
    taken: Cell<usize>,
    /// Whether the end was seen: what is added later does not count, as in Python.
    exhausted: Cell<bool>,
    /// Items taken before their turn.
    ahead: RefCell<VecDeque<Value>>,
    /// The item before this round's, and this round's.
    current: RefCell<(Option<Value>, Option<Value>)>,
    /// Rounds begun.
    at: Cell<usize>,
    depth: usize,
    length: Cell<Option<usize>>,
    last_changed: RefCell<Option<Value>>,
}

impl LoopState {
    /// Begins a round.
    fn advance(&self, evaluator: &mut Evaluator<'_>) -> Result<Option<Value>> {
        let waiting = self.ahead.borrow_mut().pop_front();
        let item = match waiting {
            Some(item) => Some(item),
            None => self.take(evaluator)?,
        };
        if let Some(item) = &item {
            let mut current = self.current.borrow_mut();
            current.0 = current.1.replace(item.clone());
            self.at.set(self.at.get() + 1);
        }
        Ok(item)
    }

    /// Takes the next item that the loop's condition keeps.
    fn take(&self, evaluator: &mut Evaluator<'_>) -> Result<Option<Value>> {
        let condition = self.node.condition.as_ref();
        while !self.exhausted.get() {
            let Some(item) = self.source.get(self.taken.get()) else {
                self.exhausted.set(true);
                break;
            };
            self.taken.set(self.taken.get() + 1);
            let Some(condition) = condition else { return Ok(Some(item)) };
            let outer = std::mem::replace(&mut evaluator.scope, Scope::inside(&self.scope));
            let kept = evaluator
                .assign(&self.node.target, item.clone())
                .and_then(|()| Ok(evaluator.expression(condition)?.is_true()));
            evaluator.scope = outer;
            if kept? {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// Returns the item of the next round without beginning it.
    fn next(&self, evaluator: &mut Evaluator<'_>) -> Result<Option<Value>> {
        let waiting = self.ahead.borrow().front().cloned();
        if waiting.is_some() {
            return Ok(waiting);
        }
        let item = self.take(evaluator)?;
        self.ahead.borrow_mut().extend(item.clone());
        Ok(item)
    }

    /// Returns how many rounds there are; asked for again, the same.
    fn rounds(&self, evaluator: &mut Evaluator<'_>) -> Result<usize> {
        if let Some(length) = self.length.get() {
            return Ok(length);
        }
        let length = if self.node.condition.is_some() {
            while let Some(item) = self.take(evaluator)? {
                self.ahead.borrow_mut().push_back(item);
            }
            self.at.get() + self.ahead.borrow().len()
        } else {
            self.source.length()
        };
        self.length.set(Some(length));
        Ok(length)
    }

    /// Lets go of the values.
    fn finish(&self) {
        self.current.take();
        self.last_changed.take();
        self.ahead.take();
    }

    fn looked_up(&self, evaluator: &mut Evaluator<'_>, name: &str) -> Result<Option<Value>> {
        let at = self.at.get();
        let missing = |name: &str| Value::Undefined(format!("loop.{name}").into());
        Ok(Some(match name {
            "index" => Value::from(at),
            "index0" => Value::from(at.saturating_sub(1)),
            "first" => Value::Bool(at == 1),
            "depth" => Value::from(self.depth + 1),
            "depth0" => Value::from(self.depth),
            "length" => Value::from(self.rounds(evaluator)?),
            // Python counts on below nothing when a list shrinks.
            "revindex" => Value::Int(self.rounds(evaluator)? as i128 - at as i128 + 1),
            "revindex0" => Value::Int(self.rounds(evaluator)? as i128 - at as i128),
            "last" => Value::Bool(self.next(evaluator)?.is_none()),
            "nextitem" => self.next(evaluator)?.unwrap_or_else(|| missing(name)),
            "previtem" => self.current.borrow().0.clone().unwrap_or_else(|| missing(name)),
            _ => return Ok(None),
        }))
    }
}

impl LoopState {
    fn recursion(&self) -> Option<&Arc<For>> {
        Some(&self.node).filter(|node| node.recursive)
    }
}

impl Object for LoopState {
    fn type_name(&self) -> &'static str {
        "LoopContext"
    }

    fn computed_attribute(&self, evaluator: &mut Evaluator<'_>, name: &str) -> Option<Result<Value>> {
        self.looked_up(evaluator, name).transpose()
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
            "cycle" => {
                let at = self.at.get().saturating_sub(1);
                Some(match at.checked_rem(values.len()).and_then(|at| values.get(at)) {
                    Some(value) => Ok(value.clone()),
                    None => Err(RenderError::new("no items for cycling given").into()),
                })
            }
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
        self.recursion().is_some()
    }

    fn call(&self, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        let Some(node) = self.recursion() else {
            return Err(RenderError::new("this loop is not recursive")
                .hint("write `{% for ... recursive %}`")
                .into());
        };
        let mut reader = arguments.reader("loop");
        let iterable = reader.required("iterable")?;
        reader.finish()?;
        if self.depth >= evaluator.environment.limits.get().depth {
            return Err(RenderError::new("this loop calls itself too deeply").into());
        }
        let outer = std::mem::replace(&mut evaluator.scope, self.scope.clone());
        let written = evaluator.capture(|evaluator| evaluator.run_loop(node, &iterable, self.depth + 1));
        evaluator.scope = outer;
        written.map(|output| Value::Str(Text::captured(output)))
    }

    fn text(&self) -> String {
        format!("<LoopContext {}/{}>", self.at.get(), self.source.length())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
