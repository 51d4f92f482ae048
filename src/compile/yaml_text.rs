//! Rendering the texts of YAML files: natively, with the few names that YAML knows.

use std::cell::RefCell;
use std::sync::Arc;

use crate::base::data::Data;
use crate::diagnostic::Diagnostic;
use crate::jinja::eval::{Environment, Mode, render_native};
use crate::jinja::macros::MacroRegistry;
use crate::jinja::syntax::{Origin, parse};
use crate::yaml::{Node, Text};

/// Makes an environment in which no macro can be called.
pub fn environment() -> Environment {
    let mut environment = Environment::new(Arc::new(MacroRegistry::default()), "", Mode::Execute);
    environment.with_macros = false;
    environment
}

/// Makes the callback that renders a YAML file's texts; findings collect in `findings`.
pub fn renderer<'e>(
    environment: &'e Environment,
    findings: &'e RefCell<Vec<Diagnostic>>,
) -> impl FnMut(&[String], &Node, &Text) -> Option<Data> + 'e {
    move |_, node, text| match render_text(environment, node, text) {
        Ok(data) => data,
        Err(finding) => {
            findings.borrow_mut().push(*finding);
            None
        }
    }
}

/// Renders one text; `None` when there is nothing to render in it.
pub fn render_text(
    environment: &Environment,
    node: &Node,
    text: &Text,
) -> Result<Option<Data>, Box<Diagnostic>> {
    if !is_template(&text.value) {
        return Ok(None);
    }
    let origin = Origin::runs(node.place.file, text.offsets.runs(), node.place.span.start as usize);
    let template = parse(&text.value, &origin, false)?;
    render_native(environment, &template)
        .map(|value| Some(value.to_data()))
        .map_err(|error| Box::new(error.to_diagnostic()))
}

/// Tells whether a text holds any Jinja.
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}
