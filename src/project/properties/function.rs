//! What a property file says of a function: what it takes and what it returns.

use crate::base::data::{Data, DataMap};
use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::yaml::Node;
use crate::yaml::read::Reader;

/// Reads `arguments` and `returns` in the shape that the manifest has them.
pub(super) fn read(reader: &mut Reader<'_>, place: Place, findings: &mut Vec<Diagnostic>) -> DataMap {
    let arguments: Vec<Data> =
        reader.list("arguments", findings).iter().filter_map(|node| argument(node, findings)).collect();
    let mut found = DataMap::from_iter([("arguments".to_owned(), Data::List(arguments))]);
    match reader.map("returns", findings) {
        Some(node) => found.extend(returns(node, findings).map(|returns| ("returns".to_owned(), returns))),
        None => findings.push(
            Diagnostic::at(codes::MISSING_KEY, place, "a function needs `returns`")
                .hint("write `returns: {data_type: ...}`"),
        ),
    }
    found
}

fn argument(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Data> {
    let mut reader = Reader::new(node, "an argument", findings);
    let name = reader.required_text("name", findings);
    let data_type = reader.required_text("data_type", findings);
    let description = reader.text("description", findings);
    let default_value = reader.data("default_value");
    reader.finish(&[], findings);
    Some(mapping([
        ("name", name?.into()),
        ("data_type", data_type?.into()),
        ("description", description.into()),
        ("default_value", default_value),
    ]))
}

fn returns(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Data> {
    let mut reader = Reader::new(node, "what a function returns", findings);
    let data_type = reader.required_text("data_type", findings);
    let description = reader.text("description", findings);
    reader.finish(&[], findings);
    Some(mapping([("data_type", data_type?.into()), ("description", description.into())]))
}

fn mapping<const N: usize>(pairs: [(&str, Data); N]) -> Data {
    Data::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}
