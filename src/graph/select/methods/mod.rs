//! The methods of selection: one file each, and one line each in the table. A method takes a criterion apart once and
//! gives back what tells whether it names a node. Knows nothing of graph operators and of sets.

mod access;
mod config;
mod exposure;
mod file;
mod fqn;
mod group;
mod metric;
mod package;
mod path;
mod resource_type;
mod result;
mod saved_query;
mod selector;
mod semantic_model;
mod source;
mod source_status;
mod state;
mod tag;
mod test_name;
mod test_type;
mod unit_test;
mod version;

use crate::graph::nodes::{Node, ResourceType};
use crate::graph::select::error::SelectError;
use crate::graph::select::evaluate::Evaluator;
use crate::graph::select::grammar::Criterion;
use crate::graph::select::pattern::Pattern;

/// Tells whether a criterion names a node.
pub(super) type Matcher<'a> = Box<dyn Fn(&Node) -> bool + 'a>;

/// Takes a criterion apart.
type Prepare = for<'a> fn(&'a Question<'a>) -> Result<Matcher<'a>, SelectError>;

/// What a method is asked.
pub(super) struct Question<'a> {
    /// The criterion.
    pub(super) criterion: &'a Criterion,
    /// Its value as a text.
    pub(super) value: String,
    /// Who asks, and knows all nodes.
    pub(super) evaluator: &'a Evaluator<'a>,
}

/// One method.
pub(super) struct Method {
    /// Its name: what stands before the colon.
    pub(super) name: &'static str,
    /// What it names, for people.
    pub(super) about: &'static str,
    prepare: Prepare,
}

const fn method(name: &'static str, prepare: Prepare, about: &'static str) -> Method {
    Method { name, about, prepare }
}

/// Every method.
const METHODS: &[Method] = &[
    method("access", access::prepare, "models that are `public`, `protected` or `private`"),
    method("config", config::prepare, "nodes by their configuration: `config.materialized:table`"),
    method("exposure", exposure::prepare, "exposures: `name`, `package.name`"),
    method("file", file::prepare, "nodes by the name of their file: `orders.sql`, `orders`"),
    method(
        "fqn",
        fqn::prepare,
        "nodes by name, or by the dotted folders they lie in; meant where no method stands",
    ),
    method("group", group::prepare, "nodes of a group"),
    method("metric", metric::prepare, "metrics: `name`, `package.name`"),
    method("package", package::prepare, "nodes of a package; `this` is the project"),
    method("path", path::prepare, "nodes by file or folder, from the project's folder on: `models/marts`"),
    method("resource_type", resource_type::prepare, "nodes of a kind: `model`, `seed`, `unit_test`, ..."),
    method("result", result::prepare, "nodes by what became of them in the state: `error`, `fail`, ..."),
    method("saved_query", saved_query::prepare, "saved queries: `name`, `package.name`"),
    method("selector", selector::prepare, "what a selector of selectors.yml selects"),
    method("semantic_model", semantic_model::prepare, "semantic models: `name`, `package.name`"),
    method("source", source::prepare, "source tables: `source`, `source.table`, `package.source.table`"),
    method("source_status", source_status::prepare, "sources that got newer rows since the state: `fresher`"),
    method(
        "state",
        state::prepare,
        "nodes by what differs from the state: `new`, `modified`, `modified.body`, ...",
    ),
    method("tag", tag::prepare, "nodes with a tag"),
    method("test_name", test_name::prepare, "generic tests by what they test for, unit tests by name"),
    method("test_type", test_type::prepare, "tests that are `generic`, `singular`, `data` (both) or `unit`"),
    method("unit_test", unit_test::prepare, "unit tests: `name`, `package.name`"),
    method(
        "version",
        version::prepare,
        "models that are the `latest` version, `old`, `prerelease`, or have `none`",
    ),
];

/// Finds a method.
pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

/// Returns the names of all methods.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    METHODS.iter().map(|method| method.name)
}

/// Returns the names of all methods with what they name.
pub(super) fn described() -> impl Iterator<Item = (&'static str, &'static str)> {
    METHODS.iter().map(|method| (method.name, method.about))
}

/// Takes a criterion apart by its method.
pub(super) fn prepare<'a>(question: &'a Question<'a>) -> Result<Matcher<'a>, SelectError> {
    match find(question.criterion.method) {
        Some(method) => (method.prepare)(question),
        None => Ok(Box::new(|_| false)),
    }
}

impl Question<'_> {
    /// Makes the error of a value that the method does not take.
    fn refuse(&self, expected: impl Into<String>) -> SelectError {
        let (method, value) = (self.criterion.method, self.value.clone());
        SelectError::Value { method, value, expected: expected.into() }
    }

    /// Makes the error of what the other state lacks.
    fn lacking(problem: String) -> SelectError {
        SelectError::Earlier {
            problem,
            cure: "write it with a run, or name another folder with `--state FOLDER`",
        }
    }

    /// Compares package and name of the nodes of one kind: `name`, `package.name`.
    fn by_name(&self, kind: ResourceType) -> Result<Matcher<'_>, SelectError> {
        let (package, name) = match self.value.split('.').collect::<Vec<_>>().as_slice() {
            [name] => (Pattern::new("*"), Pattern::new(name)),
            [package, name] => (Pattern::new(package), Pattern::new(name)),
            _ => return Err(self.refuse("`name` or `package.name`")),
        };
        Ok(Box::new(move |node| {
            node.resource_type == kind && package.matches(&node.package) && name.matches(&node.name)
        }))
    }
}
