//! The names and ids that dbt makes up for generic tests.

use indexmap::IndexMap;
use md5::{Digest, Md5};

use crate::base::data::Data;
use crate::jinja::value::Value;
use crate::project::files::hex;

/// From this length on a test's file and relation get a shortened name.
const LONGEST: usize = 64;

/// The name of a test and the one used for files and relations.
pub struct TestName {
    /// The whole name.
    pub full: String,
    /// The name for files and relations.
    pub short: String,
}

/// Makes the name of a test out of the test's name, its target and its arguments.
pub fn synthesize(
    namespace: Option<&str>,
    test: &str,
    target: &str,
    arguments: &IndexMap<String, Data>,
) -> TestName {
    let test = namespace.map_or_else(|| test.to_owned(), |namespace| format!("{namespace}_{test}"));
    let mut keys: Vec<&String> = arguments.keys().filter(|key| *key != "model").collect();
    keys.sort();
    let values = keys.into_iter().filter_map(|key| arguments.get(key)).flat_map(flattened);
    let suffix = values.map(|text| cleaned(&text)).collect::<Vec<_>>().join("__");
    let stem = format!("{test}_{target}");
    let full = format!("{stem}_{suffix}");
    if full.chars().count() < LONGEST {
        return TestName { short: full.clone(), full };
    }
    let head: String = stem.chars().take(30).collect();
    let digest = hex(&Md5::digest(full.as_bytes()));
    TestName { short: format!("{head}_{digest}"), full }
}

/// Flattens one level: a mapping to its values, a list to its items; each as Python's `str()`.
fn flattened(value: &Data) -> Vec<String> {
    let text = |data: &Data| Value::from(data).to_text();
    match value {
        Data::List(items) => items.iter().map(text).collect(),
        Data::Map(map) => map.values().map(text).collect(),
        other => vec![text(other)],
    }
}

/// Replaces every run of characters that a name cannot hold by one underscore.
fn cleaned(text: &str) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in text.chars() {
        let fits = c.is_ascii_alphanumeric() || c == '_';
        if fits {
            out.push(c);
        } else if !gap {
            out.push('_');
        }
        gap = !fits;
    }
    out
}

/// Returns the ten hex digits at the end of a generic test's id.
pub fn id_suffix(
    name: &str,
    namespace: Option<&str>,
    test: &str,
    arguments: &IndexMap<String, Data>,
) -> String {
    let mut keys: Vec<&String> = arguments.keys().collect();
    keys.sort();
    let sorted = keys.into_iter().filter_map(|key| Some((key.clone(), texts_only(arguments.get(key)?))));
    let metadata = Data::Map(
        [
            ("kwargs".to_owned(), Data::Map(sorted.collect())),
            ("name".to_owned(), Data::from(test)),
            ("namespace".to_owned(), Data::from(namespace.unwrap_or("None"))),
        ]
        .into_iter()
        .collect(),
    );
    let digest = hex(&Md5::digest(format!("{name}{}", Value::from(&metadata).repr()).as_bytes()));
    digest.get(digest.len().saturating_sub(10)..).unwrap_or_default().to_owned()
}

/// Turns every leaf into text, and sorts the keys of mappings.
fn texts_only(data: &Data) -> Data {
    match data {
        Data::Map(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            Data::Map(
                keys.into_iter().filter_map(|key| Some((key.clone(), texts_only(map.get(key)?)))).collect(),
            )
        }
        Data::List(items) => Data::List(items.iter().map(texts_only).collect()),
        other => Data::Str(Value::from(other).to_text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(pairs: &[(&str, Data)]) -> IndexMap<String, Data> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    #[test]
    fn names_are_made_as_dbt_makes_them() {
        let values = Data::List(vec![1.into(), 2.into()]);
        let given = arguments(&[
            ("column_name", "id".into()),
            ("values", values),
            ("quote", false.into()),
            ("model", "x".into()),
        ]);
        assert_eq!(
            synthesize(None, "accepted_values", "a", &given).full,
            "accepted_values_a_id__False__1__2"
        );
        let nested = Data::Map(
            [("z".to_owned(), Data::Int(1)), ("y".to_owned(), Data::List(vec![2.into(), Data::Float(3.0)]))]
                .into_iter()
                .collect(),
        );
        let given = arguments(&[("d", nested), ("n", Data::Null)]);
        assert_eq!(synthesize(None, "gen", "m", &given).full, "gen_m_1___2_3_0___None");
        assert_eq!(synthesize(Some("pk"), "pkgen", "m", &arguments(&[])).full, "pk_pkgen_m_");
    }
}
