//! `config`: told at parse, asked at execution.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use crate::base::data::{Data, DataMap};
use crate::base::source::Place;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Evaluator, Mode};
use crate::jinja::value::{Arguments, Object, Value};
use crate::project::config::Config;

/// The calls of `config(...)` in one template, in order, each with its place.
pub type ConfigCalls = Rc<RefCell<Vec<(DataMap, Option<Place>)>>>;

/// What `config` is.
pub struct ConfigFunction {
    values: Rc<RefCell<Config>>,
    calls: ConfigCalls,
    /// The id of the node, for messages.
    owner: Option<String>,
}

impl ConfigFunction {
    /// Makes `config` of a node. What the template tells goes into `calls`.
    pub fn value(config: &Config, calls: &ConfigCalls, owner: Option<&str>) -> Value {
        let values = Rc::new(RefCell::new(config.clone()));
        Value::object(Self { values, calls: calls.clone(), owner: owner.map(str::to_owned) })
    }

    fn get(&self, name: &str) -> Option<Value> {
        // Kept with a dash, and asked for with an underscore.
        let name = match name {
            "pre_hook" => "pre-hook",
            "post_hook" => "post-hook",
            "pre-hook" | "post-hook" => return None,
            other => other,
        };
        let values = self.values.borrow();
        match name {
            "snapshot_table_column_names" if values.text("materialized") == Some("snapshot") => {
                Some(snapshot_columns(values.get("snapshot_meta_column_names")))
            }
            _ => values.get(name).map(Value::from),
        }
    }

    fn of_meta(&self, name: &str) -> Option<Value> {
        let values = self.values.borrow();
        values.get("meta").and_then(Data::as_map).and_then(|meta| meta.get(name)).map(Value::from)
    }

    fn missing(&self, name: &str) -> RenderError {
        let owner = self.owner.as_deref().map(|id| format!(" '{id}'")).unwrap_or_default();
        RenderError::new(format!("Model{owner} does not define a required config parameter '{name}'."))
    }

    fn tell(&self, arguments: Arguments, place: Option<Place>) -> Result<Value> {
        let mut values = DataMap::new();
        match (arguments.positional.as_slice(), arguments.named.is_empty()) {
            ([], _) => {
                values
                    .extend(arguments.named.iter().map(|(name, value)| (name.to_string(), value.to_data())));
            }
            ([only], true) => match only.to_data() {
                Data::Map(map) => values = map,
                other => {
                    let message = format!(
                        "Invalid inline model config: config() takes a dict or named values, not {}",
                        other.type_name()
                    );
                    return Err(RenderError::new(message).into());
                }
            },
            _ => {
                return Err(RenderError::new(
                    "Invalid inline model config: give config() one dict, or named values, not both",
                )
                .into());
            }
        }
        for (old, new) in [("pre_hook", "pre-hook"), ("post_hook", "post-hook")] {
            if values.contains_key(old) && values.contains_key(new) {
                return Err(
                    RenderError::new(format!("config has conflicting keys '{old}' and '{new}'")).into()
                );
            }
        }
        self.calls.borrow_mut().push((values, place));
        Ok(Value::from(""))
    }

    fn persists(&self, what: &str) -> bool {
        let values = self.values.borrow();
        let docs = values.get("persist_docs").and_then(Data::as_map);
        docs.and_then(|docs| docs.get(what)).and_then(Data::as_bool).unwrap_or(false)
    }
}

/// Makes the names of a snapshot's own columns: dbt's, where the configuration gives no others.
fn snapshot_columns(given: Option<&Data>) -> Value {
    let given = given.and_then(Data::as_map);
    let names = ["dbt_valid_from", "dbt_valid_to", "dbt_scd_id", "dbt_updated_at", "dbt_is_deleted"];
    Value::dict(names.map(|name| {
        let other = given.and_then(|given| given.get(name)).and_then(Data::as_str);
        (name, Value::from(other.filter(|other| !other.is_empty()).unwrap_or(name)))
    }))
}

impl Object for ConfigFunction {
    fn type_name(&self) -> &'static str {
        "Config"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        self.get(name)
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn is_true(&self) -> bool {
        true
    }

    fn call(&self, evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
        if evaluator.environment.mode == Mode::Execute {
            return Ok(Value::from(""));
        }
        let place = evaluator.outermost_place();
        self.tell(arguments, place)
    }

    fn call_method(
        &self,
        evaluator: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        let parsing = evaluator.environment.mode == Mode::Parse;
        let arguments = arguments.clone();
        Some(match name {
            // dbt answers nothing while it parses, whatever the default.
            "get" | "require" | "meta_get" | "meta_require" if parsing => Ok(Value::from("")),
            "get" => (|| {
                let mut reader = arguments.reader("get");
                let name = reader.text("name")?;
                let default = reader.or("default", Value::None)?;
                // dbt takes a validator and never asks it.
                reader.optional("validator")?;
                reader.finish()?;
                Ok(self.get(&name).unwrap_or(default))
            })(),
            "require" => (|| {
                let mut reader = arguments.reader("require");
                let name = reader.text("name")?;
                self.get(&name).ok_or_else(|| self.missing(&name).into())
            })(),
            "meta_require" => (|| {
                let mut reader = arguments.reader("meta_require");
                let name = reader.text("name")?;
                self.of_meta(&name).ok_or_else(|| self.missing(&name).into())
            })(),
            "meta_get" => (|| {
                let mut reader = arguments.reader("meta_get");
                let name = reader.text("name")?;
                let default = reader.or("default", Value::None)?;
                Ok(self.of_meta(&name).unwrap_or(default))
            })(),
            "set" => (|| {
                let mut reader = arguments.reader("set");
                let name = reader.text("name")?;
                let value = reader.required("value")?;
                // A configuration is told while the project is read; later nothing alters it.
                if parsing {
                    let told = DataMap::from_iter([(name, value.to_data())]);
                    self.calls.borrow_mut().push((told, evaluator.outermost_place()));
                }
                Ok(Value::from(""))
            })(),
            "persist_relation_docs" => Ok(Value::Bool(self.persists("relation"))),
            "persist_column_docs" => Ok(Value::Bool(self.persists("columns"))),
            _ => return None,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
