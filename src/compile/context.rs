//! The names that templates know: a base for all, more for property files, most for nodes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::compile::flags::{arguments_value, metadata_variables};
use crate::compile::names::{AnyType, Names};
use crate::compile::project::{DBT_VERSION, Invocation};
use crate::compile::target::fields;
use crate::graph::nodes::{Reference, ReferenceTarget};
use crate::jinja::builtins::adapter::AdapterObject;
use crate::jinja::builtins::config::ConfigCalls;
use crate::jinja::builtins::environment::{VarFunction, env_var};
use crate::jinja::builtins::relation::Relation;
use crate::jinja::builtins::{api, exceptions, messages};
use crate::jinja::core;
use crate::jinja::eval::error::{RenderError, Result};
use crate::jinja::eval::{Environment, Evaluator};
use crate::jinja::host::Host;
use crate::jinja::limits::Limits;
use crate::jinja::modules::modules;
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Text, Value, Zone};
use crate::project::profile::Target;
use crate::project::variables::Variables;

/// Sets what every file knows.
pub fn base(
    names: &Environment,
    environment: &Arc<BTreeMap<String, String>>,
    variables: &Arc<Variables>,
    package: &str,
    secrets: bool,
) {
    names.set("env_var", env_var(environment.clone(), secrets));
    names.set("var", VarFunction::value(variables.clone(), package));
    names.set("dbt_version", Value::from(DBT_VERSION));
    // Most templates look at neither, and both are large.
    names.set_late("modules", modules);
    let environment = environment.clone();
    names.set_late("dbt_metadata_envs", move || Value::from(&metadata_variables(&environment)));
}

/// Sets `target` and `env`.
pub fn target(names: &Environment, target: &Arc<Target>) {
    names.limits.set(limits(target));
    for name in ["target", "env"] {
        let target = target.clone();
        names.set_late(name, move || Value::from(&fields(&target)));
    }
}

/// How much a template may use, as the profile says.
fn limits(target: &Target) -> Limits {
    let (given, usual) = (target.template_limits, Limits::default());
    Limits {
        depth: given.macro_depth.unwrap_or(usual.depth),
        output: given.output_mib.map_or(usual.output, |mib| mib << 20),
        memory: given.memory_mib.map_or(usual.memory, |mib| mib << 20),
        steps: given.steps.map_or(usual.steps, |steps| steps as u64),
    }
}

/// Sets what property files know.
pub fn properties(names: &Environment, invocation: &Arc<Invocation>, package: &str) {
    base(names, &invocation.environment, &invocation.variables, package, false);
    target(names, &invocation.target);
    names.set("project_name", Value::from(invocation.project_name.as_str()));
    names.set("run_started_at", Zone::UTC.moment(invocation.started_at));
    names.set("invocation_id", Value::from(invocation.id.as_str()));
    let shared = invocation.clone();
    names.set_late("flags", move || shared.options.flags.value(shared.options.which));
}

/// Sets what the templates of nodes know beside themselves: everything but `ref`, `source`, `config`, `this`.
pub fn node(names: &Environment, invocation: &Arc<Invocation>, package: &str, host: Option<&Rc<dyn Host>>) {
    properties(names, invocation, package);
    // Few templates ask for these, and they may be long.
    let shared = invocation.clone();
    names.set_late("invocation_args_dict", move || arguments_value(&shared.options));
    let shared = invocation.clone();
    names.set_late("selected_resources", move || {
        let selected = shared.selected.get().map(Vec::as_slice).unwrap_or_default();
        Value::list(selected.iter().map(|id| Value::from(id.as_str())).collect())
    });
    let thread = std::thread::current();
    // Python calls the thread that the program begins with by another name.
    let thread = thread.name().filter(|name| *name != "main").unwrap_or("MainThread");
    names.set("thread_id", Value::from(thread));
    names.set("execute", Value::Bool(host.is_some()));
    let dialect = core::dialect(&invocation.target.adapter);
    names.set("api", api::value(dialect));
    names.set("column", api::column_class(dialect));
    names.set("exceptions", exceptions::value(host.cloned()));
    names.set("log", messages::log(host.cloned()));
    names.set("print", messages::print(host.cloned()));
    names.set("write", messages::write(host.cloned()));
    names.set("render", Native::value("render", render_text));
    names.set("adapter", Value::object(AdapterObject { dialect, host: host.cloned() }));
    // dbt fills it once the project is read.
    names.set("graph", Value::dict(Vec::<(&str, Value)>::new()));
    names.set("validation", Value::dict([("any", Value::object(AnyType))]));
    names.set("context", Value::object(Names { with_macros: true }));
    names.set("builtins", Value::object(Names { with_macros: false }));
    names.set(
        "try_or_compiler_error",
        Native::value("try_or_compiler_error", exceptions::try_or_compiler_error),
    );
    names.set("pre_hooks", Value::list(Vec::new()));
    names.set("post_hooks", Value::list(Vec::new()));
}

/// `render(text)`: renders a text in the present context, where it is written, else where the expression that gave it
/// stands.
fn render_text(evaluator: &mut Evaluator<'_>, arguments: Arguments) -> Result<Value> {
    let mut reader = arguments.reader("render");
    let given = reader.required("string")?;
    reader.finish()?;
    let text = given.to_text();
    let written = match &given {
        Value::Str(text) => {
            text.pieces().and_then(<[_]>::first).filter(|piece| piece.exact && piece.start == 0)
        }
        _ => None,
    };
    let Some(here) = written.map(|piece| piece.place).or(evaluator.here()) else {
        return Ok(Value::from(text));
    };
    let origin = Origin::at(here.file, here.span.start as usize);
    let template = parse(&text, &origin, false).map_err(|finding| {
        let mut error = RenderError::new(finding.message.clone());
        error.place = finding.primary.as_ref().map(|label| label.place);
        error
    })?;
    evaluator.render(&template).map(|output| Value::Str(Text::captured(output)))
}

/// The calls that name other nodes.
pub const REFERENCES: [&str; 3] = ["ref", "source", "function"];

/// What a template told while it was parsed.
#[derive(Clone, Default)]
pub struct Recorder {
    /// The calls of `ref`, `source` and `function`.
    pub references: Rc<RefCell<Vec<Reference>>>,
    /// The calls of `config`.
    pub configs: ConfigCalls,
}

/// Sets `ref`, `source` and `function` for parsing: calls are recorded and answered with the node's own relation.
pub fn recording(names: &Environment, recorder: &Recorder, this: &Relation) {
    for kind in REFERENCES {
        let (references, this) = (recorder.references.clone(), this.clone());
        let function = Native::value(kind, move |evaluator, arguments| {
            let target = reference_target(kind, arguments)?;
            references.borrow_mut().push(Reference { target, place: evaluator.outermost_place() });
            Ok(Value::object(this.clone()))
        });
        names.set(kind, function);
    }
    names.set("this", Value::object(this.clone()));
    names.set("database", Value::from(this.database.clone()));
    names.set("schema", Value::from(this.schema.clone()));
    for name in ["load_result", "store_result", "store_raw_result"] {
        names.set(name, Native::value("load_result", |_, _| Ok(Value::None)));
    }
}

/// Reads the arguments of `ref`, `source` or `function`.
pub fn reference_target(kind: &str, arguments: Arguments) -> Result<ReferenceTarget> {
    let version = arguments
        .named
        .iter()
        .find(|(name, _)| matches!(&**name, "v" | "version"))
        .map(|(_, value)| value.to_text());
    let texts: Vec<String> = arguments.positional.iter().map(Value::to_text).collect();
    match (kind, texts.as_slice()) {
        ("ref", [name]) => Ok(ReferenceTarget::Ref { package: None, name: name.clone(), version }),
        ("ref", [package, name]) => {
            Ok(ReferenceTarget::Ref { package: Some(package.clone()), name: name.clone(), version })
        }
        ("source", [source, table]) => {
            Ok(ReferenceTarget::Source { source: source.clone(), table: table.clone() })
        }
        ("function", [name]) => Ok(ReferenceTarget::Function { package: None, name: name.clone() }),
        ("function", [package, name]) => {
            Ok(ReferenceTarget::Function { package: Some(package.clone()), name: name.clone() })
        }
        ("function", _) => {
            let message = format!("function() takes one or two arguments ({} given)", texts.len());
            let hint = "write `function('name')` or `function('package', 'name')`";
            Err(RenderError::new(message).hint(hint).into())
        }
        ("ref", _) => {
            let message = format!("ref() takes at most two positional arguments ({} given)", texts.len());
            Err(RenderError::new(message).hint("write `ref('model')` or `ref('package', 'model')`").into())
        }
        _ => {
            let message = format!("source() takes exactly two arguments ({} given)", texts.len());
            Err(RenderError::new(message).hint("write `source('source', 'table')`").into())
        }
    }
}
