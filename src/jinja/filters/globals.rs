//! Functions that every template has: Jinja2's own and the pure ones of dbt.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use md5::{Digest, Md5};

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::filters::{json, sequences, yaml};
use crate::jinja::value::containers::{self, items_of};
use crate::jinja::value::object::Native;
use crate::jinja::value::once::Once;
use crate::jinja::value::{Arguments, Dict, Key, Object, Shared, Value};

/// A function of Jinja's or dbt's own.
type Function = fn(&mut Evaluator<'_>, Arguments) -> Result<Value>;

const FUNCTIONS: &[(&str, Function)] = &[
    ("range", range),
    ("namespace", |_, arguments| {
        let entries = sequences::dict_of(arguments)?;
        let Value::Dict(entries) = entries else { return Ok(Value::None) };
        Ok(Value::object(Namespace(Shared::new(entries.borrow().clone()))))
    }),
    ("diff_of_two_dicts", diff_of_two_dicts),
    ("fromyaml", yaml::read),
    ("toyaml", yaml::write),
    ("set", set),
    ("set_strict", set_strict),
    ("zip", zip),
    ("zip_strict", zip_strict),
    ("tojson", json::function),
    ("fromjson", json::read),
    ("local_md5", |_, arguments| {
        let mut reader = arguments.reader("local_md5");
        let text = reader.text("value")?;
        reader.finish()?;
        Ok(Value::from(hex(&Md5::digest(text.as_bytes()))))
    }),
    ("cycler", |_, arguments| {
        if arguments.positional.is_empty() {
            return Err(RenderError::new("at least one item has to be provided").into());
        }
        Ok(Value::object(Cycler { items: arguments.positional, at: Cell::new(0) }))
    }),
    ("joiner", |_, arguments| {
        let mut reader = arguments.reader("joiner");
        let separator = reader.optional_text("sep")?.unwrap_or_else(|| ", ".to_owned());
        reader.finish()?;
        let used = RefCell::new(false);
        Ok(Native::value("joiner", move |_, _| {
            let first = !used.replace(true);
            Ok(Value::from(if first { "" } else { separator.as_str() }))
        }))
    }),
];

/// Returns a function by name.
pub(crate) fn get(name: &str) -> Option<Value> {
    if name == "dict" {
        return Some(Value::object(DictClass));
    }
    let (name, function) = FUNCTIONS.iter().find(|(known, _)| *known == name)?;
    Some(Native::value(name, function))
}

/// Returns the names of all functions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, _)| *name).chain(["dict"])
}

fn hex(bytes: &[u8]) -> String {
    crate::project::files::hex(bytes)
}

fn range(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let numbers: Option<Vec<i128>> = arguments.positional.iter().map(Value::to_int).collect();
    let numbers = numbers.ok_or_else(|| RenderError::new("range() takes whole numbers"))?;
    let (start, stop, step) = match numbers.as_slice() {
        [stop] => (0, *stop, 1),
        [start, stop] => (*start, *stop, 1),
        [start, stop, step] => (*start, *stop, *step),
        _ => return Err(RenderError::new("range expected 1 to 3 arguments").into()),
    };
    if step == 0 {
        return Err(RenderError::new("range() arg 3 must not be zero").into());
    }
    let (length, size) = if step > 0 {
        (stop.saturating_sub(start), step)
    } else {
        (start.saturating_sub(stop), step.saturating_neg())
    };
    let count = if length <= 0 { 0 } else { (length - 1) / size + 1 };
    // Jinja2's sandbox has this bound too.
    if count > 100_000 {
        return Err(RenderError::new(
            "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
        )
        .into());
    }
    Ok(Value::object(Range { start, stop, step, count }))
}

struct Range {
    start: i128,
    stop: i128,
    step: i128,
    count: i128,
}

impl Object for Range {
    fn type_name(&self) -> &'static str {
        "range"
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        let step = |at: i128| self.start.saturating_add(at.saturating_mul(self.step));
        Some((0..self.count).map(|at| Value::Int(step(at))).collect())
    }

    fn slice(&self, start: Option<i128>, stop: Option<i128>, step: i128) -> Option<Value> {
        let (low, high) = if step > 0 { (0, self.count) } else { (-1, self.count - 1) };
        let bound = |at: Option<i128>, default: i128| {
            at.map_or(
                default,
                |at| if at < 0 { at.saturating_add(self.count).max(low) } else { at.min(high) },
            )
        };
        let (first, last) = if step > 0 { (low, high) } else { (high, low) };
        let (from, to) = (bound(start, first), bound(stop, last));
        let at = |index: i128| self.start.saturating_add(index.saturating_mul(self.step));
        let (length, size) = if step > 0 { (to - from, step) } else { (from - to, step.saturating_neg()) };
        let count = if length <= 0 { 0 } else { (length - 1) / size + 1 };
        let step = self.step.saturating_mul(step);
        Some(Value::object(Range { start: at(from), stop: at(to), step, count }))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Range>().is_some_and(|other| {
            self.count == other.count
                && (self.count == 0 || self.start == other.start)
                && (self.count <= 1 || self.step == other.step)
        })
    }

    fn text(&self) -> String {
        if self.step == 1 {
            format!("range({}, {})", self.start, self.stop)
        } else {
            format!("range({}, {}, {})", self.start, self.stop, self.step)
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// `dict(...)` and `dict.fromkeys(...)`.
struct DictClass;

impl Object for DictClass {
    fn type_name(&self) -> &'static str {
        "type"
    }

    fn has_method(&self, name: &str) -> bool {
        name == "fromkeys"
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        self.has_method(name).then(|| {
            containers::call_dict(&Rc::default(), name, std::mem::take(arguments)).unwrap_or(Ok(Value::None))
        })
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn call(&self, _: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        sequences::dict_of(arguments)
    }

    fn text(&self) -> String {
        "<class 'dict'>".to_owned()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// What `cycler()` makes: gives its items in turn.
struct Cycler {
    items: Vec<Value>,
    at: Cell<usize>,
}

impl Cycler {
    fn current(&self) -> Value {
        self.items.get(self.at.get()).cloned().unwrap_or(Value::None)
    }
}

impl Object for Cycler {
    fn type_name(&self) -> &'static str {
        "Cycler"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        (name == "current").then(|| self.current())
    }

    fn call_method(&self, _: &mut Evaluator<'_>, name: &str, _: &mut Arguments) -> Option<Result<Value>> {
        match name {
            "next" => {
                let current = self.current();
                self.at.set((self.at.get() + 1) % self.items.len().max(1));
                Some(Ok(current))
            }
            "reset" => {
                self.at.set(0);
                Some(Ok(Value::None))
            }
            _ => None,
        }
    }

    fn is_true(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// What `namespace()` makes: attributes that can be set from inner scopes.
struct Namespace(Shared<Dict>);

impl Object for Namespace {
    fn type_name(&self) -> &'static str {
        "Namespace"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        self.0.borrow().get(&Key::text(name)).cloned()
    }

    fn set_attribute(&self, name: &str, value: Value) -> bool {
        self.0.borrow_mut().insert(Key::text(name), value);
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        format!("<Namespace {}>", Value::entries(self.0.borrow().clone()).repr())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// What the lists of one dict have that those of another have not; neither keys nor texts regard case.
fn diff_of_two_dicts(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("diff_of_two_dicts");
    let lists = |value: Value| -> Result<Vec<(String, Vec<Value>)>> {
        let entries = containers::pairs(&value)?;
        entries.into_iter().map(|(key, list)| Ok((key.0.to_text(), items_of(&list)?))).collect()
    };
    let (first, second) = (lists(reader.required("dict_a")?)?, lists(reader.required("dict_b")?)?);
    reader.finish()?;
    let mut left = Dict::new();
    for (key, items) in first {
        let Some((_, known)) = second.iter().find(|(other, _)| other.to_lowercase() == key.to_lowercase())
        else {
            left.insert(Key::text(&key), Value::list(items));
            continue;
        };
        let known: Vec<String> = known.iter().map(|item| item.to_text().to_lowercase()).collect();
        let items: Vec<Value> =
            items.into_iter().filter(|item| !known.contains(&item.to_text().to_lowercase())).collect();
        if !items.is_empty() {
            left.insert(Key::text(&key), Value::list(items));
        }
    }
    Ok(Value::entries(left))
}

/// dbt's `set`: what cannot be made a set gives the default.
fn set(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("set");
    let value = reader.required("iterable")?;
    let default = reader.or("default", Value::None)?;
    reader.finish()?;
    Ok(sequences::set_of(&value).unwrap_or(default))
}

fn set_strict(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("set_strict");
    let value = reader.required("value")?;
    reader.finish()?;
    sequences::set_of(&value)
}

/// dbt's `zip`: what cannot be gone through gives the default.
fn zip(_: &mut Evaluator<'_>, mut arguments: Arguments) -> Result<Value> {
    let default = arguments.named.iter().position(|(name, _)| &**name == "default");
    let default = default.map_or(Value::None, |at| arguments.named.remove(at).1);
    Ok(zipped(&arguments.positional).unwrap_or(default))
}

fn zip_strict(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    zipped(&arguments.positional)
}

/// Makes rows of columns, as many as the shortest has. One that never ends goes along with the others.
fn zipped(columns: &[Value]) -> Result<Value> {
    let endless = |column: &Value| match column {
        Value::Object(object) if object.endless_item(0).is_some() => Some(object.clone()),
        _ => None,
    };
    // Each is gone through once: some can be no more often.
    let items = columns.iter().map(|column| match endless(column) {
        Some(_) => Ok(None),
        None => items_of(column).map(Some),
    });
    let items = items.collect::<Result<Vec<_>>>()?;
    let rows = match items.iter().flatten().map(Vec::len).min() {
        Some(rows) => rows,
        None if columns.is_empty() => 0,
        None => return Err(RenderError::new("this zip never ends").into()),
    };
    let filled: Vec<Vec<Value>> = items
        .into_iter()
        .zip(columns)
        .map(|(items, column)| match (items, endless(column)) {
            (Some(items), _) => items,
            (None, Some(object)) => (0..rows).filter_map(|at| object.endless_item(at)).collect(),
            (None, None) => Vec::new(),
        })
        .collect();
    let row = |at: usize| Value::tuple(filled.iter().filter_map(|column| column.get(at).cloned()).collect());
    Ok(Once::value("zip", (0..rows).map(row).collect()))
}
