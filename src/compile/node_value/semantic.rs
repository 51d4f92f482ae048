//! Metrics, semantic models and saved queries as artifacts see them: what the property file says, in full. Knows nothing
//! of what is computed from them.

use crate::base::data::{Data, DataMap};
use crate::compile::node_value::{Keys, config, empty, identity, mapping, references, texts};
use crate::graph::nodes::{Node, ResourceType};

/// How a key's value is made of what is given for it, which may be nothing.
enum Part {
    /// As it is given.
    Given,
    /// As a text, whatever it is given as.
    Text,
    /// As it is given, or false.
    Flag,
    /// As something else makes it.
    Made(fn(&Data) -> Data),
}

type Shape<'s> = &'s [(&'s str, Part)];

const MEASURE_INPUT: Shape = &[
    ("name", Part::Given),
    ("filter", Part::Made(filter)),
    ("alias", Part::Given),
    ("join_to_timespine", Part::Flag),
    ("fill_nulls_with", Part::Given),
];

const METRIC_INPUT: Shape = &[
    ("name", Part::Given),
    ("filter", Part::Made(filter)),
    ("alias", Part::Given),
    ("offset_window", Part::Made(window)),
    ("offset_to_grain", Part::Given),
];

const CONVERSION: Shape = &[
    ("base_measure", Part::Made(measure_input)),
    ("conversion_measure", Part::Made(measure_input)),
    ("entity", Part::Given),
    ("calculation", Part::Made(|given| or(given, "conversion_rate".into()))),
    ("window", Part::Made(window)),
    ("constant_properties", Part::Given),
];

const DIMENSION: Shape = &[
    ("name", Part::Given),
    ("type", Part::Given),
    ("description", Part::Given),
    ("label", Part::Given),
    ("is_partition", Part::Flag),
    ("type_params", Part::Made(dimension_type)),
    ("expr", Part::Text),
    ("metadata", Part::Made(nothing)),
    ("config", Part::Made(element_config)),
];

const ENTITY: Shape = &[
    ("name", Part::Given),
    ("type", Part::Given),
    ("description", Part::Given),
    ("label", Part::Given),
    ("role", Part::Given),
    ("expr", Part::Text),
    ("config", Part::Made(element_config)),
];

const MEASURE: Shape = &[
    ("name", Part::Given),
    ("agg", Part::Given),
    ("description", Part::Given),
    ("label", Part::Given),
    // The metric is made; that it was asked for is not kept.
    ("create_metric", Part::Made(|_| false.into())),
    ("expr", Part::Text),
    ("agg_params", Part::Made(aggregation)),
    ("non_additive_dimension", Part::Made(non_additive)),
    ("agg_time_dimension", Part::Given),
    ("config", Part::Made(element_config)),
];

/// Returns a metric, semantic model or saved query as the manifest holds it.
pub(super) fn value(node: &Node, created_at: f64) -> DataMap {
    let mut keys = Keys::default();
    identity(&mut keys, node);
    match node.resource_type {
        ResourceType::Metric => metric(&mut keys, node, created_at),
        ResourceType::SemanticModel => semantic_model(&mut keys, node, created_at),
        _ => saved_query(&mut keys, node, created_at),
    }
    keys.0
}

fn metric(keys: &mut Keys, node: &Node, created_at: f64) {
    let of = |key: &str| node.kept.get(key).cloned().unwrap_or_default();
    let config = config(node);
    let own = config.get("meta").filter(|meta| meta.as_map().is_some_and(|meta| !meta.is_empty()));
    let meta = own.cloned().unwrap_or_else(|| or(&of("meta"), empty()));
    let is_cumulative = of("type").as_str() == Some("cumulative");
    keys.set("description", description(node).unwrap_or_else(|| "".into()));
    keys.set("label", of("label"));
    keys.set("type", of("type"));
    keys.set("type_params", type_params(&of("type_params"), &of(MEASURES_READ), is_cumulative));
    keys.set("filter", filter(&of("filter")));
    keys.set("metadata", Data::Null);
    keys.set("time_granularity", of("time_granularity"));
    keys.set("meta", meta);
    keys.set("tags", texts(&node.tags));
    let group = config.get("group").cloned();
    keys.set("config", Data::Map(config));
    keys.set("unrendered_config", Data::Map(node.unrendered_config.clone()));
    keys.set("sources", Data::List(Vec::new()));
    keys.set("depends_on", mapping([("macros", texts(&[])), ("nodes", texts(&node.depends_on))]));
    keys.set("refs", references(node, "ref"));
    keys.set("metrics", Data::List(Vec::new()));
    keys.set("created_at", Data::Float(created_at));
    keys.set("group", group);
}

/// The key under which a metric keeps the measures that it comes down to.
pub const MEASURES_READ: &str = "input_measures";

fn type_params(given: &Data, measures: &Data, is_cumulative: bool) -> Data {
    let of = |key: &str| part(given, key);
    let conversion = of("conversion_type_params");
    mapping([
        ("measure", measure_input(&of("measure"))),
        ("input_measures", list(measures, measure_input)),
        ("numerator", metric_input(&of("numerator"))),
        ("denominator", metric_input(&of("denominator"))),
        ("expr", text(&of("expr"))),
        ("window", window(&of("window"))),
        ("grain_to_date", of("grain_to_date")),
        ("metrics", list(&of("metrics"), metric_input)),
        (
            "conversion_type_params",
            if conversion.is_null() { Data::Null } else { shaped(&conversion, CONVERSION) },
        ),
        ("cumulative_type_params", if is_cumulative { cumulative(given) } else { Data::Null }),
        ("metric_aggregation_params", Data::Null),
    ])
}

/// What was once said of cumulative metrics beside these keys counts where they say nothing.
fn cumulative(given: &Data) -> Data {
    let own = part(given, "cumulative_type_params");
    let of = |key: &str| or(&part(&own, key), part(given, key));
    mapping([
        ("window", window(&of("window"))),
        ("grain_to_date", of("grain_to_date")),
        ("period_agg", or(&part(&own, "period_agg"), "first".into())),
        ("metric", Data::Null),
    ])
}

fn semantic_model(keys: &mut Keys, node: &Node, created_at: f64) {
    let of = |key: &str| node.kept.get(key).cloned().unwrap_or_default();
    let config = config(node);
    keys.set("model", of("model"));
    keys.set("node_relation", of(RELATION_READ));
    keys.set("description", description(node));
    keys.set("label", of("label"));
    keys.set(
        "defaults",
        match of("defaults") {
            Data::Null => Data::Null,
            given => shaped(&given, &[("agg_time_dimension", Part::Given)]),
        },
    );
    let shared = part(&of("config"), "meta");
    let parts = |key: &str, shape: Shape| list(&of(key), |given| element(given, shape, &shared));
    keys.set("entities", parts("entities", ENTITY));
    keys.set("measures", parts("measures", MEASURE));
    keys.set("dimensions", parts("dimensions", DIMENSION));
    keys.set("metadata", Data::Null);
    keys.set("depends_on", mapping([("macros", texts(&[])), ("nodes", texts(&node.depends_on))]));
    keys.set("refs", references(node, "ref"));
    keys.set("created_at", Data::Float(created_at));
    let group = config.get("group").cloned();
    keys.set("config", Data::Map(config));
    keys.set("unrendered_config", Data::Map(node.unrendered_config.clone()));
    keys.set("primary_entity", of("primary_entity"));
    keys.set("group", group);
}

/// The key under which a semantic model keeps the relation of its model.
pub const RELATION_READ: &str = "node_relation";

fn saved_query(keys: &mut Keys, node: &Node, created_at: f64) {
    let of = |key: &str| node.kept.get(key).cloned().unwrap_or_default();
    let config = config(node);
    let asked = of("query_params");
    let names = |key: &str| list(&part(&asked, key), Data::clone);
    keys.set(
        "query_params",
        mapping([
            ("metrics", names("metrics")),
            ("group_by", names("group_by")),
            ("where", filter(&part(&asked, "where"))),
            ("order_by", names("order_by")),
            ("limit", part(&asked, "limit")),
        ]),
    );
    keys.set("exports", list(&of("exports"), |given| export(node, &config, given)));
    keys.set("description", description(node));
    keys.set("label", of("label"));
    keys.set("metadata", Data::Null);
    let group = config.get("group").cloned();
    keys.set("config", Data::Map(config));
    keys.set("unrendered_config", Data::Map(node.unrendered_config.clone()));
    keys.set("group", group);
    keys.set("depends_on", mapping([("macros", texts(&[])), ("nodes", texts(&node.depends_on))]));
    keys.set("created_at", Data::Float(created_at));
    keys.set("refs", Data::List(Vec::new()));
    keys.set("tags", texts(&node.tags));
}

fn export(node: &Node, config: &DataMap, given: &Data) -> Data {
    let own = part(given, "config");
    let shared = |key: &str| config.get(key).cloned().unwrap_or_default();
    let schema = or(&part(&own, "schema"), shared("schema"));
    let made = mapping([
        ("export_as", or(&part(&own, "export_as"), shared("export_as"))),
        ("schema_name", or(&schema, node.schema.as_str().into())),
        ("alias", or(&part(&own, "alias"), part(given, "name"))),
        ("database", or(&part(&own, "database"), node.database.as_str().into())),
    ]);
    let unrendered = if own.is_null() { empty() } else { own };
    mapping([("name", part(given, "name")), ("config", made), ("unrendered_config", unrendered)])
}

fn description(node: &Node) -> Option<Data> {
    node.kept.get("description").filter(|given| !given.is_null()).cloned()
}

/// Returns how a metric reads a measure, with all its keys.
pub fn measure_input(given: &Data) -> Data {
    named(given, MEASURE_INPUT)
}

fn metric_input(given: &Data) -> Data {
    named(given, METRIC_INPUT)
}

/// A name alone stands for an entry that says no more.
fn named(given: &Data, shape: Shape) -> Data {
    match given {
        Data::Null => Data::Null,
        Data::Map(_) => shaped(given, shape),
        name => shaped(&mapping([("name", name.clone())]), shape),
    }
}

fn dimension_type(given: &Data) -> Data {
    if given.is_null() {
        return Data::Null;
    }
    let validity = match part(given, "validity_params") {
        Data::Null => Data::Null,
        validity => shaped(&validity, &[("is_start", Part::Flag), ("is_end", Part::Flag)]),
    };
    mapping([("time_granularity", part(given, "time_granularity")), ("validity_params", validity)])
}

fn aggregation(given: &Data) -> Data {
    if given.is_null() {
        return Data::Null;
    }
    shaped(
        given,
        &[
            ("percentile", Part::Given),
            ("use_discrete_percentile", Part::Flag),
            ("use_approximate_percentile", Part::Flag),
        ],
    )
}

fn non_additive(given: &Data) -> Data {
    if given.is_null() {
        return Data::Null;
    }
    let groupings = list(&part(given, "window_groupings"), Data::clone);
    mapping([
        ("name", part(given, "name")),
        ("window_choice", part(given, "window_choice")),
        ("window_groupings", groupings),
    ])
}

/// A part of a semantic model: what is free information of the whole is so of each part.
fn element(given: &Data, shape: Shape, shared: &Data) -> Data {
    let Data::Map(mut map) = shaped(given, shape) else { return Data::Null };
    let mut meta = shared.as_map().cloned().unwrap_or_default();
    let own = part(map.get("config").unwrap_or(&Data::Null), "meta");
    meta.extend(own.as_map().cloned().unwrap_or_default());
    map.insert("config".to_owned(), mapping([("meta", Data::Map(meta))]));
    Data::Map(map)
}

fn element_config(given: &Data) -> Data {
    mapping([("meta", or(&part(given, "meta"), empty()))])
}

/// A filter is one condition or several.
fn filter(given: &Data) -> Data {
    let one = |condition: &Data| mapping([("where_sql_template", text(condition))]);
    match given {
        Data::Null => Data::Null,
        Data::List(conditions) => {
            mapping([("where_filters", Data::List(conditions.iter().map(one).collect()))])
        }
        condition => mapping([("where_filters", Data::List(vec![one(condition)]))]),
    }
}

/// The spans of time that are known by name: of these the plural is taken for the singular.
const GRANULARITIES: [&str; 11] = [
    "nanosecond",
    "microsecond",
    "millisecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
];

/// Reads `28 days`.
fn window(given: &Data) -> Data {
    let Some(text) = given.as_str() else { return given.clone() };
    let lower = text.to_lowercase();
    let Some((count, unit)) = lower.split_once(' ') else { return given.clone() };
    let Ok(count) = count.parse::<i64>() else { return given.clone() };
    let singular = unit.strip_suffix('s').filter(|singular| GRANULARITIES.contains(singular));
    mapping([("count", count.into()), ("granularity", singular.unwrap_or(unit).into())])
}

fn shaped(given: &Data, shape: Shape) -> Data {
    let one = |(key, how): &(&str, Part)| {
        let given = part(given, key);
        let value = match how {
            Part::Given => given,
            Part::Text => text(&given),
            Part::Flag => or(&given, false.into()),
            Part::Made(make) => make(&given),
        };
        ((*key).to_owned(), value)
    };
    Data::Map(shape.iter().map(one).collect())
}

fn list(given: &Data, one: impl Fn(&Data) -> Data) -> Data {
    match given {
        Data::Null => Data::List(Vec::new()),
        Data::List(items) => Data::List(items.iter().map(one).collect()),
        alone => Data::List(vec![one(alone)]),
    }
}

fn part(given: &Data, key: &str) -> Data {
    given.as_map().and_then(|map| map.get(key)).cloned().unwrap_or_default()
}

fn or(given: &Data, otherwise: Data) -> Data {
    if given.is_null() { otherwise } else { given.clone() }
}

fn text(given: &Data) -> Data {
    given.to_text().into()
}

fn nothing(_: &Data) -> Data {
    Data::Null
}
