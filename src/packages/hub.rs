//! The hub's index: which versions of a package there are, what each needs, where its archive lies.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::base::data::{Data, DataMap};
use crate::packages::download::{Client, DownloadError};
use crate::packages::fetch::FetchError;
use crate::packages::version::{Comparator, Version};

/// The hub that is asked unless `DBT_PACKAGE_HUB_URL` names another.
pub const ADDRESS: &str = "https://hub.getdbt.com/";

/// The most bytes an answer of the hub may have.
const LARGEST: u64 = 32 << 20;

/// What the hub knows of a package.
#[derive(Debug, Clone)]
pub struct Index {
    /// Its versions, as the hub spells them.
    pub versions: IndexMap<String, Release>,
    /// The name it goes by now, when it was renamed.
    pub renamed: Option<String>,
}

/// One version of a package.
#[derive(Debug, Clone)]
pub struct Release {
    /// The version, to compare.
    pub version: Version,
    /// The address of its archive.
    pub archive: String,
    /// The packages it asks for.
    pub packages: Data,
    /// The versions of dbt it runs with; one that cannot be read counts as none.
    dbt: Vec<Comparator>,
}

impl Release {
    /// Tells whether the version runs with a version of dbt.
    pub fn runs_with(&self, dbt: &Version) -> bool {
        self.dbt.iter().all(|comparator| comparator.accepts(dbt))
    }
}

/// Returns the address of what the hub knows of a package.
pub fn address(hub: &str, package: &str) -> String {
    format!("{}/api/v1/{package}.json", hub.trim_end_matches('/'))
}

/// Asks the hub for a package.
pub fn read(client: &Client, hub: &str, package: &str) -> Result<Index, FetchError> {
    let url = address(hub, package);
    let text = client.text(&url, LARGEST).map_err(|error| match error {
        DownloadError::Status { status: 404, .. } => {
            FetchError::UnknownPackage { package: package.to_owned(), url: url.clone() }
        }
        other => other.into(),
    })?;
    parse(&text, package).ok_or(FetchError::NoIndex { url })
}

fn parse(text: &str, package: &str) -> Option<Index> {
    let json: Json = serde_json::from_str(text).ok()?;
    let mut versions = IndexMap::new();
    for (name, release) in json.get("versions")?.as_object()? {
        // A version that cannot be compared or downloaded is none that could be installed.
        let parts = Version::parse(name).zip(release.pointer("/downloads/tarball").and_then(Json::as_str));
        let Some((version, archive)) = parts else { continue };
        let dbt = match release.get("require_dbt_version") {
            Some(Json::String(text)) => Comparator::parse_all(text).unwrap_or_default(),
            Some(Json::Array(items)) => items
                .iter()
                .filter_map(Json::as_str)
                .flat_map(|text| Comparator::parse_all(text).unwrap_or_default())
                .collect(),
            _ => Vec::new(),
        };
        let packages = release.get("packages").map(data).unwrap_or_default();
        versions.insert(name.clone(), Release { version, archive: archive.to_owned(), packages, dbt });
    }
    let text = |key: &str| json.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
    let (organisation, name) = package.split_once('/')?;
    let moved = (text("redirectnamespace").unwrap_or(organisation), text("redirectname").unwrap_or(name));
    let renamed = (moved != (organisation, name)).then(|| format!("{}/{}", moved.0, moved.1));
    Some(Index { versions, renamed })
}

fn data(json: &Json) -> Data {
    match json {
        Json::Null => Data::Null,
        Json::Bool(truth) => Data::Bool(*truth),
        Json::Number(number) => number.as_i64().map_or_else(
            || Data::Float(number.as_f64().unwrap_or_default()),
            |number| Data::Int(number.into()),
        ),
        Json::String(text) => Data::Str(text.clone()),
        Json::Array(items) => Data::List(items.iter().map(data).collect()),
        Json::Object(map) => {
            Data::Map(map.iter().map(|(key, value)| (key.clone(), data(value))).collect::<DataMap>())
        }
    }
}
