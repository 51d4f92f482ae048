//! What `target` is in templates: the fields of the connection that dbt's adapter shows, and its name.

use crate::adapter::snowflake;
use crate::base::data::{Data, DataMap};
use crate::project::profile::Target;

/// What dbt-duckdb shows of a connection, with what it is when the profile does not say it.
const DUCKDB: &[(&str, Absent)] = &[
    ("database", Absent::Nothing),
    ("schema", Absent::Nothing),
    ("path", Absent::Text(":memory:")),
    ("config_options", Absent::Nothing),
    ("extensions", Absent::Nothing),
    ("settings", Absent::Mapping),
    ("external_root", Absent::Text(".")),
    ("use_credential_provider", Absent::Nothing),
    ("attach", Absent::Nothing),
    ("filesystems", Absent::Nothing),
    ("remote", Absent::Nothing),
    ("plugins", Absent::Nothing),
    ("disable_transactions", Absent::False),
];

/// What a field is when the profile does not say it.
#[derive(Clone, Copy)]
enum Absent {
    Nothing,
    False,
    Text(&'static str),
    Mapping,
}

impl From<Absent> for Data {
    fn from(absent: Absent) -> Self {
        match absent {
            Absent::Nothing => Data::Null,
            Absent::False => false.into(),
            Absent::Text(text) => text.into(),
            Absent::Mapping => Data::Map(DataMap::new()),
        }
    }
}

/// Returns what templates see of a target.
pub fn fields(target: &Target) -> DataMap {
    let mut fields = DataMap::new();
    if target.adapter == "duckdb" {
        for (name, absent) in DUCKDB {
            let given = target.settings.get(*name).filter(|value| !value.is_null()).cloned();
            fields.insert((*name).to_owned(), given.unwrap_or_else(|| (*absent).into()));
        }
    } else {
        fields.extend(snowflake::shown(&target.settings));
    }
    let own = [
        ("database", &target.database),
        ("schema", &target.schema),
        ("type", &target.adapter),
        ("name", &target.name),
        ("target_name", &target.name),
        ("profile_name", &target.profile),
    ];
    fields.extend(own.map(|(key, value)| (key.to_owned(), Data::from(value.as_str()))));
    fields.insert("threads".to_owned(), Data::Int(target.threads as i128));
    fields
}
