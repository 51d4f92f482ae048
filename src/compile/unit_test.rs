//! A unit test's SQL: the model's own text, in which every input is a common table expression of rows given by hand.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::base::data::Data;
use crate::compile::context;
use crate::compile::ephemeral::{Expression, cte_name, inject};
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::compile::render;
use crate::graph::build::Resolution;
use crate::graph::nodes::{Given, Node, Rows, UnitTest};
use crate::jinja::builtins::environment::{VarFunction, env_var};
use crate::jinja::eval::error::RenderError;
use crate::jinja::eval::{Environment, call, render};
use crate::jinja::host::Host;
use crate::jinja::macros::MacroValue;
use crate::jinja::provenance::Output;
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::object::Native;
use crate::jinja::value::{Arguments, Value};

/// The inputs of a test: the id of each, with its common table expression once somebody reads it.
type Inputs = Rc<RefCell<Vec<(String, String)>>>;

/// Compiles a unit test.
pub fn compile(
    project: &Arc<Project>,
    node: &Node,
    test: &UnitTest,
    host: &Rc<dyn Host>,
) -> Result<Output, RenderError> {
    let model = node.depends_on.first().and_then(|id| project.nodes.get(id));
    let model = model.ok_or_else(|| RenderError::new(format!("`{}` is not known", test.model)))?;
    let template = project.templates.get(&model.unique_id);
    let template = template.ok_or_else(|| RenderError::new(format!("`{}` has no text", test.model)))?;
    let mut given = BTreeMap::new();
    for input in &test.given {
        given.insert(stand_in(project, node, model, input)?.unique_id.clone(), input);
    }
    let used: Inputs = Rc::default();
    let names = environment(project, node, model, host, &used, given.keys().cloned().collect());
    override_names(project, node, test, &names);
    let output = render(&names, template)?;
    let mut expressions = Vec::new();
    let wanted = used.borrow().clone();
    for (id, name) in wanted {
        let (Some(input), Some(original)) = (given.get(&id), project.nodes.get(&id)) else { continue };
        let query = rows(project, original, input, host)?;
        expressions.push(Expression { id, name, query, reads: Vec::new() });
    }
    Ok(inject(&output, &expressions))
}

/// Finds the node that rows stand in for.
fn stand_in<'p>(
    project: &'p Project,
    node: &Node,
    model: &'p Node,
    given: &Given,
) -> Result<&'p Node, RenderError> {
    let Some(target) = &given.target else { return Ok(model) };
    let found = match project.resolver.resolve(&node.package, target) {
        Resolution::Found(id) => project.nodes.get(&id),
        _ => None,
    };
    found.ok_or_else(|| {
        let mut error =
            RenderError::new(format!("the unit test `{}` has an input that is not there", node.name));
        error.place = Some(given.place);
        error
    })
}

/// Makes the environment of the model's text: what it refers to are the inputs.
fn environment(
    project: &Arc<Project>,
    node: &Node,
    model: &Node,
    host: &Rc<dyn Host>,
    used: &Inputs,
    given: Vec<String>,
) -> Environment {
    let names = render::environment(project, node, Some(host), &Rc::default());
    let use_input = {
        let used = used.clone();
        move |original: &Node| {
            let name = cte_name(&original.alias);
            if !used.borrow().iter().any(|(id, _)| *id == original.unique_id) {
                used.borrow_mut().push((original.unique_id.clone(), name.clone()));
            }
            name
        }
    };
    for kind in ["ref", "source"] {
        let (project, package, test) = (project.clone(), model.package.clone(), node.name.clone());
        let (given, use_input) = (given.clone(), use_input.clone());
        let function = Native::value(kind, move |_, arguments| {
            let target = context::reference_target(kind, arguments)?;
            let found = match project.resolver.resolve(&package, &target) {
                Resolution::Found(id) => project.nodes.get(&id),
                _ => None,
            };
            let Some(original) = found.filter(|original| given.contains(&original.unique_id)) else {
                let name = found.map_or_else(|| format!("{target:?}"), |node| node.name.clone());
                let message =
                    format!("the unit test `{test}` gives no rows of `{name}`, which the model reads");
                return Err(RenderError::new(message)
                    .hint(format!("add `- input: {kind}(...)` to `given`"))
                    .into());
            };
            let mut relation = node_value::own_relation(original);
            relation.identifier = Some(use_input(original));
            relation.kind = Some("cte".to_owned());
            relation.include = [false, false, true];
            relation.quote = [false; 3];
            Ok(Value::object(relation))
        });
        names.set(kind, function);
    }
    let this = given.contains(&model.unique_id).then(|| use_input(model));
    // The expression of `this` is put in where the text reads it or not, as in dbt.
    names.set("this", this.map_or(Value::None, |name| Value::from(name.as_str())));
    names
}

/// Lets values stand in for macros, variables and the environment.
fn override_names(project: &Arc<Project>, node: &Node, test: &UnitTest, names: &Environment) {
    let overrides = &test.overrides;
    let invocation = &project.invocation;
    let mut variables = (*invocation.variables).clone();
    variables.command_line.extend(overrides.vars.clone());
    names.set("var", VarFunction::value(Arc::new(variables), &node.package));
    let mut environment = (*invocation.environment).clone();
    let texts =
        overrides.env_vars.iter().map(|(name, value)| (name.clone(), value.to_text().unwrap_or_default()));
    environment.extend(texts);
    names.set("env_var", env_var(Arc::new(environment), false));
    let mut of_packages: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    for (name, value) in &overrides.macros {
        let (package, name) = match name.split_once('.') {
            Some((package, name)) => (Some(package), name),
            None => (None, name.as_str()),
        };
        let answer = Value::from(value);
        let is_macro = project.macros.find(package.unwrap_or(&node.package), name).is_some();
        let stands_in =
            if is_macro { Native::value("macro", move |_, _| Ok(answer.clone())) } else { answer };
        // A macro of dbt's own is called with `dbt.` in front and without.
        if package.is_none_or(|package| package == "dbt") {
            names.replace(name, stands_in.clone());
        }
        of_packages.entry(package.unwrap_or("dbt")).or_default().insert(name, stands_in);
    }
    for (package, stand_ins) in of_packages {
        let macros = project.macros.all().into_iter().filter(|found| found.package == package);
        let macros = macros.map(|found| {
            let name = found.name.as_str();
            let own = || Value::object(MacroValue(found.clone()));
            (name, stand_ins.get(name).cloned().unwrap_or_else(own))
        });
        names.replace(package, Value::dict(macros));
    }
}

/// Returns the query of an input's rows.
fn rows(
    project: &Arc<Project>,
    original: &Node,
    given: &Given,
    host: &Rc<dyn Host>,
) -> Result<Output, RenderError> {
    let names = render::environment(project, original, Some(host), &Rc::default());
    match &given.rows {
        Rows::Query(query) => {
            let origin = Origin::runs(given.place.file, &[(0, given.place.span.start)], 0);
            let template =
                parse(query, &origin, false).map_err(|finding| RenderError::new(finding.message.clone()))?;
            render(&names, &template)
        }
        Rows::Written(rows) => fixture(project, &names, rows).map_err(|mut error| {
            error.place = Some(given.place);
            error.calls.clear();
            error
        }),
    }
}

fn fixture(project: &Arc<Project>, names: &Environment, rows: &[Data]) -> Result<Output, RenderError> {
    let Some(found) = project.macros.find(&names.package, "get_fixture_sql") else {
        return Err(RenderError::new("there is no macro `get_fixture_sql`"));
    };
    let list = Value::list(rows.iter().map(Value::from).collect());
    let arguments = Arguments { positional: vec![list, Value::None], named: Vec::new() };
    let value = call(names, &Value::object(MacroValue(found.clone())), arguments)?;
    let text = value.to_text();
    Ok(Output { text: text.trim().to_owned(), pieces: Vec::new() })
}
