//! The comment that every statement carries, so that whoever looks at the database knows where it came from.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::base::data::Data;
use crate::compile::project::{DBT_VERSION, Project};
use crate::compile::{context, node_value};
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::Node;
use crate::jinja::core;
use crate::jinja::eval::{Environment, Mode, render};
use crate::jinja::syntax::tree::Template;
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::Value;
use crate::yaml;

/// dbt's name of the connection that statements of no node go through.
const CONNECTION: &str = "master";

/// What the project says of its statements' comment.
#[derive(Debug, Clone)]
pub struct QueryComment {
    text: Wanted,
    append: bool,
}

#[derive(Debug, Clone)]
enum Wanted {
    Nothing,
    Default,
    Template(Arc<Template>),
}

impl QueryComment {
    /// Reads `query-comment` of the root project: a template, or a mapping with one; an empty one turns it off.
    pub fn read(project: &Project) -> Result<Self, Box<Diagnostic>> {
        let usual = core::dialect(&project.invocation.target.adapter).comments_last;
        let given = project.root().and_then(|root| root.definition.query_comment.as_ref());
        let Some(given) = given else { return Ok(Self { text: Wanted::Default, append: usual }) };
        if !given.is_map() {
            return Ok(Self { text: wanted(given)?, append: usual });
        }
        let append = match given.get("append").map(yaml::Node::to_data) {
            None | Some(Data::Null) => usual,
            Some(Data::Bool(append)) => append,
            Some(_) => {
                let place = given.get("append").map_or(given.place, |node| node.place);
                let message = "`append` of `query-comment` must be true or false";
                return Err(Box::new(Diagnostic::at(codes::INVALID_VALUE, place, message)));
            }
        };
        let text = given.get("comment").map_or(Ok(Wanted::Default), wanted)?;
        Ok(Self { text, append })
    }

    /// Renders the comment for the statements of a node, or of none. `Err` tells what is wrong with it.
    pub fn render(&self, project: &Project, node: Option<&Node>) -> Result<String, String> {
        let text = match &self.text {
            Wanted::Nothing => String::new(),
            Wanted::Default => usual(project, node),
            Wanted::Template(template) => {
                let failed = |error: crate::jinja::eval::error::RenderError| {
                    format!("the query comment cannot be rendered: {}", error.message)
                };
                render(&environment(project, node), template).map_err(failed)?.text
            }
        };
        let text = text.trim();
        if text.contains("*/") {
            return Err(format!("query comment contains illegal value \"*/\": {text}"));
        }
        Ok(text.to_owned())
    }

    /// Puts a rendered comment to a statement; returns it with the number of bytes that stand before the statement.
    pub fn put<'s>(&self, comment: &str, sql: &'s str) -> (Cow<'s, str>, usize) {
        if comment.is_empty() || sql.trim().is_empty() {
            return (sql.into(), 0);
        }
        if !self.append {
            let before = format!("/* {comment} */\n");
            return (format!("{before}{sql}").into(), before.len());
        }
        let statement = sql.trim_end();
        let bare = statement.strip_suffix(';');
        let end = if bare.is_some() { ";" } else { "" };
        (format!("{}\n/* {comment} */{end}", bare.unwrap_or(statement)).into(), 0)
    }
}

fn wanted(node: &yaml::Node) -> Result<Wanted, Box<Diagnostic>> {
    let yaml::Kind::Text(text) = &node.kind else {
        if node.is_null() {
            return Ok(Wanted::Nothing);
        }
        let message = "`query-comment` must be a text, or a mapping with `comment` and `append`";
        return Err(Box::new(Diagnostic::at(codes::INVALID_VALUE, node.place, message)));
    };
    if text.value.is_empty() {
        return Ok(Wanted::Nothing);
    }
    let origin = Origin::runs(node.place.file, text.offsets.runs(), node.place.span.start as usize);
    Ok(Wanted::Template(Arc::new(parse(&text.value, &origin, false)?)))
}

/// Makes the comment of a project that says nothing of it: JSON, keys in dbt's order.
fn usual(project: &Project, node: Option<&Node>) -> String {
    let target = &project.invocation.target;
    let subject = node.map_or(("connection_name", CONNECTION), |node| ("node_id", node.unique_id.as_str()));
    let pairs = [
        ("app", "dbt"),
        ("dbt_version", DBT_VERSION),
        ("profile_name", &target.profile),
        ("target_name", &target.name),
        subject,
    ];
    let entries = pairs.map(|(key, value)| format!("\"{key}\": {}", Json::from(value)));
    format!("{{{}}}", entries.join(", "))
}

/// Makes what the comment knows: the root project's macros, `connection_name` and `node`; no database.
fn environment(project: &Project, node: Option<&Node>) -> Environment {
    let invocation = &project.invocation;
    let names = Environment::new(project.macros.clone(), &invocation.project_name, Mode::Execute);
    context::node(&names, invocation, &invocation.project_name, None);
    let name = node.map_or(CONNECTION, |node| node.unique_id.as_str());
    names.set("connection_name", Value::from(name));
    names.set(
        "node",
        node.map_or(Value::None, |node| Value::from(&node_value::node(node, invocation.created_at()))),
    );
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(append: bool, comment: &str, sql: &str) -> String {
        QueryComment { text: Wanted::Nothing, append }.put(comment, sql).0.into_owned()
    }

    #[test]
    fn a_comment_stands_before_or_after() {
        assert_eq!(put(false, "c", "select 1;"), "/* c */\nselect 1;");
        assert_eq!(put(true, "c", "select 1 ; \n"), "select 1 \n/* c */;");
        assert_eq!(put(true, "c", "select 1\n"), "select 1\n/* c */");
        assert_eq!(put(false, "", "select 1"), "select 1");
        assert_eq!(put(true, "c", " \n"), " \n");
    }

    #[test]
    fn the_shift_is_what_stands_before() {
        let comment = QueryComment { text: Wanted::Nothing, append: false };
        let (sql, shift) = comment.put("c", "select 1");
        assert_eq!(sql.get(shift..), Some("select 1"));
    }
}
