//! How somebody logs in to Snowflake: which keys of the profile say so, and what the client makes of them.
//! Sends nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use snowflake_connector_rs::{AuthConfig, ExternalBrowserConfig, KeyPairConfig, PasswordConfig};

use crate::adapter::snowflake::secret::Secret;
use crate::adapter::snowflake::settings::Keys;
use crate::base::fs;

/// A way to log in.
#[derive(Debug, Clone)]
pub(super) enum Login {
    /// With a password, or with a programmatic access token in its place, as Snowflake documents.
    Password { password: Secret, passcode: Option<Secret> },
    /// With a private key, in PEM.
    KeyPair { pem: Secret, passphrase: Option<Secret> },
    /// With an OAuth access token.
    Token(Secret),
    /// With an OAuth refresh token that an access token is asked for with.
    Refresh { client_id: String, client_secret: Secret, token: Secret },
    /// In the browser.
    Browser,
}

impl Login {
    /// Reads how a profile logs in, as dbt-snowflake does: a private key counts before a password.
    pub(super) fn read(keys: &mut Keys<'_>) -> Self {
        let authenticator = keys.text("authenticator").unwrap_or_default();
        let name = authenticator.to_ascii_lowercase();
        let nothing = Login::Browser;
        match name.as_str() {
            "externalbrowser" => Login::Browser,
            "oauth" => oauth(keys),
            // dbt's name for a token that somebody else issued.
            "jwt" => needed(keys, "token", &name).map_or(nothing, Login::Token),
            "programmatic_access_token" => {
                let token = keys.secret("token").or_else(|| keys.secret("password"));
                match token.or_else(|| needed(keys, "token", &name)) {
                    Some(password) => Login::Password { password, passcode: None },
                    None => nothing,
                }
            }
            "" | "snowflake" | "snowflake_jwt" | "username_password_mfa" => {
                key_pair(keys).or_else(|| with_password(keys, &name)).unwrap_or(nothing)
            }
            _ => {
                keys.problem(format!(
                    "`authenticator: {authenticator}` is not supported; supported are `snowflake` (password, with `passcode` \
                     for a second factor), `username_password_mfa`, a key pair (`private_key` or \
                     `private_key_path`), `oauth`, `jwt`, `programmatic_access_token` and `externalbrowser`"
                ));
                nothing
            }
        }
    }

    /// Tells whether somebody has to do something for each login.
    pub(super) fn asks_somebody(&self) -> bool {
        matches!(self, Login::Browser | Login::Password { passcode: Some(_), .. })
    }

    /// Tells whether a token says by itself whose it is.
    pub(super) fn is_token(&self) -> bool {
        matches!(self, Login::Token(_) | Login::Refresh { .. })
    }

    /// Makes what the client logs in with; `token` is the access token that a refresh token gave.
    pub(super) fn config(&self, token: Option<&Secret>) -> AuthConfig {
        match self {
            Login::Password { password, passcode } => {
                let config = PasswordConfig::new(password.reveal());
                AuthConfig::password(match passcode {
                    Some(passcode) => config.with_passcode(passcode.reveal()),
                    None => config,
                })
            }
            Login::KeyPair { pem, passphrase } => AuthConfig::key_pair(match passphrase {
                Some(passphrase) => KeyPairConfig::from_encrypted_pem(pem.reveal(), passphrase.reveal()),
                None => KeyPairConfig::from_pem(pem.reveal()),
            }),
            Login::Token(token) => AuthConfig::oauth(token.reveal()),
            Login::Refresh { token: refresh, .. } => AuthConfig::oauth(token.unwrap_or(refresh).reveal()),
            Login::Browser => AuthConfig::external_browser(ExternalBrowserConfig::default()),
        }
    }
}

fn needed(keys: &mut Keys<'_>, key: &str, authenticator: &str) -> Option<Secret> {
    let secret = keys.secret(key);
    if secret.is_none() {
        keys.problem(format!("`authenticator: {authenticator}` needs `{key}`"));
    }
    secret
}

fn with_password(keys: &mut Keys<'_>, authenticator: &str) -> Option<Login> {
    if authenticator == "snowflake_jwt" {
        keys.problem("`authenticator: snowflake_jwt` needs `private_key` or `private_key_path`");
        return None;
    }
    let password = keys.secret("password");
    if password.is_none() {
        keys.problem(
            "there is nothing to log in with: give `password`, `private_key_path`, or an `authenticator` with its `token`",
        );
    }
    Some(Login::Password { password: password?, passcode: keys.secret("passcode") })
}

fn oauth(keys: &mut Keys<'_>) -> Login {
    let token = needed(keys, "token", "oauth");
    let (id, secret) = (keys.text("oauth_client_id"), keys.secret("oauth_client_secret"));
    match (token, id, secret) {
        (Some(token), Some(client_id), Some(client_secret)) => {
            Login::Refresh { client_id, client_secret, token }
        }
        (token, None, None) => token.map_or(Login::Browser, Login::Token),
        (_, id, _) => {
            let other = if id.is_some() { "oauth_client_secret" } else { "oauth_client_id" };
            keys.problem(format!(
                "a refresh token needs both `oauth_client_id` and `oauth_client_secret`: give `{other}`"
            ));
            Login::Browser
        }
    }
}

/// Reads a private key: its text, or the file it lies in. `None` where the profile names none.
fn key_pair(keys: &mut Keys<'_>) -> Option<Login> {
    let passphrase = keys.secret("private_key_passphrase");
    let text = match (keys.text("private_key"), keys.text("private_key_path")) {
        (None, None) => return None,
        (Some(_), Some(_)) => {
            keys.problem("give either `private_key` or `private_key_path`, not both");
            return Some(Login::Browser);
        }
        (Some(text), None) => text,
        (None, Some(path)) => match fs::read_bytes(path.as_ref()) {
            Ok(bytes) => String::from_utf8(bytes).unwrap_or_else(|error| STANDARD.encode(error.as_bytes())),
            Err(error) => {
                keys.problem(format!("`private_key_path` cannot be read: {error}"));
                return Some(Login::Browser);
            }
        },
    };
    match pem(&text, passphrase.is_some()) {
        Ok(pem) => Some(Login::KeyPair { pem: Secret::new(pem), passphrase }),
        Err(problem) => {
            keys.problem(problem);
            Some(Login::Browser)
        }
    }
}

/// Makes PEM of a private key that is PEM, on lines of its own or with `\n` written out, or base64 of DER.
fn pem(text: &str, encrypted: bool) -> Result<String, String> {
    let text = text.trim().replace("\\n", "\n");
    let convert = "make one with `openssl pkcs8 -topk8 -in key.pem -out key.p8`";
    if text.starts_with("-----BEGIN") {
        let kind = text.lines().next().unwrap_or_default();
        return match (kind.trim(), encrypted) {
            ("-----BEGIN PRIVATE KEY-----", false) | ("-----BEGIN ENCRYPTED PRIVATE KEY-----", true) => {
                Ok(text)
            }
            ("-----BEGIN PRIVATE KEY-----", true) => {
                Err("the private key is not encrypted: take `private_key_passphrase` out".to_owned())
            }
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----", false) => {
                Err("the private key is encrypted: give `private_key_passphrase`".to_owned())
            }
            (kind, _) => Err(format!("the private key begins with `{kind}`, and must be PKCS #8: {convert}")),
        };
    }
    let body: String = text.split_whitespace().collect();
    if body.is_empty() || STANDARD.decode(&body).is_err() {
        return Err(format!("the private key is neither PEM nor base64 of DER: {convert}"));
    }
    let kind = if encrypted { "ENCRYPTED PRIVATE KEY" } else { "PRIVATE KEY" };
    let mut pem = format!("-----BEGIN {kind}-----\n");
    for (index, character) in body.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    Ok(format!("{pem}\n-----END {kind}-----\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_pem() {
        let body = "QUJD".repeat(20);
        let made = pem(&body, false).unwrap();
        assert!(made.starts_with("-----BEGIN PRIVATE KEY-----\nQUJD"));
        assert!(made.lines().all(|line| line.len() <= 64));
        assert!(pem(&body, true).unwrap().contains("BEGIN ENCRYPTED PRIVATE KEY"));
        let written = "-----BEGIN PRIVATE KEY-----\\nQUJD\\n-----END PRIVATE KEY-----";
        assert_eq!(pem(written, false).unwrap().lines().count(), 3);
    }

    #[test]
    fn secrets_are_stars() {
        let secret = || Secret::new("hunter2");
        let (client_id, token) = ("martlet".to_owned(), secret());
        for login in [
            Login::Password { password: secret(), passcode: Some(secret()) },
            Login::KeyPair { pem: secret(), passphrase: Some(secret()) },
            Login::Token(secret()),
            Login::Refresh { client_id, client_secret: secret(), token },
        ] {
            let told = format!("{login:?} {:?}", login.config(None));
            assert!(told.contains("*****") && !told.contains("hunter2"), "{told}");
        }
        assert_eq!(secret().to_string(), "*****");
    }

    #[test]
    fn what_is_no_key_is_told_without_its_text() {
        for (text, encrypted) in [
            ("-----BEGIN RSA PRIVATE KEY-----\nQUJD", false),
            ("-----BEGIN PRIVATE KEY-----\nQUJD", true),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nQUJD", false),
            ("not a key: QUJD", false),
        ] {
            assert!(!pem(text, encrypted).unwrap_err().contains("QUJD"));
        }
    }
}
