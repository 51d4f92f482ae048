//! What the stand-in for Snowflake answers over HTTP: the protocol, and what it keeps of an account.

use serde_json::{Value, json};

use super::server::{Server, Wire, chunk};

/// Returns a session in a database of its own, with the schema PUBLIC.
fn session() -> Wire {
    let server = Server::shared();
    server.session(&server.database())
}

#[test]
fn a_login_tells_what_the_session_is_in() {
    let server = Server::shared();
    let database = server.database();
    let place = format!("databaseName={database}&schemaName=public&roleName=loader&warehouse=wh");
    let wire = server.login(&json!({"QUERY_TAG": "nightly"}), &place);
    assert_eq!(
        wire.login["sessionInfo"],
        json!({"databaseName": database, "schemaName": "PUBLIC", "warehouseName": "WH", "roleName": "LOADER"})
    );
    assert!(wire.login["masterToken"].is_string() && wire.login["sessionId"].is_u64(), "{}", wire.login);
    assert_eq!(wire.login["validityInSeconds"], 3600);
    assert_eq!(
        wire.rows("select current_role(), current_warehouse(), current_database(), current_schema()"),
        json!([["LOADER", "WH", database, "PUBLIC"]])
    );
    assert_eq!(wire.records("show parameters like 'query_tag' in session")[0]["value"], "nightly");
}

#[test]
fn cells_are_texts_in_the_encoding_of_their_type() {
    let wire = session();
    let reply = wire.query(
        "select 7 as whole, 1.50::number(10,2) as exact, 0.25::float as real, true as truth, 'a' as text, \
         '2024-01-02'::date as day, '1969-12-31 23:59:59.5'::timestamp_ntz as moment, '01:02:03'::time as hour, \
         parse_json('{\"a\": 1}') as tree, null::varchar as nothing",
    );
    let types: Vec<_> = reply["data"]["rowtype"].as_array().unwrap().iter().map(|one| &one["type"]).collect();
    assert_eq!(
        json!(types),
        json!([
            "fixed",
            "fixed",
            "real",
            "boolean",
            "text",
            "date",
            "timestamp_ntz",
            "time",
            "variant",
            "text"
        ])
    );
    assert_eq!(
        reply["data"]["rowset"][0],
        json!([
            "7",
            "1.50",
            "0.25",
            "1",
            "a",
            "19724",
            "-0.500000000",
            "3723.000000000",
            "{\n  \"a\": 1\n}",
            null
        ])
    );
    assert_eq!(reply["data"]["queryResultFormat"], "json");
    assert_eq!(reply["data"]["returned"], 1);
}

fn code_and_message(wire: &Wire, text: &str) -> (String, String) {
    let reply = wire.query(text);
    assert_eq!(reply["success"], false, "{reply}");
    assert!(reply["data"]["queryId"].is_string(), "{reply}");
    (reply["code"].as_str().unwrap().to_owned(), reply["message"].as_str().unwrap().to_owned())
}

#[test]
fn errors_have_snowflakes_codes_and_a_query_id() {
    let wire = session();
    wire.run(&["create table t (id int not null)"]);
    let cases = [
        ("select * from nope", "002003", "Object 'NOPE' does not exist or not authorized"),
        ("select id,\n  nope from t", "000904", "error line 2 at position 2\ninvalid identifier 'NOPE'"),
        ("select nope", "000904", "invalid identifier 'NOPE'"),
        ("selec 1", "001003", "syntax error"),
        ("select 1 / 0", "100051", "Division by zero"),
        ("select 'a'::int", "100038", "Numeric value 'a' is not recognized"),
        ("insert into t values (null)", "100072", "NULL result in a non-nullable column"),
        ("create table t (id int)", "002002", "already exists"),
        ("describe table nope", "002003", "does not exist"),
        ("select 1; select 2", "000008", "Actual statement count 2 did not match"),
        ("create stream s on table t", "", ""),
    ];
    for (statement, code, message) in cases {
        let told = code_and_message(&wire, statement);
        assert!(told.0.contains(code) && told.1.contains(message), "{statement}: {told:?}");
    }
}

#[test]
fn results_over_the_limit_come_in_chunks() {
    let server = Server::shared();
    let database = server.database();
    let wire = server.login(&json!({"STANDIN_CHUNK_ROWS": 100}), &format!("databaseName={database}"));
    let reply = wire.query("select seq4() as n from table(generator(rowcount => 250)) order by n");
    let mut rows = reply["data"]["rowset"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 100);
    let chunks = reply["data"]["chunks"].as_array().unwrap();
    assert_eq!(chunks.iter().map(|one| &one["rowCount"]).collect::<Vec<_>>(), [100, 50]);
    for one in chunks {
        rows.extend(chunk(one["url"].as_str().unwrap()).as_array().unwrap().iter().cloned());
    }
    let expected: Vec<_> = (0..250).map(|number| json!([number.to_string()])).collect();
    assert_eq!(rows, expected);
    assert_eq!(reply["data"]["total"], 250);
}

#[test]
fn a_statement_may_be_answered_later() {
    let wire = session();
    let by_mark = "-- stand-in: async\nselect 1 as n";
    let asked = |text: &str, more: Value| wire.query_with(text, &uuid::Uuid::new_v4().to_string(), &more);
    for promise in [wire.query(by_mark), asked("select 1 as n", json!({"asyncExec": true}))] {
        assert_eq!(promise["code"], "333334", "{promise}");
        let result = wire.get(promise["data"]["getResultUrl"].as_str().unwrap());
        assert_eq!(result["data"]["rowset"], json!([["1"]]));
        assert_eq!(result["data"]["queryId"], promise["data"]["queryId"]);
    }
    let failing = wire.query("-- stand-in: async\nselect nope");
    let result = wire.get(failing["data"]["getResultUrl"].as_str().unwrap());
    assert_eq!((&result["code"], &result["success"]), (&json!("000904"), &json!(false)));
}

#[test]
fn a_long_statement_can_be_stopped() {
    let server = Server::shared();
    let database = server.database();
    let wire = server.login(&json!({"STANDIN_PATIENCE": 0}), &format!("databaseName={database}"));
    let request = uuid::Uuid::new_v4().to_string();
    let promise = wire.query_with("call system$wait(600)", &request, &json!({}));
    assert_eq!(promise["code"], "333333", "{promise}");
    let stopped = wire.post("/queries/v1/abort-request", &json!({"requestId": request}));
    assert_eq!(stopped["success"], true, "{stopped}");
    let address = promise["data"]["getResultUrl"].as_str().unwrap();
    let result = std::iter::repeat_with(|| wire.get(address)).find(|one| one["code"] != "333333").unwrap();
    assert_eq!((&result["code"], &result["data"]["sqlState"]), (&json!("000604"), &json!("57014")));
    let again = wire.post("/queries/v1/abort-request", &json!({"requestId": request}));
    assert_eq!(again["code"], "000605", "{again}");
}

#[test]
fn functions_answer_as_on_snowflake() {
    let wire = session();
    wire.run(&[
        "create table t (day date, moment timestamp_ntz)",
        "insert into t values ('2024-03-01', '2024-03-01 04:05:06')",
    ]);
    let cases = [
        ("to_char(day, 'YYYY-MM-DD')", "2024-03-01"),
        ("to_varchar(moment, 'yyyy-mm-dd HH24:MI' || 'UTC')", "2024-03-01 04:05UTC"),
        ("count_if(day is null)", "0"),
        ("date_trunc('month', '2024-02-15'::date) = '2024-02-01'::date", "1"),
        ("sum(1.25::number(10,2))", "1.25"),
    ];
    for (expression, expected) in cases {
        let text = format!("select any_value(x) from (select {expression} as x from t group by all)");
        assert_eq!(wire.rows(&text), json!([[expected]]), "{expression}");
    }
    assert_eq!(wire.rows("select count_if(day is null) from t where false"), json!([["0"]]));
    assert_eq!(wire.rows("show -- what\n tables /* here */ in schema public")[0][1], "T");
}

#[test]
fn changes_of_rows_are_counted() {
    let wire = session();
    wire.run(&["create table t (id int, v varchar)"]);
    let counts = [
        ("insert into t values (1, 'a'), (2, 'b'), (3, 'c')", json!([["3"]])),
        ("update t set v = 'x' where id < 3", json!([["2", "0"]])),
        (
            "merge into t as old using (select 1 as id, true as gone union all select 2, false \
             union all select 9, false) as new on old.id = new.id when matched and new.gone then delete \
             when matched then update set v = 'm' when not matched then insert (id, v) values (id, 'n')",
            json!([["1", "1", "1"]]),
        ),
        ("delete from t using (select 3 as id) as gone where t.id = gone.id", json!([["1"]])),
        ("insert overwrite into t select 5, 'o'", json!([["1"]])),
    ];
    for (statement, expected) in counts {
        assert_eq!(wire.rows(statement), expected, "{statement}");
    }
    assert_eq!(wire.rows("select * from t"), json!([["5", "o"]]));
    wire.run(&["insert into t values (5, 'twice')"]);
    let twice = "merge into t using (select 5 as id union all select 5) as new on t.id = new.id \
                 when matched then update set v = 'm'";
    assert_eq!(code_and_message(&wire, twice).0, "100090");
}

#[test]
fn transactions_are_of_one_session_and_outlive_errors() {
    let server = Server::shared();
    let database = server.database();
    let (one, other) = (server.session(&database), server.session(&database));
    one.run(&["create table t (id int)", "begin", "begin", "insert into t values (1)"]);
    assert_eq!(code_and_message(&one, "select nope").0, "000904");
    assert_eq!(one.rows("select count(*) from t"), json!([["1"]]));
    assert_eq!(other.rows("select count(*) from t"), json!([["0"]]));
    one.run(&["rollback", "begin", "insert into t values (2)"]);
    // What defines something ends the transaction before it.
    one.run(&["create table u (id int)", "rollback"]);
    assert_eq!(other.rows("select id from t"), json!([["2"]]));
    one.run(&["commit", "rollback"]);
}

#[test]
fn keys_are_told_of_and_not_enforced() {
    let wire = session();
    wire.run(&[
        "create table parent (id int primary key, name varchar unique)",
        "create table child (id int, parent int references parent (id), constraint k primary key (id) not enforced, \
         foreign key (parent) references parent (id) not enforced)",
        "insert into parent values (1, 'a'), (1, 'a')",
        "insert into child values (1, 7), (1, 7)",
    ]);
    let told = wire.records("describe table parent");
    assert_eq!((&told[0]["primary key"], &told[1]["unique key"]), (&json!("Y"), &json!("Y")));
    let keys = wire.records("show primary keys in table child");
    assert_eq!(keys[0]["column_name"], "ID");
}

/// Picks columns of records.
fn picked(records: &[Value], names: &[&str]) -> Value {
    records.iter().map(|one| names.iter().map(|name| one[name].clone()).collect::<Value>()).collect()
}

#[test]
fn relations_are_shown_with_their_kinds() {
    let server = Server::shared();
    let database = server.database();
    let wire = server.session(&database);
    wire.run(&[
        "create table permanent (id int) comment = 'it''s'",
        "create or replace transient table passing cluster by (id) as (select 1 as id, 'a' as \"mixed Case\")",
        &format!("create temporary table {database}.public.mine as select 1 as id"),
        "create or replace secure view shown (\"ID\" comment $$what's 'it'$$) copy grants as (select id from passing)",
        "create or replace dynamic table moving target_lag = '5 minutes' warehouse = wh as select id from passing",
    ]);
    assert_eq!(
        picked(&wire.records("show objects in schema public limit 10;"), &["name", "kind", "is_dynamic"]),
        json!([
            ["MINE", "TABLE", "N"],
            ["MOVING", "TABLE", "Y"],
            ["PASSING", "TABLE", "N"],
            ["PERMANENT", "TABLE", "N"],
            ["SHOWN", "VIEW", "N"]
        ])
    );
    assert_eq!(
        picked(&wire.records("show tables in schema public"), &["name", "kind", "cluster_by", "comment"]),
        json!([
            ["MINE", "TEMPORARY", "", ""],
            ["MOVING", "TABLE", "", ""],
            ["PASSING", "TRANSIENT", "LINEAR(id)", ""],
            ["PERMANENT", "TABLE", "", "it's"]
        ])
    );
    assert_eq!(picked(&wire.records("show views"), &["name", "is_secure"]), json!([["SHOWN", "true"]]));
    let page = wire.records("show terse objects in schema public limit 2 from 'MOVING'");
    assert_eq!(picked(&page, &["name"]), json!([["PASSING"], ["PERMANENT"]]));
    let known = "select table_name, table_type, is_transient, is_dynamic, comment \
                 from information_schema.tables where table_schema = 'PUBLIC' order by 1";
    assert_eq!(
        wire.rows(known),
        json!([
            ["MINE", "LOCAL TEMPORARY", "NO", "NO", null],
            ["MOVING", "BASE TABLE", "NO", "YES", null],
            ["PASSING", "BASE TABLE", "YES", "NO", null],
            ["PERMANENT", "BASE TABLE", "NO", "NO", "it's"],
            ["SHOWN", "VIEW", null, "NO", null]
        ])
    );
    let columns = wire.records("describe table passing");
    let expected = json!([["ID", "NUMBER(38,0)"], ["mixed Case", "VARCHAR(16777216)"]]);
    assert_eq!(picked(&columns, &["name", "type"]), expected);
    assert_eq!(picked(&wire.records("describe view shown"), &["comment"]), json!([["what's 'it'"]]));
    let other = server.session(&database);
    assert!(
        picked(&other.records("show tables"), &["name"])
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one[0] != "MINE")
    );
}

#[test]
fn last_altered_moves_with_rows() {
    let wire = session();
    wire.run(&["create table t (id int)"]);
    let altered = || wire.rows("select last_altered > created as later from information_schema.tables");
    wire.run(&["insert into t values (1)"]);
    assert_eq!(altered(), json!([["1"]]));
}

#[test]
fn dynamic_tables_keep_their_settings() {
    let wire = session();
    wire.run(&[
        "create table source as select 1 as id",
        "create or replace dynamic table d target_lag = 'downstream' warehouse = wh refresh_mode = full \
         initialize = on_create as (select id from source)",
        "insert into source values (2)",
    ]);
    assert_eq!(wire.rows("select count(*) from d"), json!([["1"]]));
    wire.run(&[
        "grant select on dynamic table d to role reader",
        "alter dynamic table d refresh",
        "alter dynamic table d set target_lag = '2 hours' warehouse = other",
        "alter dynamic table d suspend",
    ]);
    assert_eq!(wire.rows("select count(*) from d"), json!([["2"]]));
    assert_eq!(wire.records("show grants on dynamic table d").len(), 2);
    let names = ["name", "target_lag", "warehouse", "refresh_mode", "scheduling_state"];
    let shown = wire.records("show dynamic tables like 'D' in schema public");
    assert_eq!(picked(&shown, &names), json!([["D", "2 hours", "OTHER", "FULL", "SUSPENDED"]]));
    assert!(shown[0]["text"].as_str().unwrap().starts_with("create or replace dynamic table d target_lag"));
    assert_eq!(code_and_message(&wire, "drop dynamic table source").0, "002003");
    assert_eq!(code_and_message(&wire, "create dynamic table e as select 1 as id").0, "001003");
    wire.run(&["drop dynamic table if exists d", "drop dynamic table if exists d"]);
    assert_eq!(wire.records("show dynamic tables").len(), 0);
}

#[test]
fn grants_are_shown_and_go_with_what_they_are_on() {
    let wire = session();
    let held =
        |name: &str| picked(&wire.records(&format!("show grants on {name}")), &["privilege", "grantee_name"]);
    wire.run(&[
        "create table t (id int)",
        "grant select, insert on table t to role reader",
        "grant select on t to writer",
        "revoke insert on table t from role reader",
    ]);
    let all = json!([["OWNERSHIP", "ACCOUNTADMIN"], ["SELECT", "READER"], ["SELECT", "WRITER"]]);
    assert_eq!(held("t"), all);
    wire.run(&["create or replace table t copy grants as select 1 as id"]);
    assert_eq!(held("t"), all);
    wire.run(&["alter table t rename to u"]);
    assert_eq!(held("table u"), all);
    wire.run(&["create or replace table u as select 1 as id"]);
    assert_eq!(held("u"), json!([["OWNERSHIP", "ACCOUNTADMIN"]]));
    assert_eq!(code_and_message(&wire, "grant select on table nope to role reader").0, "002003");
    assert_eq!(code_and_message(&wire, "grant select on table u to role a, b").0, "001003");
}

#[test]
fn definitions_that_the_engine_lacks_take_effect() {
    let wire = session();
    wire.run(&[
        "create table a as select 1 as id, 'x' as name, 2 as more",
        "create table b as select 2 as id",
        "create masking policy hidden as (val varchar) returns varchar -> '***'",
        "create row access policy mine as (id int) returns boolean -> true",
        "alter table a modify column name set masking policy hidden",
        "alter table a add row access policy mine on (id)",
        "create tag cost_center",
        "alter table a set tag cost_center = 'finance'",
        "comment on table a is $$it's a$$",
        "comment on column a.id is 'the ''id'''",
        "alter table a alter \"NAME\" comment $$the name$$, \"MORE\" comment 'more'",
        "alter table a add column one int, two varchar(10)",
        "alter table a drop column \"ONE\", \"MORE\"",
        "alter table a alter \"TWO\" set data type varchar(30)",
        "alter table a cluster by (id)",
        "alter table a resume recluster",
        "alter table a set data_retention_time_in_days = 0",
        "create schema kept with managed access",
    ]);
    let columns = wire.records("describe table public.a");
    assert_eq!(
        code_and_message(&wire, "alter table public.b modify column id set masking policy nope").0,
        "002003"
    );
    assert_eq!(
        picked(&columns, &["name", "type", "comment", "policy name"]),
        json!([
            ["ID", "NUMBER(38,0)", "the 'id'", null],
            ["NAME", "VARCHAR(16777216)", "the name", columns[1]["policy name"]],
            ["TWO", "VARCHAR(30)", null, null]
        ])
    );
    assert!(columns[1]["policy name"].as_str().unwrap().ends_with(".PUBLIC.HIDDEN"));
    wire.run(&["use schema public", "alter table a swap with b"]);
    assert_eq!(wire.rows("select id from a"), json!([["2"]]));
    assert_eq!(
        picked(&wire.records("show tables"), &["name", "comment"]),
        json!([["A", ""], ["B", "it's a"]])
    );
}

#[test]
fn every_statement_is_in_the_log_once() {
    let server = Server::shared();
    let database = server.database();
    let wire =
        server.login(&json!({"QUERY_TAG": "tagged"}), &format!("databaseName={database}&schemaName=PUBLIC"));
    let request = uuid::Uuid::new_v4().to_string();
    wire.run(&["create table t (id int)"]);
    // Sent again under its own request id, as after a lost reply, a statement is not run again.
    let first = wire.query_with("insert into t values (1), (2)", &request, &json!({}));
    let again = wire.query_with("insert into t values (1), (2)", &request, &json!({}));
    assert_eq!(first, again);
    assert_eq!(wire.rows("select count(*) from t"), json!([["2"]]));
    wire.query("select nope");
    let log = server.statements(&database);
    assert_eq!(
        picked(&log, &["text", "code", "rows", "tag"]),
        json!([
            ["create table t (id int)", "", 1, "tagged"],
            ["insert into t values (1), (2)", "", 2, "tagged"],
            ["select count(*) from t", "", 1, "tagged"],
            ["select nope", "000904", 0, "tagged"]
        ])
    );
    assert_eq!(log[1]["query"], first["data"]["queryId"]);
    assert_eq!((&log[1]["request"], &log[1]["session"]), (&json!(request), &wire.login["sessionId"]));
}

#[test]
fn sessions_work_at_the_same_time() {
    let server = Server::shared();
    let database = server.database();
    server.session(&database).run(&["create table total (n int)", "insert into total values (0)"]);
    std::thread::scope(|scope| {
        for worker in 0..8 {
            let database = &database;
            scope.spawn(move || {
                let wire = server.session(database);
                for number in 0..10 {
                    let name = format!("t_{worker}_{number}");
                    wire.run(&[
                        "create schema if not exists shared",
                        &format!("create or replace transient table shared.{name} as select {number} as n"),
                        &format!("comment on table shared.{name} is 'one of many'"),
                        "update public.total set n = n + 1",
                    ]);
                }
            });
        }
    });
    let wire = server.session(&database);
    assert_eq!(wire.rows("select n from total"), json!([["80"]]));
    assert_eq!(wire.records("show tables in schema shared").len(), 80);
    assert!(server.statements(&database).iter().all(|one| one["code"] == ""));
}

#[test]
fn a_session_ends_and_is_renewed() {
    let server = Server::shared();
    let database = server.database();
    let wire = server.session(&database);
    wire.run(&[
        "create temporary table mine (id int)",
        "create table t (id int)",
        "begin",
        "insert into t values (1)",
    ]);
    assert_eq!(wire.post("/session/heartbeat", &json!({}))["success"], true);
    let renewed = wire.post("/session/token-request", &json!({"requestType": "RENEW"}));
    assert!(renewed["data"]["sessionToken"].is_string(), "{renewed}");
    assert_eq!(wire.post("/session?delete=true", &json!({}))["success"], true);
    assert_eq!(wire.query("select 1")["code"], "390111");
    let other = server.session(&database);
    assert_eq!(other.rows("select count(*) from t"), json!([["0"]]));
    assert_eq!(code_and_message(&other, "select * from mine").0, "002003");
}
