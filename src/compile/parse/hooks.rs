//! The hooks around a run: each text under `on-run-start` and `on-run-end` is a node of its own. The hooks of a node are
//! none, but what they refer to is what the node depends on.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::base::data::{Data, DataMap};
use crate::compile::context::Recorder;
use crate::compile::node_value;
use crate::compile::parse::exposures::configure;
use crate::compile::parse::resources::parse_environment;
use crate::compile::parse::{Draft, Reading, unrendered};
use crate::compile::project::Package;
use crate::compile::written;
use crate::compile::yaml_text::is_template;
use crate::diagnostic::Diagnostic;
use crate::graph::nodes::{Detail, Node, ResourceType};
use crate::jinja::eval::render;
use crate::jinja::syntax::tree::Template;
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::Value;
use crate::project::config::Config;
use crate::project::files::hex;
use crate::project::properties::prose::Prose;
use crate::yaml;

/// Reads the hooks of all packages.
pub(super) fn read(reading: &Reading, findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (package, _) in reading.packages() {
        let definition = &package.definition;
        let events = [("on-run-start", &definition.on_run_start), ("on-run-end", &definition.on_run_end)];
        for (event, hooks) in events {
            for (index, hook) in hooks.iter().enumerate() {
                drafts.push(read_one(reading, package, event, index, hook, findings));
            }
        }
    }
    drafts
}

/// Renders the hooks of a node to learn what they refer to.
pub(super) fn refer(reading: &Reading, node: &mut Node, findings: &mut Vec<Diagnostic>) {
    for key in ["pre-hook", "post-hook"] {
        let hooks = node.config.get(key).and_then(Data::as_list).unwrap_or_default().to_vec();
        for hook in &hooks {
            let sql = node_value::hook_value(hook).as_map().and_then(|hook| hook.get("sql")?.to_text());
            let Some(sql) = sql.filter(|sql| is_template(sql)) else { continue };
            let place = written::place(&reading.sources, node, &sql).unwrap_or(node.place);
            match parse(&sql, &Origin::at(place.file, place.span.start as usize), false) {
                Ok(template) => learn(reading, node, &template, findings),
                Err(finding) => findings.push(*finding),
            }
        }
    }
}

fn read_one(
    reading: &Reading,
    package: &Package,
    event: &'static str,
    index: usize,
    hook: &yaml::Node,
    findings: &mut Vec<Diagnostic>,
) -> Draft {
    let mut node = blank(reading, package, event, index, hook);
    // What is said of all models is said of hooks, in dbt's eyes; they run all the same where models are disabled.
    let mut config = configure(reading, package, ("models", &node.fqn), &DataMap::new()).values().clone();
    config.shift_remove("enabled");
    node.config = Config::from(config);
    node.unrendered_config = unrendered::gather(reading, package, "models", &node.fqn, &[]);
    let origin = match &hook.kind {
        yaml::Kind::Text(text) => {
            Origin::runs(hook.place.file, text.offsets.runs(), hook.place.span.start as usize)
        }
        _ => Origin::at(hook.place.file, hook.place.span.start as usize),
    };
    let template = match parse(&node.raw_code, &origin, false) {
        Ok(template) => Arc::new(template),
        Err(finding) => {
            findings.push(*finding);
            return Draft::new(node);
        }
    };
    learn(reading, &mut node, &template, findings);
    Draft { template: Some(template), ..Draft::new(node) }
}

/// Renders the hook once to learn what it refers to.
fn learn(reading: &Reading, node: &mut Node, template: &Template, findings: &mut Vec<Diagnostic>) {
    let recorder = Recorder::default();
    let names = parse_environment(reading, node, &recorder);
    if node.resource_type == ResourceType::Operation {
        names.set("this", Value::None);
    }
    if let Err(error) = render(&names, template) {
        findings.push(crate::compile::render::finding(&error, &reading.sources));
    }
    node.references.extend(recorder.references.take());
    let called = names.called_macros().into_iter().filter(|id| !node.macros.contains(id));
    let called: Vec<String> = called.collect();
    node.macros.extend(called);
}

fn blank(reading: &Reading, package: &Package, event: &'static str, index: usize, hook: &yaml::Node) -> Node {
    let target = &reading.loaded.invocation.target;
    let name = format!("{}-{event}-{index}", package.name);
    let code = hook.to_data().to_text().unwrap_or_default();
    let source = reading.sources.get(hook.place.file);
    let (path, text) = source.map(|source| (source.name.clone(), source.text.clone())).unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    Node {
        unique_id: format!("{}.{}.{name}", ResourceType::Operation.name(), package.name),
        resource_type: ResourceType::Operation,
        fqn: vec![package.name.clone(), "hooks".to_owned(), name.clone()],
        path: format!("hooks/{name}.sql"),
        original_file_path: format!("./{file}"),
        file: hook.place.file,
        place: hook.place,
        checksum: hex(&Sha256::digest(text.trim().as_bytes())),
        raw_code: code.into(),
        raw_offset: hook.place.span.start as usize,
        package: package.name.clone(),
        config: Config::default(),
        unrendered_config: DataMap::new(),
        config_calls: DataMap::new(),
        primary_key: Vec::new(),
        adapter: "",
        quoting: [true; 3],
        database: target.database.clone(),
        schema: target.schema.clone(),
        alias: name.clone(),
        name,
        description: Prose::default(),
        version: None,
        columns: Vec::new(),
        tags: vec![event.to_owned()],
        patch_path: None,
        root_path: package.root.to_string_lossy().into_owned(),
        references: Vec::new(),
        macros: Vec::new(),
        depends_on: Vec::new(),
        detail: Detail::Operation { event, index },
        kept: DataMap::from_iter([("index".to_owned(), Data::Int(index as i128))]),
        batch: None,
    }
}
