//! Models, seeds, singular tests and analyses: one file each. Templates are rendered once, in parallel, to learn what
//! they refer to and how they are configured.

use rayon::prelude::*;

use crate::base::data::{Data, DataMap};
use crate::base::source::Place;
use crate::base::text::Span;
use crate::compile::context::{self, Recorder};
use crate::compile::node_value;
use crate::compile::parse::{Draft, Reading, functions, hooks, unrendered};
use crate::compile::project::Package;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{self, Detail, Node, ResourceType};
use crate::jinja::builtins::config::ConfigFunction;
use crate::jinja::builtins::relation::Relation;
use crate::jinja::core;
use crate::jinja::eval::{Environment, Mode, render};
use crate::jinja::syntax::{Origin, parse};
use crate::jinja::value::Value;
use crate::project::config::{Config, canonical};
use crate::project::config_tree;
use crate::project::files::{FileKind, ProjectFile};
use crate::project::properties::Section;
use crate::project::properties::prose::Prose;
use crate::project::properties::resource::ResourceProperties;
use crate::project::properties::version::Version;

/// Reads every resource that is a file of its own.
pub(super) fn read(reading: &Reading, findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let files: Vec<(&Package, &ProjectFile)> = reading
        .packages()
        .flat_map(|(package, files)| files.iter().map(move |file| (package, file)))
        .collect();
    let read: Vec<(Option<Draft>, Vec<Diagnostic>)> = files
        .par_iter()
        .filter(|(_, file)| kind_of(file.kind).is_some() || is_foreign(file.kind))
        .map(|(package, file)| {
            let mut own = Vec::new();
            (read_one(reading, package, file, &mut own), own)
        })
        .collect();
    let mut drafts = Vec::with_capacity(read.len());
    for (draft, own) in read {
        findings.extend(own);
        drafts.extend(draft);
    }
    drafts
}

fn kind_of(kind: FileKind) -> Option<(ResourceType, Section)> {
    Some(match kind {
        FileKind::Model => (ResourceType::Model, Section::Models),
        FileKind::Seed => (ResourceType::Seed, Section::Seeds),
        FileKind::SingularTest => (ResourceType::Test, Section::DataTests),
        FileKind::Analysis => (ResourceType::Analysis, Section::Analyses),
        FileKind::Function => (ResourceType::Function, Section::Functions),
        _ => return None,
    })
}

/// Tells whether a file is written in a language that does not run here.
fn is_foreign(kind: FileKind) -> bool {
    matches!(kind, FileKind::PythonModel | FileKind::ForeignFunction)
}

/// Makes the finding of a file in a language that does not run here.
fn foreign(file: &ProjectFile) -> Diagnostic {
    let place = Place::new(file.file, Span::new(0, 1));
    if file.kind == FileKind::ForeignFunction {
        let message = "functions in other languages than SQL are not made here";
        return Diagnostic::at(codes::UNSUPPORTED, place, message).hint("write the function in SQL");
    }
    let message = "Python models do not run here: there is no Python in this program";
    Diagnostic::at(codes::UNSUPPORTED, place, message).hint("write the model in SQL, or disable it")
}

fn read_one(
    reading: &Reading,
    package: &Package,
    file: &ProjectFile,
    findings: &mut Vec<Diagnostic>,
) -> Option<Draft> {
    let Some((resource_type, section)) = kind_of(file.kind) else {
        findings.push(foreign(file));
        return None;
    };
    let stem = file.resource_path.rsplit('/').next()?.rsplit_once('.')?.0.to_owned();
    let node = blank(package, file, resource_type, &stem);
    let draft = complete(reading, package, section, node, findings)?;
    if draft.node.resource_type == ResourceType::Function {
        functions::check(&draft.node, findings);
    }
    Some(draft)
}

/// Puts together what the node's file, its property file and the project say of it.
pub(super) fn complete(
    reading: &Reading,
    package: &Package,
    section: Section,
    mut node: Node,
    findings: &mut Vec<Diagnostic>,
) -> Option<Draft> {
    let (resource_type, name) = (node.resource_type, node.name.clone());
    let described = match reading.versions.get(&(package.name.clone(), node.file)) {
        Some((path, version)) => {
            become_version(&mut node, version);
            Some(((package.name.as_str(), path.as_str()), &version.properties))
        }
        None => described(reading, &package.name, section, &name),
    };
    if let Some(((owner, path), properties)) = described {
        node.patch_path = Some((owner.to_owned(), path.to_owned()));
        node.description.clone_from(&properties.description);
        node.columns.clone_from(&properties.columns);
        node.kept.clone_from(&properties.kept);
    }
    let mut recorder = Recorder::default();
    let mut template = None;
    if resource_type != ResourceType::Seed {
        template = parse_template(reading, &mut node, &mut recorder, findings);
    }
    let configured_at = recorder.configs.borrow().iter().rev().find_map(|(_, place)| *place);
    configure(reading, package, &mut node, described.map(|(_, properties)| properties), &recorder);
    hooks::refer(reading, &mut node, findings);
    Some(Draft { template, configured_at, ..Draft::new(node) })
}

/// Finds what property files say of a resource: the own package's first.
fn described<'r>(
    reading: &'r Reading,
    package: &str,
    section: Section,
    name: &str,
) -> Option<((&'r str, &'r str), &'r ResourceProperties)> {
    let places = reading.described.get(&(section, name.to_owned()))?;
    let own = |file: usize| {
        let index = reading.properties.get(file).map(|(index, _)| *index);
        index.and_then(|index| reading.loaded.packages.get(index)).is_some_and(|found| found.name == package)
    };
    let (file, entry) = places.iter().find(|(file, _)| own(*file)).or_else(|| places.first())?;
    let (owner, file) = reading.properties.get(*file)?;
    let owner = reading.loaded.packages.get(*owner)?.name.as_str();
    file.resources.get(*entry).map(|(_, properties)| ((owner, file.path.as_str()), properties))
}

/// Makes a model the version that its file defines.
fn become_version(node: &mut Node, version: &Version) {
    let name = version.properties.name.clone();
    node.unique_id = format!("{}.{}.{name}.v{}", node.resource_type.name(), node.package, version.text());
    node.fqn.pop();
    node.fqn.extend([name.clone(), format!("v{}", version.text())]);
    node.name = name;
    node.version = Some(nodes::Version { value: version.value.clone(), latest: version.latest.clone() });
}

pub(super) fn blank(package: &Package, file: &ProjectFile, resource_type: ResourceType, name: &str) -> Node {
    let mut fqn = vec![package.name.clone()];
    let folders = file.resource_path.rsplit_once('/').map(|(folders, _)| folders).unwrap_or_default();
    if resource_type == ResourceType::Analysis {
        fqn.push("analysis".to_owned());
    }
    fqn.extend(folders.split('/').filter(|folder| !folder.is_empty()).map(str::to_owned));
    fqn.push(name.to_owned());
    Node {
        unique_id: format!("{}.{}.{name}", resource_type.name(), package.name),
        resource_type,
        name: name.to_owned(),
        package: package.name.clone(),
        fqn,
        // dbt says `analysis/` there, whatever the folder is called.
        path: match resource_type {
            ResourceType::Analysis => format!("analysis/{}", file.resource_path),
            _ => file.resource_path.clone(),
        },
        original_file_path: file.path.clone(),
        file: file.file,
        place: Place::new(
            file.file,
            Span::new(file.stripped, file.stripped + file.text.lines().next().unwrap_or_default().len()),
        ),
        raw_code: file.text.clone(),
        raw_offset: file.stripped,
        checksum: file.checksum.clone(),
        config: Config::default(),
        unrendered_config: DataMap::new(),
        config_calls: DataMap::new(),
        primary_key: Vec::new(),
        adapter: "",
        quoting: [true; 3],
        database: String::new(),
        schema: String::new(),
        alias: name.to_owned(),
        description: Prose::default(),
        version: None,
        columns: Vec::new(),
        tags: Vec::new(),
        patch_path: None,
        root_path: package.root.to_string_lossy().into_owned(),
        references: Vec::new(),
        macros: Vec::new(),
        depends_on: Vec::new(),
        detail: Detail::None,
        kept: DataMap::new(),
        batch: None,
    }
}

/// Parses the template and renders it once to learn what it refers to.
fn parse_template(
    reading: &Reading,
    node: &mut Node,
    recorder: &mut Recorder,
    findings: &mut Vec<Diagnostic>,
) -> Option<std::sync::Arc<crate::jinja::syntax::tree::Template>> {
    let origin = Origin::at(node.file, node.raw_offset);
    let template = match parse(&node.raw_code, &origin, false) {
        Ok(template) => std::sync::Arc::new(template),
        Err(finding) => {
            findings.push(*finding);
            return None;
        }
    };
    let names = parse_environment(reading, node, recorder);
    if let Err(error) = render(&names, &template) {
        findings.push(crate::compile::render::finding(&error, &reading.sources));
    }
    node.references = recorder.references.take();
    node.macros = names.called_macros();
    Some(template)
}

/// Makes the environment in which a node's template is rendered while the project is read.
pub(super) fn parse_environment(reading: &Reading, node: &Node, recorder: &Recorder) -> Environment {
    let (package, name) = (node.package.as_str(), node.name.as_str());
    let invocation = &reading.loaded.invocation;
    let names = Environment::new(reading.macros.clone(), package, Mode::Parse);
    context::node(&names, invocation, package, None);
    names.set("config", ConfigFunction::value(&Config::default(), &recorder.configs, None));
    let target = &invocation.target;
    let dialect = core::dialect(&target.adapter);
    let this = Relation::of(dialect, Some(&target.database), Some(&target.schema), Some(name));
    context::recording(&names, recorder, &this);
    // The node as far as it is known: most templates never look.
    let (node, created_at) = (node.clone(), invocation.created_at());
    names.set_late("model", move || Value::from(&node_value::model(&node, created_at)));
    names
}

/// Puts the configuration together: project tree, property file, calls in the file, and for packages the root's tree.
fn configure(
    reading: &Reading,
    package: &Package,
    node: &mut Node,
    properties: Option<&ResourceProperties>,
    recorder: &Recorder,
) {
    let key = match node.resource_type {
        ResourceType::Seed => "seeds",
        ResourceType::Test => "data_tests",
        ResourceType::Snapshot => "snapshots",
        ResourceType::Function => "functions",
        _ => "models",
    };
    let tree = |package: &Package| {
        package.definition.tree(key).map(|tree| config_tree::walk(tree, &node.fqn)).unwrap_or_default()
    };
    let mut config = Config::default();
    let own = tree(package);
    let tree_tags: Vec<String> =
        own.iter().filter(|value| value.key == "tags").flat_map(|value| value.value.to_texts()).collect();
    for value in own {
        config.merge(&value.key, value.value);
    }
    if let Some(properties) = properties {
        config.merge_all(&properties.config);
    }
    let mut file_tags = Vec::new();
    let mut calls = Config::default();
    for (values, _) in recorder.configs.take() {
        node.config_calls.extend(values.clone());
        file_tags.extend(values.get("tags").map(Data::to_texts).unwrap_or_default());
        config.merge_all(&values);
        // What is called for once stays as it is written; lists are made of what is called for again.
        for (key, value) in &values {
            match calls.get(canonical(key)) {
                None => calls.set(key, value.clone()),
                Some(_) => calls.merge(key, value.clone()),
            }
        }
    }
    let mut root_tags = Vec::new();
    if let Some(root) = reading.root().filter(|root| root.name != package.name) {
        for value in tree(root) {
            if value.key == "tags" {
                root_tags.extend(value.value.to_texts());
            }
            config.merge(&value.key, value.value);
        }
    }
    let yaml_tags = properties
        .and_then(|properties| properties.config.get("tags"))
        .map(Data::to_texts)
        .unwrap_or_default();
    node.tags = Vec::new();
    for tag in tree_tags.into_iter().chain(file_tags).chain(yaml_tags).chain(root_tags) {
        if !node.tags.contains(&tag) {
            node.tags.push(tag);
        }
    }
    let described = properties.map(|properties| &properties.config);
    let own: Vec<&DataMap> = described.into_iter().chain([calls.values()]).collect();
    // dbt takes functions for models here.
    let key = if node.resource_type == ResourceType::Function { "models" } else { key };
    node.unrendered_config = unrendered::gather(reading, package, key, &node.fqn, &own);
    if node.resource_type == ResourceType::Test {
        complete_test(&mut config);
    }
    node.config = config;
}

/// Where failing rows are kept says whether they are, and the other way round.
pub(super) fn complete_test(config: &mut Config) {
    let kept = config.boolean("store_failures");
    match (config.text("store_failures_as"), kept) {
        (Some("ephemeral"), _) => config.set("store_failures", Data::Bool(false)),
        (Some(_), _) => config.set("store_failures", Data::Bool(true)),
        (None, Some(true)) => config.set("store_failures_as", Data::from("table")),
        (None, Some(false)) => config.set("store_failures_as", Data::from("ephemeral")),
        (None, None) => {}
    }
}
