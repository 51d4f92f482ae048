//! Relations: tables and views by their three names, and how they are written in SQL.

use std::any::Any;

use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::Result;
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Key, Object, Value};

/// Which of database, schema and identifier something holds for.
pub type Parts = [bool; 3];

/// A relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The database (catalog).
    pub database: Option<String>,
    /// The schema.
    pub schema: Option<String>,
    /// The name.
    pub identifier: Option<String>,
    /// `table`, `view`, `cte`, `external`, ...
    pub kind: Option<String>,
    /// Which parts are quoted.
    pub quote: Parts,
    /// Which parts are written.
    pub include: Parts,
    /// What is written in place of the names: a file to read.
    pub external: Option<String>,
}

impl Relation {
    /// Makes a relation with all parts written and quoted.
    pub fn new(database: Option<&str>, schema: Option<&str>, identifier: Option<&str>) -> Self {
        let owned = |part: Option<&str>| part.filter(|part| !part.is_empty()).map(str::to_owned);
        Self {
            database: owned(database),
            schema: owned(schema),
            identifier: owned(identifier),
            kind: None,
            quote: [true; 3],
            include: [true; 3],
            external: None,
        }
    }

    /// Sets the kind.
    #[must_use]
    pub fn kind(mut self, kind: Option<&str>) -> Self {
        self.kind = kind.map(str::to_owned);
        self
    }

    fn parts(&self) -> [&Option<String>; 3] {
        [&self.database, &self.schema, &self.identifier]
    }

    /// Writes the relation as SQL.
    pub fn render(&self) -> String {
        if let Some(external) = &self.external {
            return external.clone();
        }
        let written = self.parts().into_iter().zip(self.include).zip(self.quote);
        let written = written.filter_map(|((part, include), quote)| {
            let part = part.as_ref().filter(|_| include)?;
            Some(if quote { quoted(part) } else { part.clone() })
        });
        written.collect::<Vec<_>>().join(".")
    }
}

/// Puts double quotes around a name.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Reads which parts an argument list or a dict names: `database=false`.
fn parts_from(value: &Value, mut parts: Parts) -> Parts {
    if let Value::Dict(entries) = value {
        let entries = entries.borrow();
        for (part, name) in parts.iter_mut().zip(["database", "schema", "identifier"]) {
            if let Some(value) = entries.get(&Key::text(name)).filter(|value| !value.is_none()) {
                *part = value.is_true();
            }
        }
    }
    parts
}

fn optional(value: &Value) -> Option<String> {
    (!value.is_none() && !value.is_undefined()).then(|| value.to_text())
}

/// Takes the names out of a dict of a path.
fn apply_path(relation: &mut Relation, path: &Value) {
    let Value::Dict(entries) = path else { return };
    let entries = entries.borrow();
    let parts = [&mut relation.database, &mut relation.schema, &mut relation.identifier];
    for (part, name) in parts.into_iter().zip(["database", "schema", "identifier"]) {
        if let Some(value) = entries.get(&Key::text(name)) {
            *part = optional(value);
        }
    }
}

fn named_parts(arguments: Arguments, parts: Parts) -> Parts {
    parts_from(&Value::dict(arguments.named), parts)
}

/// Reads the arguments of `api.Relation.create`.
pub fn create(arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("create");
    let database = reader.optional_text("database")?;
    let schema = reader.optional_text("schema")?;
    let identifier = reader.optional_text("identifier")?;
    let kind = reader.optional_text("type")?;
    let (_, named) = reader.rest();
    let mut relation =
        Relation::new(database.as_deref(), schema.as_deref(), identifier.as_deref()).kind(kind.as_deref());
    for (name, value) in named {
        match &*name {
            "quote_policy" => relation.quote = parts_from(&value, relation.quote),
            "include_policy" => relation.include = parts_from(&value, relation.include),
            _ => {}
        }
    }
    Ok(Value::object(relation))
}

impl Relation {
    fn method(&self, name: &str, arguments: Arguments) -> Option<Result<Value>> {
        let mut changed = self.clone();
        Some(match name {
            "render" | "render_limited" | "__str__" => Ok(Value::from(self.render())),
            "include" => {
                changed.include = named_parts(arguments, self.include);
                Ok(Value::object(changed))
            }
            "quote" => {
                changed.quote = named_parts(arguments, self.quote);
                Ok(Value::object(changed))
            }
            "incorporate" => {
                for (name, value) in arguments.named {
                    match &*name {
                        "path" => apply_path(&mut changed, &value),
                        "type" => changed.kind = optional(&value),
                        "quote_policy" => changed.quote = parts_from(&value, changed.quote),
                        "include_policy" => changed.include = parts_from(&value, changed.include),
                        _ => {}
                    }
                }
                Ok(Value::object(changed))
            }
            "replace_path" => {
                apply_path(&mut changed, &Value::dict(arguments.named));
                Ok(Value::object(changed))
            }
            "without_identifier" => {
                changed.include = [self.include[0], self.include[1], false];
                Ok(Value::object(changed))
            }
            "information_schema" => (|| {
                let mut reader = arguments.reader("information_schema");
                let view = reader.optional_text("view_name")?;
                changed.schema = Some("information_schema".to_owned());
                changed.identifier = view;
                changed.quote = [self.quote[0], false, false];
                Ok(Value::object(changed))
            })(),
            "matches" => {
                let wanted: Vec<Option<String>> = ["database", "schema", "identifier"]
                    .iter()
                    .map(|part| {
                        arguments
                            .named
                            .iter()
                            .find(|(name, _)| &**name == *part)
                            .and_then(|(_, value)| optional(value))
                    })
                    .collect();
                let hit = self
                    .parts()
                    .iter()
                    .zip(&wanted)
                    .all(|(own, wanted)| wanted.is_none() || **own == *wanted);
                Ok(Value::Bool(hit))
            }
            "get" => (|| {
                let mut reader = arguments.reader("get");
                let name = reader.text("key")?;
                let default = reader.or("default", Value::None)?;
                Ok(self.attribute(&name).unwrap_or(default))
            })(),
            _ => return None,
        })
    }
}

impl Object for Relation {
    fn type_name(&self) -> &'static str {
        "Relation"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        let is = |kind: &str| Value::Bool(self.kind.as_deref() == Some(kind));
        Some(match name {
            "database" => Value::from(self.database.clone()),
            "schema" => Value::from(self.schema.clone()),
            "identifier" | "name" | "table" => Value::from(self.identifier.clone()),
            "type" => Value::from(self.kind.clone()),
            "is_table" => is("table"),
            "is_view" => is("view"),
            "is_cte" => is("cte"),
            "is_materialized_view" => is("materialized_view"),
            "can_be_renamed" | "can_be_replaced" => {
                Value::Bool(matches!(self.kind.as_deref(), Some("table" | "view")))
            }
            "Table" => Value::from("table"),
            "View" => Value::from("view"),
            "CTE" => Value::from("cte"),
            "External" => Value::from("external"),
            "quote_policy" => policy(self.quote),
            "include_policy" => policy(self.include),
            "render" | "include" | "quote" | "incorporate" | "replace_path" | "without_identifier" => {
                let (relation, name) = (self.clone(), name.to_owned());
                Native::value("method", move |_, arguments| {
                    relation.method(&name, arguments).unwrap_or(Ok(Value::None))
                })
            }
            _ => return None,
        })
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        self.method(name, arguments.clone())
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        self.render()
    }

    fn repr(&self) -> String {
        format!("<Relation {}>", self.render())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| {
            self.parts() == other.parts() && self.kind == other.kind && self.external == other.external
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn policy(parts: Parts) -> Value {
    Value::dict(["database", "schema", "identifier"].into_iter().zip(parts.map(Value::Bool)))
}
