//! The tree of a template: owned, shareable between threads, every node with its place in the file.

use std::sync::Arc;

use crate::base::source::Place;

/// A parsed template.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its statements.
    pub body: Vec<Statement>,
    /// The place of the whole text.
    pub place: Place,
}

/// One statement.
#[derive(Debug, Clone)]
pub enum Statement {
    /// Text that is written as it stands.
    Text {
        /// The text.
        text: Arc<str>,
        /// Where it stands.
        place: Place,
    },
    /// `{{ expression }}`.
    Emit(Expression),
    /// `{% for %}`.
    For(Arc<For>),
    /// `{% if %}`, with `elif` nested in `otherwise`.
    If {
        /// What is asked.
        condition: Expression,
        /// What is done when it holds.
        then: Vec<Statement>,
        /// What is done when it does not.
        otherwise: Vec<Statement>,
    },
    /// `{% set target = value %}`.
    Set {
        /// What is set.
        target: Target,
        /// To what.
        value: Expression,
    },
    /// `{% set target %}...{% endset %}`.
    SetBlock {
        /// What is set.
        target: Target,
        /// The filter put on the captured text.
        filter: Option<Expression>,
        /// What is captured.
        body: Vec<Statement>,
    },
    /// `{% with %}`.
    With {
        /// What is set inside.
        assignments: Vec<(Target, Expression)>,
        /// What is done.
        body: Vec<Statement>,
    },
    /// `{% filter %}`.
    Filter {
        /// The filter.
        filter: Expression,
        /// What is filtered.
        body: Vec<Statement>,
    },
    /// A macro declared in the template itself.
    Macro(Arc<MacroDefinition>),
    /// `{% call %}`.
    Call {
        /// What is called.
        call: Expression,
        /// The body, as a macro called `caller`.
        caller: Arc<MacroDefinition>,
    },
    /// `{% do %}`.
    Do(Expression),
    /// `{% break %}`.
    Break,
    /// `{% continue %}`.
    Continue,
    /// A block whose body is written in place.
    Block(Vec<Statement>),
}

/// A `for` loop.
#[derive(Debug, Clone)]
pub struct For {
    /// What each item is bound to.
    pub target: Target,
    /// What is gone through.
    pub iterable: Expression,
    /// `if` behind the iterable.
    pub condition: Option<Expression>,
    /// Whether `loop(...)` may be called.
    pub recursive: bool,
    /// What is done for each item.
    pub body: Vec<Statement>,
    /// What is done when there was no item.
    pub otherwise: Vec<Statement>,
    /// Where the loop stands.
    pub place: Place,
}

/// What a value is bound to.
#[derive(Debug, Clone)]
pub enum Target {
    /// A name.
    Name(Arc<str>),
    /// Several targets.
    Unpack(Vec<Target>, Place),
    /// An attribute of a namespace.
    Attribute(Expression, Arc<str>),
}

/// One expression.
#[derive(Debug, Clone)]
pub struct Expression {
    /// What it is.
    pub kind: Box<Kind>,
    /// Where it stands.
    pub place: Place,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A literal.
    Constant(Constant),
    /// A name.
    Name(Arc<str>),
    /// A list.
    List(Vec<Expression>),
    /// A tuple.
    Tuple(Vec<Expression>),
    /// A dict.
    Dict(Vec<(Expression, Expression)>),
    /// `value.name`.
    Attribute(Expression, Arc<str>),
    /// `value[key]`.
    Item(Expression, Expression),
    /// `value[start:stop:step]`.
    Slice(Expression, [Option<Expression>; 3]),
    /// A call.
    Call(Expression, Vec<CallArgument>),
    /// `value | name(...)`; without a value inside a `filter` block.
    Filter(Option<Expression>, Arc<str>, Vec<CallArgument>),
    /// `value is name(...)`.
    Test(Expression, Arc<str>, Vec<CallArgument>),
    /// `not`.
    Not(Expression),
    /// `-`.
    Negate(Expression),
    /// `+` before a value.
    Positive(Expression),
    /// A binary operation.
    Binary(BinaryOperator, Expression, Expression),
    /// `and`.
    And(Expression, Expression),
    /// `or`.
    Or(Expression, Expression),
    /// A chain of comparisons.
    Compare(Expression, Vec<(Comparison, Expression)>),
    /// `a if b else c`.
    Conditional(Expression, Expression, Option<Expression>),
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// `none`.
    None,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number with a point or an exponent.
    Float(f64),
    /// A text.
    Text(Arc<str>),
}

/// Arithmetic and its kin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `//`
    FloorDivide,
    /// `%`
    Remainder,
    /// `**`
    Power,
    /// `~`
    Concatenate,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

/// One argument of a call.
#[derive(Debug, Clone)]
pub enum CallArgument {
    /// By position.
    Positional(Expression),
    /// By name.
    Named(Arc<str>, Expression),
    /// `*list`.
    Spread(Expression),
    /// `**dict`.
    SpreadNamed(Expression),
}

/// A macro: what `macro`, `test`, `materialization` and the body of `call` define.
#[derive(Debug)]
pub struct MacroDefinition {
    /// Its name.
    pub name: Arc<str>,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// Its body.
    pub body: Vec<Statement>,
    /// The place of its name.
    pub place: Place,
    /// Whether the body names `varargs`, `kwargs`, `caller`.
    pub uses: MacroUses,
}

/// One parameter of a macro.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: Arc<str>,
    /// What it is unless given.
    pub default: Option<Expression>,
}

/// Which of the names that calls fill on demand a body mentions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MacroUses {
    /// `varargs`: further positional arguments are allowed.
    pub varargs: bool,
    /// `kwargs`: further named arguments are allowed.
    pub kwargs: bool,
    /// `caller`: the macro may stand in a `call` block.
    pub caller: bool,
}
