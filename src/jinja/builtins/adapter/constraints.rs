//! Constraints of columns and models as they stand in `create table`, and warnings of those a database does not keep.

use crate::jinja::builtins::adapter::{AdapterObject, host_error};
use crate::jinja::builtins::relation::quoted;
use crate::jinja::core::dialect::Enforcement;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Evaluator, items};
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::{Arguments, Value, containers};

/// One constraint as a property file gives it.
struct Constraint {
    kind: String,
    name: Option<String>,
    expression: Option<String>,
    to: Option<String>,
    to_columns: Vec<String>,
    columns: Vec<String>,
    warns: [bool; 2],
}

impl Constraint {
    fn read(value: &Value) -> Self {
        let part =
            |name: &str| items::attribute(value, name).filter(|part| !part.is_none() && !part.is_undefined());
        let text = |name: &str| part(name).map(|part| part.to_text()).filter(|text| !text.is_empty());
        let texts = |name: &str| {
            let listed = part(name).and_then(|part| containers::items_of(&part).ok()).unwrap_or_default();
            listed.iter().map(Value::to_text).collect()
        };
        let warns = |name: &str| part(name).is_none_or(|part| part.is_true());
        Self {
            kind: text("type").unwrap_or_default(),
            name: text("name"),
            expression: text("expression"),
            to: text("to"),
            to_columns: texts("to_columns"),
            columns: texts("columns"),
            warns: [warns("warn_unsupported"), warns("warn_unenforced")],
        }
    }

    /// Puts the relation in the place of the `ref` or `source` that a foreign key names. A foreign key stays in its
    /// database, whose name DuckDB does not take there.
    fn pointed(mut self, evaluator: &mut Evaluator<'_>) -> Result<Self> {
        let Some(to) = self.to.take().filter(|_| self.kind == "foreign_key") else { return Ok(self) };
        if !to.contains('(') {
            self.to = Some(to);
            return Ok(self);
        }
        let Some(here) = evaluator.here() else { return Ok(self) };
        let origin = Origin::at(here.file, here.span.start as usize);
        let template = parse(&format!("{{{{ {to} }}}}"), &origin, false)
            .map_err(|finding| RenderError::new(finding.message.clone()))?;
        let relation = evaluator.render(&template)?.text;
        self.to = Some(match relation.splitn(3, '.').collect::<Vec<_>>().as_slice() {
            [_, schema, name] => format!("{schema}.{name}"),
            _ => relation,
        });
        Ok(self)
    }

    /// Returns what a foreign key points at.
    fn target(&self) -> Option<String> {
        match &self.to {
            Some(to) if !self.to_columns.is_empty() => Some(format!("{to} ({})", self.to_columns.join(", "))),
            _ => self.expression.clone(),
        }
    }

    /// Writes the constraint behind its column.
    fn of_column(&self) -> Option<String> {
        let expression = self.expression.as_deref().unwrap_or_default();
        let written = match self.kind.as_str() {
            "check" => format!("check ({})", self.expression.as_ref()?),
            "not_null" => format!("not null {expression}"),
            "unique" => format!("unique {expression}"),
            "primary_key" => format!("primary key {expression}"),
            "foreign_key" => format!("references {}", self.target()?),
            "custom" => self.expression.clone()?,
            _ => return None,
        };
        Some(written.trim().to_owned())
    }

    /// Writes the constraint behind all columns.
    fn of_model(&self) -> Option<String> {
        let expression = self.expression.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
        let columns = self.columns.join(", ");
        let written = match self.kind.as_str() {
            "check" => format!("check ({})", self.expression.as_ref()?),
            "unique" => format!("unique{expression} ({columns})"),
            "primary_key" => format!("primary key{expression} ({columns})"),
            "foreign_key" => format!("foreign key ({columns}) references {}", self.target()?),
            "custom" => self.expression.clone()?,
            _ => return None,
        };
        let name = self.name.as_ref().map(|name| format!("constraint {name} ")).unwrap_or_default();
        Some(format!("{name}{written}"))
    }

    /// Tells whether the database takes the constraint, and warns if it does not or does not check it.
    fn is_taken(&self, adapter: &AdapterObject) -> Result<bool> {
        let enforcement = adapter.dialect.enforcement(&self.kind);
        let [unsupported, unenforced] = self.warns;
        let (kind, name) = (&self.kind, adapter.dialect.adapter);
        let warning = match enforcement {
            Some(Enforcement::Refused) if unsupported => {
                format!("{name} has no constraints of the kind {kind}: it is left out")
            }
            Some(Enforcement::Told) if unenforced => {
                format!("{name} does not check constraints of the kind {kind}")
            }
            _ => String::new(),
        };
        if let Some(host) = adapter.host.as_ref().filter(|_| !warning.is_empty()) {
            host.warn("JinjaLogWarning", &warning).map_err(|error| host_error(&error, None))?;
        }
        Ok(enforcement != Some(Enforcement::Refused))
    }
}

/// Writes `name type constraints` of each column.
pub(super) fn of_columns(
    adapter: &AdapterObject,
    evaluator: &mut Evaluator<'_>,
    arguments: Arguments,
) -> Result<Value> {
    let columns = arguments.reader("render_raw_columns_constraints").required("raw_columns")?;
    let Value::Dict(columns) = columns else { return Ok(Value::list(Vec::new())) };
    let mut written = Vec::new();
    for column in columns.borrow().values() {
        let part = |name: &str| items::attribute(column, name).unwrap_or(Value::None);
        let name = part("name").to_text();
        let name = if part("quote").is_true() { quoted(&name) } else { name };
        let mut line = format!("{name} {}", part("data_type").to_text());
        for constraint in containers::items_of(&part("constraints")).unwrap_or_default() {
            let constraint = Constraint::read(&constraint).pointed(evaluator)?;
            if let Some(text) = constraint.of_column()
                && constraint.is_taken(adapter)?
            {
                line.push(' ');
                line.push_str(&text);
            }
        }
        written.push(Value::from(line));
    }
    Ok(Value::list(written))
}

/// Writes each constraint of a model.
pub(super) fn of_model(
    adapter: &AdapterObject,
    evaluator: &mut Evaluator<'_>,
    arguments: Arguments,
) -> Result<Value> {
    let given = arguments.reader("render_raw_model_constraints").required("raw_constraints")?;
    let constraints = containers::items_of(&given)?;
    let mut written = Vec::new();
    for constraint in &constraints {
        let constraint = Constraint::read(constraint).pointed(evaluator)?;
        if let Some(text) = constraint.of_model()
            && constraint.is_taken(adapter)?
        {
            written.push(Value::from(text));
        }
    }
    Ok(Value::list(written))
}
