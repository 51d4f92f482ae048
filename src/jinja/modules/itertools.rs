//! Python's `itertools`. What it makes of finite things are lists.

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::limits;
use crate::jinja::modules::{Function, functions};
use crate::jinja::syntax::tree::BinaryOperator;
use crate::jinja::value::containers::items_of;
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Object, Value, operators};

/// How many items there may be.
const MOST: usize = 100_000;

const FUNCTIONS: &[(&str, Function)] = &[
    ("accumulate", accumulate),
    ("combinations", |_, arguments| chosen("combinations", arguments, |at, last| at > last)),
    ("combinations_with_replacement", |_, arguments| {
        chosen("combinations_with_replacement", arguments, |at, last| at >= last)
    }),
    ("compress", compress),
    ("count", count),
    ("cycle", cycle),
    ("islice", islice),
    ("permutations", permutations),
    ("product", product),
    ("repeat", repeat),
    ("starmap", starmap),
    ("tee", tee),
    ("zip_longest", zip_longest),
];

pub(super) fn module() -> Value {
    Value::dict(functions(FUNCTIONS).chain([("chain", Value::object(Chain))]))
}

fn too_many() -> RenderError {
    RenderError::new(format!("itertools may give no more than {MOST} items here"))
}

/// `chain(...)` and `chain.from_iterable(...)`.
struct Chain;

impl Object for Chain {
    fn type_name(&self) -> &'static str {
        "type"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        (name == "from_iterable").then(|| {
            Native::value("from_iterable", |_, arguments| {
                let mut reader = arguments.reader("from_iterable");
                let parts = items_of(&reader.required("iterable")?)?;
                reader.finish()?;
                joined(&parts)
            })
        })
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn call(&self, _: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        joined(&arguments.positional)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn joined(parts: &[Value]) -> Result<Value> {
    let mut items = Vec::new();
    for part in parts {
        items.extend(items_of(part)?);
    }
    Ok(Value::list(items))
}

fn accumulate(evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("accumulate");
    let items = items_of(&reader.required("iterable")?)?;
    let function = reader.optional("func")?.filter(|function| !function.is_none());
    let initial = reader.optional("initial")?.filter(|initial| !initial.is_none());
    reader.finish()?;
    let mut totals: Vec<Value> = initial.into_iter().collect();
    for item in items {
        let total = match (totals.last(), &function) {
            (None, _) => item,
            (Some(total), None) => operators::binary(BinaryOperator::Add, total, &item)?,
            (Some(total), Some(function)) => {
                evaluator.call_value(function, Arguments::positional(vec![total.clone(), item]))?
            }
        };
        totals.push(total);
    }
    Ok(Value::list(totals))
}

fn size(reader: &mut crate::jinja::value::object::ArgumentReader<'_>, name: &str) -> Result<Option<usize>> {
    match reader.optional_int(name)? {
        None => Ok(None),
        Some(number) => match usize::try_from(number) {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(RenderError::new(format!("{name} must be non-negative")).into()),
        },
    }
}

/// Extends groups of positions one by one; `next` tells which position may follow which.
fn groups(count: usize, length: usize, next: impl Fn(usize, &[usize]) -> bool) -> Result<Vec<Vec<usize>>> {
    let mut groups: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..length {
        let mut longer = Vec::new();
        for group in &groups {
            for at in (0..count).filter(|at| next(*at, group)) {
                let mut group = group.clone();
                group.push(at);
                longer.push(group);
                if longer.len() > MOST {
                    return Err(too_many().into());
                }
            }
        }
        groups = longer;
        if groups.is_empty() {
            break;
        }
    }
    Ok(groups)
}

fn tuples(items: &[Value], groups: &[Vec<usize>]) -> Value {
    let one =
        |group: &Vec<usize>| Value::tuple(group.iter().filter_map(|at| items.get(*at).cloned()).collect());
    Value::list(groups.iter().map(one).collect())
}

fn chosen(name: &str, arguments: Arguments, follows: fn(usize, usize) -> bool) -> Result<Value> {
    let mut reader = arguments.reader(name);
    let items = items_of(&reader.required("iterable")?)?;
    let length =
        size(&mut reader, "r")?.ok_or_else(|| RenderError::new(format!("{name}() needs a length")))?;
    reader.finish()?;
    let next = |at: usize, group: &[usize]| group.last().is_none_or(|last| follows(at, *last));
    Ok(tuples(&items, &groups(items.len(), length, next)?))
}

fn permutations(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("permutations");
    let items = items_of(&reader.required("iterable")?)?;
    let length = size(&mut reader, "r")?.unwrap_or(items.len());
    reader.finish()?;
    Ok(tuples(&items, &groups(items.len(), length, |at, group| !group.contains(&at))?))
}

fn product(_: &mut Evaluator<'_>, mut arguments: Arguments) -> Result<Value> {
    let repeat = arguments.named.iter().position(|(name, _)| &**name == "repeat");
    let repeat = repeat.map_or(Some(1), |at| arguments.named.remove(at).1.to_int());
    let repeat = repeat.and_then(|repeat| usize::try_from(repeat).ok()).filter(|repeat| *repeat <= MOST);
    let repeat = repeat.ok_or_else(|| RenderError::new("repeat argument cannot be negative or so large"))?;
    let columns = arguments.positional.iter().map(items_of).collect::<Result<Vec<_>>>()?;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for _ in 0..repeat {
        for column in &columns {
            if rows.len().saturating_mul(column.len()) > MOST {
                return Err(too_many().into());
            }
            let longer = rows.iter().flat_map(|row| {
                column.iter().map(|item| row.iter().chain([item]).cloned().collect::<Vec<_>>())
            });
            rows = longer.collect();
        }
    }
    Ok(Value::list(rows.into_iter().map(Value::tuple).collect()))
}

fn compress(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("compress");
    let (data, selectors) = (items_of(&reader.required("data")?)?, items_of(&reader.required("selectors")?)?);
    reader.finish()?;
    let kept = data.into_iter().zip(selectors).filter(|(_, keep)| keep.is_true());
    Ok(Value::list(kept.map(|(item, _)| item).collect()))
}

/// An iterator without an end: gives its items to loops, `zip` and `islice`, and refuses to be made a list.
struct Endless {
    name: &'static str,
    item: Box<dyn Fn(usize) -> Option<Value>>,
}

impl Endless {
    fn value(name: &'static str, item: impl Fn(usize) -> Option<Value> + 'static) -> Value {
        Value::object(Self { name, item: Box::new(item) })
    }
}

impl Object for Endless {
    fn type_name(&self) -> &str {
        self.name
    }

    fn endless_item(&self, at: usize) -> Option<Value> {
        (self.item)(at)
    }

    fn is_true(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn count(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("count");
    let start = reader.or("start", Value::Int(0))?;
    let step = reader.or("step", Value::Int(1))?;
    reader.finish()?;
    // What cannot be counted is told at once.
    operators::binary(BinaryOperator::Add, &start, &step)?;
    Ok(Endless::value("itertools.count", move |at| {
        let way = operators::binary(BinaryOperator::Multiply, &step, &Value::from(at)).ok()?;
        operators::binary(BinaryOperator::Add, &start, &way).ok()
    }))
}

fn cycle(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("cycle");
    let items = items_of(&reader.required("iterable")?)?;
    reader.finish()?;
    if items.is_empty() {
        return Ok(Value::list(items));
    }
    Ok(Endless::value("itertools.cycle", move |at| items.get(at % items.len()).cloned()))
}

fn repeat(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("repeat");
    let item = reader.required("object")?;
    let times = reader.optional_int("times")?;
    reader.finish()?;
    let Some(times) = times else {
        return Ok(Endless::value("itertools.repeat", move |_| Some(item.clone())));
    };
    let times = usize::try_from(times.max(0)).unwrap_or(usize::MAX);
    limits::room(times.saturating_mul(size_of::<Value>()))?;
    Ok(Value::list(vec![item; times]))
}

fn islice(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("islice");
    let iterable = reader.required("iterable")?;
    let first = size(&mut reader, "start")?;
    let second = reader.optional("stop")?;
    let step = size(&mut reader, "step")?.unwrap_or(1).max(1);
    reader.finish()?;
    let (start, stop) = match second {
        None => (0, first),
        Some(stop) => (first.unwrap_or(0), stop.to_int().and_then(|stop| usize::try_from(stop).ok())),
    };
    let items = match (&iterable, stop) {
        (Value::Object(object), Some(stop)) if object.endless_item(0).is_some() => {
            limits::room(stop.saturating_mul(size_of::<Value>()))?;
            limits::work(stop);
            (0..stop).map_while(|at| object.endless_item(at)).collect()
        }
        _ => items_of(&iterable)?,
    };
    let taken = items.into_iter().take(stop.unwrap_or(usize::MAX)).skip(start).step_by(step);
    Ok(Value::list(taken.collect()))
}

fn starmap(evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("starmap");
    let function = reader.required("function")?;
    let rows = items_of(&reader.required("iterable")?)?;
    reader.finish()?;
    let mut results = Vec::with_capacity(rows.len());
    for row in rows {
        results.push(evaluator.call_value(&function, Arguments::positional(items_of(&row)?))?);
    }
    Ok(Value::list(results))
}

fn tee(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("tee");
    let items = items_of(&reader.required("iterable")?)?;
    let copies = size(&mut reader, "n")?.unwrap_or(2);
    reader.finish()?;
    if copies > MOST {
        return Err(too_many().into());
    }
    limits::room(copies.saturating_mul(items.len().saturating_mul(size_of::<Value>())))?;
    Ok(Value::tuple((0..copies).map(|_| Value::list(items.clone())).collect()))
}

fn zip_longest(_: &mut Evaluator<'_>, mut arguments: Arguments) -> Result<Value> {
    let fill = arguments.named.iter().position(|(name, _)| &**name == "fillvalue");
    let fill = fill.map_or(Value::None, |at| arguments.named.remove(at).1);
    let columns = arguments.positional.iter().map(items_of).collect::<Result<Vec<_>>>()?;
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |at: usize| {
        Value::tuple(columns.iter().map(|column| column.get(at).unwrap_or(&fill).clone()).collect())
    };
    Ok(Value::list((0..rows).map(row).collect()))
}
