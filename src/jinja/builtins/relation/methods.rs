//! The methods of relations: each gives a changed copy, a text or a truth.

use std::rc::Rc;

use crate::jinja::builtins::relation::{EventTimeFilter, PARTS, Parts, Relation};
use crate::jinja::eval::error::Result;
use crate::jinja::eval::items;
use crate::jinja::value::{Arguments, Key, Object, Value};

/// The names of all methods.
pub(super) const NAMES: &[&str] = &[
    "render",
    "render_limited",
    "render_event_time_filtered",
    "__str__",
    "include",
    "quote",
    "quoted",
    "incorporate",
    "replace_path",
    "without_identifier",
    "information_schema",
    "information_schema_only",
    "matches",
    "get",
];

/// Calls a method; `None` when there is none of this name.
pub(super) fn call(relation: &Relation, name: &str, arguments: Arguments) -> Option<Result<Value>> {
    let mut changed = relation.clone();
    if matches!(name, "incorporate" | "replace_path") {
        let path = [("path".into(), Value::dict(arguments.named.iter().cloned()))];
        let given = if name == "replace_path" { path.to_vec() } else { arguments.named };
        set_fields(&mut changed, given);
        return Some(Ok(Value::object(changed)));
    }
    let mut reader = arguments.reader(name);
    let mut answer = || -> Result<Option<Value>> {
        Ok(Some(match name {
            "render" => return Ok(Some(Value::from(relation.render()))),
            "render_limited" => return Ok(Some(Value::from(relation.render_limited()))),
            "__str__" | "render_event_time_filtered" => return Ok(Some(Value::from(relation.render_read()))),
            "include" => {
                changed.include = read_parts(&mut |part| reader.optional(part), relation.include)?;
                Value::object(changed.clone())
            }
            "quote" => {
                changed.quote = read_parts(&mut |part| reader.optional(part), relation.quote)?;
                Value::object(changed.clone())
            }
            "quoted" => Value::from(format!("\"{}\"", reader.text("identifier")?)),
            "without_identifier" => {
                changed.include = [relation.include[0], relation.include[1], false];
                changed.identifier = None;
                Value::object(changed.clone())
            }
            "information_schema" => {
                let view = reader.optional("view_name")?;
                let view = view.and_then(|view| view.as_str().map(str::to_owned));
                Value::object(relation.information_schema(view))
            }
            "information_schema_only" => Value::object(relation.information_schema(None)),
            "matches" => {
                let wanted = [
                    reader.optional_text("database")?,
                    reader.optional_text("schema")?,
                    reader.optional_text("identifier")?,
                ];
                Value::Bool(relation.matches(wanted.each_ref().map(Option::as_deref))?)
            }
            "get" => {
                let key = reader.text("key")?;
                let default = reader.or("default", Value::None)?;
                match key.as_str() {
                    "metadata" => Value::dict([("type", Value::from("Relation"))]),
                    key => relation.attribute(key).unwrap_or(default),
                }
            }
            _ => return Ok(None),
        }))
    };
    answer().transpose()
}

/// Sets fields by their names: `path={...}`, `type=...`.
pub(super) fn set_fields(relation: &mut Relation, fields: Vec<(Rc<str>, Value)>) {
    for (name, value) in fields {
        match &*name {
            "path" => {
                let parts = [&mut relation.database, &mut relation.schema, &mut relation.identifier];
                for (part, name) in parts.into_iter().zip(PARTS) {
                    if let Some(value) = entry(&value, name) {
                        *part = optional(&value);
                    }
                }
            }
            "type" => relation.kind = optional(&value),
            "quote_policy" => relation.quote = parts_of(&value, relation.quote),
            "include_policy" => relation.include = parts_of(&value, relation.include),
            "external" => relation.external = optional(&value),
            "limit" => relation.limit = value.to_int(),
            "dbt_created" => relation.dbt_created = value.is_true(),
            "catalog" => relation.catalog = optional(&value),
            "table_format" => relation.table_format = optional(&value),
            "event_time_filter" => {
                relation.event_time = items::attribute(&value, "field_name").map(|field| EventTimeFilter {
                    field: field.to_text(),
                    start: items::attribute(&value, "start").as_ref().and_then(optional),
                    end: items::attribute(&value, "end").as_ref().and_then(optional),
                });
            }
            _ => {}
        }
    }
}

fn entry(value: &Value, name: &str) -> Option<Value> {
    let Value::Dict(entries) = value else { return None };
    entries.borrow().get(&Key::text(name)).cloned()
}

fn optional(value: &Value) -> Option<String> {
    (!value.is_none() && !value.is_undefined()).then(|| value.to_text())
}

/// Reads a dict of parts, keeping those that nothing is said of.
fn parts_of(value: &Value, parts: Parts) -> Parts {
    read_parts(&mut |name| Ok(entry(value, name)), parts).unwrap_or(parts)
}

/// Reads which parts are meant, keeping those that nothing is said of.
fn read_parts(read: &mut dyn FnMut(&str) -> Result<Option<Value>>, mut parts: Parts) -> Result<Parts> {
    for (part, name) in parts.iter_mut().zip(PARTS) {
        if let Some(value) = read(name)?.filter(|value| !value.is_none() && !value.is_undefined()) {
            *part = value.is_true();
        }
    }
    Ok(parts)
}

impl Relation {
    /// Returns the information schema of the relation's database, or one view of it.
    pub fn information_schema(&self, view: Option<String>) -> Self {
        Self {
            schema: None,
            identifier: Some("INFORMATION_SCHEMA".to_owned()),
            kind: Some("view".to_owned()),
            include: [self.database.is_some(), false, true],
            quote: [self.quote[0], self.quote[1], false],
            view,
            ..Self::of(self.dialect, self.database.as_deref(), None, None)
        }
    }
}
