//! A unit test as artifacts see it.

use crate::base::data::{Data, DataMap};
use crate::compile::node_value::{Keys, config, identity, mapping, texts};
use crate::graph::nodes::{Node, Rows, UnitTest};
use crate::project::properties::unit_test::Fixture;

/// Returns a unit test as the manifest holds it.
pub(super) fn value(node: &Node, test: &UnitTest, created_at: f64) -> DataMap {
    let properties = &test.properties;
    let mut keys = Keys::default();
    let given = properties.given.iter().zip(&test.given);
    keys.set("model", test.model.as_str());
    keys.set(
        "given",
        Data::List(given.map(|(fixture, given)| fixture_value(fixture, &given.rows, true)).collect()),
    );
    keys.set("expect", fixture_value(&properties.expect, &test.expect, false));
    identity(&mut keys, node);
    keys.set("description", node.description.text.as_str());
    keys.set(
        "overrides",
        properties.overrides.as_ref().map_or(Data::Null, |overrides| {
            mapping([
                ("macros", Data::Map(overrides.macros.clone())),
                ("vars", Data::Map(overrides.vars.clone())),
                ("env_vars", Data::Map(overrides.env_vars.clone())),
            ])
        }),
    );
    keys.set("depends_on", mapping([("macros", texts(&[])), ("nodes", texts(&node.depends_on))]));
    keys.set("config", Data::Map(config(node)));
    keys.set("schema", node.schema.as_str());
    keys.set("created_at", Data::Float(created_at));
    keys.set("versions", properties.versions.clone());
    keys.set("version", node.version.as_ref().map_or(Data::Null, |version| version.value.clone()));
    keys.0
}

fn fixture_value(fixture: &Fixture, rows: &Rows, is_given: bool) -> Data {
    let mut value = DataMap::new();
    if is_given {
        value.insert("input".to_owned(), fixture.input.as_str().into());
    }
    let rows = match rows {
        Rows::Written(rows) => Data::List(rows.clone()),
        Rows::Query(query) => query.as_str().into(),
    };
    value.insert("rows".to_owned(), rows);
    value.insert("format".to_owned(), fixture.format.word().into());
    value.insert("fixture".to_owned(), fixture.file.clone().into());
    Data::Map(value)
}
