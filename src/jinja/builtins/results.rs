//! `store_result`, `store_raw_result`, `load_result`: answers of statements under names.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::base::table::Receipt;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Environment, Evaluator};
use crate::jinja::value::object::{ArgumentReader, Native};
use crate::jinja::value::{Arguments, Object, Value};

/// One stored answer.
#[derive(Clone)]
pub struct Stored {
    /// What the database said.
    pub response: Value,
    /// The rows.
    pub table: Value,
}

/// Answers by name.
pub type Results = Rc<RefCell<HashMap<String, Option<Stored>>>>;

/// Sets the functions that store and load answers.
pub fn set(names: &Environment, results: &Results) {
    names.set("store_result", store_result(results));
    names.set("store_raw_result", store_raw_result(results));
    names.set("load_result", load_result(results));
}

/// Makes `store_result`.
fn store_result(results: &Results) -> Value {
    let results = results.clone();
    Native::value("store_result", move |_, arguments| {
        let mut reader = arguments.reader("store_result");
        let name = reader.text("name")?;
        let response = reader.or("response", Value::None)?;
        let table = reader.or("agate_table", Value::None)?;
        reader.finish()?;
        results.borrow_mut().insert(name, Some(Stored { response, table }));
        Ok(Value::from(""))
    })
}

/// Makes `store_raw_result`.
fn store_raw_result(results: &Results) -> Value {
    let results = results.clone();
    Native::value("store_raw_result", move |_, arguments| {
        let mut reader: ArgumentReader<'_> = arguments.reader("store_raw_result");
        let name = reader.text("name")?;
        let message = reader.or("message", Value::None)?;
        let code = reader.or("code", Value::None)?;
        let rows = reader.or("rows_affected", Value::None)?;
        let table = reader.or("agate_table", Value::None)?;
        reader.finish()?;
        let response =
            Value::object(Response(vec![("_message", message), ("code", code), ("rows_affected", rows)]));
        results.borrow_mut().insert(name, Some(Stored { response, table }));
        Ok(Value::from(""))
    })
}

/// Makes `load_result`: a name can be loaded once, `main` as often as wanted.
fn load_result(results: &Results) -> Value {
    let results = results.clone();
    Native::value("load_result", move |_, arguments| {
        let mut reader = arguments.reader("load_result");
        let name = reader.text("name")?;
        reader.finish()?;
        load(&results, &name)
    })
}

fn load(results: &Results, name: &str) -> Result<Value> {
    let mut results = results.borrow_mut();
    let Some(entry) = results.get_mut(name) else { return Ok(Value::None) };
    let stored = if name == "main" { entry.clone() } else { entry.take() };
    let Some(stored) = stored else {
        let message =
            format!("The 'statement' result named '{name}' has already been loaded into a variable");
        return Err(RenderError::new(message).into());
    };
    // The rows are plain tuples there, and none where there is no table.
    let rows = stored.table.iterate().unwrap_or_default();
    let rows = rows.iter().map(|row| Value::tuple(row.iterate().unwrap_or_default()));
    let rows = Value::list(rows.collect());
    Ok(Value::dict([("response", stored.response), ("data", rows), ("table", stored.table)]))
}

/// Makes the value of a receipt, as `statement` stores it.
pub fn response(receipt: &Receipt) -> Value {
    Value::object(Response(vec![
        ("_message", Value::from(receipt.message.as_str())),
        ("code", Value::from(receipt.message.split(' ').next().unwrap_or_default())),
        ("rows_affected", receipt.rows_affected.map_or(Value::None, Value::from)),
        ("query_id", Value::from(receipt.query_id.clone())),
    ]))
}

/// What the database said: fields by name, printed as its message, which comes first.
struct Response(Vec<(&'static str, Value)>);

impl Object for Response {
    fn type_name(&self) -> &'static str {
        "AdapterResponse"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    fn call_method(&self, _: &mut Evaluator<'_>, name: &str, _: &mut Arguments) -> Option<Result<Value>> {
        (name == "to_dict").then(|| Ok(Value::dict(self.0.clone())))
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        self.0.first().map(|(_, message)| message.to_text()).unwrap_or_default()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
