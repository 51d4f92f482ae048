//! `query`: a question in SQL about the project itself. Opens no database of the user's; stdout is the answer alone.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::adapter::AdapterError;
use crate::adapter::duckdb::memory::Memory;
use crate::artifact::tables::TABLES;
use crate::base::fs;
use crate::base::source::{FileId, Place};
use crate::base::table::{Cell, Table};
use crate::base::text::Span;
use crate::cli::args::{Query, QueryOutput};
use crate::cli::commands::list::OnlyFindings;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::project::Project;
use crate::diagnostic::{Diagnostic, codes};
use crate::report::table;
use crate::run::events::Event;

/// Runs the command.
pub(super) fn run(setting: &Setting, asked: &Query) -> Exit {
    let question = match &asked.question {
        Some(text) if text == "-" => fs::read_stdin().map_err(|error| error.to_string()),
        Some(text) => Ok(text.clone()),
        None => Ok(String::new()),
    };
    let question = match question {
        Ok(question) => question,
        Err(error) => {
            setting.complain(&format!("error: {error}"));
            return Exit::Misuse;
        }
    };
    if asked.tables {
        setting.listener.notice(&Event::Output(described()));
        return Exit::Fine;
    }
    let quiet = setting.heard_by(Arc::new(OnlyFindings(setting.clone())));
    let answer = quiet.read("query", None).and_then(|project| {
        let tables = tables(setting, &project)?;
        let file = setting.sources.add("the query", question.as_str());
        if asked.output == QueryOutput::Json
            && let Some(text) = objects(&tables, &question)
        {
            return Ok(text);
        }
        let rows = tables.ask(&question).map_err(|error| {
            setting.report_alone(placed(&error, file, &question));
            Exit::Misuse
        })?;
        Ok(match asked.output {
            QueryOutput::Text => table::draw(&rows, None),
            QueryOutput::Json => json(&rows),
            QueryOutput::Csv => csv(&rows),
        })
    });
    match answer {
        Ok(text) => {
            setting.listener.notice(&Event::Output(text));
            Exit::Fine
        }
        Err(exit) => exit,
    }
}

/// Makes the project's tables.
pub(super) fn tables(setting: &Setting, project: &Project) -> Result<Memory, Exit> {
    let results = project.target_folder().join("run_results.json");
    let results = fs::read_text(&results).ok().and_then(|text| serde_json::from_str(&text).ok());
    let results: Value = results.unwrap_or_default();
    let filled = Memory::open().and_then(|memory| {
        for table in TABLES {
            memory.fill(table.name, table.about, table.columns, &table.rows(project, &results))?;
        }
        Ok(memory)
    });
    filled.map_err(|error| {
        setting.complain(&format!("error: {error}"));
        Exit::Misuse
    })
}

/// Makes the finding of what DuckDB says of a question, at the word it points at.
pub(super) fn placed(error: &AdapterError, file: FileId, question: &str) -> Diagnostic {
    let offset = match error {
        AdapterError::Statement { offset, .. } => offset.unwrap_or_default(),
        _ => 0,
    };
    let rest = question.get(offset..).unwrap_or_default();
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()).max(1);
    let place = Place::new(file, Span::new(offset, (offset + word).min(question.len())));
    Diagnostic::at(codes::DATABASE_ERROR, place, error.to_string())
        .hint("`martlet query --tables` tells what tables and columns there are")
}

/// Describes every table and its columns.
fn described() -> String {
    let mut told = String::new();
    for table in TABLES {
        told.push_str(&format!("{}: {}\n", table.name, table.about));
        let width =
            table.columns.iter().map(|(name, kind, _)| name.len() + kind.len()).max().unwrap_or(0) + 3;
        for (name, kind, about) in table.columns {
            told.push_str(&format!("  {:<width$}{about}\n", format!("{name} {kind}")));
        }
        told.push('\n');
    }
    told.trim_end().to_owned()
}

/// Lets DuckDB write rows as JSON objects, which does lists and mappings best; `None` where it does not select from the
/// question, as from `pragma`, or refuses it.
fn objects(tables: &Memory, question: &str) -> Option<String> {
    let question = question.trim().trim_end_matches(';');
    let found = tables.ask(&format!("select to_json(found)::varchar from (\n{question}\n) as found")).ok()?;
    let texts = found.rows.iter().filter_map(|row| row.first().map(Cell::to_text));
    let list: Vec<Value> = texts.map(|text| serde_json::from_str(&text).unwrap_or_default()).collect();
    serde_json::to_string_pretty(&list).ok()
}

/// Writes rows as JSON objects, cell by cell.
fn json(rows: &Table) -> String {
    let object = |row: &Vec<Cell>| -> Value {
        let pairs = rows.columns.iter().zip(row).map(|(column, cell)| (column.name.clone(), cell.to_json()));
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    let list: Vec<Value> = rows.rows.iter().map(object).collect();
    serde_json::to_string_pretty(&list).unwrap_or_default()
}

fn csv(rows: &Table) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = writer.write_record(rows.columns.iter().map(|column| &column.name));
    let written = header.and_then(|()| {
        rows.rows.iter().try_for_each(|row| writer.write_record(row.iter().map(Cell::to_text)))
    });
    let bytes = written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).trim_end().to_owned()
}
