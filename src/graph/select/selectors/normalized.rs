//! Definitions as dbt's manifest has them: texts taken apart, other selectors put in. Knows nothing of places.

use crate::base::data::{Data, DataMap};
use crate::graph::select::grammar::{self, Depth};
use crate::graph::select::selectors::Selectors;

/// Takes a definition apart as dbt's manifest has it.
pub(super) fn definition(selectors: &Selectors, given: &Data) -> Data {
    let Data::Map(map) = given else {
        return given.as_str().map_or_else(|| given.clone(), |text| Data::Map(normalized_text(text)));
    };
    let list = |data: &Data| match data {
        Data::List(items) => Data::List(items.iter().map(|item| definition(selectors, item)).collect()),
        other => other.clone(),
    };
    for key in ["union", "intersection"] {
        if let Some(items) = map.get(key) {
            return Data::Map([(key.to_owned(), list(items))].into_iter().collect());
        }
    }
    match map.first() {
        Some((key, items)) if key == "exclude" => {
            Data::Map([("exclude".to_owned(), list(items))].into_iter().collect())
        }
        Some((method, value)) if map.len() == 1 => {
            let pairs =
                [("method".to_owned(), Data::from(method.as_str())), ("value".to_owned(), list(value))];
            Data::Map(pairs.into_iter().collect())
        }
        _ if map.get("method").and_then(Data::as_str) == Some("selector") => map
            .get("value")
            .and_then(Data::to_text)
            .and_then(|name| selectors.get(&name)?.normalized.get("definition").cloned())
            .unwrap_or_else(|| given.clone()),
        _ => given.clone(),
    }
}

/// Takes a text apart as dbt's manifest has it: depths stay texts.
fn normalized_text(text: &str) -> DataMap {
    let mut map = DataMap::new();
    let Ok(criterion) = grammar::criterion(text) else { return map };
    let mut put = |key: &str, value: Data| {
        map.insert(key.to_owned(), value);
    };
    if criterion.at {
        put("childrens_parents", true.into());
    }
    let depth = |depth: Depth| match depth {
        Depth::Steps(steps) => Some(steps.to_string()),
        Depth::None | Depth::All => None,
    };
    if criterion.parents != Depth::None {
        put("parents", true.into());
        if let Some(steps) = depth(criterion.parents) {
            put("parents_depth", steps.into());
        }
    }
    let method: Vec<&str> =
        [criterion.method].into_iter().chain(criterion.arguments.iter().map(String::as_str)).collect();
    put("method", method.join(".").into());
    put("value", criterion.value);
    if criterion.children != Depth::None {
        put("children", true.into());
        if let Some(steps) = depth(criterion.children) {
            put("children_depth", steps.into());
        }
    }
    map
}
