//! Filters on sequences and mappings.

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Evaluator, items as lookup};
use crate::jinja::limits::room;
use crate::jinja::predicates;
use crate::jinja::provenance::Output;
use crate::jinja::value::containers::{self, items_of};
use crate::jinja::value::once::Once;
use crate::jinja::value::{Arguments, Dict, Key, Text, Value, operators};

/// Follows a dotted path: `a.b.0`. What a value lacks is the default, else undefined, from which nothing leads on.
fn attribute_path(value: &Value, path: &Value, default: Option<&Value>) -> Result<Value> {
    if let Some(at) = path.to_int() {
        let found = lookup::item(value, &Value::Int(at));
        let missing = || default.cloned().unwrap_or_else(|| Value::Undefined("item".into()));
        return Ok(found.unwrap_or_else(missing));
    }
    let mut found = value.clone();
    for part in path.to_text().split('.') {
        if let Value::Undefined(name) = &found {
            return Err(RenderError::undefined(name).into());
        }
        let index = part.parse::<i128>().ok().and_then(|at| lookup::item(&found, &Value::Int(at)));
        found = index
            .or_else(|| lookup::attribute(&found, part))
            .or_else(|| default.cloned())
            .unwrap_or_else(|| Value::Undefined(part.into()));
    }
    Ok(found)
}

fn by_attribute(value: &Value, path: Option<&Value>) -> Result<Value> {
    match path.filter(|path| !path.is_none()) {
        Some(path) => attribute_path(value, path, None),
        None => Ok(value.clone()),
    }
}

/// Texts compare without regard to case unless asked.
fn folded(value: Value, case_sensitive: bool) -> Value {
    match value {
        Value::Str(text) if !case_sensitive => Value::from(text.as_str().to_lowercase()),
        _ => value,
    }
}

pub(super) fn length(value: &Value) -> Result<Value> {
    let length = value
        .length()
        .ok_or_else(|| RenderError::new(format!("object of type '{}' has no len()", value.type_name())))?;
    Ok(Value::from(length))
}

pub(super) fn list(value: &Value) -> Result<Value> {
    Ok(Value::list(items_of(value)?))
}

pub(super) fn first(value: &Value) -> Result<Value> {
    if let Some(iterator) = value.downcast::<Once>() {
        return Ok(iterator
            .next()?
            .unwrap_or_else(|| Value::Undefined("the first item of an empty sequence".into())));
    }
    Ok(items_of(value)?
        .into_iter()
        .next()
        .unwrap_or_else(|| Value::Undefined("the first item of an empty sequence".into())))
}

pub(super) fn last(value: &Value) -> Result<Value> {
    refuse_iterator(value)?;
    Ok(items_of(value)?
        .pop()
        .unwrap_or_else(|| Value::Undefined("the last item of an empty sequence".into())))
}

/// What is gone through once cannot be gone through from its end.
fn refuse_iterator(value: &Value) -> Result<()> {
    match value.downcast::<Once>() {
        None => Ok(()),
        Some(_) => {
            let message = format!("'{}' object is not reversible", value.type_name());
            Err(RenderError::new(message).hint("make it a list first: `| list`").into())
        }
    }
}

pub(super) fn reverse(value: &Value) -> Result<Value> {
    let mut items = items_of(value)?;
    items.reverse();
    Ok(match value {
        Value::Str(_) => Value::from(items.iter().map(Value::to_text).collect::<String>()),
        Value::List(_) => Once::value("list_reverseiterator", items),
        _ => Once::value("reversed", items),
    })
}

pub(super) fn items(value: &Value) -> Result<Value> {
    if value.is_undefined() {
        return Ok(Value::list(Vec::new()));
    }
    let entries = containers::pairs(value)?;
    Ok(Once::value(
        "generator",
        entries.into_iter().map(|(key, value)| Value::tuple(vec![key.0, value])).collect(),
    ))
}

/// An attribute or method, but no item.
pub(super) fn attr(evaluator: &mut Evaluator<'_>, value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("attr");
    let name = reader.text("name")?;
    reader.finish()?;
    match value {
        Value::Dict(_) => evaluator.bound_method(value, &name),
        other => match lookup::computed(evaluator, other, &name) {
            Some(found) => found,
            None => evaluator.bound_method(value, &name),
        },
    }
}

pub(super) fn join(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("join");
    let separator = reader.or("d", Value::from(""))?;
    let attribute = reader.optional("attribute")?;
    reader.finish()?;
    let mut output = Output::default();
    let separator = separator.to_text();
    for (index, item) in items_of(value)?.iter().enumerate() {
        if index > 0 {
            output.push_plain(&separator);
        }
        room(output.text.len())?;
        match by_attribute(item, attribute.as_ref())? {
            Value::Str(text) => output.push_pieces(text.as_str(), text.pieces().unwrap_or_default()),
            other => output.push_plain(&other.to_text()),
        }
    }
    Ok(if output.pieces.is_empty() { Value::from(output.text) } else { Value::Str(Text::captured(output)) })
}

pub(super) fn sort(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("sort");
    let reverse = reader.truth("reverse", false)?;
    let case_sensitive = reader.truth("case_sensitive", false)?;
    let attribute = reader.optional("attribute")?;
    reader.finish()?;
    let part = |item: &Value, path: Option<&Value>| -> Result<Value> {
        Ok(folded(by_attribute(item, path)?, case_sensitive))
    };
    let keyed = |item: &Value| match attribute.as_ref().filter(|path| !path.is_none()) {
        Some(path) if path.as_str().is_some_and(|path| path.contains(',')) => {
            let paths = path.to_text();
            let parts = paths.split(',').map(|path| part(item, Some(&Value::from(path))));
            Ok(Value::tuple(parts.collect::<Result<_>>()?))
        }
        path => part(item, path),
    };
    let pairs = items_of(value)?.into_iter().map(|item| Ok((keyed(&item)?, item)));
    let mut pairs = pairs.collect::<Result<Vec<_>>>()?;
    containers::sort_pairs(&mut pairs, reverse)?;
    Ok(Value::list(pairs.into_iter().map(|(_, item)| item).collect()))
}

pub(super) fn dictsort(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("dictsort");
    let case_sensitive = reader.truth("case_sensitive", false)?;
    let by = reader.optional_text("by")?.unwrap_or_else(|| "key".to_owned());
    let reverse = reader.truth("reverse", false)?;
    reader.finish()?;
    if !matches!(by.as_str(), "key" | "value") {
        return Err(RenderError::new("You can only sort by either \"key\" or \"value\"").into());
    }
    let keyed = |(key, value): (Key, Value)| {
        let sorted_by = if by == "value" { value.clone() } else { key.0.clone() };
        (folded(sorted_by, case_sensitive), Value::tuple(vec![key.0, value]))
    };
    let mut pairs: Vec<_> = containers::pairs(value)?.into_iter().map(keyed).collect();
    containers::sort_pairs(&mut pairs, reverse)?;
    Ok(Value::list(pairs.into_iter().map(|(_, pair)| pair).collect()))
}

pub(super) fn unique(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("unique");
    let case_sensitive = reader.truth("case_sensitive", false)?;
    let attribute = reader.optional("attribute")?;
    reader.finish()?;
    let mut seen = Dict::new();
    let mut kept = Vec::new();
    for item in items_of(value)? {
        let key = containers::key(folded(by_attribute(&item, attribute.as_ref())?, case_sensitive))?;
        if seen.insert(key, Value::None).is_none() {
            kept.push(item);
        }
    }
    Ok(Once::value("generator", kept))
}

pub(super) fn max(value: &Value, arguments: Arguments) -> Result<Value> {
    extreme(value, arguments, std::cmp::Ordering::Greater)
}

pub(super) fn min(value: &Value, arguments: Arguments) -> Result<Value> {
    extreme(value, arguments, std::cmp::Ordering::Less)
}

fn extreme(value: &Value, arguments: Arguments, wanted: std::cmp::Ordering) -> Result<Value> {
    let mut reader = arguments.reader("max");
    let case_sensitive = reader.truth("case_sensitive", false)?;
    let attribute = reader.optional("attribute")?;
    reader.finish()?;
    let mut best: Option<(Value, Value)> = None;
    for item in items_of(value)? {
        let key = folded(by_attribute(&item, attribute.as_ref())?, case_sensitive);
        let better = match &best {
            None => true,
            Some((old, _)) => {
                let refused = || {
                    RenderError::new(format!(
                        "'<' not supported between instances of '{}' and '{}'",
                        key.type_name(),
                        old.type_name()
                    ))
                };
                key.order(old).ok_or_else(refused)? == wanted
            }
        };
        if better {
            best = Some((key, item));
        }
    }
    Ok(best.map_or_else(|| Value::Undefined("the extreme of an empty sequence".into()), |(_, item)| item))
}

pub(super) fn sum(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("sum");
    let attribute = reader.optional("attribute")?;
    let mut total = reader.or("start", Value::Int(0))?;
    reader.finish()?;
    for item in items_of(value)? {
        let item = by_attribute(&item, attribute.as_ref())?;
        total = operators::binary(crate::jinja::syntax::tree::BinaryOperator::Add, &total, &item)?;
    }
    Ok(total)
}

/// What `map`, `select` and their like go through: of what is empty, zero or none they take nothing.
fn or_nothing(value: &Value) -> Value {
    if value.is_true() || value.is_undefined() { value.clone() } else { Value::tuple(Vec::new()) }
}

pub(super) fn map(evaluator: &mut Evaluator<'_>, value: &Value, mut arguments: Arguments) -> Result<Value> {
    let value = &or_nothing(value);
    if arguments.positional.is_empty() {
        let mut reader = arguments.reader("map");
        reader.optional("filter")?;
        let attribute = reader.required("attribute")?;
        let default = reader.optional("default")?;
        reader.finish()?;
        Once::generator(value, |item| Some(attribute_path(&item, &attribute, default.as_ref())))
    } else {
        let filter = arguments.positional.remove(0).to_text();
        Once::generator(value, |item| Some(super::apply(evaluator, &filter, &item, arguments.clone())))
    }
}

pub(super) fn select(evaluator: &mut Evaluator<'_>, value: &Value, arguments: Arguments) -> Result<Value> {
    filtered(evaluator, value, arguments, false, true)
}

pub(super) fn reject(evaluator: &mut Evaluator<'_>, value: &Value, arguments: Arguments) -> Result<Value> {
    filtered(evaluator, value, arguments, false, false)
}

pub(super) fn selectattr(
    evaluator: &mut Evaluator<'_>,
    value: &Value,
    arguments: Arguments,
) -> Result<Value> {
    filtered(evaluator, value, arguments, true, true)
}

pub(super) fn rejectattr(
    evaluator: &mut Evaluator<'_>,
    value: &Value,
    arguments: Arguments,
) -> Result<Value> {
    filtered(evaluator, value, arguments, true, false)
}

fn filtered(
    evaluator: &mut Evaluator<'_>,
    value: &Value,
    mut arguments: Arguments,
    by_path: bool,
    keep: bool,
) -> Result<Value> {
    let take = |arguments: &mut Arguments| {
        (!arguments.positional.is_empty()).then(|| arguments.positional.remove(0))
    };
    let path = if by_path { take(&mut arguments) } else { None };
    if by_path && path.is_none() {
        return Err(RenderError::new("Missing parameter for attribute name").into());
    }
    let test = take(&mut arguments).map(|name| name.to_text());
    Once::generator(&or_nothing(value), |item| {
        let holds = by_attribute(&item, path.as_ref()).and_then(|looked_at| match &test {
            Some(test) => predicates::test(evaluator, test, &looked_at, arguments.clone()),
            None => Ok(looked_at.is_true()),
        });
        match holds {
            Ok(holds) => (holds == keep).then_some(Ok(item)),
            Err(error) => Some(Err(error)),
        }
    })
}

pub(super) fn groupby(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("groupby");
    let attribute = reader.required("attribute")?;
    let default = reader.optional("default")?;
    let case_sensitive = reader.truth("case_sensitive", false)?;
    reader.finish()?;
    let mut keyed = Vec::new();
    for item in items_of(value)? {
        let found = attribute_path(&item, &attribute, default.as_ref())?;
        keyed.push((folded(found.clone(), case_sensitive), Value::tuple(vec![found, item])));
    }
    containers::sort_pairs(&mut keyed, false)?;
    let part = |pair: &Value, at: i128| lookup::item(pair, &Value::Int(at)).unwrap_or(Value::None);
    let groups = keyed.chunk_by(|(a, _), (b, _)| a.equals(b)).filter_map(|members| {
        // The group is called as its first member in the order given calls it.
        let grouper = part(&members.first()?.1, 0);
        let list = Value::list(members.iter().map(|(_, pair)| part(pair, 1)).collect());
        Some(Value::object(Group { grouper, list }))
    });
    Ok(Value::list(groups.collect()))
}

/// One group: a pair whose parts have names.
struct Group {
    grouper: Value,
    list: Value,
}

impl crate::jinja::value::Object for Group {
    fn type_name(&self) -> &'static str {
        "_GroupTuple"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "grouper" => Some(self.grouper.clone()),
            "list" => Some(self.list.clone()),
            _ => None,
        }
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some(vec![self.grouper.clone(), self.list.clone()])
    }

    fn text(&self) -> String {
        Value::tuple(vec![self.grouper.clone(), self.list.clone()]).repr()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

pub(super) fn batch(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("batch");
    let size = reader
        .optional_int("linecount")?
        .and_then(|size| usize::try_from(size).ok())
        .filter(|size| *size > 0);
    let size = size.ok_or_else(|| RenderError::new("batch() needs a size of at least 1"))?;
    let fill = reader.optional("fill_with")?.filter(|fill| !fill.is_none());
    reader.finish()?;
    let items = items_of(value)?;
    if fill.is_some() {
        room(size.saturating_mul(size_of::<Value>()))?;
    }
    let batches = items.chunks(size).map(|chunk| {
        let mut chunk = chunk.to_vec();
        if let Some(fill) = &fill {
            chunk.resize(size, fill.clone());
        }
        Value::list(chunk)
    });
    Ok(Once::value("generator", batches.collect()))
}

pub(super) fn slice(value: &Value, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("slice");
    let count = reader
        .optional_int("slices")?
        .and_then(|count| usize::try_from(count).ok())
        .filter(|count| *count > 0);
    let count = count.ok_or_else(|| RenderError::new("slice() needs a number of at least 1"))?;
    let fill = reader.optional("fill_with")?.filter(|fill| !fill.is_none());
    reader.finish()?;
    let items = items_of(value)?;
    room(count.saturating_mul(4 * size_of::<Value>()))?;
    let (each, more) = (items.len() / count, items.len() % count);
    let mut at = 0;
    let mut slices = Vec::with_capacity(count);
    for index in 0..count {
        let size = each + usize::from(index < more);
        let mut part = items.get(at..at + size).unwrap_or_default().to_vec();
        at += size;
        if let (Some(fill), true) = (&fill, index >= more && more > 0) {
            part.push(fill.clone());
        }
        slices.push(Value::list(part));
    }
    Ok(Once::value("generator", slices))
}

/// Makes a set of an iterable.
pub(super) fn set_of(value: &Value) -> Result<Value> {
    let members = containers::members(value)?;
    Ok(Value::members(members))
}

/// Makes the dict that `dict(...)` makes.
pub(super) fn dict_of(arguments: Arguments) -> Result<Value> {
    let mut entries = match arguments.positional.first() {
        Some(first) => containers::pairs(first)?,
        None => Dict::new(),
    };
    entries.extend(arguments.named.into_iter().map(|(name, value)| (Key::text(&name), value)));
    Ok(Value::entries(entries))
}
