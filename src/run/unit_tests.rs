//! Running a unit test: the model's text on rows given by hand, and a comparison of what it returns with what is
//! expected. Builds nothing that stays.

use std::rc::Rc;
use std::sync::Arc;

use crate::base::clock::{self, Stopwatch};
use crate::base::data::Data;
use crate::compile::{render, unit_test};
use crate::graph::nodes::{Node, Rows, UnitTest};
use crate::jinja::builtins::results::Stored;
use crate::jinja::eval::error::RenderError;
use crate::jinja::eval::items;
use crate::jinja::host::Host;
use crate::jinja::value::{Text, Value};
use crate::run::host::{Line, NodeHost};
use crate::run::result::{NodeResult, Status};
use crate::run::session::Session;
use crate::run::task;
use crate::run::unit_tests_diff::{Row, diff};

/// The column that tells what a model returned from what it was to return.
const MARK: &str = "actual_or_expected";

/// Runs a unit test to its end.
pub fn run(session: &Arc<Session>, line: &Line, node: &Node, test: &UnitTest, worker: usize) -> NodeResult {
    let watch = Stopwatch::start();
    let host = NodeHost::for_node(session, line, node, Some(task::output_path(session, "run", node)));
    let mut result = NodeResult::new(&node.unique_id, Status::Pass);
    let outcome = attempt(session, &host, node, test, &mut result);
    host.rollback();
    if let Err(error) = outcome {
        task::fail(session, node, &mut result, error);
    }
    let sent = host.sent();
    result.receipt.statements = sent.statements;
    result.receipt.seconds = sent.seconds;
    result.seconds = watch.seconds();
    result.worker = worker;
    result
}

/// Compiles a unit test without running it.
pub fn compile(
    session: &Arc<Session>,
    line: &Line,
    node: &Node,
    test: &UnitTest,
    worker: usize,
) -> NodeResult {
    let host: Rc<dyn Host> = NodeHost::for_node(session, line, node, None);
    let mut result = NodeResult::new(&node.unique_id, Status::Success);
    let compiled = unit_test::compile(&session.project, node, test, &host);
    if let Err(error) = compiled.and_then(|output| task::keep(session, node, &output, &mut result)) {
        task::fail(session, node, &mut result, error);
    }
    result.worker = worker;
    result
}

fn attempt(
    session: &Arc<Session>,
    host: &Rc<NodeHost>,
    node: &Node,
    test: &UnitTest,
    result: &mut NodeResult,
) -> Result<(), RenderError> {
    let shared: Rc<dyn Host> = host.clone();
    let begun = clock::now();
    let output = unit_test::compile(&session.project, node, test, &shared)?;
    task::keep(session, node, &output, result)?;
    let compiled_at = clock::now();
    result.compiled_at = Some((begun, compiled_at));
    let mut node = node.clone();
    node.config.set("materialized", "unit".into());
    match &test.expect {
        Rows::Written(rows) => node.config.set("expected_rows", Data::List(rows.clone())),
        Rows::Query(query) => {
            node.config.set("expected_rows", Data::List(Vec::new()));
            node.config.set("expected_sql", query.as_str().into());
        }
    }
    let names = render::environment(&session.project, &node, Some(&shared), &Rc::default());
    let main = task::within(session, host, &node, &names, || {
        task::materialized(session, &shared, &node, &names, &Text::captured(output), result)
    });
    result.executed_at = Some((compiled_at, clock::now()));
    judge(&main?, result);
    Ok(())
}

/// Tells from the rows, each marked as returned or expected, whether they are the same.
fn judge(main: &Stored, result: &mut NodeResult) {
    result.receipt = task::receipt(main);
    let names = items::attribute(&main.table, "column_names").and_then(|names| names.iterate());
    let names: Vec<String> = names.into_iter().flatten().map(|name| name.to_text()).collect();
    let rows: Vec<Vec<Value>> =
        main.table.iterate().into_iter().flatten().filter_map(|row| row.iterate()).collect();
    let mark = names.iter().position(|name| name.eq_ignore_ascii_case(MARK));
    let marked = |wanted: &str| -> Vec<Row> {
        let is_wanted = |row: &&Vec<Value>| {
            mark.and_then(|at| row.get(at)).is_some_and(|value| value.to_text() == wanted)
        };
        let cells = |row: &Vec<Value>| {
            let others = row.iter().enumerate().filter(|(at, _)| Some(*at) != mark);
            others.map(|(_, value)| (!value.is_none()).then(|| value.to_text())).collect()
        };
        rows.iter().filter(is_wanted).map(cells).collect()
    };
    let columns: Vec<String> = names
        .iter()
        .enumerate()
        .filter(|(at, _)| Some(*at) != mark)
        .map(|(_, name)| name.to_lowercase())
        .collect();
    result.failures = Some(0);
    if let Some(table) = diff(&columns, marked("expected"), marked("actual")) {
        result.status = Status::Fail;
        result.failures = Some(1);
        result.message = Some(format!("\n\nactual differs from expected:\n\n{table}\n"));
    }
}
