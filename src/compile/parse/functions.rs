//! Functions: what the file of one and its entry in a property file must say together.

use crate::base::data::Data;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::Node;

/// The kinds of functions.
const TYPES: [&str; 2] = ["scalar", "aggregate"];

/// How much a function's result may change between calls.
const VOLATILITIES: [&str; 3] = ["deterministic", "stable", "non-deterministic"];

/// Tells what is wrong with a function.
pub(super) fn check(node: &Node, findings: &mut Vec<Diagnostic>) {
    if node.patch_path.is_none() && node.config.is_enabled() {
        let message = format!("no property file says what the function `{}` takes and returns", node.name);
        let example = format!("`functions: [{{name: {}, returns: {{data_type: integer}}}}]`", node.name);
        let finding = Diagnostic::at(codes::MISSING_KEY, node.place, message);
        findings.push(finding.hint(format!("write {example} in a file beside it")));
    }
    one_of(node, "type", &TYPES, findings);
    one_of(node, "volatility", &VOLATILITIES, findings);
}

fn one_of(node: &Node, key: &str, known: &[&str], findings: &mut Vec<Diagnostic>) {
    let Some(value) = node.config.get(key).filter(|value| !value.is_null()).and_then(Data::to_text) else {
        return;
    };
    if !known.contains(&value.as_str()) {
        let what = format!("`{value}` is no {key} of a function: it must be one of {}", known.join(", "));
        let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, what);
        findings.push(finding.hint_nearest(&value, known.iter().copied()));
    }
}
