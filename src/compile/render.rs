//! From a node to its SQL: rendering with real references, ephemeral models put in, every byte still known.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::base::data::Data;
use crate::base::source::{Place, SourceMap};
use crate::compile::context;
use crate::compile::ephemeral::{Expression, cte_name, inject};
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::diagnostic::Diagnostic;
use crate::graph::build::Resolution;
use crate::graph::nodes::{Argument, Batch, Node, ReferenceTarget, ResourceType};
use crate::jinja::builtins::adapter::host_error;
use crate::jinja::builtins::config::{ConfigCalls, ConfigFunction};
use crate::jinja::builtins::relation::Relation;
use crate::jinja::builtins::results::{self, Results};
use crate::jinja::eval::error::RenderError;
use crate::jinja::eval::{Environment, Mode, call, render, render_native};
use crate::jinja::host::Host;
use crate::jinja::macros::{MacroRegistry, MacroValue};
use crate::jinja::provenance::Output;
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Key, Text, Value, Zone};
use crate::project::config::Config;

/// Why a generic test has no SQL.
pub enum TestError {
    /// There is no macro for it.
    NoMacro(String),
    /// Its template fails.
    Render(RenderError),
}

impl From<RenderError> for TestError {
    fn from(error: RenderError) -> Self {
        TestError::Render(error)
    }
}

/// Renders a generic test in an environment that knows `ref` and `config`.
pub fn generic_test(names: &Environment, macros: &MacroRegistry, node: &Node) -> Result<Output, TestError> {
    let Some(test) = node.generic_test() else { return Ok(Output::default()) };
    let mut arguments = Arguments::default();
    for (name, argument) in &test.arguments {
        // The column's name is never a template.
        let value = if name == "column_name" {
            Value::from(&argument.value)
        } else {
            argument_value(names, argument)?
        };
        arguments.named.push((name.as_str().into(), value));
    }
    let Some(found) = macros.test(&node.package, test.namespace.as_deref(), &test.test) else {
        let name = test.namespace.as_ref().map(|namespace| format!("{namespace}.")).unwrap_or_default();
        return Err(TestError::NoMacro(format!("{name}test_{}", test.test)));
    };
    let value = call(names, &Value::object(MacroValue(found.clone())), arguments).map_err(|mut error| {
        // The user wrote the test in a property file: that is where the chain of calls begins.
        error.calls.push((test.test.as_str().into(), Some(node.place)));
        error.place = error.place.or(Some(node.place));
        error
    })?;
    Ok(match value {
        Value::Str(text) => text.to_output(),
        other => Output { text: other.to_text(), pieces: Vec::new() },
    })
}

/// Renders the argument of a test: texts natively, and one that is a call of `ref` and its kin as an expression.
fn argument_value(names: &Environment, argument: &Argument) -> Result<Value, RenderError> {
    let render_one = |text: &str| -> Result<Value, RenderError> {
        let source = if is_call(text) { format!("{{{{ {} }}}}", text.trim()) } else { text.to_owned() };
        if !crate::compile::yaml_text::is_template(&source) {
            return Ok(Value::from(text));
        }
        let origin = Origin::runs(argument.place.file, &[(0, argument.place.span.start)], 0);
        let failed = |finding: Box<Diagnostic>| {
            let mut error = RenderError::new(finding.message.clone());
            error.place = Some(argument.place);
            error
        };
        let template = parse(&source, &origin, false).map_err(failed)?;
        render_native(names, &template).map_err(|mut error| {
            error.place = Some(argument.place);
            error
        })
    };
    convert(&argument.value, &render_one)
}

fn convert(
    data: &Data,
    render_one: &impl Fn(&str) -> Result<Value, RenderError>,
) -> Result<Value, RenderError> {
    Ok(match data {
        Data::Str(text) => render_one(text)?,
        Data::List(items) => {
            Value::list(items.iter().map(|item| convert(item, render_one)).collect::<Result<_, _>>()?)
        }
        Data::Map(map) => {
            let entries = map.iter().map(|(key, value)| Ok((key.as_str(), convert(value, render_one)?)));
            Value::dict(entries.collect::<Result<Vec<_>, RenderError>>()?)
        }
        other => Value::from(other),
    })
}

/// Tells whether a plain text looks like a call that dbt evaluates.
fn is_call(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(')')
        && ["ref", "source", "var", "env_var", "doc"]
            .iter()
            .any(|name| text.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('(')))
}

/// A node's SQL.
pub struct Compiled {
    /// The SQL, ephemeral models put in.
    pub output: Output,
    /// The environment it was rendered in, for the materialization.
    pub names: Environment,
    /// The ephemeral models that were put in.
    pub expressions: Vec<Expression>,
}

/// Compiles a node. The host answers what the template asks of the database.
pub fn node(
    project: &Arc<Project>,
    node: &Node,
    host: Option<&Rc<dyn Host>>,
) -> Result<Compiled, RenderError> {
    node_with(project, node, host, &[])
}

/// Compiles a node whose template knows more names than others.
pub fn node_with(
    project: &Arc<Project>,
    node: &Node,
    host: Option<&Rc<dyn Host>>,
    extra: &[(&str, Value)],
) -> Result<Compiled, RenderError> {
    let injected: Rc<RefCell<Vec<String>>> = Rc::default();
    let names = environment(project, node, host, &injected);
    for (name, value) in extra {
        names.set(name, value.clone());
    }
    let output = own_sql(project, node, &names)?;
    let mut expressions = Vec::new();
    let mut stack = vec![node.unique_id.clone()];
    let wanted = injected.borrow().clone();
    for id in wanted {
        add_ephemeral(project, &id, host, &mut expressions, &mut stack)?;
    }
    Ok(Compiled { output: inject(&output, &expressions), names, expressions })
}

fn own_sql(project: &Arc<Project>, node: &Node, names: &Environment) -> Result<Output, RenderError> {
    if node.generic_test().is_some() {
        return generic_test(names, &project.macros, node).map_err(|error| match error {
            TestError::Render(error) => error,
            TestError::NoMacro(name) => {
                let mut error = RenderError::undefined(&name);
                error.place = Some(node.place);
                error
            }
        });
    }
    match project.templates.get(&node.unique_id) {
        Some(template) => render(names, template),
        None => Ok(Output::default()),
    }
}

/// Adds an ephemeral model and those it uses, dependencies first, each once.
fn add_ephemeral(
    project: &Arc<Project>,
    id: &str,
    host: Option<&Rc<dyn Host>>,
    expressions: &mut Vec<Expression>,
    stack: &mut Vec<String>,
) -> Result<(), RenderError> {
    let Some(node) = project.nodes.get(id) else { return Ok(()) };
    let name = cte_name(&node.alias);
    if expressions.iter().any(|known| known.name == name) || stack.iter().any(|open| open == id) {
        return Ok(());
    }
    let injected: Rc<RefCell<Vec<String>>> = Rc::default();
    let names = environment(project, node, host, &injected);
    let output = own_sql(project, node, &names).map_err(|mut error| {
        error.calls.push((format!("ephemeral model {}", node.name).into(), None));
        error
    })?;
    stack.push(id.to_owned());
    let wanted = injected.borrow().clone();
    for inner in &wanted {
        add_ephemeral(project, inner, host, expressions, stack)?;
    }
    stack.pop();
    expressions.push(Expression { id: id.to_owned(), name, query: output, reads: wanted });
    Ok(())
}

/// Makes the environment in which a node is rendered for good.
pub fn environment(
    project: &Arc<Project>,
    node: &Node,
    host: Option<&Rc<dyn Host>>,
    injected: &Rc<RefCell<Vec<String>>>,
) -> Environment {
    let names = Environment::new(project.macros.clone(), &node.package, Mode::Execute);
    context::node(&names, &project.invocation, &node.package, host);
    results::set(&names, &Results::default());
    names.set("execute", Value::Bool(true));
    names.set(
        "config",
        ConfigFunction::value(&final_config(node), &ConfigCalls::default(), Some(&node.unique_id)),
    );
    let is_hook = node.resource_type == ResourceType::Operation;
    names.set("this", if is_hook { Value::None } else { Value::object(node_value::own_relation(node)) });
    let other = project.deferral.relation(node);
    names.set("defer_relation", other.map_or(Value::None, Value::object));
    // Filled in when the node runs.
    names.set("sql", Value::None);
    names.set("compiled_code", Value::None);
    names.set("database", Value::from(node.database.as_str()));
    names.set("schema", Value::from(node.schema.as_str()));
    set_graph(project, &names);
    names.set("model", model_value(project, node));
    for kind in context::REFERENCES {
        let (project, id, injected) = (project.clone(), node.unique_id.clone(), injected.clone());
        let (batch, host) = (node.batch.clone(), host.cloned());
        names.set(
            kind,
            Native::value(kind, move |_, arguments| {
                let target = context::reference_target(kind, arguments)?;
                let caller = Caller { id: &id, batch: batch.as_ref(), host: host.as_ref() };
                resolve(&project, &caller, &target, &injected).map_err(Into::into)
            }),
        );
    }
    names
}

/// Returns what `model` is; while a batch is built, it says which.
fn model_value(project: &Project, node: &Node) -> Value {
    let value = Value::from(&node_value::model(node, project.invocation.created_at()));
    if let (Some(batch), Value::Dict(entries)) = (&node.batch, &value) {
        let told = Value::dict([
            ("id", Value::from(batch.id.as_str())),
            ("event_time_start", Zone::UTC.moment(batch.start)),
            ("event_time_end", Zone::UTC.moment(batch.end)),
        ]);
        entries.borrow_mut().insert(Key::text("batch"), told);
    }
    value
}

/// Sets `graph`, which is made when somebody looks at it.
pub fn set_graph(project: &Arc<Project>, names: &Environment) {
    let shared = project.clone();
    names.set_late("graph", move || graph(&shared));
}

/// Returns what `graph` is: every node by its section and id.
fn graph(project: &Project) -> Value {
    let created_at = project.invocation.created_at();
    let section =
        |wanted: fn(&Node) -> bool| {
            let nodes = project.nodes.enabled.values().filter(|node| wanted(node));
            Value::dict(nodes.map(|node| {
                (node.unique_id.as_str(), Value::from(&node_value::graph_node(node, created_at)))
            }))
        };
    let groups = project.groups.iter().map(|group| {
        let value = node_value::group(group);
        (group.unique_id(), Value::from(&value))
    });
    Value::dict([
        ("exposures", section(|node| node.exposure().is_some())),
        ("groups", Value::dict(groups)),
        ("metrics", section(|node| node.resource_type == ResourceType::Metric)),
        ("nodes", section(|node| !node.resource_type.is_apart())),
        ("sources", section(|node| node.source().is_some())),
        ("semantic_models", section(|node| node.resource_type == ResourceType::SemanticModel)),
        ("saved_queries", section(|node| node.resource_type == ResourceType::SavedQuery)),
        ("functions", section(|node| node.resource_type == ResourceType::Function)),
    ])
}

/// The configuration as `config.get` sees it, hooks included.
fn final_config(node: &Node) -> Config {
    Config::from(node_value::config(node))
}

/// Whose template calls.
struct Caller<'c> {
    id: &'c str,
    batch: Option<&'c Batch>,
    host: Option<&'c Rc<dyn Host>>,
}

fn resolve(
    project: &Arc<Project>,
    caller: &Caller<'_>,
    target: &ReferenceTarget,
    injected: &Rc<RefCell<Vec<String>>>,
) -> Result<Value, RenderError> {
    let Some(node) = project.nodes.get(caller.id) else {
        return Err(RenderError::new("this node is not known"));
    };
    let Resolution::Found(found) = project.resolver.resolve(&node.package, target) else {
        let error = RenderError::new(format!("`{}` was not found, or is disabled", target.text()));
        return Err(error.hint(
            "a `ref` that only runs, and is not seen while the project is read, needs a line `-- depends_on: {{ ref('...') }}`",
        ));
    };
    // A reference that was not seen while the project was read is no edge of the graph: order would be luck.
    // A unit test calls what its model calls.
    let known = node.depends_on.contains(&found) || found == node.unique_id || node.unit_test().is_some();
    let Some(parent) = project.nodes.get(&found) else {
        return Err(RenderError::new(format!("`{found}` is not known")));
    };
    if !known {
        let message = format!("`{}` is used here, but was not seen while the project was read", parent.name);
        return Err(RenderError::new(message).hint(format!(
            "add a line `-- depends_on: {{{{ ref('{}') }}}}` to `{}`",
            parent.name, node.name
        )));
    }
    if parent.is_ephemeral() && !injected.borrow().contains(&found) {
        injected.borrow_mut().push(found.clone());
    }
    let mut relation = led_relation(project, parent, caller.host)?;
    project.invocation.options.rows.narrow(&mut relation, (node, caller.batch), parent);
    Ok(Value::object(relation))
}

/// Returns the relation that a reference to a node gives: its own, or the one that stands in for it.
fn led_relation(
    project: &Project,
    node: &Node,
    host: Option<&Rc<dyn Host>>,
) -> Result<Relation, RenderError> {
    let stand_in = project.deferral.stand_in(project, node, host);
    let stand_in = stand_in.map_err(|error| host_error(&error, None))?;
    Ok(stand_in.unwrap_or_else(|| node_value::relation(node)))
}

/// Returns compiled SQL as a value that keeps its places.
pub fn sql_value(output: &Output) -> Value {
    Value::Str(Text::captured(output.clone()))
}

/// Sets `ref`, `source` and `function` for a query that belongs to no node: every node may be named.
pub fn set_references(project: &Arc<Project>, names: &Environment, host: &Rc<dyn Host>) {
    for kind in context::REFERENCES {
        let (project, host) = (project.clone(), host.clone());
        names.set(
            kind,
            Native::value(kind, move |_, arguments| {
                let target = context::reference_target(kind, arguments)?;
                let package = project.invocation.project_name.as_str();
                let found = match project.resolver.resolve(package, &target) {
                    Resolution::Found(id) => project.nodes.get(&id),
                    _ => None,
                };
                match found {
                    Some(node) if node.is_ephemeral() => Err(RenderError::new(format!(
                        "`{}` is ephemeral: it has no relation to select from",
                        node.name
                    ))
                    .into()),
                    Some(node) => Ok(Value::object(led_relation(&project, node, Some(&host))?)),
                    None => {
                        let name = target.text();
                        let near = crate::diagnostic::suggest::nearest(&name, project.resolver.names());
                        let error = RenderError::new(format!("`{name}` was not found"));
                        Err(near
                            .map_or(error.clone(), |near| error.hint(format!("did you mean `{near}`?")))
                            .into())
                    }
                }
            }),
        );
    }
}

/// Returns the finding that an error is for the user: one in a built-in macro is shown where the user called it.
pub fn finding(error: &RenderError, sources: &SourceMap) -> Diagnostic {
    let is_internal = |place: Place| sources.get(place.file).is_some_and(|file| file.name.starts_with('<'));
    let mut shown = error.clone();
    if !error.place.is_some_and(is_internal) {
        shown.calls.retain(|(_, place)| !place.is_some_and(is_internal));
        return shown.to_diagnostic();
    }
    let first = error.calls.iter().position(|(_, place)| place.is_some_and(|place| !is_internal(place)));
    match first {
        Some(at) => {
            shown.place = error.calls.get(at).and_then(|(_, place)| *place);
            shown.calls = error.calls.get(at + 1..).unwrap_or_default().to_vec();
        }
        None => {
            shown.place = None;
            shown.calls = Vec::new();
        }
    }
    let inner: Vec<&str> = error
        .calls
        .iter()
        .take(first.map_or(error.calls.len(), |at| at + 1))
        .map(|(name, _)| &**name)
        .collect();
    let finding = shown.to_diagnostic();
    if inner.is_empty() {
        finding
    } else {
        finding.note(format!("inside of the built-in macro {}", inner.join(", called by ")))
    }
}
