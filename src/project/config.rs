//! Configuration of one resource, and the one table that says how each key merges (dbt's documented rules).

use crate::base::data::{Data, DataMap};

/// How a later value of a key joins an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Lists are joined, a scalar counts as a list of one.
    Append,
    /// Mappings are joined, later keys win.
    Update,
    /// Mappings of lists; a key that begins with `+` extends the inherited list.
    KeyAppend,
    /// The later value wins.
    Clobber,
}

/// The keys that do not simply clobber.
const MERGES: &[(&str, Merge)] = &[
    ("tags", Merge::Append),
    ("pre-hook", Merge::Append),
    ("post-hook", Merge::Append),
    ("packages", Merge::Append),
    ("meta", Merge::Update),
    ("quoting", Merge::Update),
    ("column_types", Merge::Update),
    ("docs", Merge::Update),
    ("contract", Merge::Update),
    ("latest_version_pointer", Merge::Update),
    ("snapshot_meta_column_names", Merge::Update),
    ("grants", Merge::KeyAppend),
];

/// Returns how a key merges.
pub fn merge_kind(key: &str) -> Merge {
    MERGES.iter().find(|(name, _)| *name == key).map_or(Merge::Clobber, |(_, kind)| *kind)
}

/// The configuration of one resource.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    values: DataMap,
}

impl From<DataMap> for Config {
    fn from(values: DataMap) -> Self {
        Self { values }
    }
}

impl Config {
    /// Returns the value of a key.
    pub fn get(&self, key: &str) -> Option<&Data> {
        self.values.get(key)
    }

    /// Returns a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Data::as_str)
    }

    /// Returns a boolean; the texts `True` and `False`, which Jinja renders, count as well.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            Data::Bool(truth) => Some(*truth),
            Data::Str(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Data::Str(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// Returns a list of texts; nothing gives an empty list.
    pub fn texts(&self, key: &str) -> Vec<String> {
        self.get(key).map(Data::to_texts).unwrap_or_default()
    }

    /// Sets a value, whatever was there.
    pub fn set(&mut self, key: &str, value: Data) {
        self.values.insert(canonical(key).to_owned(), value);
    }

    /// Returns all keys and values, in the order they were first set.
    pub fn values(&self) -> &DataMap {
        &self.values
    }

    /// Tells whether the resource takes part (`enabled`, true by default).
    pub fn is_enabled(&self) -> bool {
        self.boolean("enabled").unwrap_or(true)
    }

    /// Joins one value into the configuration by the rule of its key.
    pub fn merge(&mut self, key: &str, value: Data) {
        let key = canonical(key);
        let old = self.values.get(key).cloned().unwrap_or_default();
        let joined = match merge_kind(key) {
            Merge::Append => Data::List(listified(old).into_iter().chain(listified(value)).collect()),
            Merge::Update => update(old, value),
            Merge::KeyAppend => key_append(old, value),
            Merge::Clobber => value,
        };
        self.values.insert(key.to_owned(), joined);
    }

    /// Joins every value of a mapping.
    pub fn merge_all(&mut self, values: &DataMap) {
        for (key, value) in values {
            self.merge(key, value.clone());
        }
    }

    /// Sets a key unless it is set already.
    pub fn set_default(&mut self, key: &str, value: Data) {
        self.values.entry(key.to_owned()).or_insert(value);
    }
}

/// Returns the one spelling under which a key is kept.
pub fn canonical(key: &str) -> &str {
    match key {
        "pre_hook" => "pre-hook",
        "post_hook" => "post-hook",
        "predicates" => "incremental_predicates",
        other => other,
    }
}

/// Makes a list of what is to be joined to a list: a scalar is a list of one, nothing an empty one.
pub fn listified(value: Data) -> Vec<Data> {
    match value {
        Data::Null => Vec::new(),
        Data::List(items) => items,
        other => vec![other],
    }
}

fn update(old: Data, new: Data) -> Data {
    match (old, new) {
        (Data::Map(mut old), Data::Map(new)) => {
            old.extend(new);
            Data::Map(old)
        }
        (old @ Data::Map(_), Data::Null) => old,
        (_, new) => new,
    }
}

fn key_append(old: Data, new: Data) -> Data {
    let Data::Map(new) = new else { return new };
    let mut joined = if let Data::Map(old) = old { old } else { DataMap::new() };
    for (key, value) in new {
        let value = listified(value);
        match key.strip_prefix('+') {
            Some(name) => {
                let inherited = listified(joined.get(name).cloned().unwrap_or_default());
                joined.insert(name.to_owned(), Data::List(inherited.into_iter().chain(value).collect()));
            }
            None => {
                joined.insert(key, Data::List(value));
            }
        }
    }
    Data::Map(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_merges_by_its_rule() {
        let mut config = Config::default();
        config.merge("tags", "a".into());
        config.merge("tags", Data::List(vec!["b".into(), "a".into()]));
        config
            .merge("meta", Data::Map([("x".into(), 1.into()), ("y".into(), 1.into())].into_iter().collect()));
        config.merge("meta", Data::Map([("y".into(), 2.into())].into_iter().collect()));
        config.merge("grants", Data::Map([("select".into(), "p".into())].into_iter().collect()));
        config.merge("grants", Data::Map([("+select".into(), "q".into())].into_iter().collect()));
        config.merge("materialized", "view".into());
        config.merge("materialized", "table".into());
        config.merge("pre_hook", "select 1".into());
        let expected = concat!(
            r#"{"tags":["a","b","a"],"meta":{"x":1,"y":2},"grants":{"select":["p","q"]},"#,
            r#""materialized":"table","pre-hook":["select 1"]}"#
        );
        assert_eq!(Data::Map(config.values().clone()).to_json().to_string(), expected);
    }
}
