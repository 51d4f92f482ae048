//! Attributes, items and slices of values, and calls of their methods.

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::{Arguments, Key, Value, containers, moments, numbers, strings};

/// `value.name`: an attribute, else an item, as Jinja looks them up.
pub fn attribute(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Object(object) => object.attribute(name).or_else(|| object.item(&Value::from(name))),
        Value::Dict(entries) => entries.borrow().get(&Key::text(name)).cloned(),
        other => moments::attribute(other, name),
    }
}

/// `value.name`, worked out where that takes an evaluator.
pub fn computed(evaluator: &mut Evaluator<'_>, value: &Value, name: &str) -> Option<Result<Value>> {
    if let Some(found) = attribute(value, name) {
        return Some(Ok(found));
    }
    match value {
        Value::Object(object) => object.clone().computed_attribute(evaluator, name),
        _ => None,
    }
}

/// `value[key]`: an item, else an attribute.
pub fn item(value: &Value, key: &Value) -> Option<Value> {
    let by_index = |length: usize| key.to_int().and_then(|at| containers::index(at, length));
    match value {
        Value::List(items) => by_index(items.borrow().len()).and_then(|at| items.borrow().get(at).cloned()),
        Value::Tuple(items) => by_index(items.len()).and_then(|at| items.get(at).cloned()),
        Value::Str(text) => {
            let at = by_index(text.as_str().chars().count())?;
            text.as_str().chars().nth(at).map(|c| Value::from(c.to_string()))
        }
        Value::Dict(entries) => entries.borrow().get(&Key::new(key.clone())?).cloned(),
        Value::Object(object) => object.item(key).or_else(|| {
            if !object.is_sequence() {
                return None;
            }
            let at = by_index(object.length()?)?;
            object.iterate()?.get(at).cloned()
        }),
        _ => None,
    }
}

/// `value[start:stop:step]`.
pub fn slice(value: &Value, parts: [Option<Value>; 3]) -> Result<Value> {
    let mut numbers = [None; 3];
    for (number, part) in numbers.iter_mut().zip(&parts) {
        *number = match part {
            None | Some(Value::None) => None,
            Some(part) => match part.to_int() {
                Some(number) => Some(number),
                None => return Ok(Value::Undefined("slice".into())),
            },
        };
    }
    let [start, stop, step] = numbers;
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(RenderError::new("slice step cannot be zero").into());
    }
    if let Value::Object(object) = value
        && let Some(part) = object.slice(start, stop, step)
    {
        return Ok(part);
    }
    let items = match value {
        Value::Undefined(name) => return Err(RenderError::undefined(name).into()),
        Value::Str(_) | Value::List(_) | Value::Tuple(_) => containers::items_of(value)?,
        Value::Object(object) if object.is_sequence() => containers::items_of(value)?,
        // What cannot be cut has no such item, which is undefined as any other.
        _ => return Ok(Value::Undefined("slice".into())),
    };
    let chosen: Vec<Value> = positions(items.len() as i128, start, stop, step)
        .into_iter()
        .filter_map(|at| items.get(at).cloned())
        .collect();
    Ok(match value {
        Value::Str(_) => Value::from(chosen.iter().map(Value::to_text).collect::<String>()),
        Value::Tuple(_) => Value::tuple(chosen),
        _ => Value::list(chosen),
    })
}

fn positions(length: i128, start: Option<i128>, stop: Option<i128>, step: i128) -> Vec<usize> {
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |at: Option<i128>, default: i128| {
        at.map_or(default, |at| if at < 0 { at.saturating_add(length).max(low) } else { at.min(high) })
    };
    let (first, last) = if step > 0 { (low, high) } else { (high, low) };
    let (mut at, stop) = (bound(start, first), bound(stop, last));
    let mut found = Vec::new();
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        if let Ok(at) = usize::try_from(at) {
            found.push(at);
        }
        at = at.saturating_add(step);
    }
    found
}

/// `value.name(...)`: a method, else what the attribute holds is called.
pub fn call_method(
    evaluator: &mut Evaluator<'_>,
    value: &Value,
    name: &str,
    mut arguments: Arguments,
) -> Result<Value> {
    let called = match value {
        Value::Str(text) => strings::call(text, name, arguments.clone()),
        Value::List(list) if name == "sort" && arguments.named.iter().any(|(name, _)| &**name == "key") => {
            Some(containers::sort_by_key(evaluator, list, arguments.clone()))
        }
        Value::List(list) => containers::call_list(list, name, arguments.clone()),
        Value::Tuple(items) if matches!(name, "index" | "count") => {
            containers::call_list(&std::rc::Rc::new(items.to_vec().into()), name, arguments.clone())
        }
        Value::Dict(dict) => containers::call_dict(dict, name, arguments.clone()),
        Value::Set(set) => containers::call_set(set, name, arguments.clone()),
        Value::Object(object) => object.clone().call_method(evaluator, name, &mut arguments),
        Value::Int(_) | Value::Big(_) | Value::Bool(_) | Value::Float(_) => {
            numbers::call_method(value, name, arguments.clone())
        }
        other => moments::call_method(other, name, arguments.clone()),
    };
    if let Some(result) = called {
        return result;
    }
    match computed(evaluator, value, name) {
        Some(callable) => {
            let callable = callable?;
            evaluator.call_value(&callable, arguments)
        }
        None => evaluator
            .missing_attribute(value, name, true)
            .and_then(|callable| evaluator.call_value(&callable, arguments)),
    }
}
