//! Parses with minijinja and lowers its tree to ours. The only user of minijinja.

mod literals;
mod messages;
mod rewrite;

use std::cell::Cell;
use std::sync::Arc;

use minijinja::machinery::{Span as Bytes, ast, parse as parse_source};
use minijinja::syntax::SyntaxConfig;

use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::jinja::limits::{STACK, nested};
use crate::jinja::syntax::tree::{
    BinaryOperator, CallArgument, Comparison, Constant, Expression, For, Kind, MacroDefinition, MacroUses,
    Parameter, Statement, Target, Template,
};
use crate::jinja::syntax::{Origin, Parsed, blocks};

/// Bytes of a tag beyond which it is parsed with a stack of its own.
const LONG_TAG: usize = 1024;

/// How many expressions or statements may stand inside each other.
const DEEPEST: usize = 2000;

/// Parses a template. `keep_newline` keeps a newline at the very end, which templates drop and macro bodies keep.
pub fn parse(source: &str, origin: &Origin, keep_newline: bool) -> Parsed<Template> {
    let longest = blocks::longest_tag(source);
    if longest <= LONG_TAG {
        return read(source, origin, keep_newline);
    }
    // The parser calls itself for what nests, so that a long tag may need more stack than there is here.
    stacker::grow(STACK + (longest << 10), || read(source, origin, keep_newline))
}

fn read(source: &str, origin: &Origin, keep_newline: bool) -> Parsed<Template> {
    let syntax = || {
        let mut config = SyntaxConfig::builder();
        config.keep_trailing_newline(keep_newline);
        config.build().unwrap_or_default()
    };
    let failed = |error: minijinja::Error| messages::finding(&error, source, origin);
    match parse_source(source, "<template>", syntax()) {
        Ok(tree) => lowered(&tree, source, source, origin),
        Err(error) => match rewrite::rewritten(source, &error, syntax()) {
            Some(text) => match parse_source(&text, "<template>", syntax()) {
                Ok(tree) => lowered(&tree, &text, source, origin),
                Err(error) => Err(failed(error)),
            },
            None => Err(failed(error)),
        },
    }
}

fn lowered(tree: &ast::Stmt<'_>, source: &str, written: &str, origin: &Origin) -> Parsed<Template> {
    let lower = Lower { source, written, origin, depth: Cell::new(0) };
    let body = match tree {
        ast::Stmt::Template(template) => lower.block(&template.children)?,
        other => lower.block(std::slice::from_ref(other))?,
    };
    Ok(Template { body, place: origin.place(0..source.len()) })
}

fn too_deep(place: Place) -> Box<Diagnostic> {
    Box::new(Diagnostic::at(codes::JINJA_SYNTAX, place, "this nests too deeply"))
}

/// One template on its way from the parser's tree to ours.
struct Lower<'s> {
    /// The text that was parsed.
    source: &'s str,
    /// The text as it is written, as long as the one that was parsed.
    written: &'s str,
    origin: &'s Origin,
    /// Expressions and statements inside each other.
    depth: Cell<usize>,
}

impl Lower<'_> {
    fn place(&self, span: Bytes) -> Place {
        let end = (span.end_offset as usize).min(self.source.len());
        self.origin.place((span.start_offset as usize).min(end)..end)
    }

    fn unsupported<T>(&self, span: Bytes, what: &str) -> Parsed<T> {
        let message = format!("{what} is not part of dbt's Jinja");
        Err(Box::new(Diagnostic::at(codes::JINJA_SYNTAX, self.place(span), message)))
    }

    /// Goes one level down, unless that is too deep.
    fn deeper<T>(&self, place: impl Fn() -> Place, body: impl FnOnce() -> Parsed<T>) -> Parsed<T> {
        if self.depth.get() >= DEEPEST {
            return Err(too_deep(place()));
        }
        self.depth.set(self.depth.get() + 1);
        let result = nested(body);
        self.depth.set(self.depth.get() - 1);
        result
    }

    fn block(&self, statements: &[ast::Stmt<'_>]) -> Parsed<Vec<Statement>> {
        let mut lowered = Vec::with_capacity(statements.len());
        for statement in statements {
            match statement {
                ast::Stmt::EmitRaw(raw) => self.text(raw.raw, raw.span(), &mut lowered),
                other => {
                    let place = || self.origin.place(0..self.source.len());
                    lowered.push(self.deeper(place, || self.statement(other))?);
                }
            }
        }
        Ok(lowered)
    }

    fn statement(&self, statement: &ast::Stmt<'_>) -> Parsed<Statement> {
        Ok(match statement {
            ast::Stmt::Template(template) => Statement::Block(self.block(&template.children)?),
            ast::Stmt::EmitExpr(emit) if self.is_do(emit.span()) => {
                Statement::Do(self.expression(&emit.expr)?)
            }
            ast::Stmt::EmitExpr(emit) => Statement::Emit(self.expression(&emit.expr)?),
            ast::Stmt::EmitRaw(_) => Statement::Block(self.block(std::slice::from_ref(statement))?),
            ast::Stmt::ForLoop(node) => self.for_loop(node, node.span())?,
            ast::Stmt::IfCond(node) => Statement::If {
                condition: self.expression(&node.expr)?,
                then: self.block(&node.true_body)?,
                otherwise: self.block(&node.false_body)?,
            },
            ast::Stmt::WithBlock(node) => {
                let pairs = node.assignments.iter();
                let assignments = pairs
                    .map(|(target, value)| Ok((self.target(target)?, self.expression(value)?)))
                    .collect::<Parsed<_>>()?;
                Statement::With { assignments, body: self.block(&node.body)? }
            }
            ast::Stmt::Set(node) => {
                Statement::Set { target: self.target(&node.target)?, value: self.expression(&node.expr)? }
            }
            ast::Stmt::SetBlock(node) => Statement::SetBlock {
                target: self.target(&node.target)?,
                filter: node.filter.as_ref().map(|filter| self.expression(filter)).transpose()?,
                body: self.block(&node.body)?,
            },
            ast::Stmt::FilterBlock(node) => {
                Statement::Filter { filter: self.expression(&node.filter)?, body: self.block(&node.body)? }
            }
            ast::Stmt::AutoEscape(node) => Statement::Block(self.block(&node.body)?),
            ast::Stmt::Block(node) => Statement::Block(self.block(&node.body)?),
            ast::Stmt::Macro(node) => Statement::Macro(self.macro_definition(node, node.span())?),
            ast::Stmt::CallBlock(node) => Statement::Call {
                call: self.call(&node.call, node.call.span())?,
                caller: self.macro_definition(&node.macro_decl, node.macro_decl.span())?,
            },
            ast::Stmt::Do(node) => Statement::Do(self.call(&node.call, node.call.span())?),
            ast::Stmt::Continue(_) => Statement::Continue,
            ast::Stmt::Break(_) => Statement::Break,
            ast::Stmt::Import(node) => return self.unsupported(node.span(), "`import`"),
            ast::Stmt::FromImport(node) => return self.unsupported(node.span(), "`from ... import`"),
            ast::Stmt::Extends(node) => return self.unsupported(node.span(), "`extends`"),
            ast::Stmt::Include(node) => return self.unsupported(node.span(), "`include`"),
        })
    }

    /// Tells whether an output tag is really a `do`, rewritten for the parser.
    fn is_do(&self, span: Bytes) -> bool {
        self.written_at(span).starts_with("{%")
    }

    fn written_at(&self, span: Bytes) -> &str {
        self.written.get(span.start_offset as usize..).unwrap_or_default()
    }

    /// Text is a slice of the source, so that its own address tells where it stands after whitespace control. Each
    /// run that stands in the file in one piece becomes a statement.
    fn text(&self, raw: &str, span: Bytes, statements: &mut Vec<Statement>) {
        let offset = (raw.as_ptr() as usize).wrapping_sub(self.source.as_ptr() as usize);
        let inside = offset <= self.source.len() && offset + raw.len() <= self.source.len();
        if !inside {
            statements.push(Statement::Text { text: raw.into(), place: self.place(span) });
            return;
        }
        let mut start = offset;
        for end in self.origin.breaks(offset..offset + raw.len()).chain([offset + raw.len()]) {
            if let Some(text) = self.source.get(start..end).filter(|text| !text.is_empty()) {
                statements.push(Statement::Text { text: text.into(), place: self.origin.place(start..end) });
                start = end;
            }
        }
    }

    fn for_loop(&self, node: &ast::ForLoop<'_>, span: Bytes) -> Parsed<Statement> {
        Ok(Statement::For(Arc::new(For {
            target: self.target(&node.target)?,
            iterable: self.expression(&node.iter)?,
            condition: node.filter_expr.as_ref().map(|filter| self.expression(filter)).transpose()?,
            recursive: node.recursive,
            body: self.block(&node.body)?,
            otherwise: self.block(&node.else_body)?,
            place: self.place(span),
        })))
    }

    fn macro_definition(&self, node: &ast::Macro<'_>, span: Bytes) -> Parsed<Arc<MacroDefinition>> {
        let first_default = node.args.len() - node.defaults.len().min(node.args.len());
        let mut parameters = Vec::with_capacity(node.args.len());
        for (index, argument) in node.args.iter().enumerate() {
            let ast::Expr::Var(name) = argument else { return self.unsupported(span, "this parameter") };
            let default = index.checked_sub(first_default).and_then(|index| node.defaults.get(index));
            let default = default.map(|default| self.expression(default)).transpose()?;
            parameters.push(Parameter { name: name.id.into(), default });
        }
        let body = self.block(&node.body)?;
        let range = (span.start_offset as usize).min(self.source.len())
            ..(span.end_offset as usize).min(self.source.len());
        let uses = uses(self.source.get(range).unwrap_or_default());
        Ok(Arc::new(MacroDefinition {
            name: node.name.into(),
            parameters,
            body,
            place: self.place(span),
            uses,
        }))
    }

    fn target(&self, expression: &ast::Expr<'_>) -> Parsed<Target> {
        Ok(match expression {
            ast::Expr::Var(name) => Target::Name(name.id.into()),
            ast::Expr::List(list) => self.unpack(&list.items, list.span())?,
            ast::Expr::Tuple(tuple) => self.unpack(&tuple.items, tuple.span())?,
            ast::Expr::GetAttr(node) => Target::Attribute(self.expression(&node.expr)?, node.name.into()),
            other => return self.unsupported(other.span(), "this target of an assignment"),
        })
    }

    fn unpack(&self, items: &[ast::Expr<'_>], span: Bytes) -> Parsed<Target> {
        let targets = items.iter().map(|item| self.target(item)).collect::<Parsed<_>>()?;
        Ok(Target::Unpack(targets, self.place(span)))
    }

    fn expressions(&self, items: &[ast::Expr<'_>]) -> Parsed<Vec<Expression>> {
        items.iter().map(|item| self.expression(item)).collect()
    }

    fn call(&self, node: &ast::Call<'_>, span: Bytes) -> Parsed<Expression> {
        let kind = Kind::Call(self.expression(&node.expr)?, self.arguments(&node.args)?);
        Ok(Expression { kind: Box::new(kind), place: self.place(span) })
    }

    fn constant(&self, value: &minijinja::Value, span: Bytes) -> Constant {
        let written = self.source.get(span.start_offset as usize..span.end_offset as usize);
        literals::constant(value, written.unwrap_or_default())
    }

    fn expression(&self, expression: &ast::Expr<'_>) -> Parsed<Expression> {
        let place = || self.place(expression.span());
        let kind = self.deeper(place, || self.kind(expression))?;
        let mut place = place();
        // The parser lets operators begin where the token before them does.
        if let Kind::Compare(first, _) | Kind::Conditional(_, first, _) = &kind {
            place.span.start = first.place.span.start;
        }
        Ok(Expression { kind: Box::new(kind), place })
    }

    fn kind(&self, expression: &ast::Expr<'_>) -> Parsed<Kind> {
        Ok(match expression {
            ast::Expr::Var(node) => Kind::Name(node.id.into()),
            ast::Expr::Const(node) => Kind::Constant(self.constant(&node.value, node.span())),
            ast::Expr::List(node) => Kind::List(self.expressions(&node.items)?),
            ast::Expr::Tuple(node) => Kind::Tuple(self.expressions(&node.items)?),
            ast::Expr::Map(node) => {
                let pairs = node.keys.iter().zip(&node.values);
                Kind::Dict(
                    pairs
                        .map(|(key, value)| Ok((self.expression(key)?, self.expression(value)?)))
                        .collect::<Parsed<_>>()?,
                )
            }
            ast::Expr::GetAttr(node) => Kind::Attribute(self.expression(&node.expr)?, node.name.into()),
            ast::Expr::GetItem(node) => {
                Kind::Item(self.expression(&node.expr)?, self.expression(&node.subscript_expr)?)
            }
            ast::Expr::Slice(node) => {
                let part = |part: &Option<ast::Expr<'_>>| {
                    part.as_ref().map(|part| self.expression(part)).transpose()
                };
                Kind::Slice(
                    self.expression(&node.expr)?,
                    [part(&node.start)?, part(&node.stop)?, part(&node.step)?],
                )
            }
            ast::Expr::Call(node) => Kind::Call(self.expression(&node.expr)?, self.arguments(&node.args)?),
            ast::Expr::Filter(node) => {
                let value = node.expr.as_ref().map(|value| self.expression(value)).transpose()?;
                Kind::Filter(value, node.name.into(), self.arguments(&node.args)?)
            }
            ast::Expr::Test(node) => {
                Kind::Test(self.expression(&node.expr)?, node.name.into(), self.arguments(&node.args)?)
            }
            ast::Expr::UnaryOp(node) => match node.op {
                ast::UnaryOpKind::Not => Kind::Not(self.expression(&node.expr)?),
                ast::UnaryOpKind::Neg if self.written_at(node.span()).starts_with('+') => {
                    Kind::Positive(self.expression(&node.expr)?)
                }
                ast::UnaryOpKind::Neg => Kind::Negate(self.expression(&node.expr)?),
            },
            ast::Expr::BinOp(node) => self.binary(node)?,
            ast::Expr::Compare(node) => {
                let rest =
                    node.ops.iter().map(|step| Ok((comparison(step.op), self.expression(&step.expr)?)));
                Kind::Compare(self.expression(&node.expr)?, rest.collect::<Parsed<_>>()?)
            }
            ast::Expr::IfExpr(node) => Kind::Conditional(
                self.expression(&node.test_expr)?,
                self.expression(&node.true_expr)?,
                node.false_expr.as_ref().map(|other| self.expression(other)).transpose()?,
            ),
        })
    }

    fn binary(&self, node: &ast::BinOp<'_>) -> Parsed<Kind> {
        use ast::BinOpKind as Op;
        let (left, right) = (self.expression(&node.left)?, self.expression(&node.right)?);
        let compare = |operator, left, right| Kind::Compare(left, vec![(operator, right)]);
        Ok(match node.op {
            Op::Eq => compare(Comparison::Equal, left, right),
            Op::Ne => compare(Comparison::NotEqual, left, right),
            Op::Lt => compare(Comparison::Less, left, right),
            Op::Lte => compare(Comparison::LessOrEqual, left, right),
            Op::Gt => compare(Comparison::Greater, left, right),
            Op::Gte => compare(Comparison::GreaterOrEqual, left, right),
            Op::In => compare(Comparison::In, left, right),
            Op::ScAnd => Kind::And(left, right),
            Op::ScOr => Kind::Or(left, right),
            Op::Add => Kind::Binary(BinaryOperator::Add, left, right),
            Op::Sub => Kind::Binary(BinaryOperator::Subtract, left, right),
            Op::Mul => Kind::Binary(BinaryOperator::Multiply, left, right),
            Op::Div => Kind::Binary(BinaryOperator::Divide, left, right),
            Op::FloorDiv => Kind::Binary(BinaryOperator::FloorDivide, left, right),
            Op::Rem => Kind::Binary(BinaryOperator::Remainder, left, right),
            Op::Pow => Kind::Binary(BinaryOperator::Power, left, right),
            Op::Concat => Kind::Binary(BinaryOperator::Concatenate, left, right),
        })
    }

    fn arguments(&self, arguments: &[ast::CallArg<'_>]) -> Parsed<Vec<CallArgument>> {
        let one = |argument: &ast::CallArg<'_>| {
            Ok(match argument {
                ast::CallArg::Pos(value) => CallArgument::Positional(self.expression(value)?),
                ast::CallArg::Kwarg(name, value) => {
                    CallArgument::Named((*name).into(), self.expression(value)?)
                }
                ast::CallArg::PosSplat(value) => CallArgument::Spread(self.expression(value)?),
                ast::CallArg::KwargSplat(value) => CallArgument::SpreadNamed(self.expression(value)?),
            })
        };
        arguments.iter().map(one).collect()
    }
}

fn comparison(operator: ast::CompareOpKind) -> Comparison {
    match operator {
        ast::CompareOpKind::Eq => Comparison::Equal,
        ast::CompareOpKind::Ne => Comparison::NotEqual,
        ast::CompareOpKind::Lt => Comparison::Less,
        ast::CompareOpKind::Lte => Comparison::LessOrEqual,
        ast::CompareOpKind::Gt => Comparison::Greater,
        ast::CompareOpKind::Gte => Comparison::GreaterOrEqual,
        ast::CompareOpKind::In => Comparison::In,
        ast::CompareOpKind::NotIn => Comparison::NotIn,
    }
}

/// Finds which of the names that calls fill on demand a body mentions, as words of its text.
pub(super) fn uses(text: &str) -> MacroUses {
    let mentions = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let part = |c: char| c.is_alphanumeric() || c == '_';
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
            !before.is_some_and(part) && !after.is_some_and(part)
        })
    };
    MacroUses { varargs: mentions("varargs"), kwargs: mentions("kwargs"), caller: mentions("caller") }
}
