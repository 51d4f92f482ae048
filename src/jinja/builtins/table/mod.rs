//! Results of queries as templates see them: the part of agate's tables that dbt packages use.

mod columns;
mod methods;
mod rows;

use std::any::Any;
use std::cell::LazyCell;
use std::rc::Rc;

use crate::base::table::{Cell, Table, TableColumn};
use crate::jinja::eval::Evaluator;
use crate::jinja::eval::error::Result;
use crate::jinja::value::{Arguments, Object, Value, containers};

/// Rows as values.
type Rows = Rc<[Rc<[Value]>]>;

/// A table. Its rows may be made when they are first looked at.
#[derive(Clone)]
pub struct TableValue {
    names: Rc<[String]>,
    types: Rc<[String]>,
    count: usize,
    rows: Rc<LazyCell<Rows, Box<dyn FnOnce() -> Rows>>>,
}

impl Default for TableValue {
    fn default() -> Self {
        Self::new(&Table::default())
    }
}

impl TableValue {
    /// Makes a table of a query's answer.
    pub fn new(table: &Table) -> Self {
        let rows = values(&table.rows);
        let made = Self::late(&table.columns, rows.len(), Vec::new);
        Self { rows: there(rows), ..made }
    }

    /// Makes a table whose rows, so and so many, are read when a template looks at them.
    pub fn late(
        columns: &[TableColumn],
        count: usize,
        read: impl FnOnce() -> Vec<Vec<Cell>> + 'static,
    ) -> Self {
        Self {
            names: columns.iter().map(|column| column.name.clone()).collect(),
            types: columns.iter().map(|column| column.data_type.clone()).collect(),
            count,
            rows: Rc::new(LazyCell::new(Box::new(move || values(&read())))),
        }
    }

    /// Returns the names of the columns.
    pub fn column_names(&self) -> &[String] {
        &self.names
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
        (0..self.count).filter_map(|at| self.row(at)).collect()
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
        Self { count: rows.len(), rows: there(rows.into()), ..self.clone() }
    }

    fn keep_columns(&self, keep: &[usize]) -> Self {
        let pick = |texts: &Rc<[String]>| keep.iter().filter_map(|at| texts.get(*at).cloned()).collect();
        let rows = self
            .rows
            .iter()
            .map(|row| keep.iter().filter_map(|at| row.get(*at).cloned()).collect::<Vec<_>>().into());
        let (count, rows) = (self.count, there(rows.collect()));
        Self { names: pick(&self.names), types: pick(&self.types), count, rows }
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

/// Makes values of cells.
fn values(rows: &[Vec<Cell>]) -> Rows {
    rows.iter().map(|row| row.iter().map(Value::from).collect::<Vec<_>>().into()).collect()
}

/// Makes rows that are there already.
fn there(rows: Rows) -> Rc<LazyCell<Rows, Box<dyn FnOnce() -> Rows>>> {
    Rc::new(LazyCell::new(Box::new(move || rows)))
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
        self.row(containers::index(key.to_int()?, self.count)?)
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
        // Rows that could not be read a second time are not passed off as none.
        Some(self.row_values()).filter(|rows| rows.len() == self.count)
    }

    fn length(&self) -> Option<usize> {
        Some(self.count)
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
