//! `compile`: writes the SQL of nodes without running it, and shows that of the nodes that are named.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::json;

use crate::adapter::Access;
use crate::base::data::Data;
use crate::cli::args::{Compile, Output, Selection};
use crate::cli::commands::{build, inline};
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::render;
use crate::diagnostic::render::full;
use crate::graph::nodes::ResourceType;
use crate::jinja::host::Host;
use crate::run::events::{Event, NodeLabel};
use crate::run::host::{Line, NodeHost};
use crate::run::nodes::{Asked, RunOutcome, run as run_nodes};

use ResourceType::{Analysis, Function, Model, Operation, Seed, Snapshot, Test};

/// Runs the command.
pub(super) fn run(setting: &Setting, selection: &Selection, asked: &Compile) -> Exit {
    if let Some(query) = &asked.inline {
        return run_inline(setting, query, asked.output);
    }
    let project = match setting.read("compile", Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let compiles = |kind| matches!(kind, Analysis | Function | Model | Operation | Seed | Snapshot | Test);
    let chosen =
        match setting.select(&project, selection, |node| compiles(node.resource_type) && !node.is_empty()) {
            Ok(chosen) => chosen,
            Err(exit) => return exit,
        };
    let session = match build::open(setting, &project, Access::Write) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    match run_nodes(&session, &chosen, &Asked::compile()) {
        Ok(outcome) => {
            show_named(setting, selection, asked.output, &outcome);
            // Where everything is fine there is nothing more to say, as in dbt.
            let interrupted = session.halted().is_some();
            if interrupted || outcome.results.iter().any(|(_, result)| result.status.is_failure()) {
                setting.listener.notice(&Event::Summary { results: outcome.results.clone(), interrupted });
            }
            // dbt's code for a template that fails while it is compiled.
            if build::finish(setting, &project, &outcome) == Exit::Fine { Exit::Fine } else { Exit::Misuse }
        }
        Err(error) => {
            setting.complain(&format!("error: {}", error.message));
            Exit::Misuse
        }
    }
}

/// Shows the SQL of the nodes whose names stand in the selection itself, as dbt does.
fn show_named(setting: &Setting, selection: &Selection, output: Output, outcome: &RunOutcome) {
    for (label, result) in &outcome.results {
        let is_named = selection.select.iter().any(|text| text.contains(&label.name));
        if let (Some(code), true) = (&result.compiled_code, is_named) {
            show_code(setting, Some(label), code, output);
        }
    }
}

fn show_code(setting: &Setting, label: Option<&NodeLabel>, code: &str, output: Output) {
    let name = label.map(|label| label.name.as_str());
    let text = match (output, name) {
        (Output::Json, Some(name)) => pretty(&json!({"node": name, "compiled": code})),
        (Output::Json, None) => pretty(&json!({"compiled": code})),
        (Output::Text, _) if setting.flags.is_on("quiet") => code.to_owned(),
        (Output::Text, Some(name)) => format!("Compiled node '{name}' is:\n{code}\n"),
        (Output::Text, None) => format!("Compiled inline node is:\n{code}\n"),
    };
    let id = label.map_or("sql_operation.inline_query", |label| &label.unique_id);
    let format = if output == Output::Json { "json" } else { "text" };
    let data = [
        ("unique_id", id.into()),
        ("output_format", format.into()),
        ("quiet", Data::from(setting.flags.is_on("quiet"))),
        ("node_name", name.unwrap_or("inline_query").into()),
        ("compiled", code.into()),
        ("is_inline", Data::from(name.is_none())),
    ];
    let data = Data::Map(data.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
    setting.listener.notice(&Event::Shown { name: "CompiledNode", code: "Q042", text, data });
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn run_inline(setting: &Setting, query: &str, output: Output) -> Exit {
    let project = match setting.read("compile", None) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let session = match build::open(setting, &project, Access::Write) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    build::tell_concurrency(setting, &project, 1);
    let line: Line = Rc::new(RefCell::new(None));
    let host: Rc<dyn Host> = NodeHost::new(&session, &line);
    match inline::rendered(setting, &session, &host, query) {
        Ok(code) => {
            show_code(setting, None, code.as_str(), output);
            build::finish(setting, &project, &RunOutcome::default())
        }
        Err(error) => {
            let finding = render::finding(&error, &setting.sources);
            setting.complain(&full::render(&finding, &setting.sources, setting.colour));
            Exit::Misuse
        }
    }
}
