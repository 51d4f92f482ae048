//! The project as tables, for questions in SQL: nodes, columns, edges, tests, macros, exposures, results of the last
//! run. Each table is one entry with its columns; rows are the dictionaries of the manifest and little else.

use serde_json::{Map, Value, json};

use crate::adapter::duckdb::memory::Column;
use crate::base::data::Data;
use crate::base::source::Place;
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::graph::nodes::Node;

/// One table.
pub struct ProjectTable {
    /// Its name.
    pub name: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    rows: fn(&Project, &Value) -> Vec<Value>,
}

impl ProjectTable {
    /// Makes the rows. `results` is what `run_results.json` holds, or nothing.
    pub fn rows(&self, project: &Project, results: &Value) -> Vec<String> {
        (self.rows)(project, results).iter().map(Value::to_string).collect()
    }
}

/// Every table.
pub const TABLES: &[ProjectTable] = &[
    ProjectTable {
        name: "nodes",
        about: "models, seeds, snapshots, tests, sources, exposures and all other nodes that are enabled",
        columns: &[
            ("unique_id", "VARCHAR", "dbt's id: model.shop.orders"),
            ("resource_type", "VARCHAR", "model, seed, snapshot, test, unit_test, source, exposure, ..."),
            ("name", "VARCHAR", "the name within the package"),
            ("package_name", "VARCHAR", "the package"),
            ("source_name", "VARCHAR", "the source that a source table belongs to"),
            ("file", "VARCHAR", "the file, from the package's folder on"),
            ("line", "INTEGER", "the line of the file at which the node begins, or is named"),
            ("described_in", "VARCHAR", "the property file that describes it"),
            ("fqn", "VARCHAR[]", "package, folders and name"),
            ("database", "VARCHAR", "the database of its relation"),
            ("schema", "VARCHAR", "the schema of its relation"),
            ("alias", "VARCHAR", "the name of its relation"),
            ("relation_name", "VARCHAR", "its relation as SQL writes it"),
            ("materialized", "VARCHAR", "how it becomes a relation"),
            ("description", "VARCHAR", "what it is"),
            ("tags", "VARCHAR[]", "its tags"),
            ("group", "VARCHAR", "its group"),
            ("access", "VARCHAR", "public, protected or private"),
            ("version", "VARCHAR", "the version of a model that has several"),
            ("contract_enforced", "BOOLEAN", "whether its columns are checked against its contract"),
            ("meta", "JSON", "free information"),
            ("config", "JSON", "its whole configuration"),
            ("raw_code", "VARCHAR", "its text"),
        ],
        rows: nodes,
    },
    ProjectTable {
        name: "columns",
        about: "columns that property files describe",
        columns: &[
            ("unique_id", "VARCHAR", "the node"),
            ("name", "VARCHAR", "the column"),
            ("number", "INTEGER", "its place among the described columns, from 1"),
            ("line", "INTEGER", "the line of the property file"),
            ("described_in", "VARCHAR", "the property file"),
            ("description", "VARCHAR", "what it holds"),
            ("data_type", "VARCHAR", "its declared type"),
            ("tags", "VARCHAR[]", "its tags"),
            ("meta", "JSON", "free information"),
            ("constraints", "JSON", "its declared constraints"),
        ],
        rows: columns,
    },
    ProjectTable {
        name: "edges",
        about: "which node needs which",
        columns: &[
            ("parent", "VARCHAR", "the id of what is needed"),
            ("child", "VARCHAR", "the id of what needs it"),
        ],
        rows: edges,
    },
    ProjectTable {
        name: "tests",
        about: "data tests and unit tests",
        columns: &[
            ("unique_id", "VARCHAR", "the test"),
            ("name", "VARCHAR", "its name"),
            ("kind", "VARCHAR", "generic, singular or unit"),
            ("test", "VARCHAR", "what a generic test tests for: unique"),
            ("namespace", "VARCHAR", "the package that a generic test is taken from, where it is named"),
            ("node", "VARCHAR", "the id of the node under test; of a singular test the first it reads"),
            ("column_name", "VARCHAR", "the column under test"),
            ("arguments", "JSON", "the arguments of a generic test"),
            ("severity", "VARCHAR", "error or warn"),
        ],
        rows: tests,
    },
    ProjectTable {
        name: "macros",
        about: "macros of the project, of packages, and those that come with martlet",
        columns: &[
            ("unique_id", "VARCHAR", "dbt's id: macro.shop.cents"),
            ("name", "VARCHAR", "its name"),
            ("package_name", "VARCHAR", "the package"),
            ("file", "VARCHAR", "the file, from the package's folder on"),
            ("macro_sql", "VARCHAR", "its text"),
        ],
        rows: macros,
    },
    ProjectTable {
        name: "exposures",
        about: "what uses the project: dashboards, notebooks, applications",
        columns: &[
            ("unique_id", "VARCHAR", "the exposure"),
            ("name", "VARCHAR", "its name"),
            ("type", "VARCHAR", "dashboard, notebook, analysis, ml or application"),
            ("owner_name", "VARCHAR", "who owns it"),
            ("owner_email", "VARCHAR", "where the owner is reached"),
            ("url", "VARCHAR", "where it is"),
            ("maturity", "VARCHAR", "high, medium or low"),
        ],
        rows: exposures,
    },
    ProjectTable {
        name: "results",
        about: "what became of nodes in the last run (run_results.json)",
        columns: &[
            ("unique_id", "VARCHAR", "the node"),
            ("status", "VARCHAR", "success, error, pass, fail, warn, skipped, ..."),
            ("seconds", "DOUBLE", "how long it took"),
            ("message", "VARCHAR", "what it said"),
            ("failures", "BIGINT", "rows that failed a test"),
            ("rows_affected", "BIGINT", "rows that were written"),
            ("started_at", "TIMESTAMP", "when it began, in UTC"),
            ("completed_at", "TIMESTAMP", "when it ended, in UTC"),
            ("command", "VARCHAR", "the command that ran it"),
            ("invocation_id", "VARCHAR", "the run"),
        ],
        rows: results,
    },
];

fn all(project: &Project) -> impl Iterator<Item = &Node> {
    project.nodes.enabled.values()
}

fn line(project: &Project, place: Place) -> Value {
    let file = project.sources.get(place.file);
    file.map_or(Value::Null, |file| file.line_column(place.span.start as usize).line.into())
}

fn described_in(node: &Node) -> Value {
    node.patch_path.as_ref().map_or(Value::Null, |(_, path)| path.as_str().into())
}

fn nodes(project: &Project, _: &Value) -> Vec<Value> {
    let one = |node: &Node| {
        let mut value = Data::Map(node_value::node(node, 0.0)).to_json();
        let Value::Object(map) = &mut value else { return value };
        let config = map.get("config").cloned().unwrap_or_default();
        let of_config = |key: &str| config.get(key).cloned().unwrap_or_default();
        let version = node.version.as_ref().map(crate::graph::nodes::Version::text);
        let entries = [
            ("file", node.original_file_path.as_str().into()),
            ("line", line(project, node.place)),
            ("described_in", described_in(node)),
            ("materialized", of_config("materialized")),
            ("group", of_config("group")),
            ("access", of_config("access")),
            ("contract_enforced", config.pointer("/contract/enforced").cloned().unwrap_or_default()),
            ("version", version.into()),
        ];
        map.extend(entries.map(|(key, value)| (key.to_owned(), value)));
        value
    };
    all(project).map(one).collect()
}

fn columns(project: &Project, _: &Value) -> Vec<Value> {
    let of_node = |node: &Node| -> Vec<Value> {
        let mut rows = Vec::new();
        for (at, column) in node.columns.iter().enumerate() {
            rows.push(json!({
                "unique_id": node.unique_id, "name": column.name, "number": at + 1,
                "line": line(project, column.place), "described_in": described_in(node),
                "description": column.description.text, "data_type": column.data_type, "tags": column.tags,
                "meta": Data::Map(column.meta.clone()).to_json(), "constraints": column.constraints.to_json(),
            }));
        }
        rows
    };
    all(project).flat_map(of_node).collect()
}

fn edges(project: &Project, _: &Value) -> Vec<Value> {
    let of_node = |node: &Node| -> Vec<Value> {
        let parents = project.graph.parents(&node.unique_id);
        parents.into_iter().map(|parent| json!({"parent": parent, "child": node.unique_id})).collect()
    };
    all(project).flat_map(of_node).collect()
}

fn tests(project: &Project, _: &Value) -> Vec<Value> {
    let one = |node: &Node| {
        let generic = node.generic_test();
        let kind = match (generic, node.unit_test()) {
            (Some(_), _) => "generic",
            (None, Some(_)) => "unit",
            (None, None) => "singular",
        };
        let attached =
            generic.and_then(|test| test.attached_node.as_ref()).or_else(|| node.depends_on.first());
        let arguments: Option<Map<String, Value>> = generic.map(|test| {
            let arguments = test.arguments.iter();
            arguments.map(|(name, argument)| (name.clone(), argument.value.to_json())).collect()
        });
        json!({
            "unique_id": node.unique_id, "name": node.name, "kind": kind,
            "test": generic.map(|test| &test.test), "namespace": generic.and_then(|test| test.namespace.as_ref()),
            "node": attached, "column_name": generic.and_then(|test| test.column_name.as_ref()),
            "arguments": arguments, "severity": node.config.text("severity").unwrap_or("error").to_lowercase(),
        })
    };
    all(project).filter(|node| node.resource_type.is_test()).map(one).collect()
}

fn macros(project: &Project, _: &Value) -> Vec<Value> {
    let all = project.macros.all().into_iter();
    all.map(|entry| {
        json!({
            "unique_id": entry.unique_id(), "name": entry.name, "package_name": entry.package,
            "file": entry.path, "macro_sql": entry.sql(),
        })
    })
    .collect()
}

fn exposures(project: &Project, _: &Value) -> Vec<Value> {
    let one = |node: &Node| {
        let exposure = node.exposure()?;
        let owner = |key: &str| exposure.owner.get(key).and_then(Data::to_text);
        Some(json!({
            "unique_id": node.unique_id, "name": node.name, "type": exposure.kind, "owner_name": owner("name"),
            "owner_email": owner("email"), "url": exposure.url, "maturity": exposure.maturity,
        }))
    };
    all(project).filter_map(one).collect()
}

fn results(_: &Project, results: &Value) -> Vec<Value> {
    let at = |value: &Value, path: &str| value.pointer(path).cloned().unwrap_or_default();
    let moment = |result: &Value, key: &str| {
        let timings = result.get("timing").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let found = if key == "started_at" { timings.first() } else { timings.last() };
        let text = found.and_then(|timing| timing.get(key)?.as_str()).map(|text| text.trim_end_matches('Z'));
        Value::from(text)
    };
    let one = |result: &Value| {
        json!({
            "unique_id": at(result, "/unique_id"), "status": at(result, "/status"),
            "seconds": at(result, "/execution_time"), "message": at(result, "/message"),
            "failures": at(result, "/failures"), "rows_affected": at(result, "/adapter_response/rows_affected"),
            "started_at": moment(result, "started_at"), "completed_at": moment(result, "completed_at"),
            "command": at(results, "/args/which"), "invocation_id": at(results, "/metadata/invocation_id"),
        })
    };
    results.get("results").and_then(Value::as_array).into_iter().flatten().map(one).collect()
}
