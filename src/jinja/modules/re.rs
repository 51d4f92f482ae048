//! Python's `re`: the functions of the module, which are those of a compiled pattern.

use std::rc::Rc;

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::modules::re_pattern::{FLAGS, Match, Pattern};
use crate::jinja::value::object::{ArgumentReader, Native};
use crate::jinja::value::{Arguments, Value};

/// What a pattern can do, by the names of its methods.
pub(super) const METHODS: &[&str] =
    &["search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn"];

pub(super) fn module() -> Value {
    let functions = METHODS.iter().map(|name| {
        let function = move |evaluator: &mut Evaluator<'_>, arguments: Arguments| {
            let (flags, mut arguments) = flags_of(name, arguments)?;
            let pattern = if arguments.positional.is_empty() {
                named(&mut arguments, "pattern")
            } else {
                Some(arguments.positional.remove(0))
            };
            let pattern = pattern.ok_or_else(|| RenderError::new(format!("{name}() needs a pattern")))?;
            let pattern = compiled(&pattern, flags)?;
            apply(evaluator, &pattern, name, &mut arguments.reader(name))
        };
        (*name, Native::value(name, function))
    });
    let flags = FLAGS
        .iter()
        .flat_map(|(long, short, number)| [(*long, Value::Int(*number)), (*short, Value::Int(*number))]);
    let more = [
        ("compile", Native::value("compile", compile)),
        ("escape", Native::value("escape", escape)),
        ("purge", Native::value("purge", |_, _| Ok(Value::None))),
    ];
    Value::dict(functions.chain(flags).chain(more))
}

fn named(arguments: &mut Arguments, name: &str) -> Option<Value> {
    let at = arguments.named.iter().position(|(known, _)| &**known == name)?;
    Some(arguments.named.remove(at).1)
}

/// Takes the flags out of the arguments of a function of the module, where they come last.
fn flags_of(name: &str, mut arguments: Arguments) -> Result<(i128, Arguments)> {
    let place = match name {
        "sub" | "subn" => 4,
        "split" => 3,
        _ => 2,
    };
    let given = named(&mut arguments, "flags")
        .or_else(|| (arguments.positional.len() > place).then(|| arguments.positional.remove(place)));
    let flags = given.map_or(Some(0), |flags| flags.to_int());
    Ok((flags.ok_or_else(|| RenderError::new("flags must be a number"))?, arguments))
}

fn compiled(pattern: &Value, flags: i128) -> Result<Rc<Pattern>> {
    match (pattern.downcast::<Rc<Pattern>>(), pattern) {
        (Some(pattern), _) => Ok(pattern.clone()),
        (None, Value::Str(source)) => Ok(Rc::new(Pattern::new(source.as_str(), flags)?)),
        _ => Err(RenderError::new("first argument must be string or compiled pattern").into()),
    }
}

fn compile(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("compile");
    let pattern = reader.required("pattern")?;
    let flags = reader.optional_int("flags")?.unwrap_or(0);
    reader.finish()?;
    compiled(&pattern, flags).map(Value::object)
}

fn escape(_: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("escape");
    let text = reader.text("pattern")?;
    reader.finish()?;
    let mut out = String::new();
    for c in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\x0b\x0c".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(Value::from(out))
}

/// Does what a method of a pattern does.
pub(super) fn apply(
    evaluator: &mut Evaluator<'_>,
    pattern: &Rc<Pattern>,
    name: &str,
    reader: &mut ArgumentReader<'_>,
) -> Result<Value> {
    let replacement = if name.starts_with("sub") { Some(reader.required("repl")?) } else { None };
    let text: Rc<str> = match reader.required("string")? {
        Value::Str(text) => text.as_str().into(),
        other => {
            let message = format!("expected string or bytes-like object, got '{}'", other.type_name());
            return Err(RenderError::new(message).into());
        }
    };
    let most = match name {
        "split" => reader.optional_int("maxsplit")?,
        "sub" | "subn" => reader.optional_int("count")?,
        _ => None,
    };
    let most =
        most.and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0).unwrap_or(usize::MAX);
    match (name, replacement) {
        ("search" | "match" | "fullmatch", _) => {
            let from = reader.optional_int("pos")?.and_then(|from| usize::try_from(from).ok()).unwrap_or(0);
            let from = text.chars().take(from).map(char::len_utf8).sum();
            Ok(pattern.find(&text, name, from)?.map_or(Value::None, Value::object))
        }
        ("findall", _) => {
            let found = pattern.find_all(&text)?;
            let empty = Value::from("");
            let shown = |found: &Match| match pattern.groups() {
                0 => found.group(0),
                1 => found.all(&empty).pop().unwrap_or(Value::None),
                _ => Value::tuple(found.all(&empty)),
            };
            Ok(Value::list(found.iter().map(shown).collect()))
        }
        ("split", _) => Ok(split(pattern, &text, most)?),
        (_, Some(replacement)) => {
            let (text, count) = substitute(evaluator, pattern, &replacement, &text, most)?;
            let text = Value::from(text);
            Ok(if name == "subn" { Value::tuple(vec![text, Value::from(count)]) } else { text })
        }
        _ => Ok(Value::list(pattern.find_all(&text)?.into_iter().map(Value::object).collect())),
    }
}

fn split(pattern: &Rc<Pattern>, text: &Rc<str>, most: usize) -> Result<Value> {
    let mut parts = Vec::new();
    let mut last = 0;
    for found in pattern.find_all(text)?.iter().take(most) {
        let (start, end) = found.span();
        parts.push(Value::from(text.get(last..start).unwrap_or_default()));
        parts.extend(found.all(&Value::None));
        last = end;
    }
    parts.push(Value::from(text.get(last..).unwrap_or_default()));
    Ok(Value::list(parts))
}

fn substitute(
    evaluator: &mut Evaluator<'_>,
    pattern: &Rc<Pattern>,
    replacement: &Value,
    text: &Rc<str>,
    most: usize,
) -> Result<(String, usize)> {
    let mut out = String::new();
    let (mut last, mut count) = (0, 0);
    for found in pattern.find_all(text)?.into_iter().take(most) {
        let (start, end) = found.span();
        out.push_str(text.get(last..start).unwrap_or_default());
        match replacement {
            Value::Str(template) => out.push_str(&found.expand(template.as_str())?),
            function => {
                let arguments = Arguments::positional(vec![Value::object(found)]);
                out.push_str(&evaluator.call_value(function, arguments)?.to_text());
            }
        }
        last = end;
        count += 1;
    }
    out.push_str(text.get(last..).unwrap_or_default());
    Ok((out, count))
}
