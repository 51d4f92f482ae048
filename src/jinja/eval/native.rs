//! Native rendering: a template that writes one thing gives that thing itself instead of its text.
//!
//! dbt renders the texts of YAML files so: `"{{ var('n') }}"` is a number when the variable is one.

use std::sync::Arc;

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Environment, Evaluator};
use crate::jinja::syntax::tree::{CallArgument, Constant, Expression, Kind, Statement, Template};
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::{Key, Text, Value, operators};

/// The filters that say what type a text is to have.
const TYPES: &[&str] = &["as_bool", "as_native", "as_number", "as_text"];

/// Filters whose results Jinja2 does not work out ahead, for they need the context.
const LATE_FILTERS: &[&str] = &["map", "random", "reject", "rejectattr", "select", "selectattr"];

/// Renders a template natively. What is made of constants alone becomes text, as in Jinja2's native environment
/// under dbt.
pub fn render_native(
    environment: &Environment,
    template: &Template,
) -> std::result::Result<Value, RenderError> {
    let mut evaluator = Evaluator::new(environment);
    evaluator.nodes = Some(Vec::new());
    evaluator.block(&template.body).map_err(|interrupt| interrupt.into_error())?;
    let nodes = evaluator.nodes.take().unwrap_or_default();
    Ok(match <[Value; 1]>::try_from(nodes) {
        Ok([only]) => only,
        Err(_) => Value::Str(Text::captured(evaluator.output)),
    })
}

impl Evaluator<'_> {
    /// Notes text that the template writes, when it is rendered natively.
    pub(super) fn note_text(&mut self, text: &Arc<str>) {
        if let Some(nodes) = &mut self.nodes {
            nodes.push(Value::text(&**text));
        }
    }

    /// Notes a value that the template writes, when it is rendered natively.
    pub(super) fn note_value(&mut self, value: &Value, expression: &Expression) -> Result<()> {
        if self.nodes.is_none() {
            return Ok(());
        }
        let value = match &*expression.kind {
            Kind::Filter(_, name, _) if TYPES.contains(&&**name) => converted(name, value)?,
            kind if is_constant(kind) => Value::from(value.to_text()),
            _ => value.clone(),
        };
        if let Some(nodes) = &mut self.nodes {
            nodes.push(value);
        }
        Ok(())
    }
}

/// Gives a text the type that a filter asks for.
fn converted(filter: &str, value: &Value) -> Result<Value> {
    if filter == "as_text" {
        return Ok(Value::from(value.to_text()));
    }
    let result = value.as_str().and_then(read_literal).unwrap_or_else(|| value.clone());
    let (fits, wanted) = match filter {
        "as_bool" => (matches!(result, Value::Bool(_)), "bool"),
        "as_number" => (matches!(result, Value::Int(_) | Value::Float(_)), "number"),
        _ => (true, ""),
    };
    if !fits {
        let message = format!("Could not convert value '{}' into type '{wanted}'", value.to_text());
        return Err(RenderError::new(message).into());
    }
    Ok(result)
}

/// Reads a literal of Python; `None` when the text is none.
fn read_literal(text: &str) -> Option<Value> {
    let sources = crate::base::source::SourceMap::default();
    let source = format!("{{{{ ({}) }}}}", text.trim());
    let template = parse(&source, &Origin::at(sources.add("literal", source.as_str()), 0), true).ok()?;
    match template.body.as_slice() {
        [Statement::Emit(expression)] => literal(expression, &source),
        _ => None,
    }
}

fn literal(expression: &Expression, source: &str) -> Option<Value> {
    let one = |value: &Expression| literal(value, source);
    let all = |items: &[Expression]| items.iter().map(one).collect::<Option<Vec<_>>>();
    Some(match &*expression.kind {
        Kind::Constant(constant) => match constant {
            // Python's own words begin with large letters.
            Constant::None | Constant::Bool(_) if !capital(source, expression) => return None,
            Constant::None => Value::None,
            Constant::Bool(truth) => Value::Bool(*truth),
            Constant::Int(number) => Value::Int(*number),
            Constant::Float(number) => Value::Float(*number),
            Constant::Text(text) => Value::text(&**text),
        },
        Kind::List(items) => Value::list(all(items)?),
        Kind::Tuple(items) => Value::tuple(all(items)?),
        Kind::Dict(pairs) => {
            let entries = pairs.iter().map(|(key, value)| Some((Key::new(one(key)?)?, one(value)?)));
            Value::entries(entries.collect::<Option<_>>()?)
        }
        Kind::Negate(value) => operators::negate(&one(value)?).ok()?,
        Kind::Positive(value) => operators::positive(&one(value)?).ok()?,
        _ => return None,
    })
}

fn capital(source: &str, expression: &Expression) -> bool {
    let written = source.get(expression.place.span.start as usize..);
    written.is_some_and(|written| written.starts_with(char::is_uppercase))
}

/// Tells whether Jinja2 works an expression out before it renders.
fn is_constant(kind: &Kind) -> bool {
    let one = |expression: &Expression| is_constant(&expression.kind);
    let all = |arguments: &[CallArgument]| {
        arguments.iter().all(|argument| match argument {
            CallArgument::Positional(value)
            | CallArgument::Named(_, value)
            | CallArgument::Spread(value)
            | CallArgument::SpreadNamed(value) => one(value),
        })
    };
    match kind {
        Kind::Constant(_) => true,
        Kind::List(items) | Kind::Tuple(items) => items.iter().all(one),
        Kind::Dict(pairs) => pairs.iter().all(|(key, value)| one(key) && one(value)),
        Kind::Not(value) | Kind::Negate(value) | Kind::Positive(value) | Kind::Attribute(value, _) => {
            one(value)
        }
        Kind::Binary(_, left, right)
        | Kind::And(left, right)
        | Kind::Or(left, right)
        | Kind::Item(left, right) => one(left) && one(right),
        Kind::Compare(first, rest) => one(first) && rest.iter().all(|(_, value)| one(value)),
        Kind::Conditional(condition, then, otherwise) => {
            one(condition) && one(then) && otherwise.as_ref().is_some_and(one)
        }
        Kind::Slice(value, parts) => one(value) && parts.iter().flatten().all(one),
        Kind::Filter(value, name, arguments) => {
            !LATE_FILTERS.contains(&&**name) && value.as_ref().is_some_and(one) && all(arguments)
        }
        Kind::Test(value, _, arguments) => one(value) && all(arguments),
        Kind::Name(_) | Kind::Call(..) => false,
    }
}
