//! `show`: the first rows of a model, or of a query.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::adapter::Access;
use crate::base::table::{Cell, Table};
use crate::cli::args::{Selection, ShowOutput};
use crate::cli::commands::build;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::render;
use crate::diagnostic::render::full;
use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::IndirectSelection;
use crate::jinja::builtins::adapter::host_error;
use crate::jinja::eval::error::RenderError;
use crate::jinja::host::Host;
use crate::jinja::value::Text;
use crate::report::table;
use crate::run::catalog;
use crate::run::events::Event;
use crate::run::session::{Line, NodeHost, Session};

/// Runs the command.
pub(super) fn run(
    setting: &Setting,
    selection: &Selection,
    inline: Option<&str>,
    limit: i64,
    output: ShowOutput,
) -> Exit {
    let project = match setting.read("show", Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let session = match build::open(setting, &project, Access::Read) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let shown = match inline {
        Some(query) => vec![(None, query_rows(setting, &session, query, limit))],
        None => {
            let takes = |node: &Node| {
                matches!(node.resource_type, ResourceType::Model | ResourceType::Seed | ResourceType::Test)
            };
            let named_any = !selection.select.is_empty() || selection.selector.is_some();
            let chosen = match setting.select_with(&project, selection, IndirectSelection::Empty, takes) {
                Ok(chosen) if !named_any || chosen.is_empty() => {
                    setting.complain("error: name a model with --select, or a query with --inline");
                    return Exit::Misuse;
                }
                Ok(chosen) => chosen,
                Err(exit) => return exit,
            };
            let _ = project.invocation.selected.set(chosen.iter().cloned().collect());
            let nodes = chosen.iter().filter_map(|id| project.nodes.get(id));
            nodes.map(|node| (Some(node.name.clone()), node_rows(&session, node, limit))).collect()
        }
    };
    let mut exit = Exit::Fine;
    let quiet = setting.flags.is_on("quiet");
    for (name, rows) in shown {
        match rows {
            Ok(rows) => {
                setting.listener.notice(&Event::Output(written(name.as_deref(), &rows, output, quiet)));
            }
            Err(error) => {
                setting.complain(&full::render(
                    &render::finding(&error, &setting.sources),
                    &setting.sources,
                    setting.colour,
                ));
                exit = Exit::Failed;
            }
        }
    }
    exit
}

fn written(name: Option<&str>, rows: &Table, output: ShowOutput, quiet: bool) -> String {
    if output == ShowOutput::Text && quiet {
        return table::draw(rows, None);
    }
    if output == ShowOutput::Text {
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
    use crate::jinja::eval::render;
    use crate::jinja::syntax::{Origin, parse};
    let line: Line = Rc::new(RefCell::new(None));
    let host: Rc<dyn Host> = NodeHost::new(session, &line);
    let file = setting.sources.add("--inline", query);
    let template = parse(query, &Origin::at(file, 0), false).map_err(|finding| {
        let mut error = RenderError::new(finding.message.clone());
        error.place = finding.primary.as_ref().map(|label| label.place);
        error
    })?;
    let names = catalog::environment(session, &host);
    crate::compile::render::set_references(&session.project, &names, &host);
    let output = render(&names, &template)?;
    ask(&host, &Text::captured(output), limit)
}
