//! Parses with minijinja and lowers its tree to ours. The only user of minijinja.

use std::sync::Arc;

use minijinja::machinery::{Span as Bytes, ast, parse as parse_source};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::ValueKind;

use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::jinja::syntax::tree::{
    BinaryOperator, CallArgument, Comparison, Constant, Expression, For, Kind, MacroDefinition, MacroUses,
    Parameter, Statement, Target, Template,
};
use crate::jinja::syntax::{Origin, Parsed};

/// Parses a template. `keep_newline` keeps a newline at the very end, which templates drop and macro bodies keep.
pub fn parse(source: &str, origin: &Origin, keep_newline: bool) -> Parsed<Template> {
    let mut config = SyntaxConfig::builder();
    config.keep_trailing_newline(keep_newline);
    let syntax = config.build().unwrap_or_default();
    let tree =
        parse_source(source, "<template>", syntax).map_err(|error| syntax_error(&error, source, origin))?;
    let lower = Lower { source, origin };
    let body = match tree {
        ast::Stmt::Template(template) => lower.block(&template.children)?,
        other => lower.block(std::slice::from_ref(&other))?,
    };
    Ok(Template { body, place: origin.place(0..source.len()) })
}

fn syntax_error(error: &minijinja::Error, source: &str, origin: &Origin) -> Box<Diagnostic> {
    let range = error.range().unwrap_or(source.len()..source.len());
    let range = range.start.min(source.len())..range.end.min(source.len());
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let finding = Diagnostic::at(
        codes::JINJA_SYNTAX,
        origin.place(range.clone()),
        format!("this is not Jinja: {detail}"),
    );
    Box::new(cure(finding, &detail, source, origin))
}

/// Adds what can be said of the cause: an open tag, an unknown tag.
fn cure(finding: Diagnostic, detail: &str, source: &str, origin: &Origin) -> Diagnostic {
    if detail.contains("unexpected end of input") {
        if let Some((name, range)) = super::blocks::last_open_tag(source) {
            return finding
                .also(origin.place(range), format!("`{name}` is opened here and never closed"))
                .hint(format!("close it with `{{% end{name} %}}`"));
        }
        return finding.hint("close every `{{` with `}}`, every `{%` with `%}` and every quote");
    }
    if let Some(name) = detail.strip_prefix("unknown statement ") {
        let known = [
            "if",
            "elif",
            "else",
            "endif",
            "for",
            "endfor",
            "set",
            "endset",
            "macro",
            "endmacro",
            "call",
            "endcall",
            "do",
            "filter",
            "endfilter",
            "raw",
            "endraw",
            "with",
            "endwith",
            "break",
            "continue",
        ];
        return finding
            .hint_nearest(name.trim(), known)
            .hint("a tag that ends a block must match the one that opened it");
    }
    finding
}

struct Lower<'s> {
    source: &'s str,
    origin: &'s Origin,
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

    fn block(&self, statements: &[ast::Stmt<'_>]) -> Parsed<Vec<Statement>> {
        statements.iter().map(|statement| self.statement(statement)).collect()
    }

    fn statement(&self, statement: &ast::Stmt<'_>) -> Parsed<Statement> {
        Ok(match statement {
            ast::Stmt::Template(template) => Statement::Block(self.block(&template.children)?),
            ast::Stmt::EmitExpr(emit) => Statement::Emit(self.expression(&emit.expr)?),
            ast::Stmt::EmitRaw(raw) => self.text(raw.raw, raw.span()),
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

    /// Text is a slice of the source, so that its own address tells where it stands after whitespace control.
    fn text(&self, raw: &str, span: Bytes) -> Statement {
        let offset = (raw.as_ptr() as usize).wrapping_sub(self.source.as_ptr() as usize);
        let inside = offset <= self.source.len() && offset + raw.len() <= self.source.len();
        let place = if inside { self.origin.place(offset..offset + raw.len()) } else { self.place(span) };
        Statement::Text { text: raw.into(), place }
    }

    fn for_loop(&self, node: &ast::ForLoop<'_>, span: Bytes) -> Parsed<Statement> {
        Ok(Statement::For(Box::new(For {
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

    fn expression(&self, expression: &ast::Expr<'_>) -> Parsed<Expression> {
        let kind = match expression {
            ast::Expr::Var(node) => Kind::Name(node.id.into()),
            ast::Expr::Const(node) => Kind::Constant(constant(&node.value)),
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
            ast::Expr::Call(node) => return self.call(node, node.span()),
            ast::Expr::Filter(node) => {
                let value = node.expr.as_ref().map(|value| self.expression(value)).transpose()?;
                Kind::Filter(value, node.name.into(), self.arguments(&node.args)?)
            }
            ast::Expr::Test(node) => {
                Kind::Test(self.expression(&node.expr)?, node.name.into(), self.arguments(&node.args)?)
            }
            ast::Expr::UnaryOp(node) => match node.op {
                ast::UnaryOpKind::Not => Kind::Not(self.expression(&node.expr)?),
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
        };
        Ok(Expression { kind: Box::new(kind), place: self.place(expression.span()) })
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

fn constant(value: &minijinja::Value) -> Constant {
    match value.kind() {
        ValueKind::Bool => Constant::Bool(value.is_true()),
        ValueKind::Number => match i128::try_from(value.clone()) {
            Ok(number) if value.is_integer() => Constant::Int(number),
            _ => f64::try_from(value.clone()).map_or(Constant::None, Constant::Float),
        },
        ValueKind::String => value.as_str().map_or(Constant::None, |text| Constant::Text(text.into())),
        _ => Constant::None,
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
