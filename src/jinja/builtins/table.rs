//! Results of queries as templates see them: the part of agate's tables that dbt packages use.

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
        Some(Value::object(Row { names: self.names.clone(), values }))
    }

    fn row_values(&self) -> Vec<Value> {
        (0..self.rows.len()).filter_map(|at| self.row(at)).collect()
    }

    fn column(&self, at: usize) -> Option<Value> {
        let values = self.rows.iter().filter_map(|row| row.get(at).cloned()).collect();
        let data_type = self.types.get(at).cloned().unwrap_or_default();
        Some(Value::object(TableColumnValue { name: self.names.get(at)?.clone(), data_type, values }))
    }

    fn names(&self) -> Value {
        Value::tuple(self.names.iter().map(|name| Value::from(name.as_str())).collect())
    }

    /// Draws the table with bars, as `print_table` does.
    fn draw(&self) -> String {
        let header = format!("| {} |", self.names.join(" | "));
        let line = format!(
            "| {} |",
            self.names.iter().map(|name| "-".repeat(name.len())).collect::<Vec<_>>().join(" | ")
        );
        let rows = self.rows.iter().map(|row| {
            format!(
                "| {} |",
                row.iter()
                    .map(|value| if value.is_none() { String::new() } else { value.to_text() })
                    .collect::<Vec<_>>()
                    .join(" | ")
            )
        });
        [header, line].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
    }
}

impl Object for TableValue {
    fn type_name(&self) -> &'static str {
        "Table"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        Some(match name {
            "rows" => Value::object(Rows(self.clone())),
            "columns" => Value::object(Columns(self.clone())),
            "column_names" => self.names(),
            "column_types" => {
                Value::tuple(self.types.iter().map(|name| Value::from(name.as_str())).collect())
            }
            _ => return None,
        })
    }

    fn item(&self, key: &Value) -> Option<Value> {
        let at = containers::index(key.to_int()?, self.rows.len())?;
        self.row(at)
    }

    fn call_method(
        &self,
        evaluator: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        match name {
            "print_table" => {
                let text = self.draw();
                let printed = evaluator.lookup("print").map(|print| {
                    evaluator.call_value(&print, Arguments::positional(vec![Value::from(text)]))
                });
                Some(printed.unwrap_or(Ok(Value::None)).map(|_| Value::None))
            }
            "select" | "exclude" => {
                let names = arguments.positional.first().map_or_else(|| Ok(Vec::new()), containers::items_of);
                Some(names.map(|names| {
                    let listed = |own: &String| names.iter().any(|name| name.as_str() == Some(own));
                    let keep: Vec<usize> = (0..self.names.len())
                        .filter(|at| self.names.get(*at).is_some_and(|own| listed(own) == (name == "select")))
                        .collect();
                    Value::object(self.keep_columns(&keep))
                }))
            }
            "limit" => {
                let most = arguments
                    .positional
                    .first()
                    .and_then(Value::to_int)
                    .and_then(|most| usize::try_from(most).ok());
                let rows = self.rows.iter().take(most.unwrap_or(usize::MAX)).cloned().collect();
                Some(Ok(Value::object(Self { rows, ..self.clone() })))
            }
            _ => None,
        }
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

impl TableValue {
    fn keep_columns(&self, keep: &[usize]) -> Self {
        let pick = |texts: &Rc<[String]>| keep.iter().filter_map(|at| texts.get(*at).cloned()).collect();
        let rows = self
            .rows
            .iter()
            .map(|row| keep.iter().filter_map(|at| row.get(*at).cloned()).collect::<Vec<_>>().into());
        Self { names: pick(&self.names), types: pick(&self.types), rows: rows.collect() }
    }
}

/// `table.rows`.
struct Rows(TableValue);

impl Object for Rows {
    fn type_name(&self) -> &'static str {
        "MappedSequence"
    }

    fn item(&self, key: &Value) -> Option<Value> {
        self.0.item(key)
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some(self.0.row_values())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `table.columns`.
struct Columns(TableValue);

impl Columns {
    fn all(&self) -> Vec<Value> {
        (0..self.0.names.len()).filter_map(|at| self.0.column(at)).collect()
    }
}

impl Object for Columns {
    fn type_name(&self) -> &'static str {
        "MappedSequence"
    }

    fn item(&self, key: &Value) -> Option<Value> {
        let at = match key.as_str() {
            Some(name) => self.0.names.iter().position(|known| known == name)?,
            None => containers::index(key.to_int()?, self.0.names.len())?,
        };
        self.0.column(at)
    }

    fn call_method(&self, _: &mut Evaluator<'_>, name: &str, _: &mut Arguments) -> Option<Result<Value>> {
        match name {
            "keys" => Some(Ok(self.0.names())),
            "values" => Some(Ok(Value::tuple(self.all()))),
            _ => None,
        }
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some(self.all())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// One column of a table with its values.
struct TableColumnValue {
    name: String,
    data_type: String,
    values: Vec<Value>,
}

impl Object for TableColumnValue {
    fn type_name(&self) -> &'static str {
        "Column"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        match name {
            "name" => Some(Value::from(self.name.as_str())),
            "data_type" => Some(Value::from(self.data_type.as_str())),
            _ => None,
        }
    }

    fn call_method(&self, _: &mut Evaluator<'_>, name: &str, _: &mut Arguments) -> Option<Result<Value>> {
        (name == "values").then(|| Ok(Value::tuple(self.values.clone())))
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some(self.values.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// One row.
struct Row {
    names: Rc<[String]>,
    values: Rc<[Value]>,
}

impl Row {
    fn named(&self, name: &str) -> Option<Value> {
        let at = self.names.iter().position(|known| known == name)?;
        self.values.get(at).cloned()
    }

    fn dict(&self) -> Value {
        Value::dict(self.names.iter().map(String::as_str).zip(self.values.iter().cloned()))
    }
}

impl Object for Row {
    fn type_name(&self) -> &'static str {
        "Row"
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        self.named(name)
    }

    fn item(&self, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some(name) => self.named(name),
            None => self.values.get(containers::index(key.to_int()?, self.values.len())?).cloned(),
        }
    }

    fn call_method(
        &self,
        _: &mut Evaluator<'_>,
        name: &str,
        arguments: &mut Arguments,
    ) -> Option<Result<Value>> {
        Some(Ok(match name {
            "values" => Value::tuple(self.values.to_vec()),
            "keys" => Value::tuple(self.names.iter().map(|name| Value::from(name.as_str())).collect()),
            "dict" => self.dict(),
            "items" => Value::list(
                self.names
                    .iter()
                    .zip(self.values.iter())
                    .map(|(name, value)| Value::tuple(vec![Value::from(name.as_str()), value.clone()]))
                    .collect(),
            ),
            "get" => {
                let name = arguments.positional.first().map(Value::to_text).unwrap_or_default();
                self.named(&name).or_else(|| arguments.positional.get(1).cloned()).unwrap_or(Value::None)
            }
            _ => return None,
        }))
    }

    fn iterate(&self) -> Option<Vec<Value>> {
        Some(self.values.to_vec())
    }

    fn text(&self) -> String {
        format!("<agate.Row: {}>", Value::tuple(self.values.to_vec()).repr())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
