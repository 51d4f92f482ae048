//! `list`: names nodes on stdout, and nothing else. Opens no database.

use std::sync::Arc;

use crate::base::data::{Data, DataMap};
use crate::cli::args::{ListOutput, Listing, Selection};
use crate::cli::commands::why::Reasons;
use crate::cli::exit::Exit;
use crate::cli::kinds::Taken;
use crate::cli::session::Setting;
use crate::compile::node_value;
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::filters::json;
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
        } else if let Some(log) = &self.0.log {
            log.notice(event);
        }
    }
}

/// Kinds that are listed.
const LISTED: [ResourceType; 12] = [
    ResourceType::Model,
    ResourceType::Snapshot,
    ResourceType::Seed,
    ResourceType::Test,
    ResourceType::Source,
    ResourceType::Exposure,
    ResourceType::Metric,
    ResourceType::SavedQuery,
    ResourceType::SemanticModel,
    ResourceType::UnitTest,
    ResourceType::Function,
    // The last is listed only when it is asked for.
    ResourceType::Analysis,
];

/// Keys that JSON has of each node when nobody says which.
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
pub(super) fn run(setting: &Setting, asked: &Listing) -> Exit {
    let quiet = setting.heard_by(Arc::new(OnlyFindings(setting.clone())));
    let only_models = !asked.models.is_empty();
    let selection = Selection {
        select: if only_models { asked.models.clone() } else { asked.select.clone() },
        exclude: asked.exclude.clone(),
        selector: asked.selector.clone(),
    };
    let default = LISTED.split_last().map_or(&[][..], |(_, default)| default);
    let kinds = match Taken::settle(&asked.kinds, &setting.surroundings.environment, default, &LISTED) {
        Ok(_) if only_models => Taken::only(ResourceType::Model),
        Ok(kinds) => kinds,
        Err(error) => {
            setting.complain(&format!("error: {error}"));
            return Exit::Misuse;
        }
    };
    let project = match quiet.read("list", Some(&selection)) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let chosen = match quiet.select(&project, &selection, |node| kinds.has(node.resource_type)) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    if chosen.is_empty() {
        setting.complain("No nodes selected!");
    }
    let _ = project.invocation.selected.set(chosen.iter().cloned().collect());
    let reasons = match asked.why.then(|| Reasons::new(&quiet, &project)).transpose() {
        Ok(reasons) => reasons,
        Err(exit) => return exit,
    };
    for node in chosen.iter().filter_map(|id| project.nodes.get(id)) {
        let why = reasons.as_ref().map(|reasons| reasons.of(node));
        setting.listener.notice(&Event::Output(line(node, asked, why.as_deref())));
    }
    Exit::Fine
}

/// Writes what is asked for of a node: reasons stand below it, or among the keys of JSON.
fn line(node: &Node, asked: &Listing, why: Option<&[String]>) -> String {
    let line = match asked.output {
        ListOutput::Selector => selector(node),
        ListOutput::Name => match node.source() {
            Some(source) => format!("{}.{}", source.source_name, source.table_name),
            None => node.search_name(),
        },
        ListOutput::Path => node.original_file_path.clone(),
        ListOutput::Json => {
            let mut object = object(node, &asked.output_keys);
            object.extend(why.map(|why| ("why".to_owned(), Data::from(why.to_vec()))));
            return json::line(&Data::Map(object));
        }
    };
    let why = why.unwrap_or_default().iter().map(|reason| format!("\n    {reason}"));
    line + &why.collect::<String>()
}

/// Returns what `--select` takes for a node alone.
fn selector(node: &Node) -> String {
    let Node { package, name, .. } = node;
    match (node.source(), node.resource_type) {
        (Some(source), _) => format!("source:{package}.{}.{}", source.source_name, source.table_name),
        (_, ResourceType::UnitTest) => format!("unit_test:{package}.{}", node.alias),
        (_, kind) if kind == ResourceType::Exposure || kind.is_semantic() => {
            format!("{}:{package}.{name}", kind.name())
        }
        _ => node.fqn.join("."),
    }
}

/// Returns the keys of a node that are asked for: in their order, or those of dbt in the order of the node.
fn object(node: &Node, keys: &[String]) -> DataMap {
    let mut value = node_value::node(node, 0.0);
    if keys.is_empty() {
        value.retain(|key, _| KEYS.contains(&key.as_str()));
        return value;
    }
    let found = |key: &str| match key.split_once('.') {
        None => value.get(key),
        // Of what lies deeper, dbt leaves out what is nothing.
        Some((first, deeper)) => deeper
            .split('.')
            .try_fold(value.get(first)?, |data, part| data.as_map()?.get(part))
            .filter(|data| !data.is_null()),
    };
    keys.iter().filter_map(|key| Some((key.clone(), found(key)?.clone()))).collect()
}
