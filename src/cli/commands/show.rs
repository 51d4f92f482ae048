//! `show`: the first rows of a model, or of a query.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::adapter::Access;
use crate::base::data::Data;
use crate::base::table::{Cell, Table};
use crate::cli::args::{Output, Selection, Show};
use crate::cli::commands::{build, inline};
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::project::Project;
use crate::compile::render;
use crate::diagnostic::render::full;
use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::IndirectSelection;
use crate::jinja::builtins::adapter::host_error;
use crate::jinja::eval::error::RenderError;
use crate::jinja::host::Host;
use crate::jinja::value::Text;
use crate::report::table;
use crate::run::events::Event;
use crate::run::host::{Line, NodeHost};
use crate::run::nodes::RunOutcome;
use crate::run::session::Session;

/// Runs the command.
pub(super) fn run(setting: &Setting, selection: &Selection, asked: &Show) -> Exit {
    let limit = asked.limit;
    let project = match setting.read("show", Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let session = match build::open(setting, &project, Access::Read) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let shown = match (&asked.inline, &asked.inline_direct) {
        (Some(query), _) => vec![(None, query_rows(setting, &session, query, limit))],
        (None, Some(query)) => vec![(None, direct_rows(&session, query, limit))],
        (None, None) => match chosen(setting, &project, selection) {
            Ok(nodes) => {
                nodes.into_iter().map(|node| (Some(node), node_rows(&session, node, limit))).collect()
            }
            Err(exit) => return exit,
        },
    };
    let mut exit = Exit::Fine;
    let quiet = setting.flags.is_on("quiet");
    if asked.inline_direct.is_none() {
        build::tell_concurrency(setting, &project, shown.len());
    }
    for (node, rows) in shown {
        match rows {
            Ok(rows) => {
                let name = node.map(Node::search_name);
                let text = written(name.as_deref(), &rows, asked.output, quiet);
                setting.listener.notice(&shown_event(setting, node, asked.output, text));
            }
            Err(error) => {
                setting.complain(&full::render(
                    &render::finding(&error, &setting.sources),
                    &setting.sources,
                    setting.colour,
                ));
                // dbt's code: nothing was run that could have failed.
                exit = Exit::Misuse;
            }
        }
    }
    exit
}

/// Selects what is to be shown.
fn chosen<'p>(setting: &Setting, project: &'p Project, selection: &Selection) -> Result<Vec<&'p Node>, Exit> {
    use ResourceType::{Analysis, Model, Seed, Snapshot, Test};
    let takes = |node: &Node| matches!(node.resource_type, Analysis | Model | Seed | Snapshot | Test);
    let named_any = !selection.select.is_empty() || selection.selector.is_some();
    let chosen = setting.select_with(project, selection, IndirectSelection::Empty, takes)?;
    if !named_any || chosen.is_empty() {
        setting.complain("error: name a model with --select, or a query with --inline");
        return Err(Exit::Misuse);
    }
    let _ = project.invocation.selected.set(chosen.iter().cloned().collect());
    Ok(chosen.iter().filter_map(|id| project.nodes.get(id)).collect())
}

/// Shows the first rows of the seeds that were loaded.
pub(super) fn seeds(setting: &Setting, session: &Arc<Session>, outcome: &RunOutcome) {
    let loaded = outcome.results.iter().filter(|(_, result)| !result.status.is_failure());
    let nodes = loaded.filter_map(|(_, result)| session.project.nodes.get(&result.unique_id));
    for node in nodes.filter(|node| node.resource_type == ResourceType::Seed) {
        let Ok(rows) = node_rows(session, node, 10) else { continue };
        let header = format!("First rows of table: {}.{}", node.schema, node.alias);
        let rule = "-".repeat(header.chars().count());
        for text in [String::new(), header, rule] {
            setting.listener.notice(&Event::Message { text, info: true });
        }
        if !setting.flags.is_on("quiet") {
            setting.listener.notice(&Event::Output(table::draw(&rows, None)));
        }
    }
}

/// Makes dbt's event of rows that are shown.
fn shown_event(setting: &Setting, node: Option<&Node>, output: Output, text: String) -> Event {
    let name = node.map_or_else(|| "inline_query".to_owned(), Node::search_name);
    let format = if output == Output::Json { "json" } else { "text" };
    let data = [
        ("node_name", Data::from(name)),
        ("preview", text.as_str().into()),
        ("is_inline", node.is_none().into()),
        ("output_format", format.into()),
        ("unique_id", node.map_or("sql_operation.inline_query", |node| &node.unique_id).into()),
        ("quiet", setting.flags.is_on("quiet").into()),
    ];
    let data = Data::Map(data.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
    Event::Shown { name: "ShowNode", code: "Q041", text, data }
}

fn written(name: Option<&str>, rows: &Table, output: Output, quiet: bool) -> String {
    if output == Output::Text && quiet {
        return table::draw(rows, None);
    }
    if output == Output::Text {
        let title = name.map_or_else(
            || "Previewing inline node:".to_owned(),
            |name| format!("Previewing node '{name}':"),
        );
        return format!("{title}\n{}", table::draw(rows, None));
    }
    let row = |cells: &Vec<Cell>| -> Value {
        let pairs =
            rows.columns.iter().zip(cells).map(|(column, cell)| (column.name.clone(), cell.to_json()));
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    let list: Vec<Value> = rows.rows.iter().map(row).collect();
    let value = name.map_or_else(|| json!({"show": list}), |name| json!({"node": name, "show": list}));
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn limited(sql: &str, limit: i64) -> String {
    if limit < 0 { sql.to_owned() } else { format!("select * from (\n{sql}\n) as shown limit {limit}") }
}

fn node_rows(session: &Arc<Session>, node: &Node, limit: i64) -> Result<Table, RenderError> {
    let line: Line = Rc::new(RefCell::new(None));
    let host: Rc<dyn Host> = NodeHost::for_node(session, &line, node, None);
    let sql = if node.resource_type == ResourceType::Seed {
        Text::new(format!("select * from {}", crate::compile::node_value::relation(node).render()))
    } else {
        Text::captured(render::node(&session.project, node, Some(&host))?.output)
    };
    ask(&host, &sql, limit)
}

/// Asks with a limit around the query; the places of the query's own bytes stay known.
fn ask(host: &Rc<dyn Host>, sql: &Text, limit: i64) -> Result<Table, RenderError> {
    let query = Text::new(limited(sql.as_str(), limit));
    let skipped = query.as_str().find(sql.as_str()).unwrap_or(0);
    host.run(&query, false, true, None).map(|(_, table)| table).map_err(|mut error| {
        error.offset = error.offset.and_then(|offset| offset.checked_sub(skipped));
        host_error(&error, Some(sql))
    })
}

fn query_rows(
    setting: &Setting,
    session: &Arc<Session>,
    query: &str,
    limit: i64,
) -> Result<Table, RenderError> {
    let line: Line = Rc::new(RefCell::new(None));
    let host: Rc<dyn Host> = NodeHost::new(session, &line);
    let sql = inline::rendered(setting, session, &host, query)?;
    ask(&host, &sql, limit)
}

/// Asks as it is written: a query that no other can stand around too.
fn direct_rows(session: &Arc<Session>, query: &str, limit: i64) -> Result<Table, RenderError> {
    let line: Line = Rc::new(RefCell::new(None));
    let host: Rc<dyn Host> = NodeHost::new(session, &line);
    let sql = Text::new(query);
    let limit = usize::try_from(limit).ok();
    let found = host.run(&sql, false, true, limit);
    found.map(|(_, table)| table).map_err(|error| host_error(&error, Some(&sql)))
}
