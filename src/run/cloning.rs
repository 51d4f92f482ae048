//! `clone`: the relation of another environment under a node's own name. The macro `materialization clone` does it.

use std::rc::Rc;
use std::sync::Arc;

use crate::base::clock::{self, Stopwatch};
use crate::compile::render;
use crate::graph::nodes::Node;
use crate::jinja::eval::error::RenderError;
use crate::jinja::host::Host;
use crate::jinja::value::Text;
use crate::run::host::{Line, NodeHost};
use crate::run::result::{NodeResult, Status};
use crate::run::session::Session;
use crate::run::task;

/// The materialization that clones, whatever the node's own is.
const MATERIALIZATION: &str = "clone";

/// Clones one node. Whatever happens becomes the result; nothing is left open.
pub(super) fn run(session: &Arc<Session>, line: &Line, node: &Node, worker: usize) -> NodeResult {
    let watch = Stopwatch::start();
    let host = NodeHost::for_node(session, line, node, Some(task::output_path(session, "run", node)));
    let mut result = NodeResult::new(&node.unique_id, Status::Success);
    let begun = clock::now();
    if let Err(error) = clone(session, &host, node, &mut result) {
        task::fail(session, node, &mut result, error);
    }
    host.rollback();
    result.executed_at = Some((begun, clock::now()));
    result.seconds = watch.seconds();
    result.worker = worker;
    result
}

fn clone(
    session: &Arc<Session>,
    host: &Rc<NodeHost>,
    node: &Node,
    result: &mut NodeResult,
) -> Result<(), RenderError> {
    let shared: Rc<dyn Host> = host.clone();
    let names = render::environment(&session.project, node, Some(&shared), &Rc::default());
    let other = session.project.deferral.relation(node);
    let query = other.map(|other| format!("select * from {}", other.render())).unwrap_or_default();
    let main = task::within(session, host, node, &names, || {
        task::called(session, &shared, node, MATERIALIZATION, &names, &Text::new(query), result)
    })?;
    result.receipt = main.as_ref().map(task::receipt).unwrap_or_default();
    result.message = Some(main.map_or_else(|| "No-op".to_owned(), |_| result.receipt.message.clone()));
    Ok(())
}
