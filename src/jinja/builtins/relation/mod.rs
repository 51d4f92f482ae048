//! Relations: tables and views by their three names, and how they are written in SQL.

mod class;
mod methods;

use std::any::Any;

pub use class::RelationClass;

use crate::jinja::core::Dialect;
use crate::jinja::core::dialect::GENERIC;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Object, Value};

/// Which of database, schema and identifier something holds for.
pub type Parts = [bool; 3];

/// The names of the three parts.
const PARTS: [&str; 3] = ["database", "schema", "identifier"];

/// The kinds of relations, as constants of classes and relations call them.
const KINDS: &[(&str, &str)] = &[
    ("Table", "table"),
    ("View", "view"),
    ("CTE", "cte"),
    ("External", "external"),
    ("MaterializedView", "materialized_view"),
    ("Function", "function"),
    ("DynamicTable", "dynamic_table"),
    ("PointerTable", "pointer_table"),
];

/// A part of a relation's rows by time: from `start` on, before `end`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTimeFilter {
    /// The column that holds the time.
    pub field: String,
    /// The first moment.
    pub start: Option<String>,
    /// The first moment after it.
    pub end: Option<String>,
}

/// A relation.
#[derive(Debug, Clone)]
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
    /// How many rows are read at most.
    pub limit: Option<i128>,
    /// Which rows are read, by time.
    pub event_time: Option<EventTimeFilter>,
    /// Whether this program made it, so that names without quotes are compared without regard to case.
    pub dbt_created: bool,
    /// The catalog that manages it, where the database has several.
    pub catalog: Option<String>,
    /// How its rows are stored, where the database knows several ways.
    pub table_format: Option<String>,
    /// The view of an information schema, written behind the parts.
    pub view: Option<String>,
    /// What is known of its database.
    pub dialect: &'static Dialect,
}

impl Relation {
    /// Makes a relation with all parts written and quoted.
    pub fn new(database: Option<&str>, schema: Option<&str>, identifier: Option<&str>) -> Self {
        Self::of(&GENERIC, database, schema, identifier)
    }

    /// Makes a relation of a database with all parts written, quoted as is usual there.
    pub fn of(
        dialect: &'static Dialect,
        database: Option<&str>,
        schema: Option<&str>,
        identifier: Option<&str>,
    ) -> Self {
        let owned = |part: Option<&str>| part.filter(|part| !part.is_empty()).map(str::to_owned);
        Self {
            database: owned(database),
            schema: owned(schema),
            identifier: owned(identifier),
            kind: None,
            quote: dialect.quoting,
            include: [true; 3],
            external: None,
            limit: None,
            event_time: None,
            dbt_created: false,
            catalog: None,
            table_format: None,
            view: None,
            dialect,
        }
    }

    /// Sets the kind.
    #[must_use]
    pub fn kind(mut self, kind: Option<&str>) -> Self {
        self.kind = kind.map(str::to_owned);
        self
    }

    /// Returns the identifier as the database keeps it.
    pub fn stored_name(&self) -> Option<String> {
        let is_folded = self.dialect.capitals && !self.quote[2];
        self.identifier.as_ref().map(|name| if is_folded { name.to_uppercase() } else { name.clone() })
    }

    fn parts(&self) -> [&Option<String>; 3] {
        [&self.database, &self.schema, &self.identifier]
    }

    /// Writes the relation's name as SQL.
    pub fn render(&self) -> String {
        if let Some(external) = &self.external {
            return external.clone();
        }
        let written = self.parts().into_iter().zip(self.include).zip(self.quote);
        let written = written.filter_map(|((part, include), quote)| {
            let part = part.as_ref().filter(|_| include)?;
            Some(if quote { quoted(part) } else { part.clone() })
        });
        written.chain(self.view.clone()).collect::<Vec<_>>().join(".")
    }

    /// Writes the relation with no more rows than its limit.
    pub fn render_limited(&self) -> String {
        let name = self.render();
        match self.limit {
            None => name,
            Some(0) => format!("(select * from {name} where false limit 0)"),
            Some(limit) => format!("(select * from {name} limit {limit})"),
        }
    }

    /// Writes the relation as what is read of it: the rows of its time, within its limit.
    pub fn render_read(&self) -> String {
        if self.kind.as_deref() == Some("function") {
            return self.render();
        }
        let rows = self.render_limited();
        let Some(EventTimeFilter { field, start, end }) = &self.event_time else { return rows };
        let from = start.as_ref().map(|start| format!("{field} >= '{start}'"));
        let before = end.as_ref().map(|end| format!("{field} < '{end}'"));
        let bounds: Vec<String> = from.into_iter().chain(before).collect();
        if bounds.is_empty() {
            rows
        } else {
            format!("(select * from {rows} where {})", bounds.join(" and "))
        }
    }

    /// Tells whether the relation has the names that are given. One that differs in case alone is an error: on many
    /// databases it would stand in the way.
    pub fn matches(&self, wanted: [Option<&str>; 3]) -> Result<bool> {
        if wanted.iter().all(Option::is_none) {
            return Err(RenderError::new("matches() needs a database, a schema or an identifier").into());
        }
        let bare = |text: &str| text.trim_matches('"').to_lowercase();
        let (mut exact, mut near) = (true, true);
        for ((own, wanted), quote) in self.parts().into_iter().zip(wanted).zip(self.quote) {
            let Some(wanted) = wanted else { continue };
            let own = own.as_deref().unwrap_or_default();
            let folded = self.dbt_created && !quote;
            exact &= if folded { own.to_lowercase() == wanted.to_lowercase() } else { own == wanted };
            near &= bare(own) == bare(wanted);
        }
        if near && !exact {
            let asked: Vec<&str> = wanted.into_iter().flatten().collect();
            let message = format!(
                "there is no relation {}, but {} differs from it in the case of letters alone",
                asked.join("."),
                self.render()
            );
            let hint = format!("drop {}, or give one of the two another name", self.render());
            return Err(RenderError::new(message).hint(hint).into());
        }
        Ok(exact)
    }

    /// What two equal relations share.
    fn identity(&self) -> impl PartialEq {
        (
            self.parts().map(Clone::clone),
            self.kind.clone(),
            (self.quote, self.include, self.limit, self.dbt_created),
            (self.external.clone(), self.view.clone(), self.event_time.clone()),
        )
    }
}

/// Puts double quotes around a name.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Returns the constant of a kind: `Table`, `View`, ...
fn kind_constant(name: &str) -> Option<Value> {
    KINDS.iter().find(|(constant, _)| *constant == name).map(|(_, kind)| Value::from(*kind))
}

impl Object for Relation {
    fn type_name(&self) -> &'static str {
        "Relation"
    }

    // Packages recognise a relation by being a mapping with `metadata`.
    fn is_mapping(&self) -> bool {
        true
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        let is = |kind: &str| Value::Bool(self.kind.as_deref() == Some(kind));
        let is_one_of =
            |kinds: &[&str]| Value::Bool(self.kind.as_deref().is_some_and(|kind| kinds.contains(&kind)));
        Some(match name {
            "database" => Value::from(self.database.clone()),
            "schema" => Value::from(self.schema.clone()),
            "identifier" | "name" | "table" => Value::from(self.identifier.clone()),
            "type" => Value::from(self.kind.clone()),
            "is_table" => is("table"),
            "is_view" => is("view"),
            "is_cte" => is("cte"),
            "is_function" => is("function"),
            "is_pointer" => is("pointer_table"),
            "is_dynamic_table" => is("dynamic_table"),
            "is_materialized_view" => is(self.dialect.materialized_view),
            "is_iceberg_format" => Value::Bool(self.table_format.as_deref() == Some("iceberg")),
            "table_format" => Value::from(self.table_format.clone().unwrap_or_else(|| "default".to_owned())),
            "can_be_renamed" => is_one_of(self.dialect.renamable),
            "can_be_replaced" => is_one_of(self.dialect.replaceable),
            "external" => Value::from(self.external.clone()),
            "limit" => self.limit.map_or(Value::None, Value::Int),
            "event_time_filter" => self.event_time.as_ref().map_or(Value::None, filter_value),
            "dbt_created" => Value::Bool(self.dbt_created),
            "catalog" => Value::from(self.catalog.clone()),
            "information_schema_view" => Value::from(self.view.clone()),
            "quote_character" => Value::from("\""),
            "path" => Value::dict(PARTS.into_iter().zip(self.parts().map(|part| Value::from(part.clone())))),
            "quote_policy" => policy(self.quote),
            "include_policy" => policy(self.include),
            // A method as a value, as `map(attribute=...)` passes it on, keeps its relation.
            _ if methods::NAMES.contains(&name) => {
                let (relation, name) = (self.clone(), name.to_owned());
                Native::value("method", move |_, arguments| {
                    methods::call(&relation, &name, arguments).unwrap_or(Ok(Value::None))
                })
            }
            _ => return kind_constant(name),
        })
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        methods::call(self, name, arguments.clone())
            .or_else(|| self.class_method(name, std::mem::take(arguments)))
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        self.render_read()
    }

    fn repr(&self) -> String {
        format!("<Relation {}>", self.render())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| self.identity() == other.identity())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn policy(parts: Parts) -> Value {
    Value::dict(PARTS.into_iter().zip(parts.map(Value::Bool)))
}

fn filter_value(filter: &EventTimeFilter) -> Value {
    Value::dict([
        ("field_name", Value::from(filter.field.as_str())),
        ("start", Value::from(filter.start.clone())),
        ("end", Value::from(filter.end.clone())),
    ])
}
