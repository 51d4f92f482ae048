//! Logging in: what is sent, what is refused and told, what is tried again, and that no secret is seen anywhere.

use std::sync::Mutex;

use martlet::adapter::{self, Access};
use martlet::base::data::{Data, DataMap};
use regex::Regex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::snowflake::mock::{Mock, Reply, target};
use crate::support::project::Project;
use crate::support::run::{run, succeed};

/// Returns what is told when nobody is let in, and what was said before.
fn refused(mock: &Mock, more: &[(&str, &str)]) -> String {
    let said = Mutex::new(Vec::new());
    let adapter = mock.adapter(more);
    let error = adapter.connect(&|text| said.lock().unwrap().push(text.to_owned())).map(|_| ()).unwrap_err();
    let mut lines = said.into_inner().unwrap();
    lines.push(error.to_string());
    lines.join("\n")
}

/// Returns what is wrong with a profile.
fn faults(settings: DataMap) -> String {
    adapter::open(&target(settings), Access::Write).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_login_carries_what_the_profile_says() {
    let mock = Mock::start();
    let more = [
        ("role", "transformer"),
        ("warehouse", "small"),
        ("query_tag", "nightly"),
        ("client_session_keep_alive", "true"),
        ("passcode", "123456"),
    ];
    let mut settings = mock.settings(&more);
    let parameters = [("timezone".to_owned(), Data::from("UTC")), ("week_start".to_owned(), Data::Int(1))];
    settings.insert("session_parameters".to_owned(), Data::Map(parameters.into_iter().collect()));
    let adapter = adapter::open(&target(settings), Access::Write).unwrap();
    adapter.connect(&|_| {}).unwrap();
    let login = mock.logged_in().pop().unwrap();
    let query = login.target.split('?').nth(1).unwrap().split("&request_id").next().unwrap().to_owned();
    insta::assert_snapshot!(query, @"warehouse=small&databaseName=analytics&schemaName=public&roleName=transformer");
    insta::assert_snapshot!(sorted(&login.body).to_string(), @r#"{"data":{"ACCOUNT_NAME":"acme-main","EXT_AUTHN_DUO_METHOD":"passcode","LOGIN_NAME":"loader","PASSCODE":"123456","PASSWORD":"hunter2","SESSION_PARAMETERS":{"AUTOCOMMIT":true,"CLIENT_SESSION_KEEP_ALIVE":true,"QUERY_TAG":"nightly","TIMEZONE":"UTC","WEEK_START":1}}}"#);
}

/// Sorts the keys of objects, which the client sends in any order.
fn sorted(value: &serde_json::Value) -> serde_json::Value {
    match value.as_object() {
        Some(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            serde_json::Value::Object(entries.into_iter().collect())
        }
        None => value.clone(),
    }
}

#[test]
fn every_way_to_log_in_sends_its_own() {
    let sent = |more: &[(&str, &str)]| {
        let mock = Mock::start();
        mock.adapter(more).connect(&|_| {}).unwrap();
        let data = mock.logged_in().pop().unwrap().body["data"].clone();
        let text = |key: &str| data[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", text("AUTHENTICATOR"), text("PASSWORD"), text("TOKEN"))
    };
    let without = ("password", "");
    assert_eq!(sent(&[]), "- hunter2 -");
    assert_eq!(sent(&[without, ("authenticator", "oauth"), ("token", "t0ken")]), "OAUTH - t0ken");
    assert_eq!(sent(&[without, ("authenticator", "jwt"), ("token", "t0ken")]), "OAUTH - t0ken");
    let pat = [without, ("authenticator", "programmatic_access_token"), ("token", "t0ken")];
    assert_eq!(sent(&pat), "- t0ken -");
}

/// Makes the server's profile log in with a key.
fn with_key(mock: &Mock, more: &[(&str, &str)]) -> String {
    let keys: Vec<(&str, &str)> = [("password", "")].iter().chain(more).copied().collect();
    mock.adapter(&keys).connect(&|_| {}).unwrap();
    let data = mock.logged_in().pop().unwrap().body["data"].clone();
    assert_eq!(data["AUTHENTICATOR"], "SNOWFLAKE_JWT");
    let token = data["TOKEN"].as_str().unwrap().to_owned();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    format!("{} for {}", claims["iss"].as_str().unwrap(), claims["sub"].as_str().unwrap())
}

#[test]
fn a_key_logs_in_however_it_is_given() {
    let mock = Mock::start();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rust/snowflake/keys/plain.p8");
    let told = with_key(&mock, &[("private_key_path", path)]);
    insta::assert_snapshot!(told, @"ACME-MAIN.LOADER.SHA256:6ZGdieBRHiVULfyr16zUoemQv3P2go9rd6Cm3UA8Iuk= for ACME-MAIN.LOADER");
    let (plain, encrypted) = (include_str!("keys/plain.p8"), include_str!("keys/encrypted.p8"));
    let der: String = plain.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!(with_key(&mock, &[("private_key", plain)]), told);
    assert_eq!(with_key(&mock, &[("private_key", &der), ("authenticator", "snowflake_jwt")]), told);
    let opened = [("private_key", encrypted), ("private_key_passphrase", "opensesame")];
    assert_eq!(with_key(&mock, &opened), told);
    let closed = [("private_key", encrypted), ("private_key_passphrase", "wrong")];
    insta::assert_snapshot!(refused(&mock, &closed), @"
    cannot log in to the Snowflake account `acme-main` as `loader`: private key error: PKCS#5 encryption failed
    look at `private_key` or `private_key_path` and `private_key_passphrase` in the profile
    ");
}

#[test]
fn a_refresh_token_gives_an_access_token() {
    let mock = Mock::start();
    let more = [
        ("password", ""),
        ("authenticator", "oauth"),
        ("oauth_client_id", "martlet"),
        ("oauth_client_secret", "s3cret"),
        ("token", "refresh/1"),
    ];
    mock.adapter(&more).connect(&|_| {}).unwrap();
    let asked = mock.requests().remove(0);
    assert_eq!(asked.target, "/oauth/token-request");
    insta::assert_snapshot!(asked.text, @"grant_type=refresh_token&refresh_token=refresh%2F1&redirect_uri=http%3A%2F%2Flocalhost%3A9001");
    assert_eq!(mock.logged_in().pop().unwrap().body["data"]["TOKEN"], "fresh");
}

#[test]
fn nobody_there_is_told() {
    let mock = Mock::start();
    mock.stop();
    // What stands between these differs between systems.
    let number = Regex::new(r" \(os error \d+\)").unwrap();
    insta::assert_snapshot!(number.replace_all(&refused(&mock, &[]), ""), @"
    The Snowflake account acme-main does not let us in (network error: client error (Connect): tcp connect error: Connection refused); attempt 1 of 2, the next one in 0 s
    cannot log in to the Snowflake account `acme-main` as `loader`: network error: client error (Connect): tcp connect error: Connection refused
    tried 2 times
    is the network there? `connect_retries` and `connect_timeout` in the profile say how often and after how many seconds it is tried again
    ");
}

#[test]
fn an_unknown_key_is_told_where_it_stands() {
    let mock = Mock::start();
    let project = Project::new("//- project.yml\nname: shop\nprofile: shop\n");
    project.write("profiles.yml", &mock.profile(&[("wharehouse", "small")]));
    let told = run(&project, "parse").told();
    insta::assert_snapshot!(told, @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    warning[unknown-key]: an output of type snowflake has no `wharehouse`
      --> profiles.yml:15:7
       |
    15 |       wharehouse: 'small'
       |       ^^^^^^^^^^
       |
       = help: did you mean `warehouse`?

    HH:MM:SS  Registered adapter: snowflake=1.1
    HH:MM:SS  Found NNN macros
    HH:MM:SS
    exit 0
    ");
}

#[test]
fn templates_see_no_secret() {
    let mock = Mock::start();
    let project = Project::new(
        "
//- project.yml
name: shop
profile: shop
//- models/a.sql
select '{{ target }}' as a
",
    );
    project.write("profiles.yml", &mock.profile(&[("passcode", "123456"), ("role", "transformer")]));
    let told = succeed(&project, "compile --select a").told();
    assert!(!told.contains("hunter2") && !told.contains("123456"), "{told}");
    assert!(told.contains("'role': 'transformer'"), "{told}");
}

#[test]
fn refused_logins_say_what_to_do() {
    let mock = Mock::start();
    let refusals = [
        ("390100", "Incorrect username or password was specified."),
        ("390144", "JWT token is invalid. [0b1c]"),
        (
            "390189",
            "Role 'NOBODY' specified in the connect string does not exist or not authorized. Contact your local system administrator.",
        ),
        ("390201", "The requested warehouse does not exist or not authorized."),
        ("390999", "Something new."),
    ];
    let mut told = Vec::new();
    for (code, message) in refusals {
        mock.logins([Reply::Refused(code, message)]);
        told.push(refused(&mock, &[]));
    }
    insta::assert_snapshot!(told.join("\n\n"), @"
    cannot log in to the Snowflake account `acme-main` as `loader`: 390100: Incorrect username or password was specified.
    look at `user` and `password` in the profile

    cannot log in to the Snowflake account `acme-main` as `loader`: 390144: JWT token is invalid. [0b1c]
    look at `account` and `user`, at the clock of this machine, and whether the public key of this private key is the user's: `desc user ...` shows RSA_PUBLIC_KEY_FP

    cannot log in to the Snowflake account `acme-main` as `loader`: 390189: Role 'NOBODY' specified in the connect string does not exist or not authorized. Contact your local system administrator.
    look at `role` in the profile: it must exist and be granted to the user

    cannot log in to the Snowflake account `acme-main` as `loader`: 390201: The requested warehouse does not exist or not authorized.
    look at `database`, `schema` and `warehouse` in the profile

    cannot log in to the Snowflake account `acme-main` as `loader`: Something new.
    look at what the profile says of `account`, `user` and how to log in
    ");
    assert_eq!(mock.logged_in().len(), refusals.len(), "what is refused is not tried again");
}

#[test]
fn who_is_refused_once_does_not_knock_again() {
    let mock = Mock::start();
    mock.logins([Reply::Refused("390100", "Incorrect username or password was specified.")]);
    let adapter = mock.adapter(&[]);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8).map(|_| scope.spawn(|| adapter.connect(&|_| {}).is_err())).collect();
        assert!(workers.into_iter().all(|worker| worker.join().unwrap()));
    });
    assert_eq!(mock.logged_in().len(), 1);
}

#[test]
fn a_wrong_account_is_told() {
    let mock = Mock::start();
    mock.logins([Reply::Status(404, "<html>Not Found</html>")]);
    insta::assert_snapshot!(refused(&mock, &[]), @"
    cannot log in to the Snowflake account `acme-main` as `loader`: HTTP 404
    look at `account` (and `host`) in the profile: is there such an account?
    ");
}

#[test]
fn a_busy_server_lets_in_later() {
    let mock = Mock::start();
    mock.logins([Reply::Status(503, "busy"), Reply::Gone]);
    let said = Mutex::new(Vec::new());
    let adapter = mock.adapter(&[("connect_retries", "2")]);
    adapter.connect(&|text| said.lock().unwrap().push(text.to_owned())).unwrap();
    insta::assert_snapshot!(said.into_inner().unwrap().join("\n"), @"
    The Snowflake account acme-main does not let us in (HTTP 503); attempt 1 of 3, the next one in 0 s
    The Snowflake account acme-main does not let us in (network error: client error (SendRequest): connection closed before message completed); attempt 2 of 3, the next one in 0 s
    ");
    assert_eq!(mock.logged_in().len(), 3);
}

#[test]
fn a_busy_server_is_given_up_on() {
    let mock = Mock::start();
    mock.logins([Reply::Status(503, "busy"), Reply::Status(503, "busy"), Reply::Status(503, "busy")]);
    insta::assert_snapshot!(refused(&mock, &[]), @"
    The Snowflake account acme-main does not let us in (HTTP 503); attempt 1 of 2, the next one in 0 s
    cannot log in to the Snowflake account `acme-main` as `loader`: HTTP 503
    tried 2 times
    is the network there? `connect_retries` and `connect_timeout` in the profile say how often and after how many seconds it is tried again
    ");
    assert_eq!(mock.logged_in().len(), 2);
}

#[test]
fn all_faults_of_a_profile_are_told_at_once() {
    let settings = [
        ("account", Data::from("https://acme.snowflakecomputing.com")),
        ("protocol", Data::from("http")),
        ("authenticator", Data::from("workload_identity")),
        ("insecure_mode", Data::Bool(true)),
        ("connect_retries", Data::from("often")),
        ("retry_all", Data::from("perhaps")),
        ("session_parameters", Data::from("x")),
    ];
    let settings = settings.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    insta::assert_snapshot!(faults(settings), @"
    the target `dev` of type snowflake has 10 faults:
    - `account` is the name alone, without the rest of the address: `account: acme`
    - `authenticator: workload_identity` is not supported; supported are `snowflake` (password, with `passcode` for a second factor), `username_password_mfa`, a key pair (`private_key` or `private_key_path`), `oauth`, `jwt`, `programmatic_access_token` and `externalbrowser`
    - `user` is missing
    - `protocol: http` is refused: nothing is sent to a Snowflake account without TLS; take the key out (it is for a stand-in whose `host` is given)
    - `database` is missing
    - `schema` is missing
    - `insecure_mode: true` is refused: it would leave out a check of the server's certificate; take the key out
    - `connect_retries` must be a whole number from 0, and is `often`
    - `retry_all` must be `true` or `false`
    - `session_parameters` must be a mapping of names to values
    ");
}

#[test]
fn nothing_is_sent_to_a_real_account_without_tls() {
    let mock = Mock::start();
    for host in [
        "",
        "acme.snowflakecomputing.com",
        "ACME.privatelink.SnowflakeComputing.com",
        "a.snowflakecomputing.cn",
    ] {
        let told = faults(
            mock.settings(&[("host", host)])
                .into_iter()
                .filter(|(key, _)| key != "host" || !host.is_empty())
                .collect(),
        );
        assert!(told.contains("`protocol: http` is refused"), "{host}: {told}");
    }
}

#[test]
fn a_key_that_is_none_is_told() {
    let mock = Mock::start();
    let with = |more: &[(&str, &str)]| faults(mock.settings(more));
    let told = [
        with(&[("private_key", "s3cret words")]),
        with(&[("private_key", "-----BEGIN RSA PRIVATE KEY-----\ns3cret")]),
        with(&[("private_key_path", "/nowhere/key.p8")]),
        with(&[("password", ""), ("authenticator", "oauth")]),
        with(&[("authenticator", "https://acme.okta.com")]),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    the target `dev` of type snowflake: the private key is neither PEM nor base64 of DER: make one with `openssl pkcs8 -topk8 -in key.pem -out key.p8`
    the target `dev` of type snowflake: the private key begins with `-----BEGIN RSA PRIVATE KEY-----`, and must be PKCS #8: make one with `openssl pkcs8 -topk8 -in key.pem -out key.p8`
    the target `dev` of type snowflake: `private_key_path` cannot be read: cannot read /nowhere/key.p8: No such file or directory (os error 2)
    the target `dev` of type snowflake: `authenticator: oauth` needs `token`
    the target `dev` of type snowflake: `authenticator: https://acme.okta.com` is not supported; supported are `snowflake` (password, with `passcode` for a second factor), `username_password_mfa`, a key pair (`private_key` or `private_key_path`), `oauth`, `jwt`, `programmatic_access_token` and `externalbrowser`
    ");
    let pem = "-----BEGIN PRIVATE KEY-----\nczNjcmV0\n-----END PRIVATE KEY-----";
    insta::assert_snapshot!(refused(&mock, &[("private_key", pem)]), @"
    cannot log in to the Snowflake account `acme-main` as `loader`: private key error: PKCS#8 ASN.1 error: unexpected ASN.1 DER tag: expected SEQUENCE, got APPLICATION [19] (constructed)
    look at `private_key` or `private_key_path` and `private_key_passphrase` in the profile
    ");
}

#[test]
fn secrets_are_never_seen() {
    let mock = Mock::start();
    mock.logins([Reply::Refused("390100", "Incorrect username or password was specified: hunter2")]);
    mock.on("select", [Reply::Refused("001003", "syntax error near 'hunter2'")]);
    let project = Project::new("//- project.yml\nname: shop\nprofile: shop\n");
    project.write("profiles.yml", &mock.profile(&[]));
    let mut told = run(&project, "debug --log-level debug").told();
    told.push_str(&run(&project, "debug --log-level debug").told());
    assert!(told.contains("*****"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    insta::assert_snapshot!(told.replace(&mock.settings(&[])["port"].to_text().unwrap(), "[PORT]"), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Using profiles dir at [ROOT]/shop
    HH:MM:SS  Using profiles.yml file at [ROOT]/shop/profiles.yml
    HH:MM:SS  Using project at [ROOT]/shop
    HH:MM:SS  profile: shop, target: dev
    HH:MM:SS  adapter type: snowflake
    HH:MM:SS  Configuration:
    HH:MM:SS    project file and profile [OK found and valid]
    HH:MM:SS  Required dependencies:
    HH:MM:SS   - git [OK found]
    HH:MM:SS  Connection:
    HH:MM:SS    account: acme_main
    HH:MM:SS    user: loader
    HH:MM:SS    database: analytics
    HH:MM:SS    warehouse: None
    HH:MM:SS    role: None
    HH:MM:SS    schema: public
    HH:MM:SS    authenticator: None
    HH:MM:SS    oauth_client_id: None
    HH:MM:SS    query_tag: None
    HH:MM:SS    client_session_keep_alive: False
    HH:MM:SS    host: 127.0.0.1
    HH:MM:SS    port: [PORT]
    HH:MM:SS    proxy_host: None
    HH:MM:SS    proxy_port: None
    HH:MM:SS    protocol: http
    HH:MM:SS    connect_retries: 1
    HH:MM:SS    connect_timeout: 0
    HH:MM:SS    retry_on_database_errors: False
    HH:MM:SS    retry_all: False
    HH:MM:SS    insecure_mode: False
    HH:MM:SS    reuse_connections: True
    HH:MM:SS    s3_stage_vpce_dns_name: None
    HH:MM:SS    workload_identity_provider: None
    HH:MM:SS    workload_identity_entra_resource: None
    HH:MM:SS    platform_detection_timeout_seconds: 0
    HH:MM:SS    Connection test: [ERROR]
    HH:MM:SS  1 check failed:
    ! error: the database cannot be reached: cannot log in to the Snowflake account `acme-main` as `loader`: 390100: Incorrect username or password was specified: *****
    ! look at `user` and `password` in the profile
    exit 1HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Using profiles dir at [ROOT]/shop
    HH:MM:SS  Using profiles.yml file at [ROOT]/shop/profiles.yml
    HH:MM:SS  Using project at [ROOT]/shop
    HH:MM:SS  profile: shop, target: dev
    HH:MM:SS  adapter type: snowflake
    HH:MM:SS  Configuration:
    HH:MM:SS    project file and profile [OK found and valid]
    HH:MM:SS  Required dependencies:
    HH:MM:SS   - git [OK found]
    HH:MM:SS  Connection:
    HH:MM:SS    account: acme_main
    HH:MM:SS    user: loader
    HH:MM:SS    database: analytics
    HH:MM:SS    warehouse: None
    HH:MM:SS    role: None
    HH:MM:SS    schema: public
    HH:MM:SS    authenticator: None
    HH:MM:SS    oauth_client_id: None
    HH:MM:SS    query_tag: None
    HH:MM:SS    client_session_keep_alive: False
    HH:MM:SS    host: 127.0.0.1
    HH:MM:SS    port: [PORT]
    HH:MM:SS    proxy_host: None
    HH:MM:SS    proxy_port: None
    HH:MM:SS    protocol: http
    HH:MM:SS    connect_retries: 1
    HH:MM:SS    connect_timeout: 0
    HH:MM:SS    retry_on_database_errors: False
    HH:MM:SS    retry_all: False
    HH:MM:SS    insecure_mode: False
    HH:MM:SS    reuse_connections: True
    HH:MM:SS    s3_stage_vpce_dns_name: None
    HH:MM:SS    workload_identity_provider: None
    HH:MM:SS    workload_identity_entra_resource: None
    HH:MM:SS    platform_detection_timeout_seconds: 0
    HH:MM:SS    Connection test: [ERROR]
    HH:MM:SS  1 check failed:
    ! error: the database cannot be reached: 001003: syntax error near '*****'
    ! query id query-2
    exit 1
    ");
}

#[test]
fn debug_tells_the_connection() {
    let mock = Mock::start();
    let project = Project::new("//- project.yml\nname: shop\nprofile: shop\n");
    project.write("profiles.yml", &mock.profile(&[("warehouse", "small")]));
    let told = succeed(&project, "debug").told();
    insta::assert_snapshot!(told.replace(&mock.settings(&[])["port"].to_text().unwrap(), "[PORT]"), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Using profiles dir at [ROOT]/shop
    HH:MM:SS  Using profiles.yml file at [ROOT]/shop/profiles.yml
    HH:MM:SS  Using project at [ROOT]/shop
    HH:MM:SS  profile: shop, target: dev
    HH:MM:SS  adapter type: snowflake
    HH:MM:SS  Configuration:
    HH:MM:SS    project file and profile [OK found and valid]
    HH:MM:SS  Required dependencies:
    HH:MM:SS   - git [OK found]
    HH:MM:SS  Connection:
    HH:MM:SS    account: acme_main
    HH:MM:SS    user: loader
    HH:MM:SS    database: analytics
    HH:MM:SS    warehouse: small
    HH:MM:SS    role: None
    HH:MM:SS    schema: public
    HH:MM:SS    authenticator: None
    HH:MM:SS    oauth_client_id: None
    HH:MM:SS    query_tag: None
    HH:MM:SS    client_session_keep_alive: False
    HH:MM:SS    host: 127.0.0.1
    HH:MM:SS    port: [PORT]
    HH:MM:SS    proxy_host: None
    HH:MM:SS    proxy_port: None
    HH:MM:SS    protocol: http
    HH:MM:SS    connect_retries: 1
    HH:MM:SS    connect_timeout: 0
    HH:MM:SS    retry_on_database_errors: False
    HH:MM:SS    retry_all: False
    HH:MM:SS    insecure_mode: False
    HH:MM:SS    reuse_connections: True
    HH:MM:SS    s3_stage_vpce_dns_name: None
    HH:MM:SS    workload_identity_provider: None
    HH:MM:SS    workload_identity_entra_resource: None
    HH:MM:SS    platform_detection_timeout_seconds: 0
    HH:MM:SS    Connection test: [OK connection ok]
    HH:MM:SS  All checks passed!
    exit 0
    ");
    assert_eq!(mock.statements(), ["1 select 1"]);
}
