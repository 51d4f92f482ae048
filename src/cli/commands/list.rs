//! `list`: names nodes on stdout, and nothing else. Opens no database.

use std::sync::Arc;

use crate::base::data::Data;
use crate::cli::args::{ListOutput, Selection};
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::node_value;
use crate::graph::nodes::{Node, ResourceType};
use crate::run::events::{Event, Listener};

/// Lets only findings through: stdout belongs to the result.
struct OnlyFindings(Setting);

impl Listener for OnlyFindings {
    fn notice(&self, event: &Event) {
        if matches!(event, Event::Finding(finding) if finding.is_error())
            || matches!(event, Event::Print(_) | Event::Output(_) | Event::Complaint(_))
        {
            self.0.listener.notice(event);
        } else if let Event::Warning { text, .. } = event {
            self.0.complain(&format!("warning: {text}"));
        } else if let Event::Message { text, info: true } = event {
            self.0.complain(text);
        }
    }
}

/// Keys that dbt writes of each node.
const KEYS: &[&str] = &[
    "alias",
    "name",
    "package_name",
    "depends_on",
    "tags",
    "config",
    "resource_type",
    "source_name",
    "original_file_path",
    "unique_id",
];

/// Runs the command.
pub(super) fn run(setting: &Setting, selection: &Selection, kinds: &[String], output: ListOutput) -> Exit {
    let quiet = setting.heard_by(Arc::new(OnlyFindings(setting.clone())));
    let project = match quiet.read("list", Some(selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let takes = |node: &Node| {
        if node.resource_type == ResourceType::Operation {
            return false;
        }
        kinds.is_empty() || kinds.iter().any(|kind| kind == node.resource_type.name() || kind == "all")
    };
    let chosen = match quiet.select(&project, selection, takes) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    if chosen.is_empty() {
        setting.complain("No nodes selected!");
    }
    for node in chosen.iter().filter_map(|id| project.nodes.get(id)) {
        setting.listener.notice(&Event::Output(line(node, output)));
    }
    Exit::Fine
}

fn line(node: &Node, output: ListOutput) -> String {
    match (output, node.source()) {
        (ListOutput::Selector, Some(source)) => {
            format!("source:{}.{}.{}", node.package, source.source_name, source.table_name)
        }
        (ListOutput::Selector, None) if node.exposure().is_some() || node.resource_type.is_semantic() => {
            format!("{}:{}", node.resource_type.name(), node.fqn.join("."))
        }
        (ListOutput::Selector, None) if node.unit_test().is_some() => {
            format!("unit_test:{}.{}", node.package, node.alias)
        }
        (ListOutput::Selector, None) => node.fqn.join("."),
        (ListOutput::Name, Some(source)) => format!("{}.{}", source.source_name, source.table_name),
        (ListOutput::Name, None) => node.search_name(),
        (ListOutput::Path, _) => node.original_file_path.clone(),
        (ListOutput::Json, source) => {
            let mut value = node_value::node(node, 0.0);
            if let Some(source) = source {
                value.insert("source_name".to_owned(), Data::from(source.source_name.as_str()));
            }
            value.retain(|key, _| KEYS.contains(&key.as_str()));
            if node.resource_type == ResourceType::Source {
                value.shift_remove("depends_on");
            }
            Data::Map(value).to_json().to_string()
        }
    }
}
