//! Semantic models, metrics and saved queries: their places in the graph. Nothing is computed from them here.

use std::collections::{BTreeSet, HashMap};

use crate::base::data::{Data, DataMap};
use crate::compile::context::Recorder;
use crate::compile::node_value::{self, MEASURES_READ, RELATION_READ};
use crate::compile::parse::exposures::{configure, record};
use crate::compile::parse::sources::folders;
use crate::compile::parse::{Draft, Reading, names, unrendered};
use crate::compile::project::Package;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::nodes::{Node, Nodes, ResourceType};
use crate::project::properties::PropertyFile;
use crate::yaml;

/// What metrics and saved queries find each other by: the ids of metrics, and of the semantic models of measures.
#[derive(Default)]
struct Known {
    metrics: HashMap<String, String>,
    measures: HashMap<String, BTreeSet<String>>,
}

/// Makes a node of every semantic model, metric and saved query.
pub(super) fn read(reading: &Reading, findings: &mut Vec<Diagnostic>) -> Vec<Draft> {
    let mut nodes = Vec::new();
    for (index, file) in &reading.properties {
        let Some(package) = reading.loaded.packages.get(*index) else { continue };
        for (section, entry) in &file.kept {
            let found = node(reading, package, file, (section, entry), findings);
            let metrics = found.as_ref().map(metrics_of_measures).unwrap_or_default();
            nodes.extend(found.into_iter().chain(metrics));
        }
    }
    let mut known = Known::default();
    for node in nodes.iter().filter(|node| node.config.is_enabled()) {
        match node.resource_type {
            ResourceType::Metric => {
                known.metrics.insert(node.name.clone(), node.unique_id.clone());
            }
            ResourceType::SemanticModel => {
                for measure in entries(&node.kept, "measures") {
                    known.measures.entry(measure).or_default().insert(node.unique_id.clone());
                }
            }
            _ => {}
        }
    }
    for node in &mut nodes {
        depend(node, &known, findings);
    }
    let (queries, others): (Vec<Node>, Vec<Node>) =
        nodes.into_iter().partition(|node| node.resource_type == ResourceType::SavedQuery);
    let mut queries: Vec<Draft> = queries.into_iter().map(Draft::new).collect();
    // What a query exports goes to a place of the database.
    names::assign(reading, &mut queries, findings);
    others.into_iter().map(Draft::new).chain(queries).collect()
}

/// Completes what semantic nodes say with what is known only once every reference is found: the relations that semantic
/// models read, and the measures that metrics come down to.
pub(super) fn complete(nodes: &mut Nodes) {
    let ids: Vec<String> = nodes
        .enabled
        .values()
        .filter(|node| matches!(node.resource_type, ResourceType::SemanticModel | ResourceType::Metric))
        .map(|node| node.unique_id.clone())
        .collect();
    for id in ids {
        let Some(node) = nodes.get(&id) else { continue };
        let (key, value) = match node.resource_type {
            ResourceType::Metric => {
                let mut measures = Vec::new();
                collect_measures(nodes, node, &mut BTreeSet::new(), &mut measures);
                (MEASURES_READ, Data::List(measures))
            }
            _ => {
                let model = node.depends_on.first().and_then(|id| nodes.get(id));
                (RELATION_READ, model.map(relation_read).unwrap_or_default())
            }
        };
        if let Some(node) = nodes.enabled.get_mut(&id) {
            node.kept.insert(key.to_owned(), value);
        }
    }
}

fn relation_read(model: &Node) -> Data {
    let pairs = [
        ("alias", Data::from(model.alias.as_str())),
        ("schema_name", model.schema.as_str().into()),
        ("database", model.database.as_str().into()),
        ("relation_name", node_value::relation_name(model).into()),
    ];
    Data::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Collects the measures of a metric: its own, or those of the metrics that it is made of.
fn collect_measures(nodes: &Nodes, metric: &Node, seen: &mut BTreeSet<String>, measures: &mut Vec<Data>) {
    if !seen.insert(metric.unique_id.clone()) {
        return;
    }
    let given = metric.kept.get("type_params").and_then(Data::as_map).cloned().unwrap_or_default();
    let conversion = given.get("conversion_type_params").and_then(Data::as_map);
    let own = [given.get("measure")]
        .into_iter()
        .chain(["base_measure", "conversion_measure"].map(|key| conversion.and_then(|map| map.get(key))));
    for measure in own.flatten().filter(|measure| !measure.is_null()).map(node_value::measure_input) {
        if !measures.contains(&measure) {
            measures.push(measure);
        }
    }
    for parent in metric.depends_on.iter().filter_map(|id| nodes.get(id)) {
        if parent.resource_type == ResourceType::Metric {
            collect_measures(nodes, parent, seen, measures);
        }
    }
}

fn node(
    reading: &Reading,
    package: &Package,
    file: &PropertyFile,
    (section, entry): (&str, &yaml::Node),
    findings: &mut Vec<Diagnostic>,
) -> Option<Node> {
    let (resource_type, tree) = match section {
        "metrics" => (ResourceType::Metric, "metrics"),
        "semantic_models" => (ResourceType::SemanticModel, "semantic-models"),
        _ => (ResourceType::SavedQuery, "saved-queries"),
    };
    let Data::Map(kept) = entry.to_data() else { return None };
    let Some(name) = kept.get("name").and_then(Data::to_text) else {
        let message = format!("an entry of `{section}` needs a `name`");
        findings.push(Diagnostic::at(codes::MISSING_KEY, entry.place, message));
        return None;
    };
    let mut fqn = vec![package.name.clone()];
    fqn.extend(folders(&file.resource_path));
    fqn.push(name.clone());
    let mut own = kept.get("config").and_then(Data::as_map).cloned().unwrap_or_default();
    let written = own.clone();
    // What stands beside the configuration of a metric is not taken into it.
    let beside: &[&str] = if resource_type == ResourceType::Metric { &[] } else { &["tags", "meta"] };
    for key in beside {
        if let Some(value) = kept.get(*key).filter(|value| !value.is_null() && !own.contains_key(*key)) {
            own.insert((*key).to_owned(), value.clone());
        }
    }
    let mut node = Node::defined(resource_type, &package.name, &name, entry.place);
    node.unrendered_config = unrendered::gather(reading, package, tree, &fqn, &[&written]);
    node.config = configure(reading, package, (tree, &fqn), &own);
    // dbt keeps `tags` of a metric's configuration there, and those of a saved query count.
    node.tags = match resource_type {
        ResourceType::Metric => kept.get("tags").map(Data::to_texts).unwrap_or_default(),
        _ => node.config.texts("tags"),
    };
    node.fqn = fqn;
    node.path.clone_from(&file.resource_path);
    node.original_file_path.clone_from(&file.path);
    if let Some(model) = kept.get("model").and_then(Data::to_text) {
        let recorder = Recorder::default();
        let place = entry.entries().iter().find(|entry| entry.key == "model");
        let place = place.map_or(node.place, |entry| entry.value.place);
        record(reading, &node, &recorder, (&model, place), findings);
        node.references = recorder.references.take();
    }
    node.kept = kept;
    Some(node)
}

/// Makes the metrics that the measures of a semantic model ask for with `create_metric`.
fn metrics_of_measures(model: &Node) -> Vec<Node> {
    let measures = model.kept.get("measures").and_then(Data::as_list).unwrap_or_default();
    let wanted = measures
        .iter()
        .filter_map(Data::as_map)
        .filter(|measure| measure.get("create_metric").and_then(Data::as_bool).unwrap_or_default());
    let metric = |measure: &DataMap| {
        let name = measure.get("name").and_then(Data::to_text)?;
        let mut node = Node::defined(ResourceType::Metric, &model.package, &name, model.place);
        let meta = |data: Option<&Data>| data?.as_map()?.get("meta")?.as_map().cloned();
        let mut free = meta(model.kept.get("config")).unwrap_or_default();
        free.extend(meta(measure.get("config")).unwrap_or_default());
        node.config.set("enabled", model.config.is_enabled().into());
        node.config.set("meta", Data::Map(free));
        node.unrendered_config = node.config.values().clone();
        node.fqn.clone_from(&model.fqn);
        node.fqn.pop();
        node.fqn.push(name.clone());
        node.path.clone_from(&model.path);
        node.original_file_path.clone_from(&model.original_file_path);
        let text = |key: &str| measure.get(key).filter(|given| !given.is_null()).cloned();
        let measured = [
            ("measure".to_owned(), name.as_str().into()),
            ("expr".to_owned(), text("expr").unwrap_or_else(|| name.as_str().into())),
        ];
        let measured = Data::Map(DataMap::from_iter(measured));
        let described =
            text("description").unwrap_or_else(|| format!("Metric created from measure {name}").into());
        node.kept = DataMap::from_iter([
            ("name".to_owned(), name.as_str().into()),
            ("description".to_owned(), described),
            ("label".to_owned(), text("label").unwrap_or_else(|| name.as_str().into())),
            ("type".to_owned(), "simple".into()),
            ("type_params".to_owned(), measured),
        ]);
        Some(node)
    };
    wanted.filter_map(metric).collect()
}

/// Fills in what a metric or a saved query depends on.
fn depend(node: &mut Node, known: &Known, findings: &mut Vec<Diagnostic>) {
    let given = |key: &str| node.kept.get(key).and_then(Data::as_map).cloned().unwrap_or_default();
    let mut measures = Vec::new();
    let metrics = match node.resource_type {
        ResourceType::SavedQuery => entries(&given("query_params"), "metrics"),
        ResourceType::Metric => {
            let given = given("type_params");
            let conversion = given.get("conversion_type_params").and_then(Data::as_map).cloned();
            measures.extend(named(given.get("measure")));
            for key in ["base_measure", "conversion_measure"] {
                measures.extend(named(conversion.as_ref().and_then(|map| map.get(key))));
            }
            let mut metrics = entries(&given, "metrics");
            metrics.extend(["numerator", "denominator"].into_iter().filter_map(|key| named(given.get(key))));
            metrics
        }
        _ => return,
    };
    let mut parents: Vec<String> = Vec::new();
    for (kind, name) in
        metrics.iter().map(|name| ("metric", name)).chain(measures.iter().map(|name| ("measure", name)))
    {
        let found: Vec<String> = match kind {
            "metric" => known.metrics.get(name).into_iter().cloned().collect(),
            _ => known.measures.get(name).into_iter().flatten().cloned().collect(),
        };
        if found.is_empty() {
            let what = node.resource_type.name().replace('_', " ");
            let message =
                format!("{what} `{}` depends on a {kind} named `{name}` which was not found", node.name);
            let finding = Diagnostic::at(codes::UNKNOWN_REF, node.place, message);
            findings.push(match kind {
                "metric" => finding.hint_nearest(name, known.metrics.keys().map(String::as_str)),
                _ => finding.hint_nearest(name, known.measures.keys().map(String::as_str)),
            });
        }
        parents.extend(found.into_iter().filter(|id| !parents.contains(id)).collect::<Vec<_>>());
    }
    node.depends_on = parents;
}

/// Returns the names in a list of names or of mappings with names.
fn entries(map: &DataMap, key: &str) -> Vec<String> {
    let items = map.get(key).and_then(Data::as_list).unwrap_or_default();
    items.iter().filter_map(|item| named(Some(item))).collect()
}

/// Returns a name, which may stand alone or in a mapping.
fn named(value: Option<&Data>) -> Option<String> {
    match value? {
        Data::Map(map) => map.get("name").and_then(Data::to_text),
        Data::Null => None,
        other => other.to_text(),
    }
}
