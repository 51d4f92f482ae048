//! Results of queries as templates see them: the part of agate's tables that dbt packages use.

mod columns;
mod methods;
mod rows;

use std::any::Any;
use std::rc::Rc;

use crate::base::table::Table;
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::Result;
use crate::jinja::value::{Arguments, Object, Value, containers};

/// A table.
#[derive(Clone, Default)]
pub struct TableValue {
    names: Rc<[String]>,
    types: Rc<[String]>,
    rows: Rc<[Rc<[Value]>]>,
}

impl TableValue {
    /// Makes a table of a query's answer.
    pub fn new(table: &Table) -> Self {
        let rows =
            table.rows.iter().map(|row| row.iter().map(Value::from).collect::<Vec<_>>().into()).collect();
        Self {
            names: table.columns.iter().map(|column| column.name.clone()).collect(),
            types: table.columns.iter().map(|column| column.data_type.clone()).collect(),
            rows,
        }
    }

    /// Returns the type of a column.
    pub fn type_name_of(&self, at: usize) -> Option<String> {
        self.types.get(at).cloned()
    }

    fn row(&self, at: usize) -> Option<Value> {
        let values = self.rows.get(at)?.clone();
        Some(Value::object(rows::Row { names: self.names.clone(), values }))
    }

    fn row_values(&self) -> Vec<Value> {
        (0..self.rows.len()).filter_map(|at| self.row(at)).collect()
    }

    /// Returns where a column stands, by its name or its place.
    fn position(&self, key: &Value) -> Option<usize> {
        match key.as_str() {
            Some(name) => self.names.iter().position(|known| known == name),
            None => containers::index(key.to_int()?, self.names.len()),
        }
    }

    fn names(&self) -> Value {
        texts(&self.names)
    }

    fn with_rows(&self, rows: Vec<Rc<[Value]>>) -> Self {
        Self { rows: rows.into(), ..self.clone() }
    }

    fn keep_columns(&self, keep: &[usize]) -> Self {
        let pick = |texts: &Rc<[String]>| keep.iter().filter_map(|at| texts.get(*at).cloned()).collect();
        let rows = self
            .rows
            .iter()
            .map(|row| keep.iter().filter_map(|at| row.get(*at).cloned()).collect::<Vec<_>>().into());
        Self { names: pick(&self.names), types: pick(&self.types), rows: rows.collect() }
    }

    /// Draws the table with bars, as `print_table` does.
    fn draw(&self) -> String {
        let bars = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let cell = |value: &Value| if value.is_none() { String::new() } else { value.to_text() };
        let rows = self.rows.iter().map(|row| bars(row.iter().map(cell).collect()));
        let line = bars(self.names.iter().map(|name| "-".repeat(name.len())).collect());
        [bars(self.names.to_vec()), line].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
    }
}

fn texts(texts: &[String]) -> Value {
    Value::tuple(texts.iter().map(|text| Value::from(text.as_str())).collect())
}

impl Object for TableValue {
    fn type_name(&self) -> &'static str {
        "Table"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        Some(match name {
            "rows" => Value::object(rows::Rows(self.clone())),
            "columns" => Value::object(columns::Columns(self.clone())),
            "column_names" => self.names(),
            "column_types" => texts(&self.types),
            _ => return None,
        })
    }

    fn item(&self, key: &Value) -> Option<Value> {
        self.row(containers::index(key.to_int()?, self.rows.len())?)
    }

    fn call_method(
        &self,
        evaluator: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        methods::call(self, evaluator, name, std::mem::take(arguments))
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some(self.row_values())
    }

    fn is_true(&self) -> bool {
        true
    }

    fn text(&self) -> String {
        self.draw()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
