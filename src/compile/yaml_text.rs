//! Rendering the texts of YAML files: natively, with the few names that YAML knows.

use std::cell::RefCell;
use std::sync::Arc;

use crate::base::data::Data;
use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, Label};
use crate::jinja::eval::error::RenderError;
use crate::jinja::eval::{Environment, Mode, render_native};
use crate::jinja::macros::MacroRegistry;
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::Value;
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
    let value = render_native(environment, &template).map_err(|error| Box::new(error.to_diagnostic()))?;
    if let Value::Undefined(name) = &value {
        let mut error = RenderError::undefined(name);
        error.place = Some(origin.place(0..text.value.len()));
        return Err(Box::new(error.to_diagnostic()));
    }
    Ok(Some(value.to_data()))
}

/// Renders the texts of a value that stands somewhere in a file.
pub fn render_data(environment: &Environment, data: &Data, place: Place) -> Result<Data, Box<Diagnostic>> {
    Ok(match data {
        Data::Str(text) if is_template(text) => {
            let origin = Origin::runs(place.file, &[(0, place.span.start)], 0);
            let failed = |mut finding: Diagnostic| {
                // Where the text itself stands is not known here.
                finding.primary = Some(Label { place, text: String::new() });
                Box::new(finding)
            };
            let template = parse(text, &origin, false).map_err(|finding| failed(*finding))?;
            let value =
                render_native(environment, &template).map_err(|error| failed(error.to_diagnostic()))?;
            value.to_data()
        }
        Data::List(items) => {
            let rendered = items.iter().map(|item| render_data(environment, item, place));
            Data::List(rendered.collect::<Result<_, _>>()?)
        }
        Data::Map(map) => {
            let rendered =
                map.iter().map(|(key, value)| Ok((key.clone(), render_data(environment, value, place)?)));
            Data::Map(rendered.collect::<Result<_, Box<Diagnostic>>>()?)
        }
        other => other.clone(),
    })
}

/// Tells whether a text holds any Jinja.
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}
