//! The methods of lists, tuples, dicts and sets.

use std::rc::Rc;

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::once::Once;
use crate::jinja::value::{Arguments, Dict, Key, Shared, Value};

/// Makes a key of a value, or says that it cannot be one.
pub fn key(value: Value) -> Result<Key> {
    let kind = value.type_name().to_owned();
    Key::new(value).ok_or_else(|| RenderError::new(format!("unhashable type: '{kind}'")).into())
}

/// Goes through a value, or says that it cannot be gone through.
pub fn items_of(value: &Value) -> Result<Vec<Value>> {
    if let Some(iterator) = value.downcast::<Once>() {
        return iterator.rest();
    }
    if let Value::Object(object) = value
        && object.endless_item(0).is_some()
    {
        return Err(RenderError::new(format!("this '{}' never ends", object.type_name())).into());
    }
    value
        .iterate()
        .ok_or_else(|| RenderError::new(format!("'{}' object is not iterable", value.type_name())).into())
}

/// Turns an index from either end into one from the start.
pub fn index(at: i128, length: usize) -> Option<usize> {
    let at = if at < 0 { at + length as i128 } else { at };
    usize::try_from(at).ok().filter(|at| *at < length)
}

/// Calls a method of a list; `None` when there is none of this name.
pub fn call_list(list: &Rc<Shared<Vec<Value>>>, name: &str, arguments: Arguments) -> Option<Result<Value>> {
    const NAMES: &[&str] = &[
        "append", "extend", "insert", "pop", "remove", "reverse", "sort", "index", "count", "copy", "clear",
    ];
    NAMES.contains(&name).then(|| list_method(list, name, arguments))
}

fn list_method(list: &Rc<Shared<Vec<Value>>>, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader(name);
    match name {
        "append" => {
            let item = reader.required("object")?;
            list.borrow_mut().push(item);
        }
        "extend" => {
            let more = items_of(&reader.required("iterable")?)?;
            list.borrow_mut().extend(more);
        }
        "insert" => {
            let at = reader.optional_int("index")?.unwrap_or(0);
            let item = reader.required("object")?;
            let length = list.borrow().len() as i128;
            let at = if at < 0 { (at + length).max(0) } else { at.min(length) };
            list.borrow_mut().insert(usize::try_from(at).unwrap_or(0), item);
        }
        "pop" => {
            let at = reader.optional_int("index")?.unwrap_or(-1);
            let length = list.borrow().len();
            let at = index(at, length).ok_or_else(|| {
                RenderError::new(if length == 0 { "pop from empty list" } else { "pop index out of range" })
            })?;
            return Ok(list.borrow_mut().remove(at));
        }
        "remove" => {
            let item = reader.required("value")?;
            let found = list.borrow().iter().position(|other| other.equals(&item));
            let found = found.ok_or_else(|| RenderError::new("list.remove(x): x not in list"))?;
            list.borrow_mut().remove(found);
        }
        "reverse" => list.borrow_mut().reverse(),
        "sort" => {
            let reverse = reader.truth("reverse", false)?;
            let mut sorted = list.borrow().clone();
            sort(&mut sorted, reverse)?;
            *list.borrow_mut() = sorted;
        }
        "index" => {
            let item = reader.required("value")?;
            let (start, stop) = (reader.optional_int("start")?, reader.optional_int("stop")?);
            reader.finish()?;
            let length = list.borrow().len() as i128;
            let bound = |at: i128| usize::try_from(if at < 0 { at + length } else { at }).unwrap_or(0);
            let (start, stop) = (bound(start.unwrap_or(0)), bound(stop.unwrap_or(length)));
            let found = list.borrow().iter().take(stop).skip(start).position(|other| other.equals(&item));
            return found
                .map(|at| Value::from(at + start))
                .ok_or_else(|| RenderError::new(format!("{} is not in list", item.repr())).into());
        }
        "count" => {
            let item = reader.required("value")?;
            return Ok(Value::from(list.borrow().iter().filter(|other| other.equals(&item)).count()));
        }
        "copy" => return Ok(Value::list(list.borrow().clone())),
        _ => list.borrow_mut().clear(),
    }
    reader.finish()?;
    Ok(Value::None)
}

/// Sorts values that can be compared, or says which cannot.
pub fn sort(values: &mut Vec<Value>, reverse: bool) -> Result<()> {
    let mut pairs: Vec<(Value, Value)> =
        std::mem::take(values).into_iter().map(|value| (value, Value::None)).collect();
    let result = sort_pairs(&mut pairs, reverse);
    values.extend(pairs.into_iter().map(|(value, _)| value));
    result
}

/// `list.sort(key=function, reverse=False)`: sorts by what a function makes of the items.
pub fn sort_by_key(
    evaluator: &mut Evaluator<'_>,
    list: &Rc<Shared<Vec<Value>>>,
    arguments: Arguments,
) -> Result<Value> {
    let mut reader = arguments.reader("sort");
    let reverse = reader.truth("reverse", false)?;
    let key = reader.required("key")?;
    reader.finish()?;
    let items = list.borrow().clone();
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        let key = evaluator.call_value(&key, Arguments::positional(vec![item.clone()]))?;
        keyed.push((key, item));
    }
    sort_pairs(&mut keyed, reverse)?;
    *list.borrow_mut() = keyed.into_iter().map(|(_, item)| item).collect();
    Ok(Value::None)
}

/// Sorts pairs by the first part of each; those that are equal keep their order.
pub fn sort_pairs(pairs: &mut [(Value, Value)], reverse: bool) -> Result<()> {
    let mut refused = None;
    pairs.sort_by(|(a, _), (b, _)| {
        let order = a.order(b).unwrap_or_else(|| {
            refused.get_or_insert_with(|| (a.type_name().to_owned(), b.type_name().to_owned()));
            std::cmp::Ordering::Equal
        });
        if reverse { order.reverse() } else { order }
    });
    match refused {
        Some((a, b)) => {
            Err(RenderError::new(format!("'<' not supported between instances of '{b}' and '{a}'")).into())
        }
        None => Ok(()),
    }
}

/// The methods of dicts. `d.items` is the method even where there is a key of that name, which `d['items']` asks for.
pub const DICT_METHODS: &[&str] = &[
    "items",
    "keys",
    "values",
    "get",
    "update",
    "pop",
    "popitem",
    "setdefault",
    "copy",
    "clear",
    "fromkeys",
];

/// Calls a method of a dict; `None` when there is none of this name.
pub fn call_dict(dict: &Rc<Shared<Dict>>, name: &str, arguments: Arguments) -> Option<Result<Value>> {
    DICT_METHODS.contains(&name).then(|| dict_method(dict, name, arguments))
}

fn dict_method(dict: &Rc<Shared<Dict>>, name: &str, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader(name);
    match name {
        "items" | "keys" | "values" => {
            Ok(Value::object(View { dict: dict.clone(), kind: ViewKind::of(name) }))
        }
        "get" => {
            let wanted = key(reader.required("key")?)?;
            let default = reader.or("default", Value::None)?;
            Ok(dict.borrow().get(&wanted).cloned().unwrap_or(default))
        }
        "update" => {
            let other = reader.optional("other")?;
            let (_, named) = reader.rest();
            if let Some(other) = other {
                let entries = pairs(&other)?;
                dict.borrow_mut().extend(entries);
            }
            dict.borrow_mut().extend(named.into_iter().map(|(name, value)| (Key::text(&name), value)));
            Ok(Value::None)
        }
        "pop" => {
            let wanted = key(reader.required("key")?)?;
            let default = reader.optional("default")?;
            let found = dict.borrow_mut().shift_remove(&wanted);
            found.or(default).ok_or_else(|| RenderError::new(format!("KeyError: {}", wanted.0.repr())).into())
        }
        "popitem" => {
            let last = dict.borrow_mut().pop();
            let (key, value) =
                last.ok_or_else(|| RenderError::new("KeyError: 'popitem(): dictionary is empty'"))?;
            Ok(Value::tuple(vec![key.0, value]))
        }
        "setdefault" => {
            let wanted = key(reader.required("key")?)?;
            let default = reader.or("default", Value::None)?;
            Ok(dict.borrow_mut().entry(wanted).or_insert(default).clone())
        }
        "copy" => Ok(Value::entries(dict.borrow().clone())),
        "fromkeys" => {
            let keys = items_of(&reader.required("iterable")?)?;
            let value = reader.or("value", Value::None)?;
            let entries =
                keys.into_iter().map(|item| Ok((key(item)?, value.clone()))).collect::<Result<Dict>>()?;
            Ok(Value::entries(entries))
        }
        _ => {
            dict.borrow_mut().clear();
            Ok(Value::None)
        }
    }
}

/// Returns the entries of a dict, or of an iterable of pairs.
pub fn pairs(value: &Value) -> Result<Dict> {
    if let Value::Dict(entries) = value {
        return Ok(entries.borrow().clone());
    }
    let pair = |item: &Value| -> Result<(Key, Value)> {
        match items_of(item)?.as_slice() {
            [first, second] => Ok((key(first.clone())?, second.clone())),
            other => {
                let message =
                    format!("dictionary update sequence element has length {}; 2 is required", other.len());
                Err(RenderError::new(message).into())
            }
        }
    };
    items_of(value)?.iter().map(pair).collect()
}

/// Calls a method of a set; `None` when there is none of this name.
pub fn call_set(set: &Rc<Shared<Dict>>, name: &str, arguments: Arguments) -> Option<Result<Value>> {
    const NAMES: &[&str] = &[
        "add",
        "update",
        "union",
        "intersection",
        "difference",
        "symmetric_difference",
        "discard",
        "remove",
        "copy",
        "issubset",
        "issuperset",
        "isdisjoint",
        "clear",
        "pop",
    ];
    NAMES.contains(&name).then(|| set_method(set, name, arguments))
}

fn set_method(set: &Rc<Shared<Dict>>, name: &str, arguments: Arguments) -> Result<Value> {
    let mut others = Vec::new();
    if !matches!(name, "add" | "discard" | "remove") {
        for argument in &arguments.positional {
            others.push(members(argument)?);
        }
    }
    let made = |entries: Dict| Ok(Value::members(entries));
    let own = set.borrow().clone();
    let mut reader = arguments.reader(name);
    match name {
        "add" => {
            let member = key(reader.required("elem")?)?;
            set.borrow_mut().insert(member, Value::None);
            Ok(Value::None)
        }
        "discard" | "remove" => {
            let member = key(reader.required("elem")?)?;
            let found = set.borrow_mut().shift_remove(&member).is_some();
            if !found && name == "remove" {
                return Err(RenderError::new(format!("KeyError: {}", member.0.repr())).into());
            }
            Ok(Value::None)
        }
        "update" => {
            set.borrow_mut().extend(others.into_iter().flatten());
            Ok(Value::None)
        }
        "union" => made(own.into_iter().chain(others.into_iter().flatten()).collect()),
        "intersection" => made(
            own.into_iter().filter(|(key, _)| others.iter().all(|other| other.contains_key(key))).collect(),
        ),
        "difference" => made(
            own.into_iter().filter(|(key, _)| !others.iter().any(|other| other.contains_key(key))).collect(),
        ),
        "symmetric_difference" => {
            let other = others.into_iter().next().unwrap_or_default();
            let left =
                own.iter().filter(|(key, _)| !other.contains_key(*key)).map(|(k, v)| (k.clone(), v.clone()));
            let right =
                other.iter().filter(|(key, _)| !own.contains_key(*key)).map(|(k, v)| (k.clone(), v.clone()));
            made(left.chain(right).collect())
        }
        "copy" => made(own),
        "issubset" => {
            Ok(Value::Bool(others.iter().all(|other| own.keys().all(|key| other.contains_key(key)))))
        }
        "issuperset" => {
            Ok(Value::Bool(others.iter().all(|other| other.keys().all(|key| own.contains_key(key)))))
        }
        "isdisjoint" => {
            Ok(Value::Bool(others.iter().all(|other| !other.keys().any(|key| own.contains_key(key)))))
        }
        "pop" => {
            let first = set.borrow_mut().shift_remove_index(0);
            first
                .map(|(key, _)| key.0)
                .ok_or_else(|| RenderError::new("KeyError: 'pop from an empty set'").into())
        }
        _ => {
            set.borrow_mut().clear();
            Ok(Value::None)
        }
    }
}

/// Returns the members that a set of a value's items has.
pub fn members(value: &Value) -> Result<Dict> {
    items_of(value)?.into_iter().map(|item| Ok((key(item)?, Value::None))).collect()
}

/// What `keys()`, `values()` and `items()` return: a view that prints as Python's.
struct View {
    dict: Rc<Shared<Dict>>,
    kind: ViewKind,
}

#[derive(Clone, Copy)]
enum ViewKind {
    Keys,
    Values,
    Items,
}

impl ViewKind {
    fn of(name: &str) -> Self {
        match name {
            "keys" => Self::Keys,
            "values" => Self::Values,
            _ => Self::Items,
        }
    }
}

impl crate::jinja::value::Object for View {
    fn type_name(&self) -> &str {
        match self.kind {
            ViewKind::Keys => "dict_keys",
            ViewKind::Values => "dict_values",
            ViewKind::Items => "dict_items",
        }
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        let entries = self.dict.borrow();
        Some(match self.kind {
            ViewKind::Keys => entries.keys().map(|key| key.0.clone()).collect(),
            ViewKind::Values => entries.values().cloned().collect(),
            ViewKind::Items => {
                entries.iter().map(|(key, value)| Value::tuple(vec![key.0.clone(), value.clone()])).collect()
            }
        })
    }

    fn is_sequence(&self) -> bool {
        false
    }

    fn text(&self) -> String {
        format!("{}({})", self.type_name(), Value::list(self.iterate().unwrap_or_default()).repr())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
