//! An OAuth access token for a refresh token, at the account's own endpoint, as dbt-snowflake asks for it.
//! Knows no session.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use url::Url;

use crate::adapter::snowflake::error::{Failure, Fate};
use crate::adapter::snowflake::secret::Secret;

/// Where the refresh token was once issued for: Snowflake compares it.
const REDIRECT: &str = "http://localhost:9001";

/// Asks for an access token.
pub(super) fn access_token(
    account: &Url,
    client_id: &str,
    client_secret: &Secret,
    refresh: &Secret,
) -> Result<Secret, Failure> {
    let failed = |fate: Fate, code: Option<String>, message: String| Failure {
        fate,
        code,
        message: format!("no access token for the refresh token: {message}"),
        query_id: None,
        request_id: None,
    };
    let url = account
        .join("oauth/token-request")
        .map_err(|error| failed(Fate::Refused, None, error.to_string()))?;
    let credentials = STANDARD.encode(format!("{client_id}:{}", client_secret.reveal()));
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", refresh.reveal()), ("redirect_uri", REDIRECT)];
    let answer =
        agent.post(url.as_str()).header("Authorization", format!("Basic {credentials}")).send_form(form);
    let mut answer = answer.map_err(|error| failed(Fate::Unsent, None, error.to_string()))?;
    let status = answer.status();
    let body = answer.body_mut().read_to_string().unwrap_or_default();
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    if let Some(token) = text("access_token") {
        return Ok(Secret::new(token));
    }
    let said = text("message").or_else(|| text("error")).unwrap_or_default();
    let fate = if status.is_server_error() || status.as_u16() == 429 { Fate::Unsent } else { Fate::Refused };
    Err(failed(fate, text("code"), format!("HTTP {}: {said}", status.as_u16())))
}
