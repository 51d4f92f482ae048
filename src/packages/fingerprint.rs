//! dbt's hash of what is asked for (`sha1_hash` of the lock), by which each program knows the other's lock.

use serde_json::{Map, Value as Json};
use sha1::{Digest, Sha1};

use crate::base::data::Data;
use crate::project::files::hex;
use crate::yaml::Node;

/// Hashes a list of packages as dbt does; `written` is the list before it was rendered. Each entry becomes JSON with
/// sorted keys, the texts are sorted and joined by line breaks.
pub fn fingerprint(rendered: &[Node], written: &[Node]) -> String {
    let entries = rendered.iter().enumerate().map(|(at, node)| entry(node, written.get(at).unwrap_or(node)));
    let mut texts: Vec<String> = entries.map(|entry| python_json(&entry)).collect();
    texts.sort();
    hex(&Sha1::digest(texts.join("\n").as_bytes()))
}

/// Returns an entry in the shape that dbt hashes: with its defaults, and with what was written.
fn entry(node: &Node, written: &Node) -> Json {
    let Data::Map(entry) = node.to_data() else { return Json::Null };
    let defaults: &[(&str, Json)] = if entry.contains_key("package") {
        &[("install_prerelease", Json::Bool(false))]
    } else if entry.contains_key("git") || entry.contains_key("private") {
        &[("revision", Json::Null), ("subdirectory", Json::Null), ("warn-unpinned", Json::Null)]
    } else {
        &[]
    };
    let mut map: Map<String, Json> =
        entry.iter().map(|(key, value)| (key.clone(), value.to_json())).collect();
    for (key, value) in defaults {
        map.entry(*key).or_insert_with(|| value.clone());
    }
    map.retain(|key, value| key != "name" || !value.is_null());
    map.insert("unrendered".to_owned(), written.to_data().to_json());
    Json::Object(map)
}

/// Writes JSON as Python's `json.dumps(value, sort_keys=True)` does.
fn python_json(value: &Json) -> String {
    match value {
        Json::String(text) => Json::String(text.clone()).to_string().chars().map(ascii).collect(),
        Json::Array(items) => {
            format!("[{}]", items.iter().map(python_json).collect::<Vec<_>>().join(", "))
        }
        Json::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let pairs = keys.into_iter().map(|(key, value)| {
                format!("{}: {}", python_json(&Json::String(key.clone())), python_json(value))
            });
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Writes what is not ASCII as Python does, by its UTF-16 units.
fn ascii(character: char) -> String {
    if matches!(character, ' '..='~') {
        return character.to_string();
    }
    let mut units = [0; 2];
    let units: Vec<String> =
        character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect();
    units.concat()
}

#[cfg(test)]
mod tests {
    use super::fingerprint;
    use crate::base::source::SourceMap;
    use crate::yaml;

    /// Hashes that dbt 1.11.16 gives.
    #[test]
    fn dbt_gives_the_same_hash() {
        let hash = |text: &str| {
            let (tree, _) = yaml::parse(SourceMap::default().add("packages.yml", text), text);
            fingerprint(tree.items(), tree.items())
        };
        assert_eq!(hash("[]"), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(hash("[{package: a/b, version: 1.0.0}]"), "fbe59819b389dd3c16eebc554e4ec5b3ce2924bc");
        assert_eq!(
            hash(
                r#"[{package: a/b, version: [">=1.0.0", "<2.0.0"], install_prerelease: true}, {local: ../x}]"#
            ),
            "f1d430be38e217c4005c86f5779c9c835ee5fe0b"
        );
        assert_eq!(
            hash(
                "[{git: u, revision: 1.0}, {git: ü😀, revision: x, warn-unpinned: false, subdirectory: s}, {git: u, revision: 1}]"
            ),
            "1401c475b815a2ea78f6178b0cfa173d514e206f"
        );
        assert_eq!(
            hash(r#"[{tarball: 'http://x/a"b', name: n}, {git: u, name: null}]"#),
            "a9a25c0af9a4f348ead6e25c9fa147c368ebdb57"
        );
    }
}
