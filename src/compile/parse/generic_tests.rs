//! Generic tests: one node for each entry under a model, a source table or a column.

use indexmap::IndexMap;
use rayon::prelude::*;

use crate::base::data::{Data, DataMap};
use crate::compile::context::Recorder;
use crate::compile::node_value::GROUP_OF_TESTED;
use crate::compile::parse::sources::folders;
use crate::compile::parse::{Draft, Reading, resources, unrendered};
use crate::compile::test_names::{id_suffix, synthesize};
use crate::compile::{context, render, yaml_text};
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{Argument, Detail, GenericTest, Node, Nodes, ResourceType};
use crate::jinja::value::Value;
use crate::project::config::Config;
use crate::project::config_tree;
use crate::project::properties::prose::Prose;
use crate::project::properties::resource::Column;
use crate::project::properties::resource::ResourceProperties;
use crate::project::properties::test::{CONFIG_KEYS, TestProperties};
use crate::project::properties::version::Version;
use crate::project::properties::{PropertyFile, Section};

/// What a test is put on.
struct Target<'t> {
    package: &'t str,
    file: &'t PropertyFile,
    /// The text of the `model` argument.
    model: String,
    /// How the target is called in the test's name.
    name: String,
    /// The prefix of the test's name: `source_` for sources.
    prefix: &'static str,
    /// The id of the model under test.
    attached: Option<String>,
    file_key_name: String,
    column: Option<&'t Column>,
    /// Tags that come after those of the column: a source's.
    tags: Vec<String>,
    /// Whether the model itself takes part.
    enabled: bool,
}

/// Makes a node of every generic test.
pub(super) fn read(reading: &Reading, drafts: &[Draft], findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let known: IndexMap<&str, &Node> =
        drafts.iter().map(|draft| (draft.node.unique_id.as_str(), &draft.node)).collect();
    let mut wanted: Vec<(Target<'_>, &TestProperties)> = Vec::new();
    for (index, file) in &reading.properties {
        let Some(package) = reading.loaded.packages.get(*index).map(|package| package.name.as_str()) else {
            continue;
        };
        for (section, resource) in &file.resources {
            for (version, resource) in variants(resource) {
                let target =
                    |column| model_target(package, file, (*section, &resource.name, version), column, &known);
                for test in &resource.tests {
                    wanted.extend(target(None).map(|target| (target, test)));
                }
                for column in &resource.columns {
                    for test in &column.tests {
                        wanted.extend(target(Some(column)).map(|target| (target, test)));
                    }
                }
            }
        }
        for source in &file.sources {
            for table in &source.tables {
                let tags: Vec<String> = source.tags.iter().chain(&table.tags).cloned().collect();
                let target = |column| source_target(package, file, &source.name, &table.name, column, &tags);
                wanted.extend(table.tests.iter().map(|test| (target(None), test)));
                for column in &table.columns {
                    wanted.extend(column.tests.iter().map(|test| (target(Some(column)), test)));
                }
            }
        }
    }
    let read: Vec<(Draft, Vec<Diagnostic>)> = wanted
        .par_iter()
        .map(|(target, test)| {
            let mut own = Vec::new();
            (draft(reading, target, test, &mut own), own)
        })
        .collect();
    read.into_iter()
        .map(|(draft, own)| {
            findings.extend(own);
            draft
        })
        .collect()
}

/// Returns what is under test of one entry: the resource, or each of its versions.
fn variants(resource: &ResourceProperties) -> Vec<(Option<&Version>, &ResourceProperties)> {
    if resource.versions.is_empty() {
        return vec![(None, resource)];
    }
    resource.versions.iter().map(|version| (Some(version), &version.properties)).collect()
}

fn model_target<'t>(
    package: &'t str,
    file: &'t PropertyFile,
    (section, name, version): (Section, &str, Option<&Version>),
    column: Option<&'t Column>,
    known: &IndexMap<&str, &Node>,
) -> Option<Target<'t>> {
    let kind = match section {
        Section::Models => "model",
        Section::Seeds => "seed",
        Section::Snapshots => "snapshot",
        Section::Analyses | Section::DataTests | Section::Functions => return None,
    };
    let version = version.map(Version::text);
    let (id, shown, argument) = match &version {
        Some(version) => (
            format!("{kind}.{package}.{name}.v{version}"),
            format!("{name}_v{version}"),
            format!("'{name}', version='{version}'"),
        ),
        None => (format!("{kind}.{package}.{name}"), name.to_owned(), format!("'{name}'")),
    };
    // What is described and not there is tested all the same: such a test is left out with a warning, once its
    // references are looked for.
    let node = known.get(id.as_str());
    Some(Target {
        package,
        file,
        model: format!("{{{{ get_where_subquery(ref({argument})) }}}}"),
        name: shown,
        prefix: "",
        attached: node.map(|_| id),
        file_key_name: format!("{}.{name}", section.key()),
        column,
        tags: Vec::new(),
        enabled: node.is_none_or(|node| node.config.is_enabled()),
    })
}

fn source_target<'t>(
    package: &'t str,
    file: &'t PropertyFile,
    source: &str,
    table: &str,
    column: Option<&'t Column>,
    tags: &[String],
) -> Target<'t> {
    Target {
        package,
        file,
        model: format!("{{{{ get_where_subquery(source('{source}', '{table}')) }}}}"),
        name: format!("{source}_{table}"),
        prefix: "source_",
        attached: None,
        file_key_name: format!("sources.{source}"),
        column,
        tags: tags.to_vec(),
        enabled: true,
    }
}

fn draft(
    reading: &Reading,
    target: &Target<'_>,
    test: &TestProperties,
    findings: &mut Vec<Diagnostic>,
) -> Draft {
    let mut test = rendered(reading, target, test, findings);
    let arguments = arguments(reading, target, &test);
    let values: IndexMap<String, Data> =
        arguments.iter().map(|(key, argument)| (key.clone(), argument.value.clone())).collect();
    let namespace = test.namespace.as_deref();
    let prefixed = format!("{}{}", target.prefix, test.test);
    let made_up = match (target.prefix, namespace) {
        ("", _) | (_, None) => synthesize(namespace, &prefixed, &target.name, &values),
        (prefix, Some(namespace)) => {
            synthesize(None, &format!("{prefix}{namespace}_{}", test.test), &target.name, &values)
        }
    };
    let name = test.name.clone().unwrap_or(made_up.full);
    let short_name = test.name.clone().unwrap_or(made_up.short);
    let mut fqn = vec![target.package.to_owned()];
    fqn.extend(folders(&target.file.resource_path));
    fqn.push(name.clone());
    let id = format!("test.{}.{name}.{}", target.package, id_suffix(&name, namespace, &test.test, &values));
    if short_name != name {
        test.config.entry("alias".to_owned()).or_insert_with(|| short_name.as_str().into());
    }
    let test = &test;
    let mut node = Node {
        unique_id: id,
        resource_type: ResourceType::Test,
        name,
        package: target.package.to_owned(),
        config: configure(reading, target, test, &fqn, &[]),
        fqn,
        path: format!("{short_name}.sql"),
        original_file_path: target.file.path.clone(),
        file: target.file.file,
        place: test.place,
        raw_code: raw_code(test).into(),
        raw_offset: 0,
        checksum: String::new(),
        unrendered_config: DataMap::new(),
        config_calls: DataMap::new(),
        primary_key: Vec::new(),
        adapter: "",
        quoting: [true; 3],
        database: String::new(),
        schema: String::new(),
        alias: short_name.clone(),
        description: Prose { place: Some(test.place), ..Prose::plain(test.description.as_str()) },
        version: None,
        columns: Vec::new(),
        tags: Vec::new(),
        patch_path: None,
        root_path: String::new(),
        references: Vec::new(),
        macros: Vec::new(),
        depends_on: Vec::new(),
        detail: Detail::GenericTest(GenericTest {
            namespace: test.namespace.clone(),
            test: test.test.clone(),
            arguments,
            column_name: values
                .get("column_name")
                .and_then(Data::to_text)
                .filter(|_| target.column.is_some()),
            attached_node: target.attached.clone(),
            target: target.name.clone(),
            file_key_name: target.file_key_name.clone(),
            short_name,
        }),
        kept: DataMap::new(),
        batch: None,
    };
    let mut calls = learn_references(reading, &mut node, findings);
    // dbt takes tags in where it reads a test, and again where it renders it.
    if let Some(tags) = test.config.get("tags").filter(|_| is_rendered(&node.macros)) {
        calls.push(DataMap::from_iter([("tags".to_owned(), tags.clone())]));
    }
    if !calls.is_empty() {
        node.config = configure(reading, target, test, &node.fqn, &calls);
    }
    let mut own = Config::default();
    calls.iter().chain([&test.config]).for_each(|given| own.merge_all(given));
    let packages = reading.packages().map(|(package, _)| package);
    if let Some(package) = packages.into_iter().find(|package| package.name == target.package) {
        node.unrendered_config =
            unrendered::gather(reading, package, "data_tests", &node.fqn, &[own.values()]);
    }
    node.tags = tags(target, test, &node);
    valid_severity(&node, findings);
    let left_out =
        !target.enabled && test.config.get("enabled").is_none_or(|data| data.as_bool() != Some(false));
    Draft { left_out, ..Draft::new(node) }
}

/// Completes tests with what is known of the models that they test.
pub(super) fn complete(nodes: &mut Nodes) {
    let group = |nodes: &Nodes, test: &Node| {
        let tested = nodes.get(test.generic_test()?.attached_node.as_ref()?)?;
        tested.config.get("group").filter(|group| !group.is_null()).cloned()
    };
    let found: Vec<(String, Data)> = nodes
        .enabled
        .values()
        .filter_map(|test| Some((test.unique_id.clone(), group(nodes, test)?)))
        .collect();
    for (id, group) in found {
        if let Some(test) = nodes.enabled.get_mut(&id) {
            test.kept.insert(GROUP_OF_TESTED.to_owned(), group);
        }
    }
}

fn arguments(reading: &Reading, target: &Target<'_>, test: &TestProperties) -> IndexMap<String, Argument> {
    let as_one = !reading.loaded.invocation.options.flags.is_on("require_generic_test_arguments_property");
    let mut arguments: IndexMap<String, Argument> = test
        .all_arguments(as_one)
        .into_iter()
        .map(|entry| (entry.key.clone(), Argument { value: entry.value.to_data(), place: entry.value.place }))
        .collect();
    if let Some(column) = target.column {
        let name =
            if column.quote == Some(true) { format!("\"{}\"", column.name) } else { column.name.clone() };
        // dbt has the column behind what stands beside `arguments`, and before what stands in there.
        let nested = test.nested.as_ref().filter(|_| !as_one).map_or(0, |entry| entry.value.entries().len());
        if !arguments.contains_key("column_name") {
            let column = Argument { value: name.into(), place: column.place };
            arguments.shift_insert(arguments.len().saturating_sub(nested), "column_name".to_owned(), column);
        }
    }
    arguments.insert("model".to_owned(), Argument { value: target.model.as_str().into(), place: test.place });
    arguments
}

/// Renders the texts of a test's configuration, natively.
fn rendered(
    reading: &Reading,
    target: &Target<'_>,
    test: &TestProperties,
    findings: &mut Vec<Diagnostic>,
) -> TestProperties {
    let mut test = test.clone();
    let is_template = |value: &Data| value.to_texts().iter().any(|text| yaml_text::is_template(text));
    if !test.config.values().any(is_template) {
        return test;
    }
    let names = yaml_text::environment();
    context::properties(&names, &reading.loaded.invocation, target.package);
    for value in test.config.values_mut() {
        match yaml_text::render_data(&names, value, test.place) {
            Ok(data) => *value = data,
            Err(finding) => findings.push(*finding),
        }
    }
    test
}

/// Finds a severity that is none.
pub(super) fn valid_severity(node: &Node, findings: &mut Vec<Diagnostic>) {
    let Some(severity) = node.config.get("severity").and_then(Data::to_text) else { return };
    if !matches!(severity.to_lowercase().as_str(), "warn" | "error") {
        let message = format!("`{severity}` is no severity: it must be warn or error");
        let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
        findings.push(finding.hint_nearest(&severity, ["warn", "error"]));
    }
}

/// Puts the configuration together: project tree, what the test's macro tells, then the test's own.
fn configure(
    reading: &Reading,
    target: &Target<'_>,
    test: &TestProperties,
    fqn: &[String],
    calls: &[DataMap],
) -> Config {
    let mut config = Config::default();
    let packages =
        reading.packages().map(|(package, _)| package).filter(|package| package.name == target.package);
    for package in packages {
        for value in
            package.definition.tree("data_tests").map(|tree| config_tree::walk(tree, fqn)).unwrap_or_default()
        {
            config.merge(&value.key, value.value);
        }
    }
    for call in calls {
        config.merge_all(call);
    }
    config.merge_all(&test.config);
    if let Some(root) = reading.root().filter(|root| root.name != target.package) {
        for value in
            root.definition.tree("data_tests").map(|tree| config_tree::walk(tree, fqn)).unwrap_or_default()
        {
            config.merge(&value.key, value.value);
        }
    }
    if !target.enabled {
        config.merge("enabled", Data::Bool(false));
    }
    resources::complete_test(&mut config);
    config
}

fn tags(target: &Target<'_>, test: &TestProperties, node: &Node) -> Vec<String> {
    let column = target.column.map(|column| column.tags.clone()).unwrap_or_default();
    let own = test.config.get("tags").map(Data::to_texts).unwrap_or_default();
    let tree = node.config.texts("tags").into_iter().filter(|tag| !own.contains(tag)).collect::<Vec<_>>();
    let mut tags: Vec<String> = Vec::new();
    for tag in column.into_iter().chain(target.tags.iter().cloned()).chain(own).chain(tree) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// Writes the template of a test as dbt does.
fn raw_code(test: &TestProperties) -> String {
    let namespace = test.namespace.as_ref().map(|namespace| format!("{namespace}.")).unwrap_or_default();
    let call = format!("{{{{ {namespace}test_{}(**_dbt_generic_test_kwargs) }}}}", test.test);
    let mut config: Vec<(String, String)> = Vec::new();
    let written = |data: &Data| match data {
        Data::Str(text) => format!("\"{}\"", text.replace('"', "\\\"")),
        other => Value::from(other).repr(),
    };
    for key in CONFIG_KEYS {
        match test.config.get(*key) {
            Some(data) if !data.is_null() => config.push(((*key).to_owned(), written(data))),
            _ => {}
        }
    }
    if config.is_empty() {
        return call;
    }
    let config: Vec<String> = config.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("{call}{{{{ config({}) }}}}", config.join(","))
}

/// Renders the test once to learn what it refers to; a test macro that does not exist is found out at run.
fn learn_references(reading: &Reading, node: &mut Node, findings: &mut Vec<Diagnostic>) -> Vec<DataMap> {
    let recorder = Recorder::default();
    let names = resources::parse_environment(reading, node, &recorder);
    let result = render::generic_test(&names, &reading.macros, node);
    node.references = recorder.references.take();
    node.macros = macros_of_test(reading, node, &names.called_macros());
    match result {
        Ok(_) | Err(render::TestError::NoMacro(_)) => {}
        Err(render::TestError::Render(error)) => {
            findings.push(crate::compile::render::finding(&error, &reading.sources));
        }
    }
    if let Some(test) = node.generic_test()
        && reading.macros.test(&node.package, test.namespace.as_deref(), &test.test).is_none()
    {
        let name =
            test.namespace.as_ref().map(|namespace| format!("{namespace}.")).unwrap_or_default() + &test.test;
        let message = format!("the test `{name}` does not exist");
        let all = reading.macros.all();
        let known = all.iter().filter_map(|entry| entry.name.strip_prefix("test_"));
        let mut finding =
            Diagnostic::at(codes::TEST_LEFT_OUT, node.place, message).hint_nearest(&test.test, known);
        if test.namespace.is_some() {
            finding = finding.hint("a package's tests need the package: see `packages.yml`");
        }
        findings.push(finding.note("the test will end with an error when it runs"));
    }
    recorder.configs.take().into_iter().map(|(values, _)| values).collect()
}

/// The macros that dbt says a test depends on: the test's own, then the one around the model. It renders neither the
/// arguments nor, for its own two simplest tests, anything.
fn macros_of_test(reading: &Reading, node: &Node, called: &[String]) -> Vec<String> {
    let Some(test) = node.generic_test() else { return Vec::new() };
    // dbt looks for a macro of this name in the test's own package first, whatever namespace is called.
    let own = reading.macros.find(&node.package, &format!("test_{}", test.test));
    let own = own.or_else(|| reading.macros.test(&node.package, test.namespace.as_deref(), &test.test));
    let mut macros: Vec<String> = own.map(|own| own.unique_id()).into_iter().collect();
    if is_rendered(&macros) {
        macros.extend(called.iter().filter(|id| id.ends_with(".get_where_subquery")).cloned());
    }
    macros
}

/// Tells whether dbt renders a test when it reads the project, from the macros it depends on: all but its own two
/// simplest are.
fn is_rendered(macros: &[String]) -> bool {
    !macros.iter().any(|id| matches!(id.as_str(), "macro.dbt.test_not_null" | "macro.dbt.test_unique"))
}
