//! What goes wrong while statements run: each fault, what is told of it, and what was sent again.

use martlet::adapter::AdapterError;
use serde_json::json;

use crate::snowflake::mock::{Mock, Reply, chunk, column};

/// Runs a statement and returns what is told of its failure.
fn refused(mock: &Mock, sql: &str) -> String {
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    connection.run(sql, true, None).unwrap_err().to_string()
}

#[test]
fn a_statement_is_sent_and_its_rows_are_read() {
    let mock = Mock::start();
    let columns = vec![
        column("ID", "fixed", json!({"precision": 38, "scale": 0})),
        column("PRICE", "fixed", json!({"precision": 10, "scale": 2})),
        column("RATE", "real", json!({})),
        column("NAME", "text", json!({"length": 16_777_216})),
        column("DAY", "date", json!({})),
        column("AT", "time", json!({"scale": 9})),
        column("SEEN", "timestamp_ntz", json!({"scale": 9})),
        column("BORN", "timestamp_tz", json!({"scale": 3})),
        column("SENT", "timestamp_ltz", json!({"scale": 9})),
        column("GOOD", "boolean", json!({})),
        column("ANY", "variant", json!({})),
        column("RAW", "binary", json!({"length": 8})),
        column("NEW", "decfloat", json!({})),
    ];
    let row = json!([
        "99999999999999999999999999999999999999",
        "12.30",
        "1.5",
        "é",
        "18993",
        "3661.500000000",
        "-1.500000000",
        "1640995200.250 1500",
        "1640995200.000000000",
        "true",
        "{\"a\":1}",
        "CAFE",
        "1e400"
    ]);
    let nulls = vec![json!(null); columns.len()];
    mock.on("select", [Reply::Rows(columns, vec![row.as_array().unwrap().clone(), nulls])]);
    let adapter = mock.adapter(&[]);
    let answer = adapter.connect(&|_| {}).unwrap().run("select * from t;", true, None).unwrap();
    let columns = answer.table.columns.iter().map(|column| format!("{} {}", column.name, column.data_type));
    let cells = answer.table.rows[0].iter().map(|cell| format!("{cell:?}"));
    let told: Vec<String> = columns.zip(cells).map(|(column, cell)| format!("{column}: {cell}")).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    ID NUMBER(38,0): Int(99999999999999999999999999999999999999)
    PRICE NUMBER(10,2): Decimal(BigDecimal(sign=Plus, scale=2, digits=[1230]))
    RATE FLOAT: Float(1.5)
    NAME VARCHAR(16777216): Text("é")
    DAY DATE: Date(2022-01-01)
    AT TIME: Time(01:01:01.500)
    SEEN TIMESTAMP_NTZ: Timestamp(1969-12-31T23:59:58.500)
    BORN TIMESTAMP_TZ(3): Moment(2022-01-01T00:00:00.250Z)
    SENT TIMESTAMP_LTZ: Moment(2022-01-01T00:00:00Z)
    GOOD BOOLEAN: Bool(true)
    ANY VARIANT: Text("{\"a\":1}")
    RAW BINARY(8): Text("CAFE")
    NEW DECFLOAT: Text("1e400")
    "#);
    assert!(answer.table.rows[1].iter().all(|cell| cell.to_text().is_empty()));
    insta::assert_snapshot!(format!("{:?}", (answer.receipt.message, answer.receipt.rows_affected, answer.receipt.query_id)), @r#"("SUCCESS 2", Some(2), Some("query-1"))"#);
    assert_eq!(mock.statements(), ["1 select * from t"]);
}

#[test]
fn what_was_changed_is_counted() {
    let mock = Mock::start();
    let counts = [
        ("number of rows inserted", "3"),
        ("number of rows updated", "4"),
        ("number of multi-joined rows updated", "1"),
    ];
    mock.on("merge", [Reply::changed(&counts)]);
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    let receipt = connection.run("begin; merge into t; commit", false, None).unwrap().receipt;
    assert_eq!((receipt.message.as_str(), receipt.rows_affected, receipt.statements), ("SUCCESS 1", None, 3));
    mock.on("merge", [Reply::changed(&counts)]);
    let receipt = connection.run("merge into t", false, None).unwrap().receipt;
    assert_eq!(
        (receipt.message.as_str(), receipt.rows_affected, receipt.statements),
        ("SUCCESS 8", Some(7), 1)
    );
}

#[test]
fn an_error_points_at_the_byte_of_the_whole_text() {
    let mock = Mock::start();
    mock.on("nope", [Reply::At("000904", "nope", "invalid identifier 'NOPE'")]);
    let adapter = mock.adapter(&[]);
    let sql = "select 'é;';\nselect 'é',\n  nope\nfrom t";
    let error = adapter.connect(&|_| {}).unwrap().run(sql, true, None).unwrap_err();
    let AdapterError::Statement { message, offset, code, query_id, .. } = error else { panic!("{error}") };
    insta::assert_snapshot!(message, @"
    000904: SQL compilation error: invalid identifier 'NOPE'
    query id query-2
    ");
    assert_eq!(offset.map(|at| &sql[at..at + 4]), Some("nope"));
    assert_eq!((code.as_deref(), query_id.as_deref()), (Some("000904"), Some("query-2")));
}

#[test]
fn an_expired_session_is_replaced_by_one_in_the_same_state() {
    let mock = Mock::start();
    for code in ["390112", "390114", "390104", "390195"] {
        let code: &'static str = code;
        mock.on(code, [Reply::Refused(code, "Your session has expired.")]);
    }
    mock.on(
        "by http",
        [Reply::Status(401, r#"{"code": "390104", "message": "ID token is invalid.", "success": false}"#)],
    );
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    connection.run("use warehouse big", false, None).unwrap();
    connection.run("insert into t -- 390112", false, None).unwrap();
    connection.run("insert into t -- 390114", false, None).unwrap();
    connection.run("select 1 -- by http", false, None).unwrap();
    insta::assert_snapshot!(mock.statements().join("\n"), @"
    1 use warehouse big
    1 insert into t -- 390112
    2 use warehouse big
    2 insert into t -- 390112
    2 insert into t -- 390114
    3 use warehouse big
    3 insert into t -- 390114
    3 select 1 -- by http
    4 use warehouse big
    4 select 1 -- by http
    ");
}

#[test]
fn a_transaction_does_not_outlast_its_session() {
    let mock = Mock::start();
    mock.on("insert", [Reply::Refused("390112", "Your session has expired.")]);
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    let error = connection.run("begin; insert into t select 1; commit", false, None).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"
    390112: Your session has expired.
    the session expired within a transaction, which Snowflake has rolled back
    logged in again after the session had expired
    `martlet retry` goes on from here
    ");
    connection.run("select 1", false, None).unwrap();
    assert_eq!(mock.statements(), ["1 begin", "1 insert into t select 1", "2 select 1"]);
}

#[test]
fn a_promised_answer_is_asked_for_until_it_is_there() {
    let mock = Mock::start();
    mock.on("slow", [Reply::Later(Box::new(Reply::text("A", &["done"])))]);
    let adapter = mock.adapter(&[]);
    let answer = adapter.connect(&|_| {}).unwrap().run("select 'slow'", true, None).unwrap();
    assert_eq!(answer.table.rows[0][0].to_text(), "done");
}

#[test]
fn a_statement_is_stopped_and_the_session_goes_on() {
    let mock = Mock::start();
    mock.on("forever", [Reply::UntilCancelled]);
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    let interrupter = connection.interrupter();
    interrupter.interrupt();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            mock.wait_for("forever");
            interrupter.interrupt();
        });
        connection.run("insert into t select forever", false, None).unwrap_err()
    });
    insta::assert_snapshot!(error.to_string(), @"
    000604: SQL execution canceled
    query id query-1
    ");
    connection.run("select 1", false, None).unwrap();
    assert_eq!(mock.statements().len(), 2);
}

#[test]
fn a_lost_connection_is_tried_again_only_where_nothing_is_done_twice() {
    let mock = Mock::start();
    mock.on("select", [Reply::Gone]);
    mock.on("insert", [Reply::Gone]);
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    connection.run("select 1", true, None).unwrap();
    let error = connection.run("insert into t values (1)", false, None).unwrap_err().to_string();
    let request = mock.requests().pop().unwrap().target;
    let id = request.split("requestId=").nth(1).unwrap().to_owned();
    assert!(error.contains(&id), "{error}");
    insta::assert_snapshot!(error.replace(&id, "[ID]"), @"
    network error: client error (SendRequest): connection closed before message completed
    request id [ID]
    no whole answer came: the statement may have run, or may still run
    look for the id in Snowflake's query history; `martlet retry` goes on from here
    ");
    assert_eq!(mock.statements(), ["1 select 1", "1 select 1", "1 insert into t values (1)"]);
}

#[test]
fn a_busy_server_is_asked_again() {
    let mock = Mock::start();
    mock.on("insert", [Reply::Status(429, "slow down")]);
    mock.on("select", [Reply::Status(503, "busy"), Reply::Status(503, "busy")]);
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    // 429 says that nothing was done, 503 does not.
    connection.run("insert into t values (1)", false, None).unwrap();
    let error = connection.run("select 1", true, None).unwrap_err().to_string();
    let id = error.split("request id ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    insta::assert_snapshot!(error.replace(&id, "[ID]"), @"
    HTTP 503
    request id [ID]
    sent 2 times
    `martlet retry` goes on from here
    ");
}

#[test]
fn chunks_are_read_in_their_order_and_no_more_than_wanted() {
    let mock = Mock::start();
    let columns = || vec![column("A", "text", json!({}))];
    let chunks = || vec![chunk(r#"["2"],["3"]"#), chunk(r#"["4"]"#)];
    mock.on(
        "select",
        [
            Reply::Chunks(columns(), vec![vec![json!("1")]], chunks()),
            Reply::Chunks(columns(), vec![vec![json!("1")]], chunks()),
        ],
    );
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    let all = connection.run("select a from t", true, None).unwrap();
    let cells: Vec<String> = all.table.rows.iter().map(|row| row[0].to_text()).collect();
    assert_eq!(cells, ["1", "2", "3", "4"]);
    assert_eq!(all.receipt.rows_affected, Some(4));
    let some = connection.run("select a from t", true, Some(2)).unwrap();
    assert_eq!(some.table.rows.len(), 2);
    let fetched = mock.requests().iter().filter(|request| request.target.starts_with("/chunk/")).count();
    assert_eq!(fetched, 3);
}

#[test]
fn half_a_chunk_is_told() {
    let mock = Mock::start();
    let columns = || vec![column("A", "text", json!({}))];
    let whole = chunk(&r#"["a longer text"],"#.repeat(50));
    let half = || Reply::Chunks(columns(), vec![vec![json!("1")]], vec![whole[..whole.len() / 2].to_vec()]);
    mock.on("select a", [half(), half()]);
    insta::assert_snapshot!(refused(&mock, "select a from t"), @"
    chunk download error: gzip decompression failed: incomplete deflate stream
    query id query-2
    the statement ran, but its rows did not arrive whole
    sent 2 times
    `martlet retry` goes on from here
    ");
    let json = || Reply::Chunks(columns(), vec![], vec![br#"["one"],["tw"#.to_vec()]);
    mock.on("select b", [json(), json()]);
    insta::assert_snapshot!(refused(&mock, "select b from t"), @"
    invalid string at offset 12: unterminated string
    query id query-4
    the statement ran, but its rows did not arrive whole
    sent 2 times
    `martlet retry` goes on from here
    ");
}

#[test]
fn refusals_say_what_to_do() {
    let mock = Mock::start();
    let refusals = [
        (
            "000606",
            "No active warehouse selected in the current session. Select an active warehouse with the 'use warehouse' command.",
        ),
        ("003001", "SQL access control error:\nInsufficient privileges to operate on schema 'PUBLIC'"),
        ("002003", "SQL compilation error:\nObject 'ANALYTICS.PUBLIC.T' does not exist or not authorized."),
        ("000630", "Statement reached its statement or warehouse timeout of 10 second(s) and was canceled."),
    ];
    let mut told = Vec::new();
    for (code, message) in refusals {
        mock.on("delete", [Reply::Refused(code, message)]);
        told.push(refused(&mock, "delete from t"));
    }
    insta::assert_snapshot!(told.join("\n\n"), @"
    000606: No active warehouse selected in the current session. Select an active warehouse with the 'use warehouse' command.
    query id query-1
    name a warehouse in the profile (`warehouse: ...`) that exists and that the role may use: `grant usage on warehouse ... to role ...`

    003001: SQL access control error: Insufficient privileges to operate on schema 'PUBLIC'
    query id query-2
    the role lacks a privilege: `grant ... to role ...`, or name another `role` in the profile

    002003: SQL compilation error: Object 'ANALYTICS.PUBLIC.T' does not exist or not authorized.
    query id query-3

    000630: Statement reached its statement or warehouse timeout of 10 second(s) and was canceled.
    query id query-4
    raise STATEMENT_TIMEOUT_IN_SECONDS under `session_parameters` in the profile
    ");
}

#[test]
fn an_answer_that_is_cut_off_is_told() {
    let mock = Mock::start();
    let cut = r#"{"success": true, "data": {"queryId": "q", "rowset": [["#;
    mock.on("select", [Reply::Status(200, cut), Reply::Status(200, cut)]);
    let error = refused(&mock, "select 1");
    let id = error.split("request id ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    insta::assert_snapshot!(error.replace(&id, "[ID]"), @"
    JSON parse error: EOF while parsing a list at line 1 column 55
    request id [ID]
    sent 2 times
    `martlet retry` goes on from here
    ");
}

#[test]
fn what_never_arrived_is_told_as_such() {
    let mock = Mock::start();
    let adapter = mock.adapter(&[]);
    let mut connection = adapter.connect(&|_| {}).unwrap();
    mock.stop();
    let error = connection.run("insert into t values (1)", false, None).unwrap_err().to_string();
    assert!(!error.contains("may have run"), "{error}");
    assert!(error.contains("sent 2 times"), "{error}");
}
