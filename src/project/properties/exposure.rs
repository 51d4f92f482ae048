//! Exposures, the uses that others make of a project's models, and groups, the people who own models.

use crate::base::data::{Data, DataMap};
use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::project::properties::prose::Prose;
use crate::project::properties::resource::read_config;
use crate::yaml::Node;
use crate::yaml::read::Reader;

/// The kinds of exposures.
const TYPES: [&str; 5] = ["dashboard", "notebook", "analysis", "ml", "application"];

/// How sure one may be of an exposure.
const MATURITIES: [&str; 3] = ["low", "medium", "high"];

/// One exposure.
#[derive(Debug, Clone)]
pub struct ExposureProperties {
    /// Its name.
    pub name: String,
    /// Where it is named.
    pub place: Place,
    /// `dashboard`, `notebook`, `analysis`, `ml` or `application`.
    pub kind: String,
    /// Who answers for it: name, email.
    pub owner: DataMap,
    /// What it is.
    pub description: Prose,
    /// What it shows: calls of `ref` and `source`, each with its place.
    pub depends_on: Vec<(String, Place)>,
    /// `low`, `medium` or `high`.
    pub maturity: Option<String>,
    /// Where it is found.
    pub url: Option<String>,
    /// How people call it.
    pub label: Option<String>,
    /// Its configuration, with `tags`, `meta` and `enabled` moved into it.
    pub config: DataMap,
}

impl ExposureProperties {
    /// Reads one entry of `exposures:`; `None` when it lacks what it must have.
    pub fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut reader = Reader::new(node, "an exposure", findings);
        let name = reader.required_text("name", findings)?;
        let place = reader.node("name")?.place;
        let kind = reader.required_text("type", findings);
        let owner = owner(&mut reader, place, findings);
        let mut depends_on = Vec::new();
        for item in reader.list("depends_on", findings) {
            match item.as_text() {
                Some(text) => depends_on.push((text.to_owned(), item.place)),
                None => findings.push(
                    Diagnostic::at(codes::INVALID_VALUE, item.place, "this must be a call of ref or source")
                        .hint("write `- ref('model')`"),
                ),
            }
        }
        let maturity = reader.text("maturity", findings);
        one_of("type", kind.as_deref(), &TYPES, reader.node("type"), findings);
        one_of("maturity", maturity.as_deref(), &MATURITIES, reader.node("maturity"), findings);
        let exposure = Self {
            description: Prose::read(&mut reader, findings),
            url: reader.text("url", findings),
            label: reader.text("label", findings),
            config: read_config(&mut reader, &["tags", "meta", "enabled"], findings),
            kind: kind?,
            owner: owner?,
            name,
            place,
            depends_on,
            maturity,
        };
        reader.finish(&[], findings);
        Some(exposure)
    }
}

/// Reads `owner`, which needs a name or an address.
fn owner(reader: &mut Reader<'_>, place: Place, findings: &mut Vec<Diagnostic>) -> Option<DataMap> {
    let owner = reader.map("owner", findings).map(|node| (node.to_data(), node.place));
    let named = |owner: &Data| {
        let map = owner.as_map();
        ["name", "email"]
            .iter()
            .any(|key| map.and_then(|map| map.get(*key)).is_some_and(|data| !data.is_null()))
    };
    match owner {
        Some((owner, _)) if named(&owner) => owner.as_map().cloned(),
        found => {
            let place = found.map_or(place, |(_, place)| place);
            let finding = Diagnostic::at(codes::MISSING_KEY, place, "an owner needs a name or an email");
            findings.push(finding.hint("write `owner: {name: ..., email: ...}`"));
            None
        }
    }
}

fn one_of(
    key: &str,
    value: Option<&str>,
    known: &[&str],
    node: Option<&Node>,
    findings: &mut Vec<Diagnostic>,
) {
    let (Some(value), Some(node)) = (value, node) else { return };
    if !known.contains(&value) {
        let message = format!("`{value}` is no {key} of an exposure: it must be one of {}", known.join(", "));
        let finding = Diagnostic::at(codes::INVALID_VALUE, node.place, message);
        findings.push(finding.hint_nearest(value, known.iter().copied()));
    }
}

/// One group.
#[derive(Debug, Clone)]
pub struct GroupProperties {
    /// Its name.
    pub name: String,
    /// Where it is named.
    pub place: Place,
    /// Who answers for it: name, email.
    pub owner: DataMap,
    /// What it is for.
    pub description: Prose,
    /// Free information.
    pub meta: DataMap,
}

impl GroupProperties {
    /// Reads one entry of `groups:`; `None` when it lacks what it must have.
    pub fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut reader = Reader::new(node, "a group", findings);
        let name = reader.required_text("name", findings)?;
        let place = reader.node("name")?.place;
        let owner = owner(&mut reader, place, findings);
        let config = read_config(&mut reader, &["meta"], findings);
        let group = Self {
            description: Prose::read(&mut reader, findings),
            meta: config.get("meta").and_then(Data::as_map).cloned().unwrap_or_default(),
            owner: owner?,
            name,
            place,
        };
        reader.finish(&[], findings);
        Some(group)
    }
}
