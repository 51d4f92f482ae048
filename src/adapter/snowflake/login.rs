//! Logging in: what is tried again, what a refusal means and what to do about it. Knows no statement.

use std::collections::HashMap;
use std::sync::PoisonError;

use snowflake_connector_rs as client;
use snowflake_connector_rs::{ClientConfig, EndpointConfig, QueryConfig, SessionConfig};

use crate::adapter::AdapterError;
use crate::adapter::snowflake::Shared;
use crate::adapter::snowflake::auth::Login;
use crate::adapter::snowflake::error::{Failure, Fate, Step};
use crate::adapter::snowflake::oauth;
use crate::adapter::snowflake::settings::Settings;

/// How long the client waits for an answer: as long as the server runs the statement, which has a bound of its own.
const NO_DEADLINE: std::time::Duration = std::time::Duration::from_hours(24 * 365);

/// What a refusal says, Snowflake's code for it, and what to do. The client hands on the message of a refused login and
/// not its code; each message is one of a code.
const REFUSALS: &[(&str, &str, &str)] = &[
    ("Incorrect username or password", "390100", "look at `user` and `password` in the profile"),
    ("User access disabled", "390101", "an administrator can `alter user ... set disabled = false`"),
    (
        "JWT token is invalid",
        "390144",
        "look at `account` and `user`, at the clock of this machine, and whether the public key of this private key is \
         the user's: `desc user ...` shows RSA_PUBLIC_KEY_FP",
    ),
    (
        "specified in the connect string is not granted",
        "390186",
        "`grant role ... to user ...`, or name another `role` in the profile",
    ),
    (
        "specified in the connect string does not exist",
        "390189",
        "look at `role` in the profile: it must exist and be granted to the user",
    ),
    ("The requested", "390201", "look at `database`, `schema` and `warehouse` in the profile"),
    ("Invalid OAuth access token", "390303", "give a new `token`"),
    ("OAuth access token expired", "390318", "give a new `token`, or a refresh token with `oauth_client_id`"),
    ("is not allowed to access Snowflake", "390422", "the account's network policy must let this address in"),
];

/// What became of logins so far.
#[derive(Default)]
pub(super) struct Logins {
    let_in: bool,
    /// Why nobody is let in: asked again for every node of a run, Snowflake would lock the user out.
    refused: Option<AdapterError>,
}

/// Logs in. Until somebody was let in, and where somebody is asked for it, one worker logs in after the other.
pub(super) fn log_in(shared: &Shared, say: &dyn Fn(&str)) -> Result<client::Session, AdapterError> {
    let logins = || shared.logins.lock().unwrap_or_else(PoisonError::into_inner);
    let first = logins();
    if let Some(refused) = &first.refused {
        return Err(refused.clone());
    }
    let alone = !first.let_in || shared.settings.login.asks_somebody();
    let held = alone.then_some(first);
    let result = tried(shared, say);
    let mut logins = held.unwrap_or_else(logins);
    match result {
        Ok(session) => {
            logins.let_in = true;
            Ok(session)
        }
        Err((failure, attempts)) => {
            let fate = failure.fate;
            let error = refusal(&shared.settings, failure, attempts);
            logins.refused = (fate == Fate::Refused).then(|| error.clone());
            Err(error)
        }
    }
}

/// Logs in; what the network or the server stands in the way of is tried again, and `say` is told of it. Returns the last
/// failure and how often it was tried.
fn tried(shared: &Shared, say: &dyn Fn(&str)) -> Result<client::Session, (Failure, u32)> {
    let settings = &shared.settings;
    let mut attempt = 1;
    loop {
        let failure = match once(shared) {
            Ok(session) => return Ok(session),
            Err(failure) => failure,
        };
        let again = matches!(failure.fate, Fate::Unsent | Fate::Unknown)
            || settings.retries.refused && failure.fate == Fate::Refused;
        if !again || attempt > settings.retries.count || shared.stopped.is_raised() {
            return Err((failure, attempt));
        }
        let seconds = settings.retries.seconds(attempt);
        say(&settings.scrub(&format!(
            "The Snowflake account {} does not let us in ({}); attempt {attempt} of {}, the next one in {seconds} s",
            settings.account,
            failure.message,
            settings.retries.count.saturating_add(1),
        )));
        shared.pause(seconds, None);
        attempt += 1;
    }
}

fn once(shared: &Shared) -> Result<client::Session, Failure> {
    let settings = &shared.settings;
    let token = match &settings.login {
        Login::Refresh { client_id, client_secret, token } => {
            Some(oauth::access_token(&settings.url, client_id, client_secret, token)?)
        }
        _ => None,
    };
    let config = ClientConfig::new(
        &settings.user,
        account_name(&settings.account),
        settings.login.config(token.as_ref()),
    )
    .with_session(session(settings))
    .with_query(QueryConfig::new().with_query_response_timeout(NO_DEADLINE))
    .with_endpoint(EndpointConfig::custom_base_url(settings.url.clone()));
    let failed = |error: client::Error| Failure::of(&error, Step::Asking);
    let client = client::Client::new(config).map_err(failed)?;
    shared.runtime.block_on(async {
        tokio::select! {
            session = client.create_session() => session.map_err(failed),
            () = shared.stopped.raised_anew() => Err(Failure::cancelled()),
        }
    })
}

fn session(settings: &Settings) -> SessionConfig {
    let parameters: HashMap<_, _> = settings.parameters.iter().cloned().collect();
    let mut session = SessionConfig::new()
        .with_database(&settings.database)
        .with_schema(&settings.schema)
        .with_session_parameters(parameters);
    if let Some(role) = &settings.role {
        session = session.with_role(role);
    }
    if let Some(warehouse) = &settings.warehouse {
        session = session.with_warehouse(warehouse);
    }
    session
}

/// Returns the account without region: what stands before the first dot; of a global one without what follows the last
/// hyphen.
fn account_name(account: &str) -> &str {
    let (name, rest) = account.split_once('.').unwrap_or((account, ""));
    if rest == "global" { name.rsplit_once('-').map_or(name, |(name, _)| name) } else { name }
}

/// Makes the error of a login that is not tried again.
fn refusal(settings: &Settings, failure: Failure, attempts: u32) -> AdapterError {
    let known = REFUSALS.iter().find(|(said, ..)| failure.message.contains(said));
    let code = failure.code.or_else(|| known.map(|(_, code, _)| (*code).to_owned()));
    let told = &failure.message;
    let mut message = code.as_ref().map_or_else(|| told.clone(), |code| format!("{code}: {told}"));
    if attempts > 1 {
        message.push_str(&format!("\ntried {attempts} times"));
    }
    let unreachable = told.contains("dns error") || told.contains("HTTP 404") || told.contains("HTTP 403");
    let cure = match known {
        Some((_, _, cure)) => *cure,
        None if unreachable => "look at `account` (and `host`) in the profile: is there such an account?",
        None if told.contains("private key error") => {
            "look at `private_key` or `private_key_path` and `private_key_passphrase` in the profile"
        }
        None if matches!(failure.fate, Fate::Unsent | Fate::Unknown) => {
            "is the network there? `connect_retries` and `connect_timeout` in the profile say how often and after how \
             many seconds it is tried again"
        }
        None => "look at what the profile says of `account`, `user` and how to log in",
    };
    message.push('\n');
    message.push_str(cure);
    let place = format!("the Snowflake account `{}` as `{}`", settings.account, settings.user);
    AdapterError::Login { place, message: settings.scrub(&message), code }
}

#[cfg(test)]
mod tests {
    use super::account_name;

    #[test]
    fn regions_are_no_part_of_an_account() {
        assert_eq!(account_name("acme-main"), "acme-main");
        assert_eq!(account_name("xy12345.eu-central-1"), "xy12345");
        assert_eq!(account_name("acme-abc123.global"), "acme");
    }
}
