//! Cases of templates: `jinja` is the template, `macros` the text of a macro file, `context` the names as JSON; what
//! is expected is the `text` or the `error`. Of the kind `native` the text tells the value.

use std::fmt::Write;
use std::sync::Arc;

use martlet::base::source::{Place, SourceMap};
use martlet::diagnostic::Diagnostic;
use martlet::jinja::eval::{Environment, Mode, render, render_native};
use martlet::jinja::limits::{Limits, STACK};
use martlet::jinja::macros::{Macro, MacroRegistry};
use martlet::jinja::modules::modules;
use martlet::jinja::provenance::Output;
use martlet::jinja::syntax::tree::Template;
use martlet::jinja::syntax::{Origin, blocks, parse};
use martlet::jinja::value::Value;

use crate::case_file::{Answer, Case};

/// Renders a template.
pub(crate) fn run(case: &Case) -> Result<Answer, String> {
    with_stack(|| {
        let sources = SourceMap::default();
        let result = prepared(case, &sources, true).and_then(|(environment, template)| {
            render(&environment, &template).map_err(|error| Box::new(error.to_diagnostic()))
        });
        match result {
            Ok(output) => {
                check_provenance(&output, &sources)?;
                Ok(Answer { block: "text", text: output.text })
            }
            Err(finding) => Ok(Answer { block: "error", text: told(&finding, &sources) }),
        }
    })
}

/// Renders a template natively and tells the value as Python's `repr()`.
pub(crate) fn run_native(case: &Case) -> Result<Answer, String> {
    with_stack(|| {
        let sources = SourceMap::default();
        let result = prepared(case, &sources, false).and_then(|(environment, template)| {
            render_native(&environment, &template).map_err(|error| Box::new(error.to_diagnostic()))
        });
        Ok(match result {
            Ok(value) => Answer { block: "text", text: value.repr() },
            Err(finding) => Answer { block: "error", text: told(&finding, &sources) },
        })
    })
}

/// Works with the stack that the scheduler's threads have.
pub(crate) fn with_stack(work: impl FnOnce() -> Result<Answer, String> + Send) -> Result<Answer, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.map_err(|error| error.to_string())?.join().map_err(|_| "the render panicked".to_owned())?
    })
}

fn prepared(
    case: &Case,
    sources: &SourceMap,
    stripped: bool,
) -> Result<(Environment, Template), Box<Diagnostic>> {
    let mut registry = MacroRegistry::new("root", "duckdb", Vec::new(), Vec::new());
    if let Some(text) = case.block("macros") {
        let text: Arc<str> = text.into();
        let origin = Origin::at(sources.add("macros", text.clone()), 0);
        let mut findings = Vec::new();
        for block in blocks::scan(&text, &origin, &mut findings) {
            registry.add(Macro::new("root", "macros", &text, block, &origin));
        }
        if let Some(finding) = findings.into_iter().next() {
            return Err(Box::new(finding));
        }
    }
    let text = case.block("jinja").unwrap_or_default();
    // dbt strips files, but not the texts of YAML files.
    let text: Arc<str> = if stripped { text.trim() } else { text }.into();
    let template = parse(&text, &Origin::at(sources.add("template", text.clone()), 0), false)?;
    let environment = Environment::new(Arc::new(registry), "root", Mode::Execute);
    // Templates without end are told to be so within a moment.
    environment.limits.set(Limits { memory: 256 << 20, steps: 2_000_000, ..Limits::default() });
    environment.set("modules", modules());
    if let Some(context) = case.block("context") {
        let context: serde_json::Value = serde_json::from_str(context).expect("the context is not JSON");
        for (name, value) in context.as_object().expect("the context is no object") {
            environment.set(name, value_of(value));
        }
    }
    Ok((environment, template))
}

fn value_of(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::None,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => number.as_i64().map_or_else(
            || Value::Float(number.as_f64().expect("a number")),
            |number| Value::Int(number.into()),
        ),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value_of).collect()),
        Json::Object(map) => Value::dict(map.iter().map(|(key, value)| (key.as_str(), value_of(value)))),
    }
}

/// Writes a finding as `file:line:column: message`, then places, notes and cures.
fn told(finding: &Diagnostic, sources: &SourceMap) -> String {
    let at = |place: Place| sources.describe(place);
    let mut out = match &finding.primary {
        Some(label) => format!("{}: {}", at(label.place), finding.message),
        None => finding.message.clone(),
    };
    for label in &finding.secondary {
        let _ = write!(out, "\n  {}: {}", at(label.place), label.text);
    }
    for note in &finding.notes {
        let _ = write!(out, "\n  note: {note}");
    }
    for hint in &finding.hints {
        let _ = write!(out, "\n  help: {hint}");
    }
    out
}

/// Every byte came from somewhere, and a byte that claims to stand in a file does.
fn check_provenance(output: &Output, sources: &SourceMap) -> Result<(), String> {
    for (at, byte) in output.text.bytes().enumerate() {
        let mapped = output.to_source(at).ok_or_else(|| format!("byte {at} came from nowhere"))?;
        let place = mapped.place;
        let text = sources.get(place.file).ok_or_else(|| format!("byte {at} came from an unknown file"))?;
        let span = place.span.start as usize..place.span.end as usize;
        let origin =
            text.text.as_bytes().get(span).ok_or_else(|| format!("byte {at} came from outside a file"))?;
        if mapped.exact && origin != [byte] {
            return Err(format!("byte {at} ({byte:?}) is said to be the one at {}", sources.describe(place)));
        }
    }
    Ok(())
}
