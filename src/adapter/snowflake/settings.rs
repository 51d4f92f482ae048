//! What a profile says of a Snowflake connection, in dbt-snowflake's keys, checked in one pass.
//! Knows how nothing of it is sent.

use serde_json::Value;
use url::Url;

use crate::adapter::AdapterError;
use crate::adapter::snowflake::auth::Login;
use crate::adapter::snowflake::secret::Secret;
use crate::base::data::{Data, DataMap};
use crate::base::secrets::Secrets;
use crate::project::profile::Target;

/// Keys whose values nobody may see.
const SECRET_KEYS: &[&str] = &[
    "password",
    "private_key",
    "private_key_passphrase",
    "token",
    "passcode",
    "oauth_client_secret",
    "workload_identity_token",
];

/// The shortest text that is looked for as a secret in what others say.
const SHORTEST: usize = 4;

/// Domains of real accounts: nothing is sent there in the clear.
const DOMAINS: &[&str] = &["snowflakecomputing.com", "snowflakecomputing.cn"];

/// What is shown of a connection, in dbt-snowflake's order, with what a key is when the profile does not say it.
const SHOWN: &[(&str, Absent)] = &[
    ("account", Absent::Nothing),
    ("user", Absent::Nothing),
    ("database", Absent::Nothing),
    ("warehouse", Absent::Nothing),
    ("role", Absent::Nothing),
    ("schema", Absent::Nothing),
    ("authenticator", Absent::Nothing),
    ("oauth_client_id", Absent::Nothing),
    ("query_tag", Absent::Nothing),
    ("client_session_keep_alive", Absent::Flag(false)),
    ("host", Absent::Nothing),
    ("port", Absent::Nothing),
    ("proxy_host", Absent::Nothing),
    ("proxy_port", Absent::Nothing),
    ("protocol", Absent::Nothing),
    ("connect_retries", Absent::Number(RETRIES)),
    ("connect_timeout", Absent::Nothing),
    ("retry_on_database_errors", Absent::Flag(false)),
    ("retry_all", Absent::Flag(false)),
    ("insecure_mode", Absent::Flag(false)),
    ("reuse_connections", Absent::Nothing),
    ("s3_stage_vpce_dns_name", Absent::Nothing),
    ("workload_identity_provider", Absent::Nothing),
    ("workload_identity_entra_resource", Absent::Nothing),
    ("platform_detection_timeout_seconds", Absent::Seconds(0.0)),
];

/// What `connect_retries` is when the profile does not say it.
const RETRIES: u32 = 1;

/// What a key is when the profile does not say it.
#[derive(Clone, Copy)]
enum Absent {
    Nothing,
    Flag(bool),
    Number(u32),
    Seconds(f64),
}

/// Returns what is shown of a connection, to templates and to people: no secret is among it.
pub fn shown(settings: &DataMap) -> DataMap {
    let keys = SHOWN.iter().map(|(key, absent)| {
        let given = settings.get(*key).filter(|value| !value.is_null()).cloned();
        let value = given.unwrap_or_else(|| match absent {
            Absent::Nothing => Data::Null,
            Absent::Flag(flag) => (*flag).into(),
            Absent::Number(number) => Data::Int((*number).into()),
            Absent::Seconds(seconds) => Data::Float(*seconds),
        });
        ((*key).to_owned(), value)
    });
    let mut shown: DataMap = keys.collect();
    // Sessions that are kept alive are kept for others only if somebody says so.
    let kept_alive = shown.get("client_session_keep_alive") != Some(&Data::Bool(false));
    if let Some(reuse) = shown.get_mut("reuse_connections").filter(|reuse| reuse.is_null() && !kept_alive) {
        *reuse = true.into();
    }
    // The tag that sessions begin with, wherever it is written.
    if let Some(tag) = shown.get_mut("query_tag").filter(|tag| tag.is_null()) {
        let parameters = settings.get("session_parameters").and_then(Data::as_map).into_iter().flatten();
        let given = parameters.into_iter().find(|(key, _)| key.eq_ignore_ascii_case("query_tag"));
        *tag = given.map_or(Data::Null, |(_, value)| value.clone());
    }
    shown
}

/// A Snowflake connection as a profile describes it.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// The account, `-` in place of `_` as in names of hosts.
    pub(super) account: String,
    /// Who logs in.
    pub(super) user: String,
    /// How.
    pub(super) login: Login,
    /// The role, the warehouse, the database and the schema that sessions begin with.
    pub(super) role: Option<String>,
    pub(super) warehouse: Option<String>,
    pub(super) database: String,
    pub(super) schema: String,
    /// Where requests go.
    pub(super) url: Url,
    /// Parameters of sessions, by their names in capitals.
    pub(super) parameters: Vec<(String, Value)>,
    /// What is tried again.
    pub(super) retries: Retries,
    /// Whether a session that a worker has done with serves the next one.
    pub(super) reuse: bool,
    secrets: Secrets,
    told: Vec<(String, String)>,
}

/// What is tried again, and after how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Retries {
    /// `connect_retries`: how often after the first attempt.
    pub(super) count: u32,
    /// `connect_timeout`: the seconds between two attempts; without it, the square of the attempt's number.
    pub(super) pause: Option<u64>,
    /// `retry_all` or `retry_on_database_errors`: a login that Snowflake refused is tried again too.
    pub(super) refused: bool,
}

impl Retries {
    /// Returns the seconds to wait after an attempt, the first being 1.
    pub(super) fn seconds(&self, attempt: u32) -> u64 {
        self.pause.unwrap_or_else(|| u64::from(attempt).saturating_mul(attempt.into()).min(60))
    }
}

impl Settings {
    /// Reads what a target says; everything that is wrong is told at once.
    pub(super) fn read(target: &Target) -> Result<Self, AdapterError> {
        let mut keys = Keys { settings: &target.settings, problems: Vec::new() };
        let account = account(&mut keys);
        let login = Login::read(&mut keys);
        let user =
            if login.is_token() { keys.text("user").unwrap_or_default() } else { keys.required("user") };
        let url = url(&mut keys, &account);
        for key in ["database", "schema"] {
            keys.required(key);
        }
        if keys.text("proxy_host").is_some() || keys.text("proxy_port").is_some() {
            keys.problem(
                "`proxy_host` and `proxy_port` are not supported: the environment names the proxy, \
                 `HTTPS_PROXY=http://...`",
            );
        }
        if keys.flag("insecure_mode") {
            keys.problem(
                "`insecure_mode: true` is refused: it would leave out a check of the server's certificate; \
                 take the key out",
            );
        }
        let retries = Retries {
            count: keys
                .number("connect_retries")
                .map_or(RETRIES, |count| count.try_into().unwrap_or(u32::MAX)),
            pause: keys.number("connect_timeout"),
            refused: keys.flag("retry_all") | keys.flag("retry_on_database_errors"),
        };
        let parameters = parameters(&mut keys);
        let keep_alive = keys.flag("client_session_keep_alive");
        let asked = keys.text("reuse_connections").is_some();
        let reuse = if asked { keys.flag("reuse_connections") } else { !keep_alive };
        let url = match (url, keys.problems.as_slice()) {
            (Some(url), []) => url,
            (_, problems) => return Err(faults(&target.name, problems)),
        };
        Ok(Self {
            account,
            user,
            login,
            role: keys.text("role"),
            warehouse: keys.text("warehouse"),
            database: target.database.clone(),
            schema: target.schema.clone(),
            url,
            parameters,
            retries,
            reuse,
            secrets: secrets(&target.settings),
            told: told(&target.settings),
        })
    }

    /// Returns what may be told of the connection.
    pub(super) fn describe(&self) -> Vec<(String, String)> {
        self.told.clone()
    }

    /// Writes stars in place of every secret of the profile.
    pub(super) fn scrub(&self, text: &str) -> String {
        self.secrets.scrub(text).into_owned()
    }
}

fn faults(target: &str, problems: &[String]) -> AdapterError {
    AdapterError::Profile(match problems {
        [one] => format!("the target `{target}` of type snowflake: {one}"),
        many => {
            format!(
                "the target `{target}` of type snowflake has {} faults:\n- {}",
                many.len(),
                many.join("\n- ")
            )
        }
    })
}

fn secrets(settings: &DataMap) -> Secrets {
    let values = SECRET_KEYS.iter().filter_map(|key| settings.get(*key).and_then(Data::to_text));
    // What is shorter stands in every text by chance.
    Secrets::of_values(values.filter(|value| value.len() >= SHORTEST))
}

/// Writes what is shown of a connection as dbt's `debug` does: Python's way.
fn told(settings: &DataMap) -> Vec<(String, String)> {
    let value = |value: &Data| match value {
        Data::Bool(true) => "True".to_owned(),
        Data::Bool(false) => "False".to_owned(),
        other => other.to_text().unwrap_or_else(|| "None".to_owned()),
    };
    shown(settings).iter().map(|(key, shown)| (key.clone(), value(shown))).collect()
}

/// The keys of an output, and what was found wrong with them.
pub(super) struct Keys<'s> {
    settings: &'s DataMap,
    problems: Vec<String>,
}

impl Keys<'_> {
    /// Notes what is wrong.
    pub(super) fn problem(&mut self, text: impl Into<String>) {
        self.problems.push(text.into());
    }

    /// Returns the text of a key; an empty one counts as absent.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.settings.get(key).and_then(Data::to_text).filter(|text| !text.trim().is_empty())
    }

    /// Returns the text of a key that nobody may see.
    pub(super) fn secret(&self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret::new)
    }

    /// Returns the text of a key that must be there.
    pub(super) fn required(&mut self, key: &str) -> String {
        self.text(key).unwrap_or_else(|| {
            self.problem(format!("`{key}` is missing"));
            String::new()
        })
    }

    fn number(&mut self, key: &str) -> Option<u64> {
        let text = self.text(key)?;
        let number = text.trim().parse().ok();
        if number.is_none() {
            self.problem(format!("`{key}` must be a whole number from 0, and is `{text}`"));
        }
        number
    }

    fn flag(&mut self, key: &str) -> bool {
        match self.text(key).map(|text| text.to_ascii_lowercase()).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                self.problem(format!("`{key}` must be `true` or `false`"));
                false
            }
        }
    }
}

/// Reads the account: the name in front of the domain. dbt-snowflake writes `-` for `_`, which no host has.
fn account(keys: &mut Keys<'_>) -> String {
    let account = keys.required("account");
    let is_host = DOMAINS.iter().any(|domain| account.contains(domain)) || account.contains('/');
    if is_host {
        let bare =
            account.trim_start_matches("https://").split(".snowflakecomputing").next().unwrap_or_default();
        keys.problem(format!(
            "`account` is the name alone, without the rest of the address: `account: {bare}`"
        ));
    }
    account.replace('_', "-")
}

/// Reads where requests go. Without TLS they go only where `host` says, and never to a real account.
fn url(keys: &mut Keys<'_>, account: &str) -> Option<Url> {
    let host = keys.text("host");
    let protocol = keys.text("protocol").unwrap_or_else(|| "https".to_owned()).to_ascii_lowercase();
    if !matches!(protocol.as_str(), "http" | "https") {
        keys.problem(format!("`protocol` must be `https`, and is `{protocol}`"));
        return None;
    }
    let name = host.clone().unwrap_or_else(|| format!("{account}.{}", domain(account)));
    let real = DOMAINS.iter().any(|domain| name.to_ascii_lowercase().ends_with(domain));
    if protocol == "http" && (host.is_none() || real) {
        keys.problem(
            "`protocol: http` is refused: nothing is sent to a Snowflake account without TLS; \
             take the key out (it is for a stand-in whose `host` is given)",
        );
        return None;
    }
    let port = keys.number("port").map(|port| format!(":{port}")).unwrap_or_default();
    if name.is_empty() || account.is_empty() {
        return None;
    }
    let url = Url::parse(&format!("{protocol}://{name}{port}/")).ok().filter(|url| {
        let path = matches!(url.path(), "" | "/") && url.query().is_none();
        path && url.username().is_empty()
    });
    if url.is_none() {
        keys.problem(format!(
            "`{protocol}://{name}{port}` is no address: look at `host`, `port` and `account`"
        ));
    }
    url
}

/// Accounts of regions in China have a domain of their own.
fn domain(account: &str) -> &'static str {
    let region = account.split('.').nth(1).unwrap_or_default();
    if region.starts_with("cn-") { "snowflakecomputing.cn" } else { "snowflakecomputing.com" }
}

/// Puts together the parameters that a session begins with.
fn parameters(keys: &mut Keys<'_>) -> Vec<(String, Value)> {
    let mut parameters = vec![
        ("AUTOCOMMIT".to_owned(), Value::Bool(true)),
        ("CLIENT_SESSION_KEEP_ALIVE".to_owned(), Value::Bool(keys.flag("client_session_keep_alive"))),
    ];
    match keys.settings.get("session_parameters") {
        None | Some(Data::Null) => {}
        Some(Data::Map(map)) => {
            for (key, value) in map {
                match value {
                    Data::Map(_) => {
                        keys.problems.push(format!("the session parameter `{key}` must be a scalar"));
                    }
                    value => parameters.push((key.to_ascii_uppercase(), value.to_json())),
                }
            }
        }
        Some(_) => keys.problem("`session_parameters` must be a mapping of names to values"),
    }
    let endpoint = keys.text("s3_stage_vpce_dns_name");
    parameters.extend(endpoint.map(|name| ("S3_STAGE_VPCE_DNS_NAME".to_owned(), Value::String(name))));
    parameters.extend(keys.text("query_tag").map(|tag| ("QUERY_TAG".to_owned(), Value::String(tag))));
    parameters
}
