//! Expressions.

use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Evaluator, Mode, items};
use crate::jinja::limits::nested;
use crate::jinja::syntax::tree::{CallArgument, Comparison, Constant, Expression, Kind};
use crate::jinja::value::{Arguments, Value, containers, operators};
use crate::jinja::{filters, predicates};

impl Evaluator<'_> {
    /// Evaluates an expression; an error without a place gets this one's.
    pub(crate) fn expression(&mut self, expression: &Expression) -> Result<Value> {
        self.step(expression.place)?;
        let outer = self.here.replace(expression.place);
        let result = nested(|| self.evaluate(&expression.kind));
        self.here = outer;
        self.checked(expression.place)?;
        self.locate(result, expression.place)
    }

    fn evaluate(&mut self, kind: &Kind) -> Result<Value> {
        Ok(match kind {
            Kind::Constant(constant) => match constant {
                Constant::None => Value::None,
                Constant::Bool(truth) => Value::Bool(*truth),
                Constant::Int(number) => Value::Int(*number),
                Constant::Float(number) => Value::Float(*number),
                Constant::Text(text) => Value::text(&**text),
            },
            Kind::Name(name) => self.lookup(name).unwrap_or_else(|| self.undefined(name)),
            Kind::List(list) => Value::list(self.all(list)?),
            Kind::Tuple(list) => Value::tuple(self.all(list)?),
            Kind::Dict(pairs) => self.dict(pairs)?,
            Kind::Attribute(value, name) => {
                let value = self.expression(value)?;
                let is_method =
                    matches!(value, Value::Dict(_)) && containers::DICT_METHODS.contains(&&**name);
                match items::computed(self, &value, name).filter(|_| !is_method) {
                    Some(found) => found?,
                    None => self.bound_method(&value, name)?,
                }
            }
            Kind::Item(value, key) => {
                let value = self.expression(value)?;
                let key = self.expression(key)?;
                match items::item(&value, &key) {
                    Some(found) => found,
                    None => match key.as_str() {
                        Some(name) => match items::computed(self, &value, name) {
                            Some(found) => found?,
                            None => self.missing_attribute(&value, name, false)?,
                        },
                        None => self.missing_attribute(&value, &key.repr(), false)?,
                    },
                }
            }
            Kind::Slice(value, [start, stop, step]) => {
                let value = self.expression(value)?;
                let parts = [
                    self.optional(start.as_ref())?,
                    self.optional(stop.as_ref())?,
                    self.optional(step.as_ref())?,
                ];
                if value.is_undefined() && self.environment.mode == Mode::Parse {
                    return Ok(value);
                }
                items::slice(&value, parts)?
            }
            Kind::Call(callee, arguments) => self.call_expression(callee, arguments)?,
            Kind::Filter(value, name, arguments) => {
                let value = match value {
                    Some(value) => self.expression(value)?,
                    None => return Err(RenderError::new("a filter needs something to filter").into()),
                };
                let arguments = self.arguments(arguments)?;
                filters::apply(self, name, &value, arguments)?
            }
            Kind::Test(value, name, arguments) => {
                let value = self.expression(value)?;
                let arguments = self.arguments(arguments)?;
                Value::Bool(predicates::test(self, name, &value, arguments)?)
            }
            Kind::Not(value) => Value::Bool(!self.expression(value)?.is_true()),
            Kind::Negate(value) => operators::negate(&self.expression(value)?)?,
            Kind::Positive(value) => operators::positive(&self.expression(value)?)?,
            Kind::Binary(operator, left, right) => {
                let (left, right) = (self.expression(left)?, self.expression(right)?);
                self.lenient(&left, &right, |left, right| operators::binary(*operator, left, right))?
            }
            Kind::And(left, right) => {
                let left = self.expression(left)?;
                if left.is_true() { self.expression(right)? } else { left }
            }
            Kind::Or(left, right) => {
                let left = self.expression(left)?;
                if left.is_true() { left } else { self.expression(right)? }
            }
            Kind::Compare(first, rest) => self.compare(first, rest)?,
            Kind::Conditional(condition, then, otherwise) => {
                if self.expression(condition)?.is_true() {
                    self.expression(then)?
                } else {
                    match otherwise {
                        Some(otherwise) => self.expression(otherwise)?,
                        None => self.undefined("the other side of an inline `if`"),
                    }
                }
            }
        })
    }

    /// Applies an operator; while the project is read, an undefined operand gives undefined.
    fn lenient(
        &self,
        left: &Value,
        right: &Value,
        apply: impl Fn(&Value, &Value) -> Result<Value>,
    ) -> Result<Value> {
        let undefined = left.is_undefined() || right.is_undefined();
        match apply(left, right) {
            Err(_) if undefined && self.environment.mode == Mode::Parse => Ok(self.undefined("")),
            result => result,
        }
    }

    fn all(&mut self, expressions: &[Expression]) -> Result<Vec<Value>> {
        expressions.iter().map(|expression| self.expression(expression)).collect()
    }

    fn optional(&mut self, expression: Option<&Expression>) -> Result<Option<Value>> {
        expression.map(|expression| self.expression(expression)).transpose()
    }

    fn dict(&mut self, pairs: &[(Expression, Expression)]) -> Result<Value> {
        let mut entries = crate::jinja::value::Dict::with_capacity(pairs.len());
        for (key, value) in pairs {
            let key = containers::key(self.expression(key)?)?;
            entries.insert(key, self.expression(value)?);
        }
        Ok(Value::entries(entries))
    }

    fn compare(&mut self, first: &Expression, rest: &[(Comparison, Expression)]) -> Result<Value> {
        let mut left = self.expression(first)?;
        for (operator, right) in rest {
            let right = self.expression(right)?;
            if !self.compare_one(*operator, &left, &right)? {
                return Ok(Value::Bool(false));
            }
            left = right;
        }
        Ok(Value::Bool(true))
    }

    fn compare_one(&self, operator: Comparison, left: &Value, right: &Value) -> Result<bool> {
        use std::cmp::Ordering;
        let symbol = match operator {
            Comparison::Equal => return Ok(left.equals(right)),
            Comparison::NotEqual => return Ok(!left.equals(right)),
            Comparison::In | Comparison::NotIn => {
                if let Value::Object(object) = right
                    && let Some(held) = object.holds(self, left)
                {
                    return Ok(held == (operator == Comparison::In));
                }
                let found = self
                    .lenient(left, right, |left, right| operators::contains(right, left).map(Value::Bool))?;
                return Ok(found.is_true() == (operator == Comparison::In));
            }
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        };
        let Some(order) = left.order(right) else {
            let not_a_number = matches!((left.to_float(), right.to_float()), (Some(_), Some(_)));
            let sets = matches!((left, right), (Value::Set(_), Value::Set(_)));
            if not_a_number
                || sets
                || (self.environment.mode == Mode::Parse && (left.is_undefined() || right.is_undefined()))
            {
                return Ok(false);
            }
            if let Value::Undefined(name) = if left.is_undefined() { left } else { right } {
                return Err(RenderError::undefined(name).into());
            }
            let (left, right) = (left.type_name(), right.type_name());
            let message = format!("'{symbol}' not supported between instances of '{left}' and '{right}'");
            return Err(RenderError::new(message).into());
        };
        Ok(match operator {
            Comparison::Less => order == Ordering::Less,
            Comparison::LessOrEqual => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            _ => order != Ordering::Less,
        })
    }

    pub(super) fn arguments(&mut self, given: &[CallArgument]) -> Result<Arguments> {
        let mut arguments = Arguments::default();
        for argument in given {
            match argument {
                CallArgument::Positional(value) => arguments.positional.push(self.expression(value)?),
                CallArgument::Named(name, value) => {
                    let value = self.expression(value)?;
                    arguments.named.push((name.to_string().into(), value));
                }
                CallArgument::Spread(value) => {
                    let value = self.expression(value)?;
                    arguments.positional.extend(containers::items_of(&value)?);
                }
                CallArgument::SpreadNamed(value) => {
                    let value = self.expression(value)?;
                    let entries = containers::pairs(&value)?;
                    arguments
                        .named
                        .extend(entries.into_iter().map(|(key, value)| (key.0.to_text().into(), value)));
                }
            }
        }
        Ok(arguments)
    }
}
