//! A unit test as artifacts see it.

use sha2::{Digest, Sha256};

use crate::base::data::{Data, DataMap};
use crate::compile::node_value::{Keys, config, identity, mapping, texts};
use crate::graph::nodes::{Node, Rows, UnitTest};
use crate::jinja::value::Value;
use crate::project::files::hex;
use crate::project::properties::unit_test::{Fixture, Format};

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
    keys.set("checksum", checksum(test));
    keys.set("schema", node.schema.as_str());
    keys.set("created_at", Data::Float(created_at));
    let versions = properties.versions.as_map().map(|map| {
        let of = |key: &str| map.get(key).cloned().unwrap_or_default();
        mapping([("include", of("include")), ("exclude", of("exclude"))])
    });
    keys.set("versions", versions);
    keys.set("version", node.version.as_ref().map_or(Data::Null, |version| version.value.clone()));
    keys.0
}

/// Returns the hash by which dbt tells whether a test was changed: of all but its description, as Python prints it.
fn checksum(test: &UnitTest) -> String {
    let properties = &test.properties;
    let text = |data: &Data| Value::from(data).repr();
    let one = |fixture: &Fixture, rows: &Rows, class: &str, input: &str| {
        let (rows, file) = (text(&rows_value(rows)), text(&fixture.file.clone().into()));
        let format = match fixture.format {
            Format::Dict => "Dict",
            Format::Csv => "CSV",
            Format::Sql => "SQL",
        };
        let format = format!("<UnitTestFormat.{format}: '{}'>", fixture.format.word());
        format!("UnitTest{class}Fixture({input}rows={rows}, format={format}, fixture={file})")
    };
    let given: Vec<String> = properties
        .given
        .iter()
        .zip(&test.given)
        .map(|(fixture, given)| {
            let input = format!("input={}, ", text(&fixture.input.as_str().into()));
            one(fixture, &given.rows, "Input", &input)
        })
        .collect();
    let versions = match &properties.versions {
        Data::Map(map) => {
            let of = |key: &str| text(map.get(key).unwrap_or(&Data::Null));
            format!("UnitTestNodeVersions(include={}, exclude={})", of("include"), of("exclude"))
        }
        _ => "None".to_owned(),
    };
    let overrides = properties.overrides.as_ref().map_or_else(
        || "None".to_owned(),
        |overrides| {
            let [macros, vars, variables] = [&overrides.macros, &overrides.vars, &overrides.env_vars]
                .map(|map| text(&Data::Map(map.clone())));
            format!("UnitTestOverrides(macros={macros}, vars={vars}, env_vars={variables})")
        },
    );
    let expect = one(&properties.expect, &test.expect, "Output", "");
    let mut all = format!("{}-{versions}-[{}]-{expect}-{overrides}", test.model, given.join(", "));
    for (fixture, given) in properties.given.iter().zip(&test.given) {
        if fixture.file.is_some() {
            all.push_str(&format!("-{}", Value::from(&rows_value(&given.rows)).to_text()));
        }
    }
    hex(&Sha256::digest(all.as_bytes()))
}

fn rows_value(rows: &Rows) -> Data {
    match rows {
        Rows::Written(rows) => Data::List(rows.clone()),
        Rows::Query(query) => query.as_str().into(),
    }
}

fn fixture_value(fixture: &Fixture, rows: &Rows, is_given: bool) -> Data {
    let mut value = DataMap::new();
    if is_given {
        value.insert("input".to_owned(), fixture.input.as_str().into());
    }
    value.insert("rows".to_owned(), rows_value(rows));
    value.insert("format".to_owned(), fixture.format.word().into());
    value.insert("fixture".to_owned(), fixture.file.clone().into());
    Data::Map(value)
}
