//! The calls that a macro's text holds, whether they are ever reached or not. Knows no macro that they may mean.

use std::sync::Arc;

use crate::jinja::syntax::tree::{
    CallArgument, Constant, Expression, Kind, MacroDefinition, Statement, Target,
};

/// What a call names, as far as its text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callee {
    /// `name(...)`.
    Bare(Arc<str>),
    /// `package.name(...)`, or a method of a value.
    Attribute(Arc<str>, Arc<str>),
    /// `adapter.dispatch('name', 'namespace')`.
    Dispatch {
        /// The name.
        name: Arc<str>,
        /// The namespace, when it is told.
        namespace: Option<Arc<str>>,
    },
}

/// Returns what the calls in a macro name, in the order in which they stand, with repeats.
pub fn calls(definition: &MacroDefinition) -> Vec<Callee> {
    let mut found = Vec::new();
    in_macro(definition, &mut found);
    found
}

fn in_macro(definition: &MacroDefinition, found: &mut Vec<Callee>) {
    let defaults = definition.parameters.iter().filter_map(|parameter| parameter.default.as_ref());
    in_all(defaults, found);
    in_body(&definition.body, found);
}

fn in_body(body: &[Statement], found: &mut Vec<Callee>) {
    for statement in body {
        in_statement(statement, found);
    }
}

fn in_statement(statement: &Statement, found: &mut Vec<Callee>) {
    match statement {
        Statement::Text { .. } | Statement::Break | Statement::Continue => {}
        Statement::Emit(expression) | Statement::Do(expression) => in_expression(expression, found),
        Statement::For(repeated) => {
            in_target(&repeated.target, found);
            in_expression(&repeated.iterable, found);
            in_all(&repeated.condition, found);
            in_body(&repeated.body, found);
            in_body(&repeated.otherwise, found);
        }
        Statement::If { condition, then, otherwise } => {
            in_expression(condition, found);
            in_body(then, found);
            in_body(otherwise, found);
        }
        Statement::Set { target, value } => {
            in_target(target, found);
            in_expression(value, found);
        }
        Statement::SetBlock { target, filter, body } => {
            in_target(target, found);
            in_all(filter, found);
            in_body(body, found);
        }
        Statement::With { assignments, body } => {
            in_all(assignments.iter().map(|(_, value)| value), found);
            in_body(body, found);
        }
        Statement::Filter { filter, body } => {
            in_expression(filter, found);
            in_body(body, found);
        }
        Statement::Macro(definition) => in_macro(definition, found),
        Statement::Call { call, caller } => {
            in_expression(call, found);
            in_macro(caller, found);
        }
        Statement::Block(body) => in_body(body, found),
    }
}

fn in_target(target: &Target, found: &mut Vec<Callee>) {
    match target {
        Target::Name(_) => {}
        Target::Unpack(targets, _) => targets.iter().for_each(|target| in_target(target, found)),
        Target::Attribute(value, _) => in_expression(value, found),
    }
}

fn in_all<'e>(expressions: impl IntoIterator<Item = &'e Expression>, found: &mut Vec<Callee>) {
    for expression in expressions {
        in_expression(expression, found);
    }
}

fn in_expression(expression: &Expression, found: &mut Vec<Callee>) {
    match &*expression.kind {
        Kind::Constant(_) | Kind::Name(_) => {}
        Kind::List(items) | Kind::Tuple(items) => in_all(items, found),
        Kind::Dict(pairs) => in_all(pairs.iter().flat_map(|(key, value)| [key, value]), found),
        Kind::Attribute(value, _) | Kind::Not(value) | Kind::Negate(value) | Kind::Positive(value) => {
            in_expression(value, found);
        }
        Kind::Item(left, right)
        | Kind::Binary(_, left, right)
        | Kind::And(left, right)
        | Kind::Or(left, right) => in_all([left, right], found),
        Kind::Slice(value, bounds) => {
            in_expression(value, found);
            in_all(bounds.iter().flatten(), found);
        }
        Kind::Call(called, arguments) => {
            found.extend(callee(called, arguments));
            in_expression(called, found);
            in_arguments(arguments, found);
        }
        Kind::Filter(value, _, arguments) => {
            in_all(value, found);
            in_arguments(arguments, found);
        }
        Kind::Test(value, _, arguments) => {
            in_expression(value, found);
            in_arguments(arguments, found);
        }
        Kind::Compare(first, others) => {
            in_expression(first, found);
            in_all(others.iter().map(|(_, value)| value), found);
        }
        Kind::Conditional(then, condition, otherwise) => {
            in_all([condition, then], found);
            in_all(otherwise, found);
        }
    }
}

fn in_arguments(arguments: &[CallArgument], found: &mut Vec<Callee>) {
    for argument in arguments {
        let (CallArgument::Positional(value)
        | CallArgument::Named(_, value)
        | CallArgument::Spread(value)
        | CallArgument::SpreadNamed(value)) = argument;
        in_expression(value, found);
    }
}

fn callee(called: &Expression, arguments: &[CallArgument]) -> Option<Callee> {
    match &*called.kind {
        Kind::Name(name) => Some(Callee::Bare(name.clone())),
        Kind::Attribute(value, name) => {
            let Kind::Name(owner) = &*value.kind else { return None };
            match (&**owner, &**name) {
                ("adapter", "dispatch") => Some(Callee::Dispatch {
                    name: text(arguments, 0, "macro_name")?,
                    namespace: text(arguments, 1, "macro_namespace"),
                }),
                // Other methods of the adapter are no macros.
                ("adapter", _) => None,
                _ => Some(Callee::Attribute(owner.clone(), name.clone())),
            }
        }
        _ => None,
    }
}

/// Returns an argument that is a plain text, by its place or its name.
fn text(arguments: &[CallArgument], index: usize, name: &str) -> Option<Arc<str>> {
    let value = arguments.iter().enumerate().find_map(|(at, argument)| match argument {
        CallArgument::Positional(value) if at == index => Some(value),
        CallArgument::Named(given, value) if &**given == name => Some(value),
        _ => None,
    })?;
    match &*value.kind {
        Kind::Constant(Constant::Text(text)) => Some(text.clone()),
        _ => None,
    }
}
